// SPDX-License-Identifier: EUPL-1.2

package publication_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"martinella/internal/access"
	"martinella/internal/publication"
	"martinella/internal/publication/csaf"
)

const white = csaf.White + "/2026/csirt-prova-2026-0007.json"

func TestAnAlertIsPublishedWithHashesAndASignatureThatHold(t *testing.T) {
	each(t, func(w *world) {
		w.happens(w.alert(7))
		doc := w.fetch(white)
		short, long := sha256.Sum256([]byte(doc)), sha512.Sum512([]byte(doc))
		if got := w.fetch(white + ".sha256"); got != hex.EncodeToString(short[:])+"  csirt-prova-2026-0007.json\n" {
			w.Errorf("sha256: %s", got)
		}
		if got := w.fetch(white + ".sha512"); !strings.HasPrefix(got, hex.EncodeToString(long[:])) {
			w.Errorf("sha512: %s", got)
		}
		signature := w.fetch(white + ".asc")
		w.wantSigned(doc, signature)
		for path, says := range map[string]string{
			"/provider-metadata.json": `"csaf_trusted_provider"`, "/white/" + csaf.FeedName: "0007.json.asc", "/white/index.txt": "2026/csirt-prova-2026-0007.json\n",
			"/white/changes.csv": `"2026/csirt-prova-2026-0007.json","2026-11-25T09:00:00.000Z"`, "/white/": `href="2026/"`, "/white/2026/": `href="csirt-prova-2026-0007.json"`,
			"/service.json": "csaf-feed-tlp-white.json", "/white/category-white.json": "csaf_security_advisory",
		} {
			if got := w.fetch(csaf.Root + path); !strings.Contains(got, says) {
				w.Errorf("%s does not say %s:\n%s", path, says, got)
			}
		}
		w.clock.Advance(time.Hour)
		w.must(w.Renew(w.Context(), access.System("test")))
		if w.fetch(white) != doc || w.fetch(white+".asc") != signature {
			w.Error("what was published once is other bytes now")
		}
	})
}

func (w *world) wantSigned(text, signature string) {
	w.Helper()
	k, err := w.Key()
	w.must(err)
	key := w.fetch(csaf.KeyPath(k.Fingerprint))
	ring, err := openpgp.ReadArmoredKeyRing(strings.NewReader(key))
	w.must(err)
	if _, err := openpgp.CheckArmoredDetachedSignature(ring, strings.NewReader(text), strings.NewReader(signature), &packet.Config{Time: w.clock.Now}); err != nil {
		w.Errorf("the signature does not hold: %v", err)
	}
}

func TestAWithdrawnAlertKeepsItsAddressAndSaysSo(t *testing.T) {
	each(t, func(w *world) {
		w.happens(w.alert(7))
		a := w.alert(7)
		first, _ := w.get(white)
		w.clock.Advance(48 * time.Hour)
		a.Version++
		a.Withdrawn = csaf.Withdrawal{At: w.clock.Now(), Why: "Era un errore."}
		w.happens(a)
		second := w.fetch(white)
		if second == first || !strings.Contains(second, "Era un errore.") || strings.Contains(second, "known_affected") {
			w.Errorf("after withdrawing:\n%s", second)
		}
		w.wantSigned(second, w.fetch(white+".asc"))
	})
}

func TestWhatSaysSomethingElseIsANewRevision(t *testing.T) {
	each(t, func(w *world) {
		a := w.alert(7)
		w.happens(a)
		w.clock.Advance(time.Hour)
		a.Version++
		a.Texts["it"] = publication.Text{Title: "FortiOS da aggiornare", Body: "Ora anche alla 7.0.14."}
		w.happens(a)
		w.clock.Advance(time.Hour)
		a.Version++ // nothing that is said changed
		w.happens(a)
		if got := w.fetch(white); !strings.Contains(got, `"version": "2"`) || !strings.Contains(got, `"current_release_date": "2026-11-25T10:00:00.000Z"`) || !strings.Contains(got, "7.0.14") {
			w.Errorf("%s", got)
		}
		w.wantSigned(w.fetch(white), w.fetch(white+".asc"))
	})
}

// An alert that ceased to be public is not taken from the world, and is not told anew.
func TestWhatIsNotPublicIsNotPublished(t *testing.T) {
	each(t, func(w *world) {
		w.happens(w.alert(7))
		before := w.fetch(white)
		delete(w.alerts, 7)
		w.must(w.Publish(w.Context(), access.System("test"), 7))
		w.must(w.Publish(w.Context(), access.System("test"), 8))
		if w.fetch(white) != before || strings.Contains(w.fetch(csaf.White+"/index.txt"), "0008") {
			w.Error("something else is published")
		}
	})
}

func TestAnotherKeySignsAnewAndAnExpiredOneTakesNothingAway(t *testing.T) {
	each(t, func(w *world) {
		w.happens(w.alert(7))
		first := w.fetch(white + ".asc")
		w.deps.PGP = w.key(24 * time.Hour)
		w.open(w.deps)
		w.must(w.Renew(w.Context(), access.System("test")))
		second := w.fetch(white + ".asc")
		if second == first {
			w.Error("the old key's signature is still there")
		}
		w.wantSigned(w.fetch(white), second)
		w.clock.Advance(72 * time.Hour)
		w.must(w.Renew(w.Context(), access.System("test")))
		if w.fetch(white+".asc") != second {
			w.Error("with the key, its signatures expired")
		}
		w.happens(w.alert(9))
		if _, res := w.get(strings.Replace(white, "0007", "0009", 1) + ".asc"); res.StatusCode != http.StatusNotFound {
			w.Errorf("an expired key signed: %s", res.Status)
		}
		if meta := w.fetch(csaf.Root + "/provider-metadata.json"); !strings.Contains(meta, `"csaf_provider"`) {
			w.Errorf("without a key that signs we are not trusted:\n%s", meta)
		}
	})
}

func TestFilesAreFetchedOnceWhileNothingChanges(t *testing.T) {
	each(t, func(w *world) {
		w.happens(w.alert(7))
		for _, path := range []string{white, white + ".asc", csaf.White + "/" + csaf.FeedName, csaf.Root + "/provider-metadata.json"} {
			_, res := w.get(path)
			tag := res.Header.Get("Etag")
			if _, again := w.get(path, "If-None-Match", tag); tag == "" || again.StatusCode != http.StatusNotModified {
				w.Errorf("%s, %q: %s", path, tag, again.Status)
			}
			if res.Header.Get("Cache-Control") != "public, max-age=120" || res.Header.Get("Access-Control-Allow-Origin") != "*" {
				w.Errorf("%s: %v", path, res.Header)
			}
		}
		_, before := w.get(csaf.White + "/index.txt")
		w.clock.Advance(time.Minute)
		w.happens(w.alert(8))
		if body, res := w.get(csaf.White+"/index.txt", "If-None-Match", before.Header.Get("Etag")); res.StatusCode != http.StatusOK || !strings.HasPrefix(body, "2026/csirt-prova-2026-0008.json\n") {
			w.Errorf("after a new one: %s %q", res.Status, body)
		}
		for _, path := range []string{csaf.White + "/2025/", csaf.White + "/2026/x.json", white + ".md5", white + "x", csaf.Root + "/openpgp/AA.asc"} {
			if _, res := w.get(path); res.StatusCode != http.StatusNotFound {
				w.Errorf("%s: %s", path, res.Status)
			}
		}
	})
}

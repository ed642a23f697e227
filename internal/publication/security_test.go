// SPDX-License-Identifier: EUPL-1.2

package publication_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"martinella/internal/access"
	"martinella/internal/publication"
	"martinella/internal/publication/csaf"
)

const securityFile = "/.well-known/security.txt"

// signedText checks a frame's signature and gives what is inside.
func (w *world) signedText(text string) string {
	w.Helper()
	block, _ := clearsign.Decode([]byte(text))
	if block == nil {
		w.Fatalf("no frame: %s", text)
	}
	k, err := w.Key()
	w.must(err)
	ring, err := openpgp.ReadArmoredKeyRing(strings.NewReader(string(k.Armored)))
	w.must(err)
	if _, err := block.VerifySignature(ring, &packet.Config{Time: w.clock.Now}); err != nil {
		w.Errorf("the signature does not hold: %v", err)
	}
	return string(block.Plaintext)
}

func TestSecurityTextIsSignedAndRenewsItself(t *testing.T) {
	each(t, func(w *world) {
		first := w.fetch(securityFile)
		inside := w.signedText(first)
		for _, line := range []string{"Contact: mailto:csirt@csirt.example\n", "Contact: tel:+39-055-0000000\n", "Canonical: https://csirt.example/.well-known/security.txt\n", "CSAF: https://csirt.example/.well-known/csaf/provider-metadata.json\n",
			"Encryption: https://csirt.example/.well-known/csaf/openpgp/", "Preferred-Languages: it, en, nb\n", "Expires: 2027-05-24T09:00:00Z"} {
			if !strings.Contains(inside, line) {
				w.Errorf("it does not say %q:\n%s", line, inside)
			}
		}
		w.clock.Advance(24 * time.Hour)
		if w.fetch(securityFile) != first {
			w.Error("it is signed anew every day")
		}
		w.clock.Advance(100 * 24 * time.Hour)
		w.must(w.Renew(w.Context(), access.System("test")))
		expires, err := w.SecurityExpires(w.Context(), access.System("test"))
		if err != nil || expires.Sub(w.clock.Now()) < 179*24*time.Hour {
			w.Errorf("it ends %v, %v", expires, err)
		}
		w.signedText(w.fetch(securityFile))
		d := w.deps
		d.Email, d.PGP = "altro@csirt.example", nil
		w.open(d)
		if got := w.fetch(securityFile); !strings.HasPrefix(got, "Contact: mailto:altro@") {
			w.Errorf("without a key, with another address:\n%s", got)
		}
	})
}

// The example of the draft: Joe.Doe@example.org.
func TestKeysAreFoundByAddress(t *testing.T) {
	if got := publication.WKDHash("Joe.Doe"); got != "iy9q119eutrkn8s1mk4r39qejnbu3n5q" {
		t.Errorf("the hash is %s", got)
	}
	each(t, func(w *world) {
		k, err := w.Key()
		w.must(err)
		hash := publication.WKDHash("csirt")
		for path, want := range map[string]int{
			"/hu/" + hash: 200, "/csirt.example/hu/" + hash: 200, "/policy": 200, "/csirt.example/policy": 200,
			"/hu/" + publication.WKDHash("other"): 404, "/other.example/hu/" + hash: 404,
		} {
			body, res := w.get("/.well-known/openpgpkey" + path)
			if res.StatusCode != want || want == http.StatusOK && strings.Contains(path, "/hu/") && body != string(k.Binary) {
				w.Errorf("%s: %s, %d bytes", path, res.Status, len(body))
			}
		}
		if !strings.Contains(w.fetch(csaf.KeyPath(k.Fingerprint)), "BEGIN PGP PUBLIC KEY") {
			w.Error("no key")
		}
	})
}

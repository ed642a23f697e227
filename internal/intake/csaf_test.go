// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"martinella/internal/intake"
)

// provider is an invented CSAF provider: paths and what they hold.
type provider map[string]string

func (p provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, ok := p[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	fmt.Fprint(w, text)
}

// provides makes a provider of a role with documents by name, hashed and signed.
func (w *world) provides(role string, rolie bool, docs ...string) provider {
	w.Helper()
	cfg := &packet.Config{Time: func() time.Time { return w.clock.Now().Add(-time.Hour) }}
	key, err := openpgp.NewEntity("Esempio inventato", "", "csaf@example.org", cfg)
	w.must(err)
	var public bytes.Buffer
	out, err := armor.Encode(&public, openpgp.PublicKeyType, nil)
	w.must(err)
	w.must(key.Serialize(out))
	w.must(out.Close())
	p := provider{"/key.asc": public.String()}
	var entries, changes []string
	for i, name := range docs {
		text, at := fmt.Sprintf(`{"document":{"title":"Documento %s"}}`, name), fmt.Sprintf("2026-11-24T0%d:00:00Z", i)
		sum := sha512.Sum512([]byte(text))
		var signature bytes.Buffer
		w.must(openpgp.ArmoredDetachSign(&signature, key, strings.NewReader(text), cfg))
		path := "/2026/" + name + ".json"
		p[path], p[path+".sha512"], p[path+".asc"] = text, hex.EncodeToString(sum[:])+"  "+name+".json\n", signature.String()
		changes = append(changes, fmt.Sprintf(`"2026/%s.json","%s"`, name, at))
		entries = append(entries, fmt.Sprintf(`{"updated":"%s","content":{"src":"%s"},"link":[{"rel":"hash","href":"%[2]s.sha512"},{"rel":"signature","href":"%[2]s.asc"}]}`, at, path))
	}
	place := fmt.Sprintf(`{"directory_url":"%s/"}`, w.server.URL)
	if rolie {
		place = fmt.Sprintf(`{"rolie":{"feeds":[{"url":"%s/feed.json"}]}}`, w.server.URL)
	}
	p["/feed.json"], p["/changes.csv"] = `{"feed":{"entry":[`+strings.Join(entries, ",")+`]}}`, strings.Join(changes, "\n")
	p["/provider-metadata.json"] = fmt.Sprintf(`{"role":"%s","distributions":[%s],"public_openpgp_keys":[{"fingerprint":"%X","url":"%s/key.asc"}]}`, role, place, key.PrimaryKey.Fingerprint, w.server.URL)
	p["/aggregator.json"] = fmt.Sprintf(`{"csaf_providers":[{"metadata":{"url":"%[1]s/gone.json"}},{"metadata":{"url":"%[1]s/provider-metadata.json"}}]}`, w.server.URL)
	w.says(p.ServeHTTP)
	return p
}

func (w *world) csaf(path string) intake.Source {
	w.Helper()
	f := w.form()
	f.Kind, f.Address = intake.CSAF, w.server.URL+path
	return w.add(f)
}

func TestOnlyProvedDocumentsAreTaken(t *testing.T) {
	for name, rolie := range map[string]bool{"ROLIE": true, "folder": false} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				p := w.provides("csaf_trusted_provider", rolie, "buono", "alterato", "falso", "nudo", "ultimo")
				p["/2026/alterato.json"] += " "
				p["/2026/falso.json.asc"] = p["/2026/buono.json.asc"]
				delete(p, "/2026/nudo.json.sha512")
				x := w.csaf("/provider-metadata.json")
				now := w.run(x)
				codes := map[string]string{}
				for _, i := range w.items(x) {
					codes[strings.TrimPrefix(i.Title, "Documento ")] = i.Code
				}
				want := map[string]string{"buono": "", "alterato": "intake.csaf.hash", "falso": "intake.csaf.signature", "nudo": "intake.csaf.unproved", "ultimo": ""}
				if fmt.Sprint(codes) != fmt.Sprint(want) || len(w.got) != 2 || now.Failures != 0 {
					w.Errorf("%v, %d alerts, %q", codes, len(w.got), now.Code)
				}
				asked := len(w.asked)
				if now := w.run(x); len(w.got) != 2 || now.Failures != 0 || len(w.asked)-asked != 2 {
					w.Errorf("%d alerts, %d requests, %q", len(w.got), len(w.asked)-asked, now.Code)
				}
			})
		})
	}
}

func TestADocumentThatIsNotThere(t *testing.T) {
	each(t, func(w *world) {
		p := w.provides("csaf_provider", true, "perso", "buono")
		delete(p, "/2026/perso.json")
		x := w.csaf("/provider-metadata.json")
		if now := w.run(x); len(w.got) != 1 || now.Code != "intake.waiting" {
			w.Errorf("%d alerts, %q", len(w.got), now.Code)
		}
		for range 4 {
			w.run(x)
		}
		if now := w.run(x); now.Failures != 0 || now.Health.Refused != 1 || len(w.got) != 1 {
			w.Errorf("%+v, %d alerts", now.Health, len(w.got))
		}
	})
}

func TestAProvidersTroubleKeepsNoOtherBack(t *testing.T) {
	each(t, func(w *world) {
		w.provides("csaf_provider", true, "buono")
		if now := w.run(w.csaf("/aggregator.json")); len(w.got) != 1 || now.Code != "intake.status" {
			w.Errorf("%d alerts, %q", len(w.got), now.Code)
		}
	})
}

func TestHostileProviders(t *testing.T) {
	each(t, func(w *world) {
		p := w.provides("csaf_provider", true, "buono")
		x := w.csaf("/provider-metadata.json")
		whole := p["/provider-metadata.json"]
		for text, code := range map[string]string{
			"{": "intake.form", "[]": "intake.form", `{"distributions":[]}`: "intake.form", `{"distributions":[{"rolie":{"feeds":[{"url":"http://169.254.169.254/"}]}}]}`: "fetch.address",
			`{"distributions":[{"directory_url":"file:///etc/"}]}`: "fetch.url", strings.Replace(whole, `"fingerprint":"`, `"fingerprint":"00`, 1): "intake.csaf.key",
		} {
			p["/provider-metadata.json"] = text
			if now := w.run(x); now.Code != code || len(w.got) != 0 {
				w.Errorf("%s: %q, %d alerts", text, now.Code, len(w.got))
			}
		}
		p["/provider-metadata.json"] = whole
		if now := w.run(x); now.Failures != 0 || len(w.got) != 1 {
			w.Errorf("%q, %d alerts", now.Code, len(w.got))
		}
	})
}

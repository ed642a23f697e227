// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"martinella/internal/access"
	"martinella/internal/identity"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/i18n"
)

func TestCataloguesAreComplete(t *testing.T) {
	b := bundle(t)
	if err := b.Check(); err != nil {
		t.Error(err)
	}
	for _, role := range append(access.StaffRoles(), access.MemberRoles()...) {
		for _, key := range []string{"identity.role." + string(role), "identity.role." + string(role) + ".help"} {
			if !b.Localizer("it", nil).Has(key) {
				t.Errorf("no %s", key)
			}
		}
	}
}

// Every mail the catalogue knows is written in every language, without a gap.
func TestEveryMailInEveryLanguage(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t, schema()), identity.Config{})
	keys := map[string]any{}
	files, err := fs.Glob(identity.Locale, "locale/*it.json")
	h.must(err)
	for _, name := range files {
		raw, err := identity.Locale.ReadFile(name)
		h.must(err)
		h.must(json.Unmarshal(raw, &keys))
	}
	n := 0
	for _, lang := range i18n.Languages() {
		for key := range keys {
			kind, ok := strings.CutPrefix(key, "identity.mail.")
			kind, subject := strings.CutSuffix(kind, ".subject")
			if !ok || !subject {
				continue
			}
			n++
			link := ""
			if _, button := keys["identity.mail."+kind+".button"]; button {
				link = "https://csirt.example.it/x"
			}
			h.must(h.db.Tx(h.ctx, func(tx *db.Tx) error {
				return h.SendAll(h.ctx, tx, identity.Person{Email: "a@example.it", Name: "Anna <b>", Language: lang}, kind, link)
			}))
			m := h.last(kind)
			if m.Language != lang || m.Subject == "" || strings.ContainsAny(m.Subject+m.Text, "{}") || strings.Contains(m.Text, "identity.") {
				t.Errorf("%s in %s: %s\n%s", kind, lang, m.Subject, m.Text)
			}
			if strings.Contains(m.HTML, "Anna <b>") || !strings.Contains(m.Text, link) || m.Secret != (link != "") {
				t.Errorf("%s in %s: HTML not escaped, or no link: %s", kind, lang, m.HTML)
			}
			if len(strings.Split(strings.TrimSpace(m.Text), "\n\n")) < 4 {
				t.Errorf("%s in %s says hardly anything: %s", kind, lang, m.Text)
			}
		}
	}
	if n < 3*12 {
		t.Errorf("only %d mails", n)
	}
}

func TestBrowsersAreNamed(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                          "Firefox, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0":     "Edge, Windows",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36":                  "Chrome, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Mobile Safari/1": "Safari, iPhone",
		"curl/8.0": "curl",
		"":         "?",
	} {
		if got := identity.Browser(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for given, want := range map[string]string{
		" Anna.Bianchi@Comune.Example.IT ": "anna.bianchi@comune.example.it",
		"o'brien+x@example.org":            "o'brien+x@example.org",
		"anna":                             "", "anna@localhost": "", "Anna <a@example.it>": "", "a@b@example.it": "",
		"a@example.it, b@example.it": "", "a@example.it\r\nBcc: b@example.it": "", "": "", strings.Repeat("a", 250) + "@example.it": "",
	} {
		if got, err := identity.NormalEmail("email", given); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", given, got, err)
		}
	}
}

func FuzzNormalEmail(f *testing.F) {
	f.Add("anna@example.it")
	f.Add("\"a b\"@example.it")
	f.Add("a@[127.0.0.1]")
	f.Fuzz(func(t *testing.T, given string) {
		got, err := identity.NormalEmail("email", given)
		if err != nil {
			return
		}
		again, err := identity.NormalEmail("email", got)
		if again != got || err != nil {
			t.Errorf("%q becomes %q, then %q (%v)", given, got, again, err)
		}
		if strings.ContainsAny(got, "\r\n\x00") {
			t.Errorf("%q carries control characters", got)
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add("")
	f.Add(strings.Repeat("A", 26))
	f.Add("ABCDEFGHIJKLMNOPQRSTUVWXY\x00")
	f.Fuzz(func(t *testing.T, given string) {
		hash, ok := identity.HashToken(given)
		if ok != (hash != "") || ok && (len(given) != 26 || len(hash) != 64) {
			t.Errorf("%q: %q, %v", given, hash, ok)
		}
	})
}

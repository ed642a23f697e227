// SPDX-License-Identifier: EUPL-1.2

package gate_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"martinella/internal/access/gate"
)

func TestSearchEnginesAreToldOfEachLanguage(t *testing.T) {
	g := newGate(t)
	page := func(r *gate.Request) error { return r.Page("Pagina", text("contenuto")) }
	g.Handle("GET /about", gate.Public(), page, gate.Translated())
	g.Handle("GET /other", gate.Public(), page)
	ask := func(path string) string {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", "nb")
		r.AddCookie(&http.Cookie{Name: "martinella_lang", Value: "nb"})
		g.ServeHTTP(w, r)
		return w.Body.String()
	}
	plain, english := ask("/about"), ask("/about?hl=en")
	for _, want := range []string{`<html lang="en">`, `<link rel="canonical" href="http://127.0.0.1/about?hl=en">`, `<link rel="alternate" hreflang="it" href="http://127.0.0.1/about?hl=it">`,
		`<link rel="alternate" hreflang="x-default" href="http://127.0.0.1/about">`, `href="/about?lang=it"`} {
		if !strings.Contains(english, want) {
			t.Errorf("%q is not in %s", want, english)
		}
	}
	if !strings.Contains(plain, `<html lang="nb">`) || !strings.Contains(plain, `<link rel="canonical" href="http://127.0.0.1/about">`) {
		t.Error(plain)
	}
	for _, path := range []string{"/other", "/other?hl=en", "/about?after=3", "/about?hl=xx&x=1"} {
		if body := ask(path); strings.Contains(body, "canonical") || strings.Contains(body, `rel="alternate"`) || !strings.Contains(body, `<html lang="nb">`) {
			t.Errorf("%s: %s", path, body)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package gate_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
)

func TestAnotherSitesWriteGetsThePortalsOwnPage(t *testing.T) {
	g := newGate(t)
	g.Handle("POST /o/{org}/contacts", gate.Member(access.ContactEdit), func(*gate.Request) error {
		t.Error("the write came through")
		return nil
	})
	h := web.Secure(g, web.Config{Log: slog.New(slog.DiscardHandler), CrossOrigin: http.HandlerFunc(g.CrossOrigin)})
	for _, c := range []struct{ person, lang, want string }{
		{"applicant", "en", "from a page of another site"},
		{"", "it", "pagina di un altro sito"},
		{"newcomer", "en", "from a page of another site"}, // whose sign-in is not complete
		{"norwegian", "en", "et annet nettsted"},          // the person's own language
	} {
		r := httptest.NewRequest("POST", "http://127.0.0.1/o/c_g999/contacts", nil)
		r.Header.Set("X-Test-Person", c.person)
		r.Header.Set("Accept-Language", c.lang)
		r.Header.Set("Origin", "https://evil.example")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if body := w.Body.String(); w.Code != 403 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || !strings.Contains(body, c.want) {
			t.Errorf("as %q: %d %v\n%s", c.person, w.Code, w.Header(), body)
		}
	}
}

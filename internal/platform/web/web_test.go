// SPDX-License-Identifier: EUPL-1.2

package web_test

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
)

func secured(h http.HandlerFunc) http.Handler {
	return web.Secure(h, web.Config{Log: slog.New(slog.DiscardHandler), Secure: true})
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	secured(func(w http.ResponseWriter, r *http.Request) {}).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security", "X-Request-Id"} {
		if w.Header().Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
}

func TestWritesFromOtherSitesAreRefused(t *testing.T) {
	h := secured(func(w http.ResponseWriter, r *http.Request) {})
	for origin, want := range map[string]int{"https://evil.example": 403, "https://example.com": 200} {
		r := httptest.NewRequest("POST", "https://example.com/", nil)
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("from %s: %d, want %d", origin, w.Code, want)
		}
	}
}

func TestAPanicIsA500(t *testing.T) {
	w := httptest.NewRecorder()
	secured(func(http.ResponseWriter, *http.Request) { var none []int; _ = none[len(none)] }).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 {
		t.Errorf("status %d", w.Code)
	}
}

func TestClientBehindProxies(t *testing.T) {
	proxies, err := web.ParseProxies("10.0.0.0/8, 192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.9:1", "198.51.100.1", "203.0.113.9"},                   // not a proxy: its word counts nothing
		{"10.1.1.1:1", "198.51.100.1", "198.51.100.1"},                     // one proxy
		{"10.1.1.1:1", "6.6.6.6, 198.51.100.1, 192.0.2.1", "198.51.100.1"}, // what stands further left is invented
		{"10.1.1.1:1", "nonsense", "10.1.1.1"},
		{"10.1.1.1:1", "", "10.1.1.1"},
		{"[::ffff:10.1.1.1]:1", "2001:db8::1", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := proxies.Client(r).String(); got != c.want {
			t.Errorf("%s for %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
	if _, err := web.ParseProxies("10.0.0.0/8,here"); err == nil {
		t.Error("a word that is no address was accepted")
	}
}

func TestFormsAreBoundedAndCleaned(t *testing.T) {
	r := httptest.NewRequest("POST", "/", strings.NewReader("a=+x%00y%ff+&n=12&bad=1.5&d=2026-11-22&tick=on"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	f, err := web.ReadForm(httptest.NewRecorder(), r, 1000)
	if err != nil {
		t.Fatal(err)
	}
	n, errN := f.Int("n", 0)
	_, errBad := f.Int("bad", 0)
	d, errD := f.Date("d")
	if f.Text("a") != "xy\uFFFD" || n != 12 || errN != nil || fault.KindOf(errBad) != fault.Invalid || errD != nil || d.Day() != 22 || !f.Bool("tick") || f.Bool("none") {
		t.Errorf("a=%q n=%d %v bad=%v d=%v %v", f.Text("a"), n, errN, errBad, d, errD)
	}
	r = httptest.NewRequest("POST", "/", strings.NewReader("a="+strings.Repeat("x", 2000)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := web.ReadForm(httptest.NewRecorder(), r, 1000); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("2,000 bytes with a limit of 1,000: %v", err)
	}
}

func TestUploads(t *testing.T) {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", "stack.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("nome;versione\n")); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	f, err := web.ReadForm(httptest.NewRecorder(), r, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	file, ok, err := f.File("file")
	if err != nil || !ok || file.Name != "stack.csv" || file.Size != 14 {
		t.Errorf("file %+v ok %v err %v", file, ok, err)
	}
	if _, ok, err := f.File("other"); ok || err != nil {
		t.Error("a file nobody sent")
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	w := httptest.NewRecorder()
	rows := func(yield func([]string, error) bool) { yield([]string{"=HYPERLINK(1)", "a;b", "-1"}, nil) }
	if _, err := web.CSV(w, "stack.csv", []string{"a", "b", "c"}, rows); err != nil {
		t.Fatal(err)
	}
	if want := "\uFEFFa,b,c\n'=HYPERLINK(1),a;b,'-1\n"; w.Body.String() != want {
		t.Errorf("%q", w.Body)
	}
}

// What fails before the first row can still be answered as an error; later, who
// reads the file sees that it is not whole.
func TestHalfATableDoesNotLookWhole(t *testing.T) {
	failing := func(after int) iter.Seq2[[]string, error] {
		return func(yield func([]string, error) bool) {
			for range after {
				if !yield([]string{strings.Repeat("x", 1000)}, nil) {
					return
				}
			}
			yield(nil, errors.New("the database is gone"))
		}
	}
	w := httptest.NewRecorder()
	if begun, err := web.CSV(w, "a.csv", []string{"a"}, failing(0)); begun || err == nil || w.Body.Len() > 0 || w.Header().Get("Content-Type") != "" {
		t.Errorf("begun %v, %v, %q", begun, err, w.Body)
	}
	for _, rows := range []int{1, 500} {
		server := httptest.NewServer(web.Secure(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if begun, err := web.CSV(w, "a.csv", []string{"a"}, failing(rows)); !begun || err == nil {
				t.Errorf("begun %v, %v", begun, err)
			}
			web.BreakOff(w)
		}), web.Config{Log: slog.New(slog.DiscardHandler)}))
		if res, err := http.Get(server.URL); err == nil {
			if text, err := io.ReadAll(res.Body); err == nil {
				t.Errorf("%d bytes of half a table look whole", len(text))
			}
			res.Body.Close()
		}
		server.Close()
	}
}

func TestFlashIsShownOnce(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", nil)
	web.AddFlash(w, r, web.Flash{Kind: "success", Key: "k", Args: []any{"n", 3}}, true)
	next := httptest.NewRequest("GET", "/", nil)
	next.AddCookie(w.Result().Cookies()[0])
	w = httptest.NewRecorder()
	if got := web.TakeFlashes(w, next, true); len(got) != 1 || got[0].Key != "k" {
		t.Errorf("flashes %+v", got)
	}
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Error("the message was not forgotten")
	}
	forged := httptest.NewRequest("GET", "/", nil)
	forged.AddCookie(&http.Cookie{Name: "martinella_flash", Value: "!!"})
	if got := web.TakeFlashes(httptest.NewRecorder(), forged, true); got != nil {
		t.Errorf("a broken cookie gave %v", got)
	}
}

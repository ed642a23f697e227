// SPDX-License-Identifier: EUPL-1.2

package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func get(t *testing.T, method, path, encoding string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := Handler()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryBuiltFileIsServed(t *testing.T) {
	names, err := Names()
	if err != nil || len(names) < 5 {
		t.Fatalf("%d files built: %v", len(names), err)
	}
	for _, name := range names {
		w := get(t, http.MethodGet, Path(name), "")
		if w.Code != http.StatusOK || w.Body.Len() == 0 || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: status %d, %d bytes, type %q", name, w.Code, w.Body.Len(), w.Header().Get("Content-Type"))
		}
		if cache := w.Header().Get("Cache-Control"); !strings.Contains(cache, "immutable") {
			t.Errorf("%s may be kept: %q", name, cache)
		}
	}
}

func TestCompressionKeepsTheContent(t *testing.T) {
	plain := get(t, http.MethodGet, Path("app.css"), "").Body.Bytes()
	zipped := get(t, http.MethodGet, Path("app.css"), "gzip, br")
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v", zipped.Header())
	}
	reader, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(reader)
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d bytes unzipped (%v), %d plain", len(got), err, len(plain))
	}
}

func TestOtherRequests(t *testing.T) {
	if w := get(t, http.MethodGet, Prefix+"../static.go", ""); w.Code != http.StatusNotFound {
		t.Errorf("outside: %d", w.Code)
	}
	if w := get(t, http.MethodGet, Path("nothing.css"), ""); w.Code != http.StatusNotFound {
		t.Errorf("unknown: %d", w.Code)
	}
	if w := get(t, http.MethodPost, Path("app.css"), ""); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("post: %d", w.Code)
	}
	if w := get(t, http.MethodHead, Path("app.css"), ""); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("head: %d with %d bytes", w.Code, w.Body.Len())
	}
}

// The style sheet must stay small, and fetch nothing from elsewhere.
func TestStyleSheetIsSmallAndAtHome(t *testing.T) {
	css := get(t, http.MethodGet, Path("app.css"), "").Body.String()
	if len(css) > 120_000 {
		t.Errorf("%d bytes of styles: the aim is under 120,000", len(css))
	}
	if strings.Contains(css, "url(http") || strings.Contains(css, "url(//") || strings.Contains(css, "font-400)") {
		t.Error("the style sheet fetches from elsewhere, or its fonts have no name")
	}
}

func TestLicencesTravelAlong(t *testing.T) {
	for _, name := range []string{"bootstrap-italia.txt", "titillium-web.txt", "htmx.txt"} {
		if text, err := os.ReadFile("licenses/" + name); err != nil || len(text) < 300 {
			t.Errorf("%s: %d bytes, %v", name, len(text), err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package browser_test

import (
	"fmt"
	"html"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"martinella/internal/e2e/browser"
)

const soundPage = `<!doctype html><html lang="it"><head><title>Prova</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="n">* { font-size: 24px }</style></head><body><main>
<h1>Prova</h1><p id="lang">%s</p><p id="name">%s</p><p id="script">senza</p>
<script nonce="n">document.getElementById("script").textContent = "con"</script>
<form action="/" method="get">
<label for="n">Nome dell'ente <span>*</span></label><input id="n" name="name" value="vecchio">
<label for="s">Livello</label><select id="s" name="tier"><option value="b">Basic</option><option value="f">Full</option></select>
<label for="d">Dal</label><input id="d" type="date" name="since">
<label for="f">File</label><input id="f" type="file" name="file">
<button>Salva</button></form>
<button id="late" type="button">Carica</button><p id="out">vuoto</p>
<script nonce="n">document.getElementById("late").onclick = () => requestAnimationFrame(() => {
	document.getElementById("out").textContent = "pieno" })</script>
<a href="/missing">Altrove</a></main></body></html>`

// A text without contrast, a picture without words, a field without label.
const brokenPage = `<!doctype html><html lang="it"><head><title>Rotta</title></head><body><main><h1>Rotta</h1>
<p style="color:#ccc;background:#fff">illeggibile</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<input type="text"></main></body></html>`

func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	page := func(pattern, csp, body string) {
		mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", csp)
			_, _ = fmt.Fprint(w, body)
		})
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src 'nonce-n'; style-src 'nonce-n'")
		name := strings.Join([]string{r.FormValue("name"), r.FormValue("tier"), r.FormValue("since"), r.FormValue("file")}, " ")
		_, _ = fmt.Fprintf(w, soundPage, html.EscapeString(r.Header.Get("Accept-Language")), html.EscapeString(name))
	})
	page("/broken", "img-src data:", brokenPage)
	page("/wide", "default-src 'self'; style-src 'unsafe-inline'", `<!doctype html><html lang="it"><meta name="viewport" content="width=device-width"><title>Larga</title><div style="width:900px">larga</div>`)
	page("/throws", "default-src 'unsafe-inline'", `<!doctype html><html lang="it"><title>Errore</title><script>throw new Error("rotto")</script>`)
	page("/forbidden", "default-src 'self'", `<!doctype html><html lang="it"><title>Vietato</title><script>1</script>`)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAPersonUsesAPage(t *testing.T) {
	b, base := browser.Start(t), site(t)

	t.Run("reads and fills", func(t *testing.T) {
		p := b.Visit(t, "nb")
		if status := p.Open(base); status != http.StatusOK {
			t.Errorf("status %d", status)
		}
		if got := p.Text(browser.CSS("#lang")); got != "nb" {
			t.Errorf("the server was asked for language %q", got)
		}
		file := filepath.Join(t.TempDir(), "inventario.csv")
		if err := os.WriteFile(file, []byte("a;b"), 0o600); err != nil {
			t.Fatal(err)
		}
		p.Fill(browser.Label("Nome dell'ente"), "Comune di Fiesole")
		p.Choose(browser.Label("Livello"), "Full")
		p.Fill(browser.Label("Dal"), "2026-11-22")
		p.Upload(browser.Label("File"), file)
		if got := p.Value(browser.Label("Nome dell'ente")); got != "Comune di Fiesole" {
			t.Errorf("the field holds %q", got)
		}
		if status := p.Follow(browser.Words("Salva")); status != http.StatusOK {
			t.Errorf("status %d after sending", status)
		}
		if got := p.Text(browser.CSS("#name")); got != "Comune di Fiesole f 2026-11-22 inventario.csv" {
			t.Errorf("the server received %q", got)
		}
	})

	t.Run("waits for what changes later", func(t *testing.T) {
		p := b.Visit(t, "it")
		p.Open(base)
		p.Click(browser.Words("Carica"))
		p.WaitText(browser.CSS("#out"), "pieno")
	})

	t.Run("finds a page that is not there", func(t *testing.T) {
		p := b.Visit(t, "it")
		p.Open(base)
		if status := p.Follow(browser.Words("Altrove")); status != http.StatusNotFound || !strings.HasSuffix(p.Address(), "/missing") {
			t.Errorf("status %d at %s", status, p.Address())
		}
	})

	t.Run("has scripts off", func(t *testing.T) {
		p := b.Visit(t, "it")
		p.Open(base)
		with := p.Text(browser.CSS("#script"))
		p.WithoutScripts()
		p.Open(base)
		if without := p.Text(browser.CSS("#script")); with != "con" || without != "senza" {
			t.Errorf("with scripts %q, without %q", with, without)
		}
		p.Fill(browser.Label("Nome dell'ente"), "senza script")
		p.Follow(browser.Words("Salva"))
		if got := p.Text(browser.CSS("#name")); got != "senza script b" {
			t.Errorf("the server received %q", got)
		}
	})
}

func TestAccessibilityFaultsAreFound(t *testing.T) {
	b, base := browser.Start(t), site(t)
	p := b.Visit(t, "it")
	p.Open(base + "/broken")
	found := map[string]string{}
	for _, v := range p.Axe() {
		found[v.ID] = v.String()
	}
	for _, id := range []string{"color-contrast", "image-alt", "label"} {
		if found[id] == "" {
			t.Errorf("%s was not found; found: %v", id, found)
		}
	}
	if text := found["image-alt"]; !strings.Contains(text, "img") || !strings.Contains(text, "critical") {
		t.Errorf("the report does not say where and how bad: %s", text)
	}
	p.Open(base)
	p.CheckAccessible()
}

func TestWidthAndScreenshot(t *testing.T) {
	b, base := browser.Start(t), site(t)
	p := b.Visit(t, "it")
	p.Open(base + "/wide")
	if !p.Overflows(browser.PhoneWidth) || p.Overflows(browser.DeskWidth) {
		t.Error("900 pixels overflow a phone, and not a desk")
	}
	for _, width := range []int{browser.PhoneWidth, browser.DeskWidth} {
		path := filepath.Join(t.TempDir(), "new", "page.png")
		p.Screenshot(path, width)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		config, err := png.DecodeConfig(f)
		_ = f.Close()
		if err != nil || config.Width < width {
			t.Errorf("a screenshot of %d pixels is %d wide, %v", width, config.Width, err)
		}
	}
}

// recorder is a test that may fail without failing ours.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	said     []string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// try runs a visit that should fail and gives what it said.
func try(t *testing.T, b *browser.Browser, visit func(p *browser.Page)) string {
	t.Helper()
	r := &recorder{TB: t}
	var wg sync.WaitGroup
	wg.Go(func() {
		p := b.Visit(r, "it")
		visit(p)
	})
	wg.Wait()
	for _, f := range r.cleanups {
		f()
	}
	return strings.Join(r.said, "\n")
}

func TestAPageThatDoesWrongFailsItsTest(t *testing.T) {
	b, base := browser.Start(t), site(t)
	for path, want := range map[string]string{"/throws": "rotto", "/forbidden": "Content Security Policy"} {
		if said := try(t, b, func(p *browser.Page) { p.Open(base + path) }); !strings.Contains(said, want) {
			t.Errorf("%s: the test said %q", path, said)
		}
	}
	if said := try(t, b, func(p *browser.Page) { p.Open(base) }); said != "" {
		t.Errorf("a sound page: the test said %q", said)
	}
	said := try(t, b, func(p *browser.Page) {
		p.Open(base)
		p.Choose(browser.Label("Livello"), "Enorme")
	})
	for _, want := range []string{"no such option: Enorme", base, "failure.png"} {
		if !strings.Contains(said, want) {
			t.Errorf("a failing step does not tell %q, but %q", want, said)
		}
	}
}

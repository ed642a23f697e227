// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser is a headless Chromium looking at the gallery.
type browser struct {
	*testing.T
	ctx  context.Context
	base string
}

// open starts the gallery and the browser. The browser is a part of the test
// set-up, like the Go tool: without it the test fails, it is not skipped.
func open(t *testing.T) browser {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	h, err := newHandler()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.Flag("disable-background-networking", true), chromedp.Flag("accept-lang", "it"))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, done := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(done)
	b := browser{T: t, ctx: ctx, base: server.URL}
	b.do(chromedp.Navigate("about:blank"))
	// every break of the content security policy is remembered by the page
	_, err = chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.cspBreaks = []; addEventListener("securitypolicyviolation", e => cspBreaks.push(e.violatedDirective + " " + e.blockedURI + " " + e.sample))`,
	})
	b.must(err)
	return b
}

func (b browser) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	b.must(chromedp.Do(b.ctx, steps...))
}

// eval evaluates JavaScript, waiting for a promise.
func eval[T any](b browser, js string) T {
	b.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	b.must(err)
	return v
}

// media chooses theme, paper or screen, and no motion.
func (b browser) media(kind, scheme string) {
	b.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: kind,
		Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		},
	})
	b.must(err)
}

// shot keeps a screenshot when GALLERY_SHOTS names a folder for them.
func (b browser) shot(name string) {
	dir := os.Getenv("GALLERY_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.must(err)
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// paths are all pages of the gallery.
func paths() []string {
	all := slices.Collect(maps.Keys(pages()))
	all = slices.AppendSeq(all, maps.Keys(barePages()))
	slices.Sort(all)
	return all
}

func shotName(path, rest string) string {
	name := strings.Trim(path, "/")
	if name == "" {
		name = "home"
	}
	return name + "-" + rest
}

type violation struct {
	ID    string
	Help  string
	Nodes []struct {
		HTML           string
		FailureSummary string
	}
}

// axe runs axe-core's rules of WCAG 2.1 AA and its good practices.
func (b browser) axe(source string) []violation {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](source))
	raw := eval[string](b, `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v =>
		({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary}))}))))`)
	var found []violation
	b.must(json.Unmarshal([]byte(raw), &found))
	return found
}

func TestPagesAreAccessible(t *testing.T) {
	b := open(t)
	source, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core comes with npm ci in web/: %v", err)
	}
	for _, path := range paths() {
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{1280, 360} {
				name := shotName(path, fmt.Sprintf("%s-%d", scheme, width))
				b.media("screen", scheme)
				b.do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(b.base+path))
				b.shot(name)
				for _, v := range b.axe(string(source)) {
					for _, n := range v.Nodes {
						t.Errorf("%s: %s (%s)\n%s\n%s", name, v.ID, v.Help, n.HTML, n.FailureSummary)
					}
				}
				if breaks := eval[[]string](b, "cspBreaks"); len(breaks) > 0 {
					t.Errorf("%s breaks the content security policy: %q", name, breaks)
				}
			}
		}
	}
}

// A page must never scroll sideways: at 360 px (a phone), at 640 px (a desk at
// 200 %), at 320 px (WCAG 2.1, 1.4.10).
func TestNoPageScrollsSideways(t *testing.T) {
	b := open(t)
	for _, path := range paths() {
		for _, width := range []int64{320, 360, 640, 768, 1280} {
			b.do(chromedp.EmulateViewport(width, 800), chromedp.Navigate(b.base+path))
			if got := eval[int64](b, "document.documentElement.scrollWidth"); got > width {
				wide := eval[string](b, `[...document.querySelectorAll("main *, header *, footer *, .slim *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("\n")`)
				t.Errorf("%s at %d px is %d px wide:\n%s", path, width, got, wide)
			}
		}
	}
}

func TestNavigationOpensWithoutScript(t *testing.T) {
	b := open(t)
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.must(err)
	b.do(chromedp.EmulateViewport(360, 800), chromedp.Navigate(b.base+"/"))
	visible := `getComputedStyle(document.querySelector("#nav")).display !== "none"`
	if eval[bool](b, visible) {
		t.Fatal("the navigation is open before it was asked for")
	}
	b.do(chromedp.Click(chromedp.CSS("a.nav-open")))
	if !soon(b, visible) {
		t.Error("the navigation did not open")
	}
	b.shot("nav-360")
	// On a busy machine a click may come before the browser has drawn what it is for: it hits nothing.
	for try := 0; try < 5 && eval[bool](b, visible); try++ {
		b.do(chromedp.Click(chromedp.CSS("a.nav-close")))
		within(b, 2*time.Second, "!("+visible+")")
	}
	if eval[bool](b, visible) {
		t.Error("the navigation did not close")
	}
}

// soon says whether an expression comes true: the browser answers a click
// before it has followed the link.
func soon(b browser, expression string) bool { return within(b, 10*time.Second, expression) }

func within(b browser, limit time.Duration, expression string) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); {
		if eval[bool](b, expression) {
			return true
		}
	}
	return false
}

func TestTypeaheadIsACombobox(t *testing.T) {
	b := open(t)
	b.do(chromedp.Navigate(b.base+"/form"),
		chromedp.SendKeys(chromedp.CSS("#f-body"), "forti"),
		chromedp.WaitVisible(chromedp.CSS("#f-body-listbox [role=option]")))
	b.shot("typeahead")
	b.do(chromedp.KeyEvent("\ue015")) // unknown keys do nothing
	press := func(key string) {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
			`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true, cancelable: true}))`, key)))
	}
	press("ArrowDown")
	press("ArrowDown")
	active := eval[string](b, `document.querySelector("#f-body").getAttribute("aria-activedescendant")`)
	if active != "f-body-listbox-1" {
		t.Errorf("after two arrows the active option is %q", active)
	}
	press("Enter")
	got := eval[[]string](b, `[document.querySelector("#f-body").value, document.querySelector("[name=body_code]").value, document.querySelector("#f-body").getAttribute("aria-expanded")]`)
	want := []string{"Fortinet FortiManager", "cpe:2.3:a:fortinet:fortimanager", "false"}
	if !slices.Equal(got, want) {
		t.Errorf("chosen %q, want %q", got, want)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#f-body"), "x"))
	if v := eval[string](b, `document.querySelector("[name=body_code]").value`); v != "" {
		t.Errorf("an edited text still stands for %q", v)
	}
}

func TestFiltersApplyAsTheyChange(t *testing.T) {
	b := open(t)
	b.do(chromedp.Navigate(b.base+"/stack?sort=-open"),
		chromedp.Evaluate[chromedp.Void](`{const s = document.querySelector("#f-exposure"); s.value = "internet"; s.dispatchEvent(new Event("change", {bubbles: true}))}`))
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`location.search.includes("exposure=internet") && !!document.querySelector(".filters-clear")`))
	b.must(err)
	if q := eval[string](b, "location.search"); !strings.Contains(q, "sort=-open") {
		t.Errorf("the order was lost: %s", q)
	}
}

func TestRowsAreCountedAsTheyAreChosen(t *testing.T) {
	b := open(t)
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(b.base+"/stack"), chromedp.Click(chromedp.CSS("[data-pick-all]")))
	if got := eval[string](b, `document.querySelector("[data-bulk-count]").textContent`); got != "Righe scelte: 5" {
		t.Errorf("the bulk bar says %q", got)
	}
}

func TestProgressEnds(t *testing.T) {
	b := open(t)
	b.do(chromedp.Navigate(b.base + "/parts"))
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.querySelector("#import").textContent.includes("completata")`))
	b.must(err)
	if eval[bool](b, `document.querySelector("#import").hasAttribute("hx-get")`) {
		t.Error("a finished import is still polled")
	}
}

func TestPrintShowsExactTimesAndNoNavigation(t *testing.T) {
	b := open(t)
	b.media("print", "dark")
	b.do(chromedp.EmulateViewport(800, 1100), chromedp.Navigate(b.base+"/cve"))
	b.shot("cve-print")
	if nav := eval[string](b, `getComputedStyle(document.querySelector(".nav")).display`); nav != "none" {
		t.Errorf("the navigation is printed: %s", nav)
	}
	exact := eval[string](b, `getComputedStyle(document.querySelector("time.when"), "::after").content`)
	if !strings.Contains(exact, "19/11/2026 14:20") {
		t.Errorf("the printed time is %s", exact)
	}
	if ground := eval[string](b, `getComputedStyle(document.body).backgroundColor`); ground != "rgb(255, 255, 255)" {
		t.Errorf("printed on %s", ground)
	}
}

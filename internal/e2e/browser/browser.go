// SPDX-License-Identifier: EUPL-1.2

// Package browser drives a real Chromium in tests, the way a person would: a
// field is found by its label, a button or a link by its words.
//
//	b := browser.Start(t)
//	p := b.Visit(t, "it")
//	p.Open(server.URL + "/signin")
//	p.Fill(browser.Label("Indirizzo di posta elettronica"), "anna@example.org")
//	p.Follow(browser.Words("Accedi"))
//	p.CheckAccessible()
//
// Every step waits for what it needs, up to Patience, and fails the test with
// the address, what was looked for and a screenshot (see "go test -artifacts").
// A visit also fails its test for what the page did wrong by itself: an
// uncaught exception, or a breach of its own content security policy.
package browser

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Patience is how long a step waits before the test fails.
const Patience = 20 * time.Second

// Variable names the environment variable with the browser to use instead of
// the one in PATH.
const Variable = "MARTINELLA_TEST_BROWSER"

// The sizes people have: a desk and a phone, in CSS pixels.
const (
	DeskWidth  = 1280
	PhoneWidth = 375
)

// Browser is a running Chromium.
type Browser struct {
	ctx context.Context
}

// Start starts a headless Chromium, stopped when the test ends. One serves a
// test and its subtests; each takes its own Visit.
func Start(t testing.TB) *Browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(executable(t)),
		chromedp.NoSandbox, // the tests may run as root, where the sandbox does not
		chromedp.DisableGPU,
		chromedp.WindowSize(DeskWidth, 900),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.WSURLReadTimeout(Patience),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeBrowser := chromedp.NewContext(ctx)
	t.Cleanup(closeBrowser)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", executable(t), err)
	}
	return &Browser{ctx: ctx}
}

func executable(t testing.TB) string {
	t.Helper()
	if path := os.Getenv(Variable); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf(`no Chromium for this test: run "scripts/setup.sh test", or "apt-get install chromium", or set %s`, Variable)
	return ""
}

// Visit opens a new page with its own cookies, for a person who reads that
// language first. It is closed when the test ends.
func (b *Browser) Visit(t testing.TB, language string) *Page {
	t.Helper()
	ctx, leave := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	p := &Page{t: t, ctx: ctx}
	// The first step opens the tab, which would close with a step's own deadline.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	p.listen()
	p.do("opening a page", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		return calm(ctx, target, language)
	}), chromedp.EmulateViewport(DeskWidth, 900))
	t.Cleanup(func() {
		for _, fault := range p.Faults() {
			t.Errorf("the page did wrong: %s", fault)
		}
		leave()
	})
	return p
}

// calm sets what every visit has in common: the language, and no animations,
// which would make screenshots and contrast depend on the moment.
func calm(ctx context.Context, target *chromedp.Target, language string) error {
	_, err := cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": language},
	})
	if err != nil {
		return err
	}
	return media(ctx, target, "screen", "light")
}

// media sets on what the page is shown, and in which theme.
func media(ctx context.Context, target *chromedp.Target, kind, theme string) error {
	_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: kind,
		Features: []*emulation.MediaFeature{
			{Name: "prefers-reduced-motion", Value: "reduce"}, {Name: "prefers-color-scheme", Value: theme},
		},
	})
	return err
}

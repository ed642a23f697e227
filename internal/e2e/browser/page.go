// SPDX-License-Identifier: EUPL-1.2

package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Page is one tab of one person.
type Page struct {
	t      testing.TB
	ctx    context.Context
	faults *faults
}

// Open goes to an address, waits until it is loaded and returns the HTTP status.
func (p *Page) Open(address string) int {
	p.t.Helper()
	response := run(p, "opening "+address, chromedp.NavigateResponse(address))
	return int(response.Status)
}

// Fill replaces what a field holds, typing as a person does; long texts are
// pasted, dates and times are written in the form of HTML ("2026-11-22").
func (p *Page) Fill(what Target, value string) {
	p.t.Helper()
	const empty = `
		const picked = ["date", "time", "datetime-local", "month", "color", "range"].includes(e.type);
		e.focus();
		e.value = picked ? argument : "";
		e.dispatchEvent(new Event("input", {bubbles: true}));
		if (picked || argument === "") { e.dispatchEvent(new Event("change", {bubbles: true})); }
		return picked;`
	doing := "filling " + what.name
	picked := onElement[bool](p, doing, what, empty, value)
	switch {
	case picked || value == "":
	case len(value) > 100 || strings.Contains(value, "\n"):
		p.do(doing, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: value})
			return err
		}))
	default:
		p.do(doing, chromedp.KeyEvent(value))
	}
}

// Choose selects the option of a list that shows those words.
func (p *Page) Choose(what Target, words string) {
	p.t.Helper()
	const choose = `
		const texts = [...e.options].map(o => o.text.trim());
		if (!texts.includes(argument)) { throw new Error("no such option: " + argument + "; there are: " + texts.join(", ")); }
		e.selectedIndex = texts.indexOf(argument);
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
		return true;`
	onElement[bool](p, "choosing "+words+" in "+what.name, what, choose, words)
}

// Upload puts files in a file field.
func (p *Page) Upload(what Target, files ...string) {
	p.t.Helper()
	doing := "uploading to " + what.name
	onElement[bool](p, doing, what, "return true;", "")
	p.do(doing, chromedp.SetUploadFiles(chromedp.JSPath(what.script), files))
}

// Click clicks without waiting for what follows: for what changes a part of the
// page. Then Wait for the change.
func (p *Page) Click(what Target) {
	p.t.Helper()
	doing := "clicking " + what.name
	x, y := p.middle(doing, what)
	p.do(doing, chromedp.MouseClickXY(x, y))
}

// Follow clicks what leads to another page, waits until that is loaded and
// returns its HTTP status.
func (p *Page) Follow(what Target) int {
	p.t.Helper()
	doing := "following " + what.name
	x, y := p.middle(doing, what)
	return within(p, doing, func(ctx context.Context) (int, error) {
		response, err := chromedp.RunResponse(ctx, chromedp.MouseClickXY(x, y))
		if err != nil {
			return 0, fmt.Errorf("no page came: %w", err)
		}
		return int(response.Status), nil
	})
}

// middle brings an element into view and gives its middle. It fails when a
// person could not click there.
func (p *Page) middle(doing string, what Target) (x, y float64) {
	p.t.Helper()
	const measure = `
		if (e.disabled) { throw new Error("it is disabled"); }
		e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
		const r = e.getClientRects()[0];
		const x = r.x + r.width / 2, y = r.y + r.height / 2;
		const top = document.elementFromPoint(x, y);
		if (!top || !(e.contains(top) || top.contains(e) || top.control === e)) {
			throw new Error("it is covered by " + (top ? top.outerHTML.slice(0, 120) : "nothing: it is outside of the window"));
		}
		return x + " " + y;`
	// Words, because a list that is not there yet would come as an empty one.
	at := onElement[string](p, doing, what, measure, "")
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		p.fail(doing, fmt.Errorf("its middle is at %q: %w", at, err))
	}
	return x, y
}

// Press sends keys ("\t", kb.ArrowDown, "\r") to what has the focus.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do("pressing keys", chromedp.KeyEvent(keys))
}

// Enter presses the Enter key on what has the focus. Press would send the
// character on its own, which a page that took the key for itself cannot stop.
func (p *Page) Enter() {
	p.t.Helper()
	p.do("pressing Enter", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
			key := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
			if kind == input.DispatchKeyEventTypeKeyDown {
				key.Text = "\r"
			}
			if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, key); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Wait waits until what is looked for can be seen.
func (p *Page) Wait(what Target) {
	p.t.Helper()
	onElement[bool](p, "waiting for "+what.name, what, "return true;", "")
}

// WaitText waits until an element holds a text.
func (p *Page) WaitText(what Target, text string) {
	p.t.Helper()
	onElement[bool](p, "waiting for "+quote(text)+" in "+what.name, what, "return e.innerText.includes(argument) || undefined;", text)
}

// WaitGone waits until what is looked for cannot be seen any more.
func (p *Page) WaitGone(what Target) {
	p.t.Helper()
	poll[bool](p, "waiting for the end of "+what.name, "(e => !e || !e.checkVisibility() || undefined)("+what.script+")")
}

// WithoutScripts turns JavaScript off for the pages opened from now on: what
// works then works for everybody.
func (p *Page) WithoutScripts() {
	p.t.Helper()
	p.do("turning scripts off", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// Dark shows the page as a system with a dark theme does.
func (p *Page) Dark() { p.t.Helper(); p.media("screen", "dark") }

// Paper shows the page as it is printed, by somebody whose screen is dark.
func (p *Page) Paper() { p.t.Helper(); p.media("print", "dark") }

func (p *Page) media(kind, theme string) {
	p.t.Helper()
	p.do("changing to "+kind+" and "+theme, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		return media(ctx, target, kind, theme)
	}))
}

// Width makes the window that wide, in CSS pixels; up to 600 it is a phone's.
func (p *Page) Width(pixels int) {
	p.t.Helper()
	if pixels <= 600 {
		p.do("becoming a phone", chromedp.EmulateViewport(int64(pixels), 812, chromedp.EmulateMobile, chromedp.EmulateTouch))
		return
	}
	p.do("becoming a desk", chromedp.EmulateViewport(int64(pixels), 900))
}

// Screenshot writes the whole page, that wide, as a PNG file, and goes back to
// the desk's width.
func (p *Page) Screenshot(path string, width int) {
	p.t.Helper()
	p.Width(width)
	image := run(p, "taking a screenshot", chromedp.FullScreenshot(100))
	p.Width(DeskWidth)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, image, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

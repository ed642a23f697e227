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

// Text gives the visible text of an element, without space around it.
func (p *Page) Text(what Target) string {
	p.t.Helper()
	return onElement[string](p, "reading "+what.name, what, "return e.innerText.trim();", "")
}

// Texts gives the visible text of each element that a selector matches now.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	return run(p, "reading all of "+selector, chromedp.Evaluate[[]string](
		fmt.Sprintf(`[...document.querySelectorAll(%s)].filter(e => e.checkVisibility()).map(e => e.innerText.trim())`, quote(selector))))
}

// Value gives what a field holds.
func (p *Page) Value(what Target) string {
	p.t.Helper()
	return onElement[string](p, "reading "+what.name, what, "return e.value;", "")
}

// Has reports whether an element is there now, seen or not.
func (p *Page) Has(what Target) bool {
	p.t.Helper()
	return run(p, "looking for "+what.name, chromedp.Evaluate[bool]("!!("+what.script+")"))
}

// Address gives the page's address.
func (p *Page) Address() string {
	p.t.Helper()
	return run(p, "reading the address", chromedp.Location())
}

// Title gives the page's title.
func (p *Page) Title() string {
	p.t.Helper()
	return run(p, "reading the title", chromedp.Title())
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

// Links gives where the page's visible and folded links lead, in their order.
func (p *Page) Links() []string {
	p.t.Helper()
	return run(p, "reading the links", chromedp.Evaluate[[]string]("[...document.querySelectorAll('a[href]')].map(a => a.href)"))
}

// RepeatedIDs gives the ids that more than one element has: a label would
// belong to the wrong one.
func (p *Page) RepeatedIDs() []string {
	p.t.Helper()
	return run(p, "reading the ids", chromedp.Evaluate[[]string](
		"[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)"))
}

// Wider tells what sticks out of the page when the window is that wide: on a
// phone it would have to be pushed sideways to be read (WCAG 2.1, 1.4.10).
// Empty when nothing does.
func (p *Page) Wider(width int) string {
	p.t.Helper()
	p.Width(width)
	defer p.Width(DeskWidth)
	return run(p, "measuring the page", chromedp.Evaluate[string](`(() => {
		const room = document.documentElement.clientWidth, need = document.documentElement.scrollWidth;
		if (need <= room) { return ""; }
		const out = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > room + 1);
		return need + " pixels; " + out.slice(-2).map(e => e.outerHTML.slice(0, 160)).join("; ");
	})()`))
}

// Overflows reports whether the page is wider than the window: on a phone it
// would have to be pushed sideways to be read (WCAG 2.1, 1.4.10).
func (p *Page) Overflows(width int) bool {
	p.t.Helper()
	p.Width(width)
	defer p.Width(DeskWidth)
	return run(p, "measuring the page", chromedp.Evaluate[bool]("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
}

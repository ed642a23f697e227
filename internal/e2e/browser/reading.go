// SPDX-License-Identifier: EUPL-1.2

package browser

import (
	"fmt"

	"github.com/chromedp/chromedp"
)

// Focused gives the id of the element that has the focus, else what it says.
func (p *Page) Focused() string {
	p.t.Helper()
	return run(p, "looking for the focus", chromedp.Evaluate[string](
		"(e => e.id || (e.innerText || '').trim())(document.activeElement ?? document.body)"))
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

// Style gives a computed style of an element, seen or not.
func (p *Page) Style(what Target, property string) string {
	p.t.Helper()
	return run(p, "reading the style of "+what.name, chromedp.Evaluate[string](
		fmt.Sprintf("getComputedStyle(%s).getPropertyValue(%s)", what.script, quote(property))))
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

// Links gives where the page's visible and folded links lead, in their order.
func (p *Page) Links() []string {
	p.t.Helper()
	return run(p, "reading the links", chromedp.Evaluate[[]string]("[...document.querySelectorAll('a[href]:not([download])')].map(a => a.href.baseVal === undefined ? a.href : new URL(a.href.baseVal, location.href).href)"))
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

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"martinella/internal/e2e/browser"
)

// TestByKeyboardAlone signs in and declares a product without a mouse.
func TestByKeyboardAlone(t *testing.T) {
	i := demonstration(t)
	p := browser.Start(t).Visit(t, "it")
	p.Open(i.base + "/signin")
	p.Press(kb.Tab)
	if first := p.Focused(); first != "Vai al contenuto" {
		t.Errorf("the first thing the keyboard reaches is %q, not the way past the header", first)
	}
	tabTo(t, p, "f-email")
	p.Press(technician)
	tabTo(t, p, "f-password")
	p.Press(demoPassword)
	p.Enter()
	p.WaitText(browser.CSS("h1"), "La vostra situazione")

	p.Open(i.base + stack)
	p.Press(kb.Tab)
	p.Enter() // past the header
	tabTo(t, p, "f-label")
	p.Press("libreof")
	p.Wait(browser.CSS("[role=option]"))
	p.Press(kb.ArrowDown)
	if n := len(p.Texts("[role=option][aria-selected=true]")); n != 1 {
		t.Errorf("%d proposals are chosen after one arrow", n)
	}
	p.Enter()
	p.WaitGone(browser.CSS("[role=option]"))
	if got := p.Value(browser.CSS("#f-label")); !strings.Contains(strings.ToLower(got), "libreoffice") {
		t.Errorf("the field holds %q", got)
	}
	tabTo(t, p, "f-version")
	p.Press("7.1.2")
	p.Enter()
	p.WaitText(flash, "Aggiunto")
	p.WaitText(browser.CSS("main table"), "7.1.2")
}

// tabTo presses Tab until an element has the focus.
func tabTo(t *testing.T, p *browser.Page, id string) {
	t.Helper()
	var passed []string
	for range 40 {
		if at := p.Focused(); at == id {
			return
		} else {
			passed = append(passed, at)
		}
		p.Press(kb.Tab)
	}
	t.Fatalf("the keyboard does not reach %s; it passed %q", id, passed)
}

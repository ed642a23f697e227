// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"martinella/internal/e2e/browser"
)

// password is what everybody in these tests chooses.
const password = "la campana suona a martello"

var aLink = regexp.MustCompile(`https?://\S+`)

// linkIn gives the first address in a text.
func linkIn(t *testing.T, text string) string {
	t.Helper()
	link := aLink.FindString(text)
	if link == "" {
		t.Fatalf("no link in %q", text)
	}
	return link
}

// joins follows the link of somebody who may not be without a second factor: a
// password, a second factor, recovery codes put away.
func joins(t *testing.T, p *browser.Page, link string) {
	t.Helper()
	p.Open(link)
	p.Fill(browser.Label("Nuova password"), password)
	p.Follow(browser.Words("Imposta la password e accedi"))
	secret := strings.Map(func(r rune) rune {
		if r == ' ' {
			return -1
		}
		return r
	}, p.Text(browser.CSS(".qr code")))
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatalf("the key %q: %v", secret, err)
	}
	p.Fill(browser.Label("Codice mostrato dall'app"), code)
	p.Follow(browser.Words("Attiva il secondo fattore"))
	p.Follow(browser.Words("Li ho messi al sicuro: continua"))
}

// mailTo opens the newest mail to an address whose subject holds some words, in
// the control room's outbox, and gives its text.
func mailTo(t *testing.T, operator *browser.Page, base, address, subject string) string {
	t.Helper()
	operator.Open(base + "/ops/mail?q=" + address)
	operator.Follow(browser.LinkWith(subject))
	return operator.Text(browser.CSS("main pre code"))
}

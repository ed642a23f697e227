// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"regexp"
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// demoPassword is everybody's in the demonstration; its start prints it.
const demoPassword = "prova-martinella"

// demonstration is a running portal with the demonstration territory.
func demonstration(t *testing.T) *installation {
	t.Helper()
	i := install(t)
	said := i.serve("--demo").waitFor("Mails stay here")
	if !strings.Contains(said, demoPassword) {
		t.Fatalf("the demonstration's sign-ins were not announced:\n%s", said)
	}
	return i
}

var aCode = regexp.MustCompile(`[0-9]{6}`)

// signIn signs somebody of the demonstration in; those of the CSIRT with the
// code the page itself shows in the demonstration.
func signIn(t *testing.T, p *browser.Page, base, email string) {
	t.Helper()
	p.Open(base + "/signin")
	p.Fill(browser.CSS("#f-email"), email)
	p.Fill(browser.CSS("#f-password"), demoPassword)
	p.Follow(browser.CSS("main button[type=submit]"))
	if p.Has(browser.CSS("#f-code")) {
		p.Fill(browser.CSS("#f-code"), aCode.FindString(p.Text(browser.CSS("main .callout"))))
		p.Follow(browser.CSS("main button[type=submit]"))
	}
	if p.Has(browser.CSS("#f-password, #f-code")) {
		t.Fatalf("%s could not sign in: %s", email, p.Text(browser.CSS("main")))
	}
}

// TestEveryPage looks at every page anybody can reach in the demonstration:
// that it answers, that the browser has nothing to object to it, that axe-core
// finds nothing, that it fits a phone.
func TestEveryPage(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	public := []string{"/", "/services", "/register", "/register/sent", "/signin", "/forgot", "/conditions"}
	home := []string{"/home", "/account"}
	for _, who := range []struct {
		name, email string
		perKind     int
		axe         bool // where the templates are looked at, not only the rights
		starts      []string
	}{
		{"visitor", "", 2, true, public},
		{"administrator", "admin@csirt.example", 1, true, home},
		{"org_security", "paolo.nencini@comune.castelvento.example", 2, true, home},
		{"org_admin_new", "nadia.ferri@comune.roccasalina.example", 1, true, home}, // just accredited: nothing declared
		{"analyst", "andrea.rossi@csirt.example", 1, false, home},
		{"operator", "teresa.bruni@csirt.example", 1, false, home},
		{"auditor", "ugo.salvi@csirt.example", 1, false, home},
		{"org_leader", "sindaco@comune.castelvento.example", 1, false, home},
	} {
		t.Run(who.name, func(t *testing.T) {
			p := b.Visit(t, "it")
			if who.email != "" {
				signIn(t, p, i.base, who.email)
			}
			c := &crawler{t: t, p: p, base: i.base, who: who.name, perKind: who.perKind, axe: who.axe, seen: map[string]bool{}, kinds: map[string]int{}}
			c.from(who.starts...)
			t.Logf("%d pages of %d kinds", len(c.seen), len(c.kinds))
		})
	}
}

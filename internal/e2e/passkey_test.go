// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"net"
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// TestPasskeysInARealBrowser adds passkeys with Chromium's virtual
// authenticator, signs in with one alone and as the second step, and confirms
// with it. Passkeys want a name: the machine's own is localhost.
func TestPasskeysInARealBrowser(t *testing.T) {
	i := install(t)
	_, port, err := net.SplitHostPort(i.listen)
	if err != nil {
		t.Fatal(err)
	}
	i.base = "http://localhost:" + port
	i.options = append(i.options, "--base-url", i.base, "--demo", "--step-up", "1ms")
	i.serve().waitFor("Mails stay here")
	b := browser.Start(t)
	p := b.Visit(t, "it")
	p.Authenticator()
	signIn(t, p, i.base, technician)
	p.Open(i.base + "/account/security")
	p.CheckAccessible()
	look(p, "security-without")
	p.Follow(browser.Words("Aggiungi una passkey"))
	p.CheckAccessible()
	look(p, "passkey-new")
	p.Fill(browser.Label("Nome della passkey"), "Portatile")
	p.Fill(browser.Label("Password attuale"), demoPassword)
	p.Follow(browser.Words("Crea la passkey"))
	p.WaitText(browser.CSS("h1"), "Codici di recupero")
	p.Open(i.base + "/account/security")
	p.WaitText(browser.CSS("#passkeys"), "Portatile")
	p.CheckAccessible()
	look(p, "security-with")

	signOut(p)
	look(p, "signin")
	p.CheckAccessible()
	p.Follow(browser.Words("Accedi con una passkey"))
	p.WaitText(browser.CSS("h1"), "La vostra situazione")

	signOut(p)
	p.Fill(browser.CSS("#f-email"), technician)
	p.Fill(browser.CSS("#f-password"), demoPassword)
	p.Follow(browser.CSS("main button[type=submit]"))
	p.WaitText(browser.CSS("h1"), "Secondo fattore")
	look(p, "second-step")
	p.CheckAccessible()
	p.Follow(browser.Words("Usa una passkey"))
	p.WaitText(browser.CSS("h1"), "La vostra situazione")

	p.Open(i.base + stack + "?format=csv")
	p.WaitText(browser.CSS("h1"), "Confermate che siete voi")
	look(p, "confirm")
	p.CheckAccessible()
	p.Follow(browser.Words("Usa una passkey"))
	p.WaitText(browser.CSS("h1"), "Conferma ricevuta")

	bare := b.Visit(t, "it")
	bare.WithoutScripts()
	bare.Open(i.base + "/signin")
	if text := bare.Text(browser.CSS("main")); !strings.Contains(text, "hanno bisogno degli script") {
		t.Errorf("without scripts the page says: %s", text)
	}
	if bare.Has(browser.Words("Accedi con una passkey")) {
		t.Error("a button that cannot work")
	}
}

func signOut(p *browser.Page) {
	p.Click(browser.CSS("details.menu summary"))
	p.Follow(browser.Words("Esci"))
}

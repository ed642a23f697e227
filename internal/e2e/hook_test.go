// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"martinella/internal/e2e/browser"
)

// TestAProgramIsTold is a member's administrator who registers an address, tries
// it, sees it fail and sends again; and the CSIRT, which sees how it is.
func TestAProgramIsTold(t *testing.T) {
	var broken atomic.Bool
	var ids atomic.Value
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			http.Error(w, "manutenzione", http.StatusServiceUnavailable)
			return
		}
		ids.Store(r.Header.Get("webhook-id") + " " + r.Header.Get("webhook-signature"))
	}))
	defer program.Close()
	i, b := demonstration(t), browser.Start(t)
	member, analyst := b.Visit(t, "it"), b.Visit(t, "it")
	signIn(t, member, i.base, "elena.martelli@comune.castelvento.example")
	signIn(t, analyst, i.base, "andrea.rossi@csirt.example")

	member.Open(i.base + "/o/c_x001/hooks")
	look(member, "hook-empty")
	member.CheckAccessible()
	member.Follow(browser.LinkWith("Nuovo webhook"))
	look(member, "hook-new")
	member.CheckAccessible()
	member.Fill(browser.Label("Nome"), "Sportello guasti")
	member.Fill(browser.Label("Indirizzo"), program.URL+"/avvisi")
	member.Follow(browser.Words("Salva"))
	member.WaitText(browser.CSS("main"), "Scegliete almeno un evento")
	look(member, "hook-refused")
	member.Click(browser.CSS("input[value='inventory.changed']"))
	member.Follow(browser.Words("Salva"))
	member.WaitText(browser.CSS("main"), "whsec_")
	look(member, "hook-secret")
	member.CheckAccessible()
	member.Follow(browser.LinkWith("Vai al webhook"))
	broken.Store(true)
	member.Follow(browser.Words("Invia una prova"))
	member.WaitText(flash, "La prova è stata accodata")
	waitFor(t, member, "Si riprova")
	look(member, "hook-failing")
	member.CheckAccessible()
	member.Follow(browser.LinkWith("Prova"))
	member.WaitText(browser.CSS("main"), "manutenzione")
	look(member, "hook-delivery")
	member.CheckAccessible()
	broken.Store(false)
	member.Follow(browser.Words("Invia di nuovo"))
	waitFor(t, member, "Consegnato")
	if got, _ := ids.Load().(string); !strings.HasPrefix(got, "msg_") || !strings.Contains(got, " v1,") {
		t.Errorf("the program got %q", got)
	}
	member.Follow(browser.LinkWith("Cambia segreto"))
	look(member, "hook-rotate")
	member.CheckAccessible()
	member.Follow(browser.Words("Genera un nuovo segreto"))
	member.WaitText(browser.CSS("main"), "Il segreto precedente firma")

	analyst.Open(i.base + "/ops/hooks")
	analyst.WaitText(browser.CSS("main"), "Sportello guasti")
	look(analyst, "hook-territory")
	analyst.CheckAccessible()
	if status := analyst.Open(i.base + "/ops/hooks/new"); status != http.StatusForbidden {
		t.Errorf("an analyst's new webhook answers %d", status)
	}
}

// waitFor loads the page again until it says something: the work is in the background.
func waitFor(t *testing.T, p *browser.Page, text string) {
	t.Helper()
	for range 100 {
		if p.Open(p.Address()); strings.Contains(p.Text(browser.CSS("main")), text) {
			return
		}
	}
	t.Fatalf("never %q: %s", text, p.Text(browser.CSS("main")))
}

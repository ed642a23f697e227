// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"testing"

	"martinella/internal/e2e/browser"
)

// TestTheCallRound is worked by two operators at once: neither gets the other's line,
// and what one records the other sees.
func TestTheCallRound(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	andrea, teresa := b.Visit(t, "it"), b.Visit(t, "it")
	signIn(t, andrea, i.base, "andrea.rossi@csirt.example")
	signIn(t, teresa, i.base, "teresa.bruni@csirt.example")

	andrea.Open(i.base + "/ops/round")
	andrea.WaitText(browser.CSS("main"), "Prendi il prossimo ente")
	look(andrea, "round")
	andrea.CheckAccessible()
	andrea.Follow(browser.Words("Prendi il prossimo ente"))
	andrea.WaitText(browser.CSS("main"), "Com'è andata")
	line := andrea.Address()
	look(andrea, "round-line")
	andrea.CheckAccessible()

	teresa.Open(i.base + "/ops/round")
	teresa.WaitText(browser.CSS("#round"), "Andrea Rossi")
	look(teresa, "round-held")
	teresa.Follow(browser.Words("Prendi il prossimo ente"))
	if got := teresa.Address(); got == line {
		t.Fatalf("both have %s", got)
	}

	andrea.Click(browser.CSS("input[value='not_reached']"))
	andrea.Fill(browser.Label("Note"), "Suona a vuoto.")
	andrea.Follow(browser.Words("Registra l'esito"))
	andrea.WaitText(flash, "Esito registrato")
	andrea.Open(line)
	andrea.WaitText(browser.CSS("main"), "Suona a vuoto.")
	look(andrea, "round-recorded")
	andrea.CheckAccessible()
}

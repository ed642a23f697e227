// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"testing"

	"martinella/internal/e2e/browser"
)

// TestWritingAnAlert writes one in two languages and looks, without scripts, at
// the mail that readers of all three will get.
func TestWritingAnAlert(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	analyst := b.Visit(t, "it")
	signIn(t, analyst, i.base, "andrea.rossi@csirt.example")
	reader := b.Visit(t, "it")
	signIn(t, reader, i.base, "andrea.rossi@csirt.example")
	analyst.WithoutScripts()

	analyst.Open(i.base + "/ops/advisories/new")
	analyst.Fill(browser.Label("Titolo (italiano)"), "PROVA: firewall da aggiornare")
	analyst.Fill(browser.Label("In breve (italiano)"), "Aggiornate oggi.")
	analyst.Fill(browser.Label("Testo (italiano)"), "## Che cosa fare\n\n- Aggiornate **subito**.\n- Cercate gli indicatori.")
	analyst.Click(browser.Words("Testo in English (facoltativo)"))
	analyst.Fill(browser.Label("Titolo (English)"), "TEST: firewall to be updated")
	analyst.Fill(browser.Label("Testo (English)"), "Update **now**.")
	analyst.Follow(browser.Words("Salva e vedi l'anteprima"))
	analyst.WaitText(browser.CSS("main"), "Aggiornate oggi.")
	look(analyst, "writing-preview")
	analyst.Follow(browser.LinkWith("English"))
	analyst.WaitText(browser.CSS("main"), "Update **now**.")
	analyst.Follow(browser.LinkWith("norsk bokmål"))
	analyst.WaitText(browser.CSS("main"), "Teksten finnes bare på dette språket: italiano.")
	reader.Open(analyst.Address())
	look(reader, "writing-preview-foreign")
	reader.CheckAccessible()
	analyst.Follow(browser.LinkWith("Continua a scrivere"))
	reader.Open(analyst.Address())
	look(reader, "writing-form")
	reader.CheckAccessible()
}

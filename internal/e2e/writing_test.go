// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"os"
	"path/filepath"
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

	analyst.Follow(browser.Words("Annulla"))
	analyst.Follow(browser.LinkWith("Aggiungi un allegato"))
	rules := filepath.Join(t.TempDir(), "regole.txt")
	if err := os.WriteFile(rules, []byte("alert tcp any"), 0o600); err != nil {
		t.Fatal(err)
	}
	analyst.Upload(browser.Label("File"), rules)
	analyst.Follow(browser.Words("Carica"))
	analyst.WaitText(flash, "Allegato aggiunto")
	reader.Open(analyst.Address())
	look(reader, "writing-files")
	reader.CheckAccessible()

	// What turned out well is what the next one is begun from.
	analyst.Follow(browser.LinkWith("Fanne un modello"))
	analyst.Fill(browser.Label("Nome del modello"), "PROVA: firewall")
	analyst.Follow(browser.Words("Salva il modello"))
	analyst.WaitText(flash, "Modello salvato")
	reader.Open(analyst.Address())
	look(reader, "templates")
	reader.CheckAccessible()
	reader.Follow(browser.LinkWith("Campagna di phishing"))
	look(reader, "template-form")
	reader.CheckAccessible()
	analyst.Open(i.base + "/ops/advisories/new?audience=code:c_x001")
	analyst.Click(browser.CSS("main summary"))
	reader.Open(analyst.Address())
	reader.Click(browser.CSS("main summary"))
	look(reader, "template-begin")
	analyst.Follow(browser.LinkWith("PROVA: firewall"))
	if got := analyst.Value(browser.Label("Destinatari")); got != "code:c_x001" {
		t.Errorf("the audience that was chosen before: %s", got)
	}
	if got := analyst.Value(browser.Label("In breve (italiano)")); got != "Aggiornate oggi." {
		t.Errorf("the summary: %s", got)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// TestTheSecureChannel is a question of the CSIRT and its answer, in two
// browsers: with a file, receipts, and a mail that tells nothing.
func TestTheSecureChannel(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	analyst, member := b.Visit(t, "it"), b.Visit(t, "it")
	signIn(t, analyst, i.base, "andrea.rossi@csirt.example")
	signIn(t, member, i.base, "paolo.nencini@comune.castelvento.example")

	analyst.Open(i.base + "/o/c_x001/channel")
	look(analyst, "channel-list")
	analyst.CheckAccessible()
	analyst.Follow(browser.LinkWith("Nuova conversazione"))
	look(analyst, "channel-new")
	analyst.CheckAccessible()
	analyst.Click(browser.CSS("input[value='TLP:RED']"))
	analyst.Fill(browser.Label("Oggetto"), "OGGETTO-RISERVATO")
	analyst.Fill(browser.Label("Messaggio"), "TESTO-RISERVATO")
	analyst.Follow(browser.Words("Invia"))
	analyst.WaitText(browser.CSS("main"), "indicate chi può leggere")
	if got := analyst.Value(browser.Label("Messaggio")); got != "TESTO-RISERVATO" {
		t.Errorf("what was typed is lost: %q", got)
	}
	look(analyst, "channel-refused")
	analyst.Click(browser.CSS("input[value='TLP:AMBER']"))
	file := filepath.Join(t.TempDir(), "elenco.txt")
	if err := os.WriteFile(file, []byte("198.51.100.9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	analyst.Upload(browser.Label("File"), file)
	analyst.Follow(browser.Words("Invia"))
	analyst.WaitText(flash, "Messaggio inviato")
	analyst.WaitText(browser.CSS("main"), "Non ancora letto")
	thread := analyst.Address()

	mail := mailTo(t, analyst, i.base, "paolo.nencini@comune.castelvento.example", "messaggio riservato")
	if strings.Contains(mail, "RISERVATO") || !strings.Contains(mail, "TLP:AMBER") {
		t.Errorf("the mail tells: %s", mail)
	}
	member.Open(linkIn(t, mail))
	member.WaitText(browser.CSS("h1"), "OGGETTO-RISERVATO")
	member.WaitText(browser.CSS("main"), "elenco.txt")
	member.WaitText(browser.CSS("main"), "Non esaminato")
	look(member, "channel-thread")
	member.CheckAccessible()
	member.Fill(browser.Label("Messaggio"), "Ricevuto, grazie.")
	member.Follow(browser.Words("Invia"))
	member.WaitText(flash, "Messaggio inviato")

	analyst.Open(i.base + "/ops/channel?show=waiting")
	look(analyst, "channel-territory")
	analyst.CheckAccessible()
	analyst.Open(thread)
	analyst.WaitText(browser.CSS("main"), "Letto da Paolo Nencini")
	analyst.WaitText(browser.CSS("main"), "Ricevuto, grazie.")
	analyst.Follow(browser.LinkWith("Cancella il contenuto"))
	analyst.WaitText(browser.CSS("h1"), "Cancellare il contenuto")
	analyst.Follow(browser.Words("Cancella il contenuto"))
	analyst.WaitText(flash, "Contenuto cancellato")
	member.Open(thread)
	member.WaitText(browser.CSS("h1"), "Conversazione cancellata")
	look(member, "channel-erased")
	if status := member.Open(thread + "/files/1"); status != 404 {
		t.Errorf("the file answers %d", status)
	}
}

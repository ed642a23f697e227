// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// TestAnAlert goes from the question "who runs it?" to the answer of a body, in
// two browsers: written, refused for its label, reviewed, sent, acknowledged.
func TestAnAlert(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	analyst, member := b.Visit(t, "it"), b.Visit(t, "it")
	signIn(t, analyst, i.base, "andrea.rossi@csirt.example")
	signIn(t, member, i.base, "paolo.nencini@comune.castelvento.example")

	analyst.Open(i.base + "/ops/exposure?q=fortios+%3C+7.2.8")
	analyst.Follow(browser.LinkWith("Scrivi loro un'allerta"))
	if got := analyst.Value(browser.Label("Destinatari")); got != `uses:"fortios < 7.2.8"` {
		t.Fatalf("the audience is %s", got)
	}
	look(analyst, "advisory-new")
	analyst.CheckAccessible()
	analyst.Fill(browser.Label("Titolo (italiano)"), "PROVA: aggiornare FortiOS")
	analyst.Fill(browser.Label("Testo (italiano)"), "Aggiornate **subito**.\n\n<script>alert(1)</script>")
	analyst.Click(browser.CSS("input[value='TLP:RED']"))
	analyst.Follow(browser.Words("Salva la bozza"))
	analyst.WaitText(browser.CSS("main"), "TLP:RED è per persone nominate")
	if got := analyst.Value(browser.Label("Titolo (italiano)")); got != "PROVA: aggiornare FortiOS" {
		t.Errorf("what was typed is lost: %q", got)
	}
	look(analyst, "advisory-refused")
	analyst.Click(browser.CSS("input[value='TLP:AMBER']"))
	analyst.Follow(browser.Words("Salva la bozza"))
	analyst.WaitText(flash, "Bozza salvata")
	look(analyst, "advisory-draft")
	analyst.CheckAccessible()
	analyst.Follow(browser.LinkWith("Verifica e invia"))
	analyst.WaitText(browser.CSS("main"), "Comune di Castelvento")
	analyst.WaitText(browser.CSS("main"), "fortios < 7.2.8")
	look(analyst, "advisory-send")
	analyst.CheckAccessible()
	analyst.Follow(browser.Words("Invia a 1 ente"))
	analyst.WaitText(flash, "Inviata")
	sent := analyst.Address()
	look(analyst, "advisory-sent")
	analyst.CheckAccessible()

	mail := mailTo(t, analyst, i.base, "paolo.nencini@comune.castelvento.example", "PROVA: aggiornare FortiOS")
	for _, part := range []string{"Comune di Castelvento", "TLP:AMBER", "Confermate la presa visione entro"} {
		if !strings.Contains(mail, part) {
			t.Errorf("the mail has no %q: %s", part, mail)
		}
	}
	member.Open(i.base + "/o/c_x001")
	member.WaitText(browser.CSS("main"), "da prendere in visione")
	member.Open(linkIn(t, mail))
	member.WaitText(browser.CSS("h1"), "PROVA: aggiornare FortiOS")
	look(member, "advisory-received")
	member.CheckAccessible()
	member.Follow(browser.Words("Ne prendo visione"))
	member.WaitText(flash, "Presa visione registrata")
	member.Click(browser.CSS("input[value='help_wanted']"))
	member.Fill(browser.Label("Nota"), "Chiamateci dopo le 14.")
	member.Follow(browser.Words("Registra l'esito"))
	member.WaitText(flash, "Esito registrato")
	look(member, "advisory-answered")

	analyst.Open(sent)
	analyst.WaitText(browser.CSS("main"), "Chiamateci dopo le 14.")
	analyst.Follow(browser.LinkWith("Ritira"))
	look(analyst, "advisory-withdraw")
	analyst.CheckAccessible()
	analyst.Fill(browser.Label("Motivo"), "La versione corretta è un'altra.")
	analyst.Follow(browser.Words("Ritira"))
	analyst.WaitText(flash, "Allerta ritirata")
	member.Open(i.base + "/o/c_x001/advisories")
	member.WaitText(browser.CSS("main"), "Ritirata")
}

// TestARevisedAlert is sent to a saved audience, revised, and read again by whoever had it.
func TestARevisedAlert(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	analyst, member := b.Visit(t, "it"), b.Visit(t, "it")
	signIn(t, analyst, i.base, "andrea.rossi@csirt.example")
	signIn(t, member, i.base, "paolo.nencini@comune.castelvento.example")

	analyst.Open(i.base + "/ops/audiences")
	look(analyst, "audiences-empty")
	analyst.CheckAccessible()
	analyst.Follow(browser.LinkWith("Salva destinatari"))
	analyst.Fill(browser.Label("Nome"), "Prova")
	analyst.Fill(browser.Label("Destinatari"), "codice:c_x001 oppure lista:altri")
	analyst.Follow(browser.Words("Salva"))
	analyst.WaitText(browser.CSS("main"), "Non può nominare un'altra lista")
	analyst.Fill(browser.Label("Destinatari"), "codice:c_x001")
	look(analyst, "audience-refused")
	analyst.CheckAccessible()
	analyst.Follow(browser.Words("Salva"))
	analyst.WaitText(browser.CSS("main"), "prova")
	look(analyst, "audiences")

	analyst.Open(i.base + "/ops/advisories/new?audience=lista:prova")
	analyst.Fill(browser.Label("Titolo (italiano)"), "PROVA: aggiornare il centralino")
	analyst.Fill(browser.Label("Testo (italiano)"), "La versione 4.1 corregge il difetto.\n\nAggiornate entro domani.")
	analyst.Fill(browser.Label("Prodotti interessati"), "Centralino fino alla 4.0")
	analyst.Fill(browser.Label("Indicatori di compromissione"), "hxxp://cattivo[.]example/a | pagina falsa | 2027-01-31")
	analyst.Follow(browser.Words("Salva la bozza"))
	analyst.Follow(browser.LinkWith("Verifica e invia"))
	analyst.Follow(browser.Words("Invia a 1 ente"))
	analyst.WaitText(flash, "Inviata")
	sent := analyst.Address()
	look(analyst, "advisory-indicators")
	member.Open(linkIn(t, mailTo(t, analyst, i.base, "paolo.nencini@comune.castelvento.example", "PROVA: aggiornare il centralino")))
	member.WaitText(browser.CSS("main"), "hxxp[://]cattivo[.]example/a")
	look(member, "advisory-received-indicators")
	member.CheckAccessible()
	member.Follow(browser.Words("Ne prendo visione"))

	analyst.Open(sent)
	analyst.Follow(browser.Words("Prepara un aggiornamento"))
	analyst.Fill(browser.Label("Testo (italiano)"), "La versione 4.2 corregge il difetto: la 4.1 non basta.\n\nAggiornate entro domani.")
	analyst.Fill(browser.Label("Che cosa cambia"), "La versione 4.1 non basta.")
	analyst.Follow(browser.Words("Salva la bozza"))
	analyst.WaitText(browser.CSS("main"), "la 4.1 non basta")
	look(analyst, "advisory-revision-draft")
	analyst.CheckAccessible()
	analyst.Follow(browser.LinkWith("Verifica e invia"))
	look(analyst, "advisory-revision-send")
	analyst.Follow(browser.Words("Invia a 1 ente"))
	analyst.WaitText(flash, "Inviata")
	if got := analyst.Address(); got != sent {
		t.Errorf("the revision is at %s, the alert was at %s", got, sent)
	}
	look(analyst, "advisory-revised")
	analyst.CheckAccessible()
	mail := mailTo(t, analyst, i.base, "paolo.nencini@comune.castelvento.example", "Aggiornamento")
	if !strings.Contains(mail, "La versione 4.1 non basta.") {
		t.Errorf("the mail does not say what changed: %s", mail)
	}
	member.Open(i.base + "/o/c_x001/advisories")
	member.WaitText(browser.CSS("main"), "Aggiornata: da rileggere")
	look(member, "advisory-inbox-revised")
	member.Open(linkIn(t, mail))
	member.WaitText(browser.CSS("#revisions"), "La versione 4.1 corregge il difetto.")
	look(member, "advisory-received-revised")
	member.CheckAccessible()
}

// TestAReceivedAlert is pasted as it came and becomes a draft with its original.
func TestAReceivedAlert(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	analyst := b.Visit(t, "it")
	signIn(t, analyst, i.base, "andrea.rossi@csirt.example")
	analyst.Open(i.base + "/ops/advisories")
	analyst.Follow(browser.LinkWith("Da un testo o file ricevuto"))
	look(analyst, "advisory-receive")
	analyst.CheckAccessible()
	analyst.Follow(browser.Words("Fai una bozza"))
	analyst.WaitText(browser.CSS("main"), "Incollate il testo")
	analyst.Fill(browser.Label("Testo"), "Vulnerabilità in FortiOS (AL09/261126/CSIRT-ITA)\n\nESEMPIO INVENTATO\n\nLivello: Critico\n\nSintesi\n\nUn difetto inventato.\n\nProdotti e versioni affette\n\nFortinet FortiOS 7.2.x, versioni precedenti alla 7.2.8\n")
	analyst.Follow(browser.Words("Fai una bozza"))
	analyst.WaitText(flash, "Bozza fatta")
	analyst.WaitText(browser.CSS("main"), "Testo incollato")
	analyst.WaitText(browser.CSS("main"), "SHA-256")
	look(analyst, "advisory-drafted")
	analyst.CheckAccessible()
}

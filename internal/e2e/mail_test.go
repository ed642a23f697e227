// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// TestAMailIsPipedIn sets a source of mails up in the browser, hands mails to the
// program as a mail server does, and finds the draft in the queue, and the other's
// mail waiting for somebody who knows.
func TestAMailIsPipedIn(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	admin := b.Visit(t, "it")
	signIn(t, admin, i.base, "admin@csirt.example")
	admin.Open(i.base + "/ops/sources/new?kind=mail")
	look(admin, "source-mail-new")
	admin.CheckAccessible()
	admin.Fill(browser.Label("Nome"), "Posta (inventata)")
	admin.Fill(browser.Label("Indirizzi e domini"), "avvisi@polizia.example")
	admin.Follow(browser.Words("Salva"))
	admin.WaitText(browser.CSS("main"), "in attesa di e-mail")

	mail := func(from, id, subject string) string {
		return "From: " + from + "\nTo: allerte@csirt.example\nSubject: " + subject + "\nMessage-ID: <" + id + ">\nDate: Wed, 25 Nov 2026 09:00:00 +0100\n\n" +
			"ESEMPIO INVENTATO\n\nSintesi\n\nUn difetto inventato in un prodotto inventato.\n\nCVE\n\nCVE-2026-0001\n"
	}
	pipe := func(raw string) result { return i.try(strings.NewReader(raw), "pipe", "--demo") }
	good := mail("Polizia <avvisi@polizia.example>", "1@polizia.example", "Difetto inventato nella posta")
	for n, want := range []string{"made: advisory", "it had come before"} {
		if r := pipe(good); r.code != 0 || !strings.Contains(r.stdout, want) {
			t.Fatalf("%d: %v", n, r)
		}
	}
	if r := pipe(mail("chi@altrove.example", "2@altrove.example", "Difetto di sconosciuti")); r.code != 0 || !strings.Contains(r.stdout, "refused") {
		t.Fatalf("%v", r)
	}
	if r := pipe("no mail"); r.code != 65 {
		t.Errorf("%v", r)
	}
	admin.Open(i.base + "/ops/advisories")
	admin.Follow(browser.LinkWith("Difetto inventato nella posta"))
	admin.WaitText(browser.CSS("main"), "Inviato da avvisi@polizia.example")
	look(admin, "mail-draft")
	admin.CheckAccessible()
	admin.Open(i.base + "/ops/sources")
	admin.Follow(browser.LinkWith("Posta (inventata)"))
	look(admin, "source-mail")
	admin.CheckAccessible()
	admin.Follow(browser.LinkWith("Difetto di sconosciuti"))
	admin.WaitText(browser.CSS("main"), "non è tra quelli ammessi")
	look(admin, "mail-item")
	admin.CheckAccessible()
	admin.Follow(browser.Words("Farne un'allerta"))
	admin.WaitText(flash, "L'e-mail è in lavorazione")
	until(t, "the draft of the accepted mail", func() bool {
		return i.count("SELECT count(*) FROM intake_item WHERE state = 'made' AND title = 'Difetto di sconosciuti'") == 1
	})
	admin.Open(i.base + "/ops/advisories")
	admin.WaitText(browser.CSS("main"), "Difetto di sconosciuti")
}

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"os/exec"
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
	pipe := func(raw string) result {
		return i.try(strings.NewReader(raw), "pipe", "--source", "Posta (inventata)", "--demo")
	}
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
	admin.WaitText(browser.CSS("main"), "Un difetto inventato in un prodotto inventato")
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

// TestAPipeThatIsKilled: kill -9 while a mail is stored, as often as it comes, makes
// one draft of it in the end.
func TestAPipeThatIsKilled(t *testing.T) {
	i := demonstration(t)
	raw := "From: avvisi@polizia.example\nSubject: Allerta inventata che pesa\nMessage-ID: <9@polizia.example>\nDate: Wed, 25 Nov 2026 09:00:00 +0100\nContent-Type: multipart/mixed; boundary=B\n\n" +
		"--B\nContent-Type: text/plain\n\nSintesi\nESEMPIO INVENTATO\n--B\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("AAAA", 3<<20) + "\n--B--\n"
	args := i.with([]string{"pipe", "--source", "Casella delle allerte", "--demo"})
	early := 0
	i.watch(func(count func(string) int) {
		for range 4 {
			before := count("SELECT count(*) FROM blob")
			cmd := exec.Command(i.program, args...)
			cmd.Stdin = strings.NewReader(raw)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			until(t, "the storing of the mail", func() bool { return count("SELECT count(*) FROM blob") > before })
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // it was killed
			if count("SELECT count(*) FROM intake_item WHERE title = 'Allerta inventata che pesa'") == 0 {
				early++
			} else {
				break
			}
		}
	})
	if early == 0 {
		t.Error("no kill came in the middle: the test tries nothing")
	}
	for range 2 {
		if r := i.try(strings.NewReader(raw), "pipe", "--source", "Casella delle allerte", "--demo"); r.code != 0 {
			t.Fatal(r)
		} else if r.memory > 400<<20 {
			t.Errorf("%d MB for a mail of 12", r.memory>>20)
		}
	}
	if n := i.count("SELECT count(*) FROM intake_item WHERE title = 'Allerta inventata che pesa' AND state = 'made'"); n != 1 {
		t.Errorf("%d items", n)
	}
	if n := i.count("SELECT count(*) FROM advisory_original WHERE name LIKE 'Allerta inventata che pesa%'"); n != 1 {
		t.Errorf("%d drafts", n)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// TestAFirewallTakesItsList is a member's administrator who makes a key for the
// firewall and revokes it; and an analyst who says what is never blocked.
func TestAFirewallTakesItsList(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	member, analyst := b.Visit(t, "it"), b.Visit(t, "it")
	signIn(t, member, i.base, "elena.martelli@comune.castelvento.example")
	signIn(t, analyst, i.base, "andrea.rossi@csirt.example")

	member.Open(i.base + "/o/c_x001/exchange")
	look(member, "exchange-empty")
	member.CheckAccessible()
	member.Follow(browser.LinkWith("Nuova chiave"))
	member.CheckAccessible()
	member.Fill(browser.Label("Nome"), "Firewall della sede")
	member.Click(browser.CSS("input[value='blocklist']"))
	look(member, "exchange-new")
	member.Follow(browser.Words("Salva"))
	member.WaitText(browser.CSS("main"), "non sarà più mostrata")
	look(member, "exchange-secret")
	member.CheckAccessible()
	key := regexp.MustCompile(`mx_[A-Z2-7]{26}`).FindString(member.Text(browser.CSS("main")))
	if status, text := fetched(t, i.base+"/blocklists/"+key+"/ips.txt"); status != http.StatusOK || !strings.HasPrefix(text, "# ") {
		t.Errorf("%d %q", status, text)
	}
	member.Follow(browser.LinkWith("Vai alla chiave"))
	member.WaitText(browser.CSS("main"), "127.0.0.1")
	look(member, "exchange-key")
	member.CheckAccessible()
	member.Follow(browser.LinkWith("Revoca"))
	member.CheckAccessible()
	member.Follow(browser.Words("Revoca la chiave"))
	member.WaitText(flash, "La chiave è stata revocata")
	if status, _ := fetched(t, i.base+"/blocklists/"+key+"/ips.txt"); status != http.StatusNotFound {
		t.Errorf("a revoked key: %d", status)
	}

	analyst.Open(i.base + "/ops/exchange/never")
	analyst.CheckAccessible()
	analyst.Fill(browser.Label("Dominio, indirizzo, rete o impronta"), ".fornitore.example")
	analyst.Follow(browser.Words("Aggiungi"))
	analyst.WaitText(flash, "La voce è stata aggiunta")
	look(analyst, "exchange-never")
	analyst.CheckAccessible()
}

func fetched(t *testing.T, address string) (int, string) {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(text)
}

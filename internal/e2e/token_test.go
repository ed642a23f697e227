// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"martinella/internal/e2e/browser"
)

// A member's administrator makes a token, a program uses it, she revokes it.
func TestATokenFromItsPageToItsEnd(t *testing.T) {
	i, b := demonstration(t), browser.Start(t)
	p := b.Visit(t, "it")
	signIn(t, p, i.base, "elena.martelli@comune.castelvento.example")
	look := func(name string) {
		t.Helper()
		p.CheckAccessible()
		if wide := p.Wider(360); wide != "" {
			t.Errorf("%s on a phone: %s", name, wide)
		}
		if dir := os.Getenv("SHOTS"); dir != "" {
			p.Screenshot(filepath.Join(dir, name+".png"), 1200)
			p.Screenshot(filepath.Join(dir, name+"-phone.png"), 360)
		}
	}
	p.Open(i.base + "/account/tokens")
	look("tokens-none")
	p.Open(i.base + "/account/tokens/new")
	look("tokens-new")
	p.Fill(browser.CSS("#f-name"), "GLPI")
	p.Click(browser.CSS("input[value='account']"))
	p.Click(browser.CSS("input[value='stack.read']"))
	p.Follow(browser.CSS("main form button[type=submit]"))
	look("tokens-made")
	token := strings.TrimSpace(p.Text(browser.CSS("main pre code")))
	if !strings.HasPrefix(token, "mrt_") {
		t.Fatalf("the page shows %q", token)
	}
	ask := func(want int) {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, i.base+"/api/v1/account", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("with the token: %d, want %d", res.StatusCode, want)
		}
	}
	ask(http.StatusOK)
	p.Open(i.base + "/account/tokens")
	look("tokens-one")
	p.Follow(browser.CSS("main a[href$='/revoke']"))
	look("tokens-revoke")
	p.Follow(browser.CSS("main form button[type=submit]"))
	ask(http.StatusUnauthorized)
	p.Open(i.base + "/api/v1/docs")
	look("docs")
}

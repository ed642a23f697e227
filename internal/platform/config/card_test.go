// SPDX-License-Identifier: EUPL-1.2

package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCardsAndTLS(t *testing.T) {
	tls := []string{"--tls-cert", "a", "--tls-key", "b"}
	c, err := parse(append(tls, "--listen", "127.0.0.1:8443", "--card-listen", ":9443", "--card-trust", "ca.pem")...)
	if err != nil || c.BaseURL != "https://127.0.0.1:8443" || c.Card.URL != "https://127.0.0.1:9443" || !c.Card.On() {
		t.Errorf("%q, %q, %v", c.BaseURL, c.Card.URL, err)
	}
	c, err = parse("--base-url", "https://csirt.example.it", "--card-header", "X-Card", "--card-proxies", "10.0.0.1", "--card-tsl-url", "https://x", "--card-url", "https://card.example.it/")
	if err != nil || c.Card.URL != "https://card.example.it" {
		t.Errorf("%q, %v", c.Card.URL, err)
	}
	for _, args := range [][]string{
		{"--tls-cert", "a"}, {"--tls-key", "b"}, {"--card-listen", ":1", "--card-trust", "x"}, append(tls, "--card-listen", ":1"),
		{"--card-header", "X", "--card-trust", "x", "--base-url", "https://x.it"}, {"--card-revocation", "never"},
		{"--card-header", "X", "--card-proxies", "10.0.0.1", "--card-trust", "x"}, // plain http
	} {
		if _, err := parse(args...); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

func TestProvidersAreTablesOfTheFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	secret := write("secret", "s3cret\n")
	c, err := parse("--config", write("a.toml", `
name = "CSIRT Esempio"
workers = 3
feed-fetch = false
[oidc.arpa]
label = { it = "SPID e CIE", en = "SPID" }
issuer = "https://arpa.example.it"
client-id = "martinella"
client-secret-file = "`+secret+`"
acr = ["https://www.spid.gov.it/SpidL2"]
userinfo = true
[oidc.idporten]
issuer = "https://idporten.no"
client-id = "x"
client-key-file = "`+secret+`"
`))
	if err != nil || c.Name != "CSIRT Esempio" || c.Workers != 3 || c.FeedFetch || len(c.Providers) != 2 {
		t.Fatalf("%+v, %v", c, err)
	}
	if p := c.Providers["arpa"]; p.ClientSecret != "s3cret" || p.Label["en"] != "SPID" || !p.UserInfo || p.ACR[0] != "https://www.spid.gov.it/SpidL2" {
		t.Errorf("%+v", p)
	}
	if p := c.Providers["idporten"]; string(p.ClientKey) != "s3cret\n" {
		t.Errorf("%+v", p)
	}
	for what, text := range map[string]string{
		"unknown key":    "[oidc.a]\nissuer=\"https://x\"\nclient-secret=\"in the file\"\n",
		"wrong type":     "[oidc.a]\nscopes = \"openid\"\n",
		"no file":        "[oidc.a]\nclient-secret-file = \"/nowhere\"\n",
		"both":           "[oidc.a]\nclient-secret-file = \"" + secret + "\"\nclient-key-file = \"" + secret + "\"\n",
		"not TOML":       "[oidc",
		"unknown option": "[oidc.a]\nissuer = \"https://x\"\n[other]\nx = 1\n",
	} {
		if _, err := parse("--config", write("b.toml", text)); err == nil {
			t.Errorf("%s was accepted", what)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error tells the secret: %v", what, err)
		}
	}
}

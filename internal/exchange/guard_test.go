// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"testing"

	"martinella/data"
	"martinella/internal/exchange"
)

// TestAPoisonedIndicatorTakesNobodyOffline tries what a hostile or careless alert could name.
func TestAPoisonedIndicatorTakesNobodyOffline(t *testing.T) {
	g := exchange.NewGuard()
	for _, file := range []string{"networks", "domains", "hashes"} {
		text, err := data.Files.ReadFile("neverblock/" + file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		g.AddLines(text, exchange.Known)
	}
	g.Add(".castelvento.example", exchange.OwnName)
	g.Add("203.0.113.0/24", exchange.OwnName)
	g.Add("2001:db8:7::/48", exchange.OwnName)
	g.Build()
	for _, c := range []struct {
		kind, value string
		want        exchange.Reason
	}{
		{"ip", "8.8.8.8", exchange.Known}, {"ip", "10.1.2.3", exchange.Known}, {"ip", "127.0.0.1", exchange.Known}, {"ip", "2606:4700:4700::1111", exchange.Known}, {"ip", "fe80::1", exchange.Known},
		{"ip", "203.0.113.9", exchange.OwnName}, {"ip", "2001:db8:7:1::1", exchange.OwnName}, {"ip", "198.51.100.7", ""}, {"ip", "2001:db8:8::1", ""}, {"ip", "8.8.8.9", ""}, {"ip", "nonsense", exchange.Unread},
		{"network", "0.0.0.0/0", exchange.Wide}, {"network", "::/0", exchange.Wide}, {"network", "45.0.0.0/15", exchange.Wide}, {"network", "8.8.0.0/16", exchange.Known},
		{"network", "203.0.112.0/20", exchange.OwnName}, {"network", "203.0.113.128/25", exchange.OwnName}, {"network", "45.9.0.0/16", ""}, {"network", "2001:db8::/32", exchange.OwnName},
		{"domain", "gov.it", exchange.Suffix}, {"domain", "it", exchange.Suffix}, {"domain", "co.uk", exchange.Suffix}, {"domain", "github.io", exchange.Suffix},
		{"domain", "castelvento.example", exchange.OwnName}, {"domain", "www.castelvento.example", exchange.OwnName}, {"domain", "evilcastelvento.example", ""},
		{"domain", "www.interno.gov.it", exchange.Known}, {"domain", "google.com", exchange.Known}, {"domain", "evil.google.com", ""}, {"domain", "core.windows.net", exchange.Known}, {"domain", "evil.test", ""},
		{"url", "https://google.com/", exchange.Known}, {"url", "https://google.com", exchange.Known}, {"url", "https://google.com/evil", ""}, {"url", "http://10.0.0.1/x", exchange.Known},
		{"url", "https://www.castelvento.example/wp/evil.php", ""}, {"url", "https://www.castelvento.example/", exchange.OwnName}, {"url", "http://evil.test/", ""}, {"url", "http://evil.test/a b", exchange.Unread},
		{"md5", "d41d8cd98f00b204e9800998ecf8427e", exchange.Known}, {"sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", exchange.Known},
		{"md5", "0123456789abcdef0123456789abcde0", ""},
	} {
		if got := g.Check(exchange.Indicator{Type: c.kind, Value: c.value}); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.kind, c.value, got, c.want)
		}
	}
}

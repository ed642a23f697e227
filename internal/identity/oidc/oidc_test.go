// SPDX-License-Identifier: EUPL-1.2

package oidc_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"martinella/internal/identity/oidc"
	"martinella/internal/identity/oidc/oidctest"
	"martinella/internal/platform/clock"
)

const (
	level2 = "https://www.spid.gov.it/SpidL2"
	fiscal = "https://attributes.eid.gov.it/fiscal_number"
	back   = "https://csirt.example.it/signin/oidc/arpa/return"
)

// proxy is a regional proxy of SPID, with whom we are agreed.
type proxy struct {
	*oidctest.Server
	t     *testing.T
	clock *clock.Fake
	*oidc.Provider
}

func newProxy(t *testing.T, change func(*oidc.Config)) *proxy {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	p := &proxy{Server: oidctest.New(t, c.Now), t: t, clock: c}
	p.Person = map[string]any{"sub": "abc", fiscal: "TINIT-RSSMRA80A01H501U", "email": "Mario@Comune.Example.IT", "email_verified": true, "name": "Mario Rossi", "amr": []string{"smartcard"}}
	cfg := oidc.Config{
		Name: "arpa", Issuer: p.URL, ClientID: "martinella", ClientSecret: p.Secret, Scopes: []string{"profile"}, ACR: []string{level2},
		StrongACR: []string{level2}, Claims: oidc.Claims{Fiscal: fiscal, FiscalPrefix: "TINIT-"},
	}
	if change != nil {
		change(&cfg)
	}
	cfg, err := cfg.Complete()
	if err != nil {
		t.Fatal(err)
	}
	p.Provider = oidc.New(cfg, p.Client(), c.Now)
	return p
}

// visit goes to the provider with an attempt and gives what the browser brings back.
func (p *proxy) visit(a oidc.Attempt) oidc.Answer {
	p.t.Helper()
	address, err := p.AuthURL(context.Background(), a)
	if err != nil {
		p.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), back) || to.Query().Get("state") != a.State {
		p.t.Fatalf("%d, sent back to %q: %v", res.StatusCode, to, err)
	}
	return oidc.Answer{Code: to.Query().Get("code"), Issuer: to.Query().Get("iss"), Error: to.Query().Get("error")}
}

func (p *proxy) come() (oidc.Identity, error) {
	p.t.Helper()
	a := oidc.NewAttempt(back, "it")
	return p.Identify(context.Background(), a, p.visit(a))
}

func reason(err error) oidc.Reason {
	var r *oidc.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return ""
}

func TestSomebodyComesFromAProvider(t *testing.T) {
	p := newProxy(t, nil)
	for range 2 {
		got, err := p.come()
		if err != nil {
			t.Fatal(err)
		}
		if got.Subject != "abc" || got.Issuer != p.URL || got.FiscalCode != "RSSMRA80A01H501U" || got.Email != "mario@comune.example.it" || !got.EmailVerified || !got.Strong || got.ACR != level2 || got.Name != "Mario Rossi" || got.IDToken == "" {
			t.Errorf("%+v", got)
		}
	}
	if n := p.Asked["/.well-known/openid-configuration"] + p.Asked["/keys"]; n != 2 {
		t.Errorf("discovery and keys were asked for %d times in two sign-ins", n)
	}
	u, err := url.Parse(p.LogoutURL("hint", "https://csirt.example.it/"))
	if err != nil || u.Path != "/logout" || u.Query().Get("id_token_hint") != "hint" || u.Query().Get("client_id") != "martinella" {
		t.Errorf("logout at %v: %v", u, err)
	}
}

func TestWhatAProviderMayDoWrong(t *testing.T) {
	set := func(name string, value any) func(*proxy) {
		return func(p *proxy) { p.Alter = func(c map[string]any) { c[name] = value } }
	}
	for what, c := range map[string]struct {
		wrong func(*proxy)
		want  oidc.Reason
	}{
		"nonce of another": {set("nonce", "another"), oidc.BadNonce},
		"no nonce":         {func(p *proxy) { p.Alter = func(c map[string]any) { delete(c, "nonce") } }, oidc.BadNonce},
		"another issuer":   {set("iss", "https://evil.example"), oidc.BadIssuer},
		"another audience": {set("aud", "somebody"), oidc.BadAudience},
		"two audiences, azp": {func(p *proxy) {
			p.Alter = func(c map[string]any) { c["aud"], c["azp"] = []string{"martinella", "evil"}, "evil" }
		}, oidc.BadAudience},
		"expired":              {func(p *proxy) { p.Alter = func(c map[string]any) { c["exp"] = p.clock.Now().Add(-time.Second).Unix() } }, oidc.OldToken},
		"not yet":              {func(p *proxy) { p.Alter = func(c map[string]any) { c["nbf"] = p.clock.Now().Add(time.Hour).Unix() } }, oidc.BadToken},
		"no acr":               {func(p *proxy) { p.Alter = func(c map[string]any) { delete(c, "acr") } }, oidc.LowLevel},
		"low acr":              {set("acr", "https://www.spid.gov.it/SpidL1"), oidc.LowLevel},
		"no subject":           {func(p *proxy) { p.Alter = func(c map[string]any) { delete(c, "sub") } }, oidc.NoSubject},
		"huge subject":         {set("sub", strings.Repeat("x", 1000)), oidc.NoSubject},
		"subject of lines":     {set("sub", "a\nb"), oidc.NoSubject},
		"wrong Codice Fiscale": {set(fiscal, "TINIT-RSSMRA80A01H501X"), oidc.BadFiscal},
		"without its prefix":   {set(fiscal, "RSSMRA80A01H501U"), oidc.BadFiscal},
		"another access token": {set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), oidc.BadToken},
		"alg none":             {func(p *proxy) { p.Sign = oidctest.Unsigned }, oidc.BadToken},
		"signed with the secret": {func(p *proxy) {
			p.Sign = func(c map[string]any) string {
				return oidctest.Sign(t, jose.HS256, []byte(strings.Repeat(p.Secret, 3)), "one", c)
			}
		}, oidc.BadToken},
		"signed by a stranger": {func(p *proxy) {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			p.Sign = func(c map[string]any) string { return oidctest.Sign(t, jose.ES256, key, "one", c) }
		}, oidc.BadToken},
		"no token at all":        {func(p *proxy) { p.Sign = func(map[string]any) string { return "" } }, oidc.BadToken},
		"words as a token":       {func(p *proxy) { p.Sign = func(map[string]any) string { return "a.b.c" } }, oidc.BadToken},
		"the person went back":   {func(p *proxy) { p.Deny = true }, oidc.Denied},
		"neither code nor error": {func(p *proxy) { p.Server.Answer = func(q url.Values) { q.Del("code") } }, oidc.Denied},
		"mixed up issuer":        {func(p *proxy) { p.Server.Answer = func(q url.Values) { q.Set("iss", "https://evil.example") } }, oidc.BadIssuer},
		"issuer left out":        {func(p *proxy) { p.Server.Answer = func(q url.Values) { q.Del("iss") } }, oidc.BadIssuer},
		"another code":           {func(p *proxy) { p.Server.Answer = func(q url.Values) { q.Set("code", "x") } }, oidc.Exchange},
		"our secret is wrong":    {func(p *proxy) { p.Secret = "changed" }, oidc.Exchange},
		"broken token endpoint": {func(p *proxy) {
			p.Token = func(w http.ResponseWriter) bool { http.Error(w, "x", http.StatusBadGateway); return true }
		}, oidc.Unreachable},
		"words from the token endpoint": {func(p *proxy) {
			p.Token = func(w http.ResponseWriter) bool { _, _ = w.Write([]byte("<html>")); return true }
		}, oidc.Unreachable},
	} {
		t.Run(what, func(t *testing.T) {
			p := newProxy(t, nil)
			c.wrong(p)
			if got, err := p.come(); reason(err) != c.want {
				t.Errorf("%+v, %v; want %s", got, err, c.want)
			}
		})
	}
}

// The verifier of another attempt, as of a code somebody slipped in, does not fit.
func TestACodeOfAnotherAttempt(t *testing.T) {
	p := newProxy(t, nil)
	mine, other := oidc.NewAttempt(back, ""), oidc.NewAttempt(back, "")
	if _, err := p.Identify(context.Background(), mine, p.visit(other)); reason(err) != oidc.Exchange {
		t.Error(err)
	}
	answer := p.visit(mine)
	if _, err := p.Identify(context.Background(), mine, answer); err != nil {
		t.Error(err)
	}
	if _, err := p.Identify(context.Background(), mine, answer); reason(err) != oidc.Exchange {
		t.Errorf("the code is taken twice: %v", err)
	}
}

func TestStrength(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*oidc.Config)
		want   bool
	}{
		"nothing says so": {func(c *oidc.Config) { c.StrongACR = nil }, false},
		"by amr":          {func(c *oidc.Config) { c.StrongACR, c.StrongAMR = nil, []string{"smartcard"} }, true},
		"by another amr":  {func(c *oidc.Config) { c.StrongACR, c.StrongAMR = nil, []string{"hwk"} }, false},
		"any level":       {func(c *oidc.Config) { c.ACR = nil }, false},
	} {
		if got, err := newProxy(t, c.change).come(); err != nil || got.Strong != c.want {
			t.Errorf("%s: %v, %v", what, got.Strong, err)
		}
	}
}

func TestUserInfo(t *testing.T) {
	p := newProxy(t, func(c *oidc.Config) { c.UserInfo = true })
	p.UserInfo = maps.Clone(p.Person)
	p.UserInfo["name"] = "Another Name"
	delete(p.Person, fiscal)
	got, err := p.come()
	if err != nil || got.FiscalCode != "RSSMRA80A01H501U" || got.Name != "Mario Rossi" {
		t.Errorf("%+v, %v", got, err)
	}
	p.UserInfo["sub"] = "somebody else"
	if _, err := p.come(); reason(err) != oidc.BadToken {
		t.Errorf("userinfo of another person: %v", err)
	}
	p.UserInfo = nil
	if _, err := p.come(); reason(err) != oidc.Unreachable {
		t.Errorf("no userinfo: %v", err)
	}
}

func TestAProviderThatDoesNotAnswer(t *testing.T) {
	p := newProxy(t, nil)
	ask := func() error { _, err := p.AuthURL(context.Background(), oidc.NewAttempt(back, "")); return err }
	if !p.Reachable() || p.Asked["/.well-known/openid-configuration"] != 0 {
		t.Error("it is asked before anybody wants it")
	}
	p.Down = true
	for range 5 {
		if err := ask(); reason(err) != oidc.Unreachable {
			t.Error(err)
		}
	}
	if n := p.Asked["/.well-known/openid-configuration"]; n != 1 || p.Reachable() {
		t.Errorf("asked %d times at once", n)
	}
	p.clock.Advance(16 * time.Second)
	p.Down = false
	if err := ask(); err != nil || !p.Reachable() {
		t.Errorf("it answers again: %v", err)
	}
	p.Down = true
	p.clock.Advance(25 * time.Hour)
	if err := ask(); err != nil {
		t.Errorf("what was found yesterday serves on: %v", err)
	}
	if _, err := p.Identify(context.Background(), oidc.NewAttempt(back, ""), oidc.Answer{Code: "x", Issuer: p.URL}); reason(err) != oidc.Unreachable {
		t.Error(err)
	}
}

func TestDiscoveryThatLies(t *testing.T) {
	p := newProxy(t, nil)
	p.Discovery = func(d map[string]any) { d["issuer"] = "https://evil.example" }
	if _, err := p.AuthURL(context.Background(), oidc.NewAttempt(back, "")); reason(err) != oidc.Unreachable {
		t.Error(err)
	}
}

func TestAKeyInsteadOfASecret(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []any{ec, r} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := oidc.ParseKey(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
		if err != nil {
			t.Fatal(err)
		}
		p := newProxy(t, func(c *oidc.Config) { c.ClientSecret, c.Key, c.KeyID = "", signer, "k" })
		p.ClientKey = signer.Public()
		if _, err := p.come(); err != nil {
			t.Errorf("%T: %v", key, err)
		}
		p.ClientKey = &ec.PublicKey
		if key == any(r) {
			if _, err := p.come(); reason(err) != oidc.Exchange {
				t.Errorf("another key: %v", err)
			}
		}
	}
	for what, text := range map[string]string{"empty": "", "words": "x", "not a key": "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n"} {
		if _, err := oidc.ParseKey([]byte(text)); err == nil {
			t.Errorf("%s is a key", what)
		}
	}
}

func TestConfigurationsThatCannotBe(t *testing.T) {
	good := oidc.Config{Name: "arpa", Issuer: "https://arpa.example.it", ClientID: "x"}
	if _, err := good.Complete(); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(*oidc.Config){
		"no name":          func(c *oidc.Config) { c.Name = "" },
		"a path as a name": func(c *oidc.Config) { c.Name = "a/b" },
		"plain http":       func(c *oidc.Config) { c.Issuer = "http://arpa.example.it" },
		"no issuer":        func(c *oidc.Config) { c.Issuer = "" },
		"no client":        func(c *oidc.Config) { c.ClientID = "" },
		"an address":       func(c *oidc.Config) { c.EmailDomains = []string{"a@b.it"} },
		"every domain":     func(c *oidc.Config) { c.EmailDomains = []string{"*"} },
	} {
		c := good
		change(&c)
		if _, err := c.Complete(); err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	c := oidc.Config{Name: "x", Labels: map[string]string{"it": "Entra", "nb": "Inn"}, EmailDomains: []string{"comune.example.it"}}
	if c.Label("nb") != "Inn" || c.Label("en") != "Entra" || (oidc.Config{Name: "x"}).Label("it") != "x" {
		t.Error("labels")
	}
	if !c.Authoritative("a@COMUNE.example.it") || c.Authoritative("a@x.comune.example.it") || c.Authoritative("comune.example.it") {
		t.Error("domains")
	}
}

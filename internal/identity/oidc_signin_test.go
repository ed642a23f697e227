// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
	"martinella/internal/identity/oidc"
	"martinella/internal/identity/oidc/oidctest"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
)

const (
	spid2 = "https://www.spid.gov.it/SpidL2"
	fiscn = "https://attributes.eid.gov.it/fiscal_number"
)

// regional is a house that lets in whom a regional proxy knows.
type regional struct {
	*house
	g     *gate.Gate
	proxy *oidctest.Server
}

func eachRegional(t *testing.T, change func(*oidc.Config), f func(t *testing.T, x *regional)) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, identity.Config{})
		x := &regional{house: h, proxy: oidctest.New(t, h.clock.Now)}
		cfg := oidc.Config{
			Name: "arpa", Labels: map[string]string{"it": "SPID e CIE"}, Issuer: x.proxy.URL, ClientID: "martinella", ClientSecret: x.proxy.Secret,
			ACR: []string{spid2}, StrongACR: []string{spid2}, Claims: oidc.Claims{Fiscal: fiscn, FiscalPrefix: "TINIT-"},
		}
		if change != nil {
			change(&cfg)
		}
		cfg, err := cfg.Complete()
		h.must(err)
		h.Providers = []*oidc.Provider{oidc.New(cfg, x.proxy.Client(), h.clock.Now)}
		x.g = h.gate(portal)
		f(t, x)
	})
}

// there goes to the provider and gives the address the browser is sent back to.
func (x *regional) there(u *url.URL) string {
	x.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(u.String())
	x.must(err)
	x.must(res.Body.Close())
	to := res.Header.Get("Location")
	if !strings.HasPrefix(to, portal+"/signin/oidc/arpa/return?") {
		x.t.Fatalf("%s: %d, sent to %q", u, res.StatusCode, to)
	}
	return strings.TrimPrefix(to, portal)
}

// come signs in through the provider, as far as it gets.
func (x *regional) come(b *browserOf) (to, page string) {
	x.t.Helper()
	w := b.do(http.MethodGet, x.there(b.leave("/signin/oidc/arpa?next=/account")), nil)
	return w.Header().Get("Location"), w.Body.String()
}

func TestSigningInThroughAProvider(t *testing.T) {
	eachRegional(t, nil, func(t *testing.T, x *regional) {
		x.member(7, anna, access.OrgTechnician)
		x.proxy.Person = map[string]any{"sub": "subject-1", "email": anna, "email_verified": true}
		b := x.browser(x.g)
		if page := b.get("/signin", 200); !strings.Contains(page, "SPID e CIE") {
			t.Error("the sign-in page does not offer the provider")
		}
		if to, page := x.come(b); to != "" || !strings.Contains(page, "non è collegata ad alcuna persona") {
			t.Errorf("an address alone, of a provider without the last word about it, leads to %q: %.500s", to, page)
		}
		b.post("/signin", "/home", "email", anna, "password", good)
		b.get("/account/link/arpa", 200)
		to := b.linkIn(b.post("/account/link/arpa", "", "current", good), x.proxy.URL)
		if w := b.do(http.MethodGet, x.there(to), nil); w.Header().Get("Location") != "/account/identities" {
			t.Errorf("linking leads to %q: %.500s", w.Header().Get("Location"), w.Body)
		}
		if page := b.get("/account/identities", 200); !strings.Contains(page, "SPID e CIE: "+anna) || strings.Contains(page, "subject-1") {
			t.Errorf("not linked: %.900s", page)
		}
		other := x.browser(x.g)
		if to, page := x.come(other); to != "/account" {
			t.Fatalf("led to %q: %.500s", to, page)
		}
		s := x.session(other.cookies["__Host-martinella_session"].Value)
		if s.Pending != identity.Nothing || len(s.Methods) != 1 || s.Methods[0] != identity.ByOIDC || s.StrongAt.IsZero() {
			t.Errorf("%+v", s)
		}
		page := other.post("/signout", "")
		if out := other.linkIn(page, x.proxy.URL); out.Path != "/logout" || out.Query().Get("id_token_hint") == "" || out.Query().Get("post_logout_redirect_uri") != portal+"/signin" {
			t.Errorf("leaving there: %s", out)
		}
		x.noSession(other.cookies["__Host-martinella_device"].Value, "signed out")
		if x.logged("person.identified") != 1 || x.logged("person.unknown_identity") != 1 {
			t.Error("what happened is not in the audit log")
		}
	})
}

// Who is known by his Codice Fiscale comes in by a card or by SPID alike.
func TestTheCodiceFiscaleIsEnough(t *testing.T) {
	eachRegional(t, nil, func(t *testing.T, x *regional) {
		id := x.member(7, anna, access.OrgTechnician)
		x.must(x.LinkFiscalCode(x.ctx, access.System("test"), id, marioCode))
		x.proxy.Person = map[string]any{"sub": "s", fiscn: "TINIT-" + marioCode}
		if to, page := x.come(x.browser(x.g)); to != "/account" {
			t.Errorf("led to %q: %.500s", to, page)
		}
		x.proxy.Person = map[string]any{"sub": "s", fiscn: "TINIT-" + mariaCode}
		if to, page := x.come(x.browser(x.g)); to != "" || !strings.Contains(page, "non è collegata") {
			t.Errorf("another code leads to %q: %.500s", to, page)
		}
	})
}

// A provider with the last word about a domain names a person once; after that
// the account there counts, and not who has the address.
func TestAddressesOfOnesOwnDomain(t *testing.T) {
	domain := func(c *oidc.Config) { c.EmailDomains = []string{"comune.example.it"} }
	eachRegional(t, domain, func(t *testing.T, x *regional) {
		x.member(7, anna, access.OrgTechnician)
		come := func(sub, email string, verified any) (string, string) {
			x.proxy.Person = map[string]any{"sub": sub, "email": email, "email_verified": verified}
			return x.come(x.browser(x.g))
		}
		for _, c := range []struct {
			sub, email string
			verified   any
		}{{"1", anna, false}, {"1", "nobody@comune.example.it", true}, {"1", "anna.bianchi@evil.example", true}, {"1", anna, nil}} {
			if to, page := come(c.sub, c.email, c.verified); to != "" || !strings.Contains(page, "non è collegata") {
				t.Errorf("%+v leads to %q", c, to)
			}
		}
		if to, page := come("1", anna, true); to != "/account" {
			t.Errorf("led to %q: %.500s", to, page)
		}
		if to, _ := come("1", "changed@comune.example.it", true); to != "/account" {
			t.Errorf("with another address there led to %q", to)
		}
		if to, page := come("2", anna, true); to != "" || !strings.Contains(page, "altra identità dello stesso servizio") {
			t.Errorf("who got the address after her is led to %q: %.500s", to, page)
		}
	})
}

// One factor there is one factor here.
func TestAProviderThatIsOneFactor(t *testing.T) {
	weak := func(c *oidc.Config) { c.StrongACR = nil }
	eachRegional(t, weak, func(t *testing.T, x *regional) {
		id, secret := x.staff(admin, access.Analyst)
		x.must(x.LinkFiscalCode(x.ctx, access.System("test"), id, marioCode))
		x.proxy.Person = map[string]any{"sub": "s", fiscn: "TINIT-" + marioCode}
		b := x.browser(x.g)
		if to, page := x.come(b); to != "/signin/code?next=%2Faccount" {
			t.Fatalf("led to %q: %.500s", to, page)
		}
		x.clock.Advance(time.Minute)
		b.post("/signin/code?next=/account", "/account", "code", x.code(secret, 0))
		if page := b.post("/signout", ""); !strings.Contains(page, x.proxy.URL+"/logout") {
			t.Error("the provider is forgotten at the second step")
		}
	})
}

// Each thing that may go wrong is a page with its sentence, in the audit log,
// and lets nobody in.
func TestProvidersThatAreRefused(t *testing.T) {
	eachRegional(t, nil, func(t *testing.T, x *regional) {
		id := x.member(7, anna, access.OrgTechnician)
		x.must(x.LinkFiscalCode(x.ctx, access.System("test"), id, marioCode))
		x.proxy.Person = map[string]any{"sub": "s", fiscn: "TINIT-" + marioCode}
		set := func(name string, value any) func() {
			return func() { x.proxy.Alter = func(c map[string]any) { c[name] = value } }
		}
		cases := map[string]func(){
			"a un&#39;altra richiesta": set("nonce", "x"), "non viene da": set("iss", "https://evil.example"), "a un altro sito": set("aud", "x"),
			"è scaduta": set("exp", 1), "inferiore a quello richiesto": set("acr", ""), "non è firmata": func() { x.proxy.Sign = oidctest.Unsigned },
			"annullato o rifiutato": func() { x.proxy.Deny = true }, "non ha confermato": func() { x.proxy.Secret = "changed" },
			"comunicato da": set(fiscn, "TINIT-XXXXXX80A01H501U"), "non ha detto chi siete": set("sub", ""),
			"non risponde come": func() {
				x.proxy.Token = func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true }
			},
		}
		for want, wrong := range cases {
			secret := x.proxy.Secret
			wrong()
			if to, page := x.come(x.browser(x.g)); to != "" || !strings.Contains(page, want) {
				t.Errorf("%q: led to %q: %.700s", want, to, page)
			}
			x.proxy.Alter, x.proxy.Sign, x.proxy.Deny, x.proxy.Secret, x.proxy.Token = nil, nil, false, secret, nil
		}
		if n := x.logged("person.provider_refused"); n != len(cases) {
			t.Errorf("%d refusals in the audit log, not %d", n, len(cases))
		}
		if to, page := x.come(x.browser(x.g)); to != "/account" {
			t.Errorf("with nothing wrong led to %q: %.500s", to, page)
		}
	})
}

func TestComingBackFromAProvider(t *testing.T) {
	eachRegional(t, nil, func(t *testing.T, x *regional) {
		id := x.member(7, anna, access.OrgTechnician)
		x.must(x.LinkFiscalCode(x.ctx, access.System("test"), id, marioCode))
		x.proxy.Person = map[string]any{"sub": "s", fiscn: "TINIT-" + marioCode}
		mine, other := x.browser(x.g), x.browser(x.g)
		refused := func(what string, b *browserOf, back, want string) {
			t.Helper()
			w := b.do(http.MethodGet, back, nil)
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d, led to %q: %.500s", what, w.Code, w.Header().Get("Location"), w.Body)
			}
		}
		back := x.there(mine.leave("/signin/oidc/arpa"))
		refused("another browser", other, back, "non è cominciato in questo browser")
		other.leave("/signin/oidc/arpa")
		refused("another browser with an attempt of its own", other, back, "appartiene a un altro accesso")
		copied := *mine.cookies["__Host-martinella_elsewhere"]
		if w := mine.do(http.MethodGet, back, nil); w.Header().Get("Location") != "/home" {
			t.Errorf("led to %q", w.Header().Get("Location"))
		}
		refused("again", mine, back, "non è cominciato in questo browser")
		mine.cookies[copied.Name] = &copied
		x.proxy.Answer = nil
		refused("again, with the cookie kept", mine, back, "volta sola")
		back = x.there(mine.leave("/signin/oidc/arpa"))
		x.clock.Advance(10*time.Minute + time.Second)
		refused("ten minutes later", mine, back, "passato troppo tempo")
		for _, q := range []string{"", "?state=", "?state=x&code=y", "?error=access_denied", "?state=" + strings.Repeat("x", 5000)} {
			mine.leave("/signin/oidc/arpa")
			refused(q, mine, "/signin/oidc/arpa/return"+q, "Ricominciate")
		}
	})
}

func TestAProviderThatIsDown(t *testing.T) {
	eachRegional(t, nil, func(t *testing.T, x *regional) {
		x.proxy.Down = true
		b := x.browser(x.g)
		if page := b.get("/signin", 200); strings.Contains(page, "al momento non risponde") {
			t.Error("it was asked before anybody wanted it")
		}
		w := b.do(http.MethodGet, "/signin/oidc/arpa", nil)
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "non risponde come dovrebbe") {
			t.Errorf("%d: %.500s", w.Code, w.Body)
		}
		if page := b.get("/signin", 200); !strings.Contains(page, "al momento non risponde") {
			t.Error("the sign-in page does not say so")
		}
		x.proxy.Down = false
		x.clock.Advance(time.Minute)
		b.leave("/signin/oidc/arpa")
		if page := b.get("/signin", 200); strings.Contains(page, "al momento non risponde") {
			t.Error("it answers again, and the page does not say so")
		}
	})
}

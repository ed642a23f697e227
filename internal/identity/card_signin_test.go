// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
	"martinella/internal/identity/card"
	"martinella/internal/identity/card/desk"
	"martinella/internal/identity/card/mint"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/web"
)

const (
	marioCode = "RSSMRA80A01H501U"
	mariaCode = "RSSMRA80A41H501Y"
	cardHost  = "https://card.example.it"
	portal    = "https://csirt.example.it"
	proxyAt   = "10.0.0.5:40000"
)

// cardOffice issues cards for a house that takes them.
type cardOffice struct {
	*house
	g  *gate.Gate
	ca *mint.Authority
}

// eachOffice runs f in a house that takes cards, on each engine.
func eachOffice(t *testing.T, f func(t *testing.T, o *cardOffice)) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, identity.Config{})
		ca, err := mint.NewAuthority("CA di prova", h.clock.Now())
		h.must(err)
		dir := t.TempDir()
		o := &cardOffice{house: h, ca: ca}
		h.must(os.WriteFile(filepath.Join(dir, "ca.pem"), mint.PEM(ca.Certificate), 0o600))
		crl, err := ca.Revoke(h.clock.Now(), h.clock.Now().AddDate(1, 0, 0), o.revoked().SerialNumber)
		h.must(err)
		h.must(os.WriteFile(filepath.Join(dir, "ca.crl"), crl, 0o600))
		at := desk.New(desk.Config{Files: []string{filepath.Join(dir, "ca.pem")}, CRL: dir + "/ca.crl"}, nil, h.clock, slog.New(slog.DiscardHandler))
		h.must(at.Refresh(context.Background()))
		proxies, err := web.ParseProxies("10.0.0.5")
		h.must(err)
		h.Cards = identity.Cards{Desk: at, URL: cardHost, Header: "X-Card", Proxy: proxies.Trusts}
		o.g = h.gate(portal)
		f(t, o)
	})
}

// revoked is a card that is in the revocation list.
func (o *cardOffice) revoked() *x509.Certificate {
	return o.card(marioCode, func(c *x509.Certificate) { c.SerialNumber.SetInt64(4711) })
}

func (o *cardOffice) card(code string, change func(*x509.Certificate)) *x509.Certificate {
	o.t.Helper()
	c, err := o.ca.Issue(mint.Holder{FiscalCode: code, Given: "Mario", Surname: "Rossi"}, card.PolicyCNS, o.clock.Now(), change)
	o.must(err)
	return c.Certificate
}

// leave begins a sign-in and gives where the browser is sent.
func (b *browserOf) leave(path string) *url.URL {
	b.h.t.Helper()
	u, err := url.Parse(b.do(http.MethodGet, path, nil).Header().Get("Location"))
	b.h.must(err)
	return u
}

// show goes to the listener for cards with a certificate and gives the answer.
func (b *browserOf) show(u *url.URL, c *x509.Certificate) *httptest.ResponseRecorder {
	b.h.t.Helper()
	r := httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)
	r.TLS = &tls.ConnectionState{}
	if c != nil {
		r.TLS.PeerCertificates = []*x509.Certificate{c}
	}
	return b.answer(r)
}

// linkIn gives the address of a page's link to another host.
func (b *browserOf) linkIn(page, host string) *url.URL {
	b.h.t.Helper()
	_, rest, ok := strings.Cut(page, `href="`+host)
	if !ok {
		b.h.t.Fatalf("no link to %s: %.900s", host, page)
	}
	u, err := url.Parse(host + html.UnescapeString(rest[:strings.Index(rest, `"`)]))
	b.h.must(err)
	return u
}

func text(id int64) string { return strconv.FormatInt(id, 10) }

func (b *browserOf) answer(r *http.Request) *httptest.ResponseRecorder {
	b.h.t.Helper()
	w := httptest.NewRecorder()
	b.g.ServeHTTP(w, r)
	if w.Code >= 500 || unsaid.MatchString(w.Body.String()) {
		b.h.t.Errorf("%s: %d %s", r.URL, w.Code, w.Body)
	}
	return w
}

// back follows the way back to the portal and gives where it leads.
func (b *browserOf) back(w *httptest.ResponseRecorder) (to string, page string) {
	b.h.t.Helper()
	u, err := url.Parse(w.Header().Get("Location"))
	b.h.must(err)
	if !strings.HasPrefix(u.String(), portal+"/signin/card/return?") {
		b.h.t.Fatalf("%d, sent to %q: %.500s", w.Code, u, w.Body)
	}
	end := b.do(http.MethodGet, u.RequestURI(), nil)
	return end.Header().Get("Location"), end.Body.String()
}

// come signs in with a card, as far as it gets.
func (b *browserOf) come(c *x509.Certificate) (to, page string) {
	b.h.t.Helper()
	return b.back(b.show(b.leave("/signin/card?next=/account"), c))
}

func TestSigningInWithACard(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		id, _ := o.staff(admin, access.Administrator)
		b := o.browser(o.g)
		if page := b.get("/signin?next=/account", 200); !strings.Contains(page, `href="/signin/card?next=%2Faccount"`) {
			t.Error("the sign-in page does not offer the card")
		}
		if to, page := b.come(o.card(marioCode, nil)); to != "" || !strings.Contains(page, "RSS••••••••••••U") || strings.Contains(page, marioCode) {
			t.Errorf("an unknown card leads to %q: %.600s", to, page)
		}
		o.must(o.LinkFiscalCode(o.ctx, access.System("test"), id, " rssmra80a01h501u "))
		if m := o.last("identity_linked"); !strings.Contains(m.Text, "RSS••••••••••••U") || strings.Contains(m.Text+m.HTML, marioCode) {
			t.Errorf("the mail: %s", m.Text)
		}
		to, _ := b.come(o.card(marioCode, nil))
		if to != "/account" {
			t.Fatalf("led to %q", to)
		}
		s := o.session(b.cookies["__Host-martinella_session"].Value)
		if s.Pending != identity.Nothing || len(s.Methods) != 1 || s.Methods[0] != identity.ByCNS || s.StrongAt.IsZero() {
			t.Errorf("one of the CSIRT's people with a card: %+v", s)
		}
		if list, err := o.LinkedIdentities(o.ctx, s.Principal.Own()); err != nil || len(list) != 1 || list[0].UsedAt.IsZero() {
			t.Errorf("%+v, %v", list, err)
		}
		o.nothingTells(marioCode)
	})
}

// nothingTells makes sure that neither the tables nor the log hold a code.
func (o *cardOffice) nothingTells(code string) {
	o.t.Helper()
	for _, q := range []string{"SELECT count(*) FROM linked_identity WHERE mark LIKE $1 OR shown LIKE $1", "SELECT count(*) FROM audit_entry WHERE detail LIKE $1"} {
		var n int
		o.must(o.db.QueryRow(o.ctx, q, "%"+code+"%").Scan(&n))
		if n > 0 {
			o.t.Errorf("%s finds the Codice Fiscale", q)
		}
	}
}

func TestCardsThatGetNobodyIn(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		id := o.member(7, anna, access.OrgTechnician)
		o.must(o.LinkFiscalCode(o.ctx, access.System("test"), id, marioCode))
		stranger, err := mint.NewAuthority("CA di prova", o.clock.Now())
		o.must(err)
		forged, err := stranger.Issue(mint.Holder{FiscalCode: marioCode}, card.PolicyCNS, o.clock.Now(), nil)
		o.must(err)
		for want, c := range map[string]*x509.Certificate{
			"non ha presentato alcun certificato": nil, "revocato": o.revoked(), "non è stato emesso da un": forged.Certificate,
			"è scaduto":                o.card(marioCode, func(c *x509.Certificate) { c.NotAfter = o.clock.Now().Add(-time.Hour) }),
			"né di una CIE":            o.card(marioCode, func(c *x509.Certificate) { c.Policies = nil }),
			"non serve per accedere":   o.card(marioCode, func(c *x509.Certificate) { c.ExtKeyUsage = nil }),
			"un codice fiscale corret": o.card("RSSMRA80A01H501X", nil),
		} {
			b := o.browser(o.g)
			w := b.show(b.leave("/signin/card"), c)
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), portal+"/signin") {
				t.Errorf("%q: %d %.900s", want, w.Code, w.Body)
			}
		}
		if n := o.logged("person.card_refused"); n != 6 {
			t.Errorf("%d refusals in the audit log", n)
		}
	})
}

// The header of a proxy is believed from the proxy alone, and judged like a
// certificate of our own listener.
func TestTheHandOffOfAProxy(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		id := o.member(7, anna, access.OrgTechnician)
		o.must(o.LinkFiscalCode(o.ctx, access.System("test"), id, marioCode))
		b := o.browser(o.g)
		hand := func(u *url.URL, from string, headers ...string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, u.RequestURI(), nil)
			r.RemoteAddr = from
			r.Header.Set("X-Forwarded-For", "10.0.0.5")
			for _, h := range headers {
				r.Header.Add("X-Card", h)
			}
			return b.answer(r)
		}
		good := card.ToHeader(o.card(marioCode, nil))
		for what, c := range map[string]struct {
			from    string
			headers []string
			want    string
		}{
			"from anybody":    {"198.51.100.7:1", []string{good}, "da un indirizzo che non può"},
			"two headers":     {proxyAt, []string{good, good}, "più certificati insieme"},
			"malformed":       {proxyAt, []string{good[:100]}, "non è leggibile"},
			"huge":            {proxyAt, []string{strings.Repeat("A", 60000)}, "non è leggibile"},
			"none":            {proxyAt, nil, "non ha presentato"},
			"revoked":         {proxyAt, []string{card.ToHeader(o.revoked())}, "revocato"},
			"nobody, nothing": {"198.51.100.7:1", nil, "non ha presentato"},
		} {
			if w := hand(b.leave("/signin/card"), c.from, c.headers...); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("%s: %d %.600s", what, w.Code, w.Body)
			}
		}
		if to, page := b.back(hand(b.leave("/signin/card"), proxyAt, good)); to != "/home" {
			t.Errorf("led to %q: %.500s", to, page)
		}
	})
}

// What comes back counts in the browser that began, once, within its time.
func TestComingBackFromTheCard(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		id := o.member(7, anna, access.OrgTechnician)
		o.must(o.LinkFiscalCode(o.ctx, access.System("test"), id, marioCode))
		good := o.card(marioCode, nil)
		refused := func(what, to, page, want string) {
			t.Helper()
			if to != "" || !strings.Contains(page, want) {
				t.Errorf("%s: led to %q: %.700s", what, to, page)
			}
		}
		mine, other := o.browser(o.g), o.browser(o.g)
		shown := mine.show(mine.leave("/signin/card"), good)
		to, page := other.back(shown)
		refused("another browser", to, page, "non è cominciato in questo browser")
		other.leave("/signin/card")
		to, page = other.back(shown)
		refused("another browser with an attempt of its own", to, page, "appartiene a un altro accesso")
		copied := *mine.cookies["__Host-martinella_elsewhere"]
		if to, _ := mine.back(shown); to != "/home" {
			t.Errorf("led to %q", to)
		}
		to, page = mine.back(shown)
		refused("again", to, page, "non è cominciato in questo browser")
		mine.cookies[copied.Name] = &copied
		to, page = mine.back(shown)
		refused("again, with the cookie kept", to, page, "vale una volta sola")
		late := mine.leave("/signin/card")
		shown = mine.show(late, good)
		o.clock.Advance(3 * time.Minute)
		to, page = mine.back(shown)
		refused("two minutes later", to, page, "passato troppo tempo")
		late = mine.leave("/signin/card")
		o.clock.Advance(11 * time.Minute)
		to, page = mine.back(mine.show(late, good))
		refused("ten minutes later", to, page, "passato troppo tempo")
		if w := mine.show(&url.URL{Path: "/card", RawQuery: "state=short"}, good); w.Code != http.StatusForbidden {
			t.Errorf("a slip for no attempt: %d", w.Code)
		}
		for _, q := range []string{"", "?state=x", "?state=" + url.QueryEscape(late.Query().Get("state")) + "&slip=zzzz", "?slip=" + strings.Repeat("A", 9000)} {
			mine.leave("/signin/card")
			if w := mine.do(http.MethodGet, "/signin/card/return"+q, nil); w.Code != http.StatusForbidden {
				t.Errorf("%q: %d", q, w.Code)
			}
		}
	})
}

func TestLinkingACardOneself(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		o.member(7, anna, access.OrgTechnician)
		b := o.browser(o.g)
		b.post("/signin", "/home", "email", anna, "password", good)
		b.get("/account/identities", 200)
		b.get("/account/link/card", 200)
		b.get("/account/link/nothing", 404)
		if page := b.post("/account/link/card", "", "current", "wrong-one"); strings.Contains(page, cardHost) {
			t.Error("a wrong password is enough")
		}
		page := b.post("/account/link/card", "", "current", good)
		to := b.linkIn(page, cardHost)
		if to, _ := b.back(b.show(to, o.card(mariaCode, nil))); to != "/account/identities" {
			t.Errorf("led to %q", to)
		}
		if page := b.get("/account/identities", 200); !strings.Contains(page, "RSS••••••••••••Y") || !strings.Contains(page, "Identità collegata") {
			t.Errorf("not linked: %.900s", page)
		}
		o.last("identity_linked")
		if to, _ := o.browser(o.g).come(o.card(mariaCode, nil)); to != "/account" {
			t.Errorf("with the new card led to %q", to)
		}
		// The same card again, and somebody else's.
		again := b.linkIn(b.post("/account/link/card", "", "current", good), cardHost)
		b.back(b.show(again, o.card(mariaCode, nil)))
		if page := b.get("/account/identities", 200); !strings.Contains(page, "già collegata a questa persona") {
			t.Error("linking twice is not told")
		}
		list, err := o.LinkedIdentities(o.ctx, access.Principal{Person: o.session(b.cookies["__Host-martinella_session"].Value).Person.ID}.Own())
		o.must(err)
		remove := "/account/identities/" + text(list[0].ID) + "/remove"
		b.get(remove, 200)
		b.post(remove, "/account/identities")
		b.post(remove, "")
		o.last("identity_unlinked")
		if to, _ := o.browser(o.g).come(o.card(mariaCode, nil)); to != "" {
			t.Errorf("an unlinked card leads to %q", to)
		}
	})
}

// An attempt to link that somebody else finishes links nothing.
func TestLinkingWhileAnotherSignsIn(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		o.member(7, anna, access.OrgTechnician)
		o.member(8, "bruno@comune.example.it", access.OrgTechnician)
		b := o.browser(o.g)
		b.post("/signin", "/home", "email", anna, "password", good)
		to := b.linkIn(b.post("/account/link/card", "", "current", good), cardHost)
		b.post("/signin", "/home", "email", "bruno@comune.example.it", "password", good)
		if led, page := b.back(b.show(to, o.card(mariaCode, nil))); led != "" || !strings.Contains(page, "Nulla è stato collegato") {
			t.Errorf("led to %q: %.500s", led, page)
		}
	})
}

func TestAnAdministratorLinksCards(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		id, _ := o.staff(admin, access.Administrator)
		member := o.member(7, anna, access.OrgTechnician)
		o.must(o.LinkFiscalCode(o.ctx, access.System("test"), id, marioCode))
		b := o.browser(o.g)
		b.come(o.card(marioCode, nil))
		at := "/admin/people/" + text(member) + "/identities"
		b.get("/admin/people/"+text(member), 200)
		b.get(at, 200)
		for given, want := range map[string]string{"RSSMRA80A41H501X": "non è un codice fiscale", "": "non è un codice fiscale", marioCode: "già collegata a un&#39;altra persona"} {
			if page := b.post(at, "", "code", given); !strings.Contains(page, want) {
				t.Errorf("%q: %.900s", given, page)
			}
		}
		b.post(at, at, "code", mariaCode)
		if page := b.post(at, "", "code", mariaCode); !strings.Contains(page, "già collegata a questa persona") {
			t.Error("twice")
		}
		list, err := o.LinkedIdentitiesOf(o.ctx, access.System("test"), member)
		o.must(err)
		remove := "/admin/people/" + text(member) + "/unlink/"
		b.get(remove+text(list[0].ID), 200)
		b.get(remove+"999", 404)
		b.post(remove+text(list[0].ID), at)
		_, err = o.LinkedIdentitiesOf(o.ctx, access.Principal{Person: member}.Own(), id)
		if err == nil {
			t.Error("a member reads who the administrator is elsewhere")
		}
	})
}

// Who has nothing but a card keeps it; a suspended person's card opens nothing.
func TestTheLastWayIn(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		id := o.invite(7, anna, "Anna Bianchi", access.OrgTechnician)
		o.must(o.LinkFiscalCode(o.ctx, access.System("test"), id, marioCode))
		b := o.browser(o.g)
		if to, page := b.come(o.card(marioCode, nil)); to != "/account" {
			t.Fatalf("led to %q: %.500s", to, page)
		}
		list, err := o.LinkedIdentitiesOf(o.ctx, access.System("test"), id)
		o.must(err)
		if page := b.post("/account/identities/"+text(list[0].ID)+"/remove", ""); !strings.Contains(page, "unico modo") {
			t.Errorf("the last way in can be taken away: %.600s", page)
		}
		o.must(o.Suspend(o.ctx, access.System("test"), id))
		if to, page := b.come(o.card(marioCode, nil)); to != "" || !strings.Contains(page, "sospeso") {
			t.Errorf("suspended: led to %q: %.500s", to, page)
		}
	})
}

// Without cards in the configuration there are no such pages.
func TestWithoutCards(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		b := h.browser(g)
		for _, path := range []string{"/signin/card", "/card", "/signin/card/return", "/signin/oidc/arpa", "/signin/oidc/arpa/return"} {
			b.get(path, 404)
		}
		if page := b.get("/signin", 200); strings.Contains(page, "/signin/card") || strings.Contains(page, "/signin/oidc") {
			t.Error("the sign-in page offers what is not there")
		}
	})
}

// Who has nothing but a card confirms with it that it is still him.
func TestConfirmingWithACard(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *cardOffice) {
		_, err := o.CreateStaff(o.ctx, access.System("test"), admin, "Carla Verdi", access.Administrator, good)
		o.must(err)
		people, err := o.AllPeople(o.ctx, access.System("test"), identity.PeopleQuery{Text: admin, Limit: 1})
		o.must(err)
		id := people[0].ID
		o.must(o.LinkFiscalCode(o.ctx, access.System("test"), id, marioCode))
		b := o.browser(o.g)
		b.come(o.card(marioCode, nil))
		at := "/admin/people/" + text(id) + "/identities"
		b.get(at, 200)
		o.clock.Advance(20 * time.Minute)
		if w := b.do(http.MethodGet, at, nil); !strings.HasPrefix(w.Header().Get("Location"), "/account/confirm?") {
			t.Fatalf("twenty minutes later: %d %q", w.Code, w.Header().Get("Location"))
		}
		if page := b.get("/account/confirm?next="+url.QueryEscape(at), 200); !strings.Contains(page, "/account/confirm/card?next=") {
			t.Errorf("the card is not offered: %.900s", page)
		}
		prove := "/account/confirm/card?next=" + url.QueryEscape(at)
		if to, page := b.back(b.show(b.leave(prove), o.card(mariaCode, nil))); to != "" || !strings.Contains(page, "non è collegata alla vostra utenza") {
			t.Errorf("another's card leads to %q: %.500s", to, page)
		}
		if to, page := b.back(b.show(b.leave(prove), o.card(marioCode, nil))); to != at {
			t.Errorf("led to %q: %.500s", to, page)
		}
		b.get(at, 200)
	})
}

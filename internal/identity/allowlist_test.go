// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
	"martinella/internal/platform/web"
)

func TestNetworksAsPeopleTypeThem(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"192.0.2.7":                      "192.0.2.7/32",
		" 192.0.2.9/24,\r\n2001:db8::1 ": "192.0.2.0/24 2001:db8::1/128",
		"10.0.0.0/8;10.0.0.0/8":          "10.0.0.0/8",
		"::ffff:192.0.2.7":               "192.0.2.7/32",
	} {
		got, err := identity.ParseNetworks("networks", text)
		var words []string
		for _, p := range got {
			words = append(words, p.String())
		}
		if strings.Join(words, " ") != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"comune.example.it", "192.0.2.0/33", "192.0.2", "fe80::1%eth0", "::ffff:192.0.2.0/120", "1.2.3.4-1.2.3.9", strings.Repeat("1.1.1.1 ", 201), "\xff", strings.Repeat("x", 10000)} {
		if _, err := identity.ParseNetworks("networks", text); !strings.HasPrefix(codeOf(err), "identity.allowlist_") {
			t.Errorf("%.30q: %v", text, err)
		}
	}
}

func FuzzParseNetworks(f *testing.F) {
	for _, s := range []string{"192.0.2.0/24 2001:db8::/32", "::ffff:1.2.3.4", "/", "1/1", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := identity.ParseNetworks("networks", text)
		if err != nil {
			return
		}
		var words []string
		for _, p := range list {
			words = append(words, p.String())
		}
		again, err := identity.ParseNetworks("networks", strings.Join(words, " "))
		if err != nil || len(again) != len(list) {
			t.Errorf("%q gives %v, which gives %v, %v", text, list, again, err)
		}
	})
}

func TestAnOrganisationAdmitsItsPeopleFromItsNetworks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.member(7, "capo@comune.example.it", access.OrgAdmin)
		h.member(7, anna, access.OrgTechnician)
		s := in(t, 7, boss, access.OrgAdmin)
		set := func(networks, from string, confirmed bool) error {
			return h.SetEntrance(h.ctx, s, identity.EntranceChange{Networks: networks, Address: netip.MustParseAddr(from), Confirmed: confirmed})
		}
		h.expect("keeping himself out", set("198.51.100.0/24", "192.0.2.1", false), "identity.allowlist_locks_out")
		h.expect("nonsense", set("x", "192.0.2.1", false), "identity.allowlist_wrong")
		h.expect("by somebody who may not", h.SetEntrance(h.ctx, in(t, 7, 2, access.OrgTechnician), identity.EntranceChange{}), "access.permission")
		h.must(set("192.0.2.0/24 2001:db8::/32", "192.0.2.1", false))
		if m := h.last("entrance_changed"); m.To != "capo@comune.example.it" || h.logged("organisation.entrance_changed") != 1 {
			t.Errorf("told %s", m.To)
		}
		for address, want := range map[string]string{"192.0.2.200": "", "2001:db8::5": "", "203.0.113.9": "identity.address_refused", "": "identity.address_refused"} {
			_, err := h.SignIn(h.ctx, anna, good, from(address))
			h.expect("from "+address, err, want)
		}
		_, err := h.SignIn(h.ctx, anna, "wrong", from("203.0.113.9"))
		h.expect("a wrong password from outside", err, "identity.signin_wrong")
		if h.logged("person.address_refused") == 0 {
			t.Error("refusals are not in the audit log")
		}
		h.expect("opening for ever", h.OpenEntrance(h.ctx, access.System("cli"), 7, 1000*time.Hour), "identity.allowlist_hours")
		h.expect("opening another's", h.OpenEntrance(h.ctx, in(t, 8, 5, access.OrgAdmin), 7, time.Hour), "access.organisation")
		h.expect("opening what is open", h.OpenEntrance(h.ctx, access.System("cli"), 8, time.Hour), "identity.allowlist_none")
		h.must(h.OpenEntrance(h.ctx, access.System("cli"), 7, 4*time.Hour))
		h.last("entrance_opened")
		_, err = h.SignIn(h.ctx, anna, good, from("203.0.113.9"))
		h.expect("while it is open", err, "")
		h.clock.Advance(4 * time.Hour)
		_, err = h.SignIn(h.ctx, anna, good, from("203.0.113.9"))
		h.expect("afterwards", err, "identity.address_refused")
		h.must(set("198.51.100.0/24", "192.0.2.1", true))
	})
}

// from asks from an address, through the wrapper that knows proxies.
func (b *browserOf) from(address, method, path string, form url.Values) *httptest.ResponseRecorder {
	b.h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(address), 1234).String()
	r.Header.Set("X-Forwarded-For", "192.0.2.1") // by the client: there is no proxy
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	web.Secure(b.g, web.Config{Log: b.h.Log, Secure: true}).ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c
	}
	return w
}

func TestTheListHoldsOnEveryPageOfTheOrganisation(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		h.member(7, anna, access.OrgAdmin)
		_, secret, _ := h.enrol(h.signIn(anna).Token)
		_, operator := h.staff(admin, access.Operator)
		b := h.browser(g)
		b.enters(anna, secret)
		if page := b.from("192.0.2.1", http.MethodGet, "/o/c_d612/entrance", nil).Body.String(); !strings.Contains(page, "192.0.2.1") {
			t.Error("the page does not say where he is")
		}
		list := url.Values{"networks": {"198.51.100.0/24"}, "second_factor": {"yes"}}
		w := b.from("192.0.2.1", http.MethodPost, "/o/c_d612/entrance", list)
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), `name="confirmed"`) || !strings.Contains(w.Body.String(), "198.51.100.0/24") {
			t.Fatalf("%d, without the question or what was typed", w.Code)
		}
		list.Set("confirmed", "yes")
		if w = b.from("192.0.2.1", http.MethodPost, "/o/c_d612/entrance", list); w.Code != http.StatusSeeOther {
			t.Fatalf("confirmed: %d", w.Code)
		}
		for _, route := range g.Routes() {
			if method, path, _ := strings.Cut(route.Pattern, " "); route.Rule.IsMember() {
				path = strings.NewReplacer("{org}", "c_d612", "{id}", "1").Replace(path)
				w := b.from("192.0.2.1", method, path, nil)
				if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "192.0.2.1") {
					t.Errorf("%s from outside: %d", route.Pattern, w.Code)
				}
			}
		}
		if w := b.from("198.51.100.9", http.MethodGet, "/o/c_d612/people", nil); w.Code != http.StatusOK {
			t.Errorf("from inside: %d", w.Code)
		}
		op := h.browser(g)
		op.enters(admin, operator)
		if w := op.from("203.0.113.1", http.MethodGet, "/o/c_d612/people", nil); w.Code != http.StatusOK {
			t.Errorf("the CSIRT's people: %d", w.Code)
		}
		if w := op.from("203.0.113.1", http.MethodPost, "/o/c_d612/entrance/open", url.Values{"hours": {"2"}}); w.Code != http.StatusSeeOther {
			t.Errorf("opening: %d", w.Code)
		}
		if w := b.from("192.0.2.1", http.MethodGet, "/o/c_d612/people", nil); w.Code != http.StatusOK {
			t.Errorf("while it is open: %d", w.Code)
		}
	})
}

func TestASecondFactorForEverybody(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.member(7, "capo@comune.example.it", access.OrgAdmin)
		h.member(7, anna, access.OrgLeader)
		token := h.signIn(anna).Token
		h.must(h.SetEntrance(h.ctx, in(t, 7, boss, access.OrgAdmin), identity.EntranceChange{SecondFactor: true}))
		if p := h.session(token).Pending; p != identity.EnrolWanted {
			t.Errorf("at the next request: %v", p)
		}
		if p := h.signIn(anna).Pending; p != identity.EnrolWanted {
			t.Errorf("at the next sign-in: %v", p)
		}
		_, _, token = h.enrol(token)
		h.expect("to be without", h.RemoveSecondFactor(h.ctx, h.session(token).Principal.Own(), good), "identity.second_factor_mandatory")
	})
}

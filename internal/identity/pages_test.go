// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
)

// browserOf is somebody's browser: it keeps cookies.
type browserOf struct {
	h       *house
	g       *gate.Gate
	cookies map[string]*http.Cookie
}

func (h *house) browser(g *gate.Gate) *browserOf {
	return &browserOf{h: h, g: g, cookies: map[string]*http.Cookie{}}
}

func (b *browserOf) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.h.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept-Language", "it")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.g.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
	if w.Code >= 500 && w.Code != http.StatusServiceUnavailable { // a provider that is down is not our failure
		b.h.t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	if text := w.Body.String(); unsaid.MatchString(text) {
		b.h.t.Errorf("%s %s shows a key or a placeholder: %s", method, path, unsaid.FindString(text))
	}
	return w
}

// unsaid finds what a missing sentence or value leaves behind.
var unsaid = regexp.MustCompile(`>[^<]*(\bidentity\.[a-z]|\{[a-z]+\})[^<]*<`)

func (b *browserOf) get(path string, status int) string {
	b.h.t.Helper()
	w := b.do(http.MethodGet, path, nil)
	if w.Code != status {
		b.h.t.Errorf("GET %s: %d, want %d; to %q", path, w.Code, status, w.Header().Get("Location"))
	}
	return w.Body.String()
}

// post sends a form and wants to be led to a place; with none, to see the form again (422 or the like).
func (b *browserOf) post(path, to string, kv ...string) string {
	b.h.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		form.Add(kv[i], kv[i+1])
	}
	w := b.do(http.MethodPost, path, form)
	if got := w.Header().Get("Location"); got != to {
		b.h.t.Errorf("POST %s: %d to %q, want %q: %.300s", path, w.Code, got, to, w.Body)
	}
	return w.Body.String()
}

func eachGate(t *testing.T, cfg identity.Config, f func(t *testing.T, h *house, g *gate.Gate)) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) {
		h := newHouse(t, d, cfg)
		f(t, h, h.gate("https://csirt.example.it"))
	})
}

func TestSigningInWithABrowser(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		id := h.member(7, anna, access.OrgSecurity)
		b := h.browser(g)
		if page := b.get("/signin?next=/o/c_d612/people", 200); !strings.Contains(page, `next=%2Fo%2Fc_d612%2Fpeople"`) {
			t.Error("the page forgot where the visitor wanted to go")
		}
		if page := b.post("/signin?next=/x", "", "email", anna, "password", "no-such"); !strings.Contains(page, anna) || strings.Contains(page, "no-such") {
			t.Error("the address must stay, the password must not")
		}
		b.post("/signin?next=/o/c_d612/people", "/o/c_d612/people", "email", anna, "password", good)
		c := b.cookies["__Host-martinella_session"]
		if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
			t.Fatalf("cookie %+v", c)
		}
		for _, path := range []string{"/account", "/account/password", "/account/email", "/account/sessions", "/account/second-factor", "/account/second-factor/new", "/account/confirm"} {
			b.get(path, 200)
		}
		b.get("/o/c_d612/people", 403)
		b.get("/o/c_g999/people", 404)
		b.get("/admin/people", 404)
		b.get("/signin", 303)
		h.must(h.SetMemberRole(h.ctx, in(t, 7, 999, access.OrgAdmin), id, access.OrgAdmin))
		if w := b.do(http.MethodGet, "/o/c_d612/people", nil); w.Header().Get("Location") != "/account/second-factor" {
			t.Errorf("a new org_admin without a second factor is led to %q", w.Header().Get("Location"))
		}
		h.member(7, "second@comune.example.it", access.OrgAdmin)
		h.must(h.SetMemberRole(h.ctx, in(t, 7, 999, access.OrgAdmin), id, access.OrgSecurity))
		before := c.Value
		b.post("/signin", "/home", "email", anna, "password", good)
		h.noSession(before, "signed in again with the same browser")
		b.post("/signin?next=//evil.example/", "/", "email", anna, "password", good)
		b.post("/account", "/account?lang=en", "name", "Anna B.", "language", "en")
		b.post("/account/password", "", "current", "no", "password", other)
		b.post("/account/password", "/account", "current", good, "password", other)
		b.get("/account", 200)
		b.post("/signout", "/signin")
		if b.cookies["__Host-martinella_session"] != nil {
			t.Error("the cookie stayed")
		}
		if w := b.do(http.MethodGet, "/account", nil); w.Header().Get("Location") != "/signin?next=%2Faccount" {
			t.Errorf("led to %q", w.Header().Get("Location"))
		}
	})
}

func TestTheCookieWithoutTLS(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t, schema()), identity.Config{})
	b := h.browser(h.gate("http://127.0.0.1:8080"))
	h.member(7, anna, access.OrgLeader)
	b.post("/signin", "/home", "email", anna, "password", good)
	if c := b.cookies["martinella_session"]; c == nil || c.Secure {
		t.Errorf("cookies %+v", b.cookies)
	}
	b.get("/account", 200)
}

func TestAnInvitedAnalystWithABrowser(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		_, err := h.AddStaff(h.ctx, access.System("test"), identity.StaffInvitation{Email: admin, Name: "Carla Verdi", Roles: []access.Role{access.Administrator}})
		h.must(err)
		link := "/invitation/" + h.tokenIn("invitation")
		b := h.browser(g)
		b.get(link, 200)
		b.post(link, "", "password", "corta")
		b.post(link, "/account/second-factor", "password", good)
		if w := b.do(http.MethodGet, "/admin/people", nil); w.Header().Get("Location") != "/account/second-factor" {
			t.Errorf("reached %d %q without a second factor", w.Code, w.Header().Get("Location"))
		}
		page := b.get("/account/second-factor", 200)
		secret := strings.ReplaceAll(regexp.MustCompile(`[A-Z2-7]{4}( [A-Z2-7]{4}){7}`).FindString(page), " ", "")
		if secret == "" || !strings.Contains(page, "data:image/png") {
			t.Fatal("neither code nor key on the page")
		}
		b.post("/account/second-factor/new", "", "code", "000000")
		codes := b.post("/account/second-factor/new", "", "code", h.code(secret, 0))
		if n := len(regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){3}`).FindAllString(codes, -1)); n != 10 {
			t.Errorf("%d recovery codes on the page", n)
		}
		for _, path := range []string{"/admin/people", "/admin/people?who=all&q=x", "/admin/people/new", "/admin/people/1", "/account/second-factor/codes", "/account/second-factor/remove"} {
			b.get(path, 200)
		}
		b.get("/admin/people/999", 404)
		h.clock.Advance(60e9)
		b.post("/signout", "/signin")
		b.post("/signin?next=/admin/people", "/signin/code?next=%2Fadmin%2Fpeople", "email", admin, "password", good)
		for path, to := range map[string]string{"/account/second-factor": "/signin/code", "/account": "/signin/code", "/admin/people": "/signin/code", "/account/second-factor/new": "/signin"} {
			if w := b.do(http.MethodGet, path, nil); !strings.HasPrefix(w.Header().Get("Location"), to) {
				t.Errorf("%s with half a sign-in: %d to %q", path, w.Code, w.Header().Get("Location"))
			}
		}
		b.get("/signin/code?next=/admin/people", 200)
		b.post("/signin/code?next=/admin/people", "", "code", "000000")
		b.post("/signin/code?next=/admin/people", "/admin/people", "code", h.code(secret, 0))
		b.get("/admin/people", 200)
	})
}

func TestAdministratorsPages(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		_, secret := h.staff(admin, access.Administrator)
		analyst, _ := h.staff("analyst@csirt.example.it", access.Analyst)
		h.clock.Advance(60e9)
		b := h.browser(g)
		b.post("/signin", "/signin/code", "email", admin, "password", good)
		b.post("/signin/code", "/home", "code", h.code(secret, 0))
		b.post("/admin/people/new", "", "name", "Dario", "email", "d@csirt.example.it")
		b.post("/admin/people/new", "/admin/people", "name", "Dario", "email", "d@csirt.example.it", "roles", "operator", "roles", "auditor", "language", "nb")
		if m := h.last("invitation"); m.Language != "nb" {
			t.Errorf("invited in %s", m.Language)
		}
		base := "/admin/people/" + strconv.FormatInt(analyst, 10)
		for _, action := range []string{"suspend", "resume", "recovery"} {
			b.get(base+"/"+action, 200)
			b.post(base+"/"+action, base)
		}
		b.post(base+"/invite", "")
		b.post(base, base, "roles", "analyst", "roles", "operator")
		b.post("/admin/people/1", "", "roles", "analyst")
		b.post("/admin/people/1/suspend", "")
		b.post("/o/c_d612/people/new", "/o/c_d612/people", "name", "Elsa", "email", "e@comune.example.it", "role", "org_admin", "language", "it")
		b.get("/o/c_d612/people/4", 200)
		b.post("/o/c_d612/people/4/invite", "/o/c_d612/people")
		b.post("/o/c_d612/people/4", "", "role", "org_leader")
		b.post("/o/c_d612/people/4/remove", "")
		b.get("/o/c_g999/people", 200)
	})
}

func TestForgottenPasswordWithABrowser(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		h.member(7, anna, access.OrgSecurity)
		_, secret, _ := h.enrol(h.signIn(anna).Token)
		b := h.browser(g)
		b.get("/forgot", 200)
		b.post("/forgot", "", "email", "no address")
		known := b.post("/forgot", "", "email", anna)
		unknown := b.post("/forgot", "", "email", "nobody@comune.example.it")
		if strings.ReplaceAll(known, anna, "X") != strings.ReplaceAll(unknown, "nobody@comune.example.it", "X") {
			t.Error("the page tells who has an account")
		}
		h.drain()
		link := "/reset/" + h.tokenIn("reset")
		b.get(link, 200)
		b.post(link, "", "password", "password1234")
		b.post(link, "/signin", "password", other)
		b.get(link, 404)
		h.clock.Advance(time.Minute)
		b.post("/signin", "/signin/code", "email", anna, "password", other)
		b.post("/signin/code", "/home", "code", h.code(secret, 0))
		b.post("/account/email", "/account", "email", "n@comune.example.it", "current", other)
		link = "/account/email/" + h.tokenIn("email_confirm")
		b.get(link, 200)
		b.post(link, "/account")
		b.post("/account/sessions/end-others", "/account/sessions")
		b.post("/account/sessions/999/end", "")
	})
}

func TestTheDemonstrationShowsTheCode(t *testing.T) {
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	eachGate(t, identity.Config{DemoSecret: secret}, func(t *testing.T, h *house, g *gate.Gate) {
		h.must(h.CreateDemo(h.ctx, access.System("demo"), []identity.DemoPerson{{Email: admin, Name: "Sara Conti", Password: "demo", Staff: []access.Role{access.Administrator}}}))
		for range 8 { // eight times within one half-minute
			b := h.browser(g)
			b.post("/signin", "/signin/code", "email", admin, "password", "demo")
			code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(b.get("/signin/code", 200))
			b.post("/signin/code", "/home", "code", code)
		}
	})
}

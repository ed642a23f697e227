// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
)

// heldRoutes adds a form and a list that want a recent second factor; what the
// form receives is kept.
func heldRoutes(g *gate.Gate) *[]url.Values {
	var got []url.Values
	g.Handle("POST /test/form", gate.SignedIn(), func(r *gate.Request) error {
		f, err := r.Form()
		if err != nil {
			return err
		}
		got = append(got, f.Values())
		return r.Redirect("/home")
	}, gate.Recent())
	g.Handle("GET /test/list", gate.SignedIn(), func(r *gate.Request) error { return r.JSON("file") }, gate.RecentExport())
	return &got
}

// enters signs in with password and code.
func (b *browserOf) enters(email, secret string) {
	b.h.t.Helper()
	b.h.clock.Advance(time.Minute) // a code is good once
	b.post("/signin", "/signin/code", "email", email, "password", good)
	b.post("/signin/code", "/home", "code", b.h.code(secret, 0))
}

func TestAFormSentTooLateIsKeptAndSentAgain(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		got := heldRoutes(g)
		_, secret := h.staff(admin, access.Operator)
		b := h.browser(g)
		b.enters(admin, secret)
		b.post("/test/form", "/home", "reason", "just signed in")
		h.clock.Advance(14 * time.Minute)
		b.post("/test/form", "/home", "reason", "fourteen minutes")
		h.clock.Advance(2 * time.Minute)
		text := "perché <b>\"no\"</b>\r\ne ancora"
		page := b.post("/test/form?x=1", "", "reason", text, "id", "3", "id", "5")
		if len(*got) != 2 {
			t.Fatal("the form was done without being confirmed")
		}
		if !strings.Contains(page, "conservato in questa pagina") {
			t.Error("the page does not say that what was typed is kept")
		}
		action, kept := formOf(t, page)
		wrong := with(kept, "stepup_code", "000000")
		page = b.do(http.MethodPost, action, wrong).Body.String()
		action, kept = formOf(t, page)
		before := b.cookies["__Host-martinella_session"].Value
		h.clock.Advance(time.Minute)
		w := b.do(http.MethodPost, action, with(kept, "stepup_code", h.code(secret, 0)))
		if w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != "/test/form?x=1" {
			t.Fatalf("%d to %q, want the form to be sent again", w.Code, w.Header().Get("Location"))
		}
		h.noSession(before, "the token from before the confirmation")
		b.do(http.MethodPost, "/test/form?x=1", kept)
		last := (*got)[len(*got)-1]
		if len(*got) != 3 || last.Get("reason") != text || !slices.Equal(last["id"], []string{"3", "5"}) {
			t.Errorf("%d forms, the last %v", len(*got), last)
		}
		if h.logged("person.stepped_up") != 1 {
			t.Error("the confirmation is not in the audit log")
		}
		s := h.session(b.cookies["__Host-martinella_session"].Value)
		if !slices.Equal(s.Methods, []identity.Method{identity.ByPassword, identity.ByTOTP}) || !s.StrongAt.Equal(h.clock.Now()) {
			t.Errorf("methods %v at %v", s.Methods, s.StrongAt)
		}
	})
}

var (
	formTag = regexp.MustCompile(`<form class="form" method="post" action="([^"]*)"`)
	hidden  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	escapes = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#39;", "'", "&#13;", "\r")
)

// formOf gives the address of a page's form and what it keeps.
func formOf(t *testing.T, page string) (action string, kept url.Values) {
	t.Helper()
	tag := formTag.FindStringSubmatch(page)
	if tag == nil {
		t.Fatalf("no form on the page: %.2000s", page)
	}
	kept = url.Values{}
	for _, f := range hidden.FindAllStringSubmatch(page, -1) {
		kept.Add(f[1], escapes.Replace(f[2]))
	}
	return escapes.Replace(tag[1]), kept
}

func with(form url.Values, kv ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = slices.Clone(v)
	}
	for i := 0; i+1 < len(kv); i += 2 {
		out.Set(kv[i], kv[i+1])
	}
	return out
}

func TestAnExportIsConfirmedAndOffered(t *testing.T) {
	eachGate(t, identity.Config{RecentLife: time.Minute}, func(t *testing.T, h *house, g *gate.Gate) {
		heldRoutes(g)
		_, secret := h.staff(admin, access.Operator)
		b := h.browser(g)
		b.enters(admin, secret)
		b.get("/test/list?format=csv", 200)
		h.clock.Advance(2 * time.Minute)
		b.get("/test/list?q=a", 200)
		w := b.do(http.MethodGet, "/test/list?q=a&format=csv", nil)
		if w.Code != http.StatusSeeOther {
			t.Fatalf("a file without a recent second factor: %d", w.Code)
		}
		action, _ := formOf(t, b.get(w.Header().Get("Location"), 200))
		page := b.post(action, "", "stepup_code", h.code(secret, 0))
		for _, link := range []string{`href="/test/list?q=a&amp;format=csv"`, `href="/test/list?q=a"`} {
			if !strings.Contains(page, link) {
				t.Errorf("no link %s", link)
			}
		}
		b.get("/test/list?q=a&format=csv", 200)
	})
}

func TestWhatCannotBeKeptIsAskedForAgain(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		got := heldRoutes(g)
		_, secret := h.staff(admin, access.Operator)
		b := h.browser(g)
		b.enters(admin, secret)
		h.clock.Advance(20 * time.Minute)
		r := httptest.NewRequest(http.MethodPost, "/test/form", strings.NewReader("--x--"))
		r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		r.Header.Set("Referer", "https://"+r.Host+"/test/page?a=1")
		for _, c := range b.cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); to != "/account/confirm?next=%2Ftest%2Fpage%3Fa%3D1" || len(*got) != 0 {
			t.Errorf("led to %q, %d forms done", to, len(*got))
		}
		r.Header.Set("Accept", "application/json")
		w = httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "access.recent") {
			t.Errorf("a program is answered %d %s", w.Code, w.Body)
		}
	})
}

func TestConfirmingLeadsNowhereElse(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		heldRoutes(g)
		_, secret := h.staff(admin, access.Operator)
		b := h.browser(g)
		b.enters(admin, secret)
		for _, to := range []string{"https://evil.example/", "//evil.example/?format=csv", `/\evil.example`} {
			h.clock.Advance(time.Minute)
			b.post("/account/confirm?next="+url.QueryEscape(to), "/", "stepup_code", h.code(secret, 0))
			h.clock.Advance(time.Minute)
			b.post("/account/confirm?again="+url.QueryEscape(to), "/", "stepup_code", h.code(secret, 0))
		}
	})
}

func TestWhoHasNoSecondFactorIsLedToSetOneUp(t *testing.T) {
	eachGate(t, identity.Config{}, func(t *testing.T, h *house, g *gate.Gate) {
		heldRoutes(g)
		h.member(7, anna, access.OrgTechnician)
		b := h.browser(g)
		b.post("/signin", "/home", "email", anna, "password", good)
		w := b.do(http.MethodGet, "/test/list?format=csv", nil)
		page := b.get(w.Header().Get("Location"), 200)
		if !strings.Contains(page, `href="/account/second-factor?next=%2Ftest%2Flist%3Fformat%3Dcsv"`) {
			t.Errorf("no way to set one up: %s", page)
		}
		b.post("/account/confirm", "", "stepup_code", "000000")
		enrol := b.get("/account/second-factor?next=/test/list%3Fformat%3Dcsv", 200)
		secret := strings.ReplaceAll(regexp.MustCompile(`[A-Z2-7]{4}( [A-Z2-7]{4}){7}`).FindString(enrol), " ", "")
		action, _ := formOf(t, enrol)
		codes := b.post(action, "", "code", h.code(secret, 0), "current", good)
		if !strings.Contains(codes, `href="/test/list?format=csv"`) {
			t.Error("the way back is lost")
		}
		b.get("/test/list?format=csv", 200)
	})
}

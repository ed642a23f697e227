// SPDX-License-Identifier: EUPL-1.2

package gate_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// people signs in whoever the header names.
type people map[string]*gate.Session

func (p people) Authenticate(r *http.Request) (*gate.Session, error) {
	return p[r.Header.Get("X-Test-Person")], nil
}

type directory map[string]gate.Organisation

func (d directory) OrganisationByCode(_ context.Context, _ access.Scope, code string) (gate.Organisation, error) {
	if o, ok := d[code]; ok {
		return o, nil
	}
	return gate.Organisation{}, fault.New(fault.NotFound, "access.organisation")
}

func (d directory) OrganisationsByID(_ context.Context, _ access.Scope, ids []int64) (out []gate.Organisation, err error) {
	for _, o := range d {
		for _, id := range ids {
			if o.ID == id {
				out = append(out, o)
			}
		}
	}
	return out, nil
}

var (
	cast = people{
		"technician": {Principal: access.Principal{Person: 1, Memberships: map[int64][]access.Role{1: {access.OrgTechnician}}}},
		"applicant":  {Principal: access.Principal{Person: 2, Memberships: map[int64][]access.Role{2: {access.OrgAdmin}}}},
		"analyst":    {Principal: access.Principal{Person: 3, Staff: []access.Role{access.Analyst}}},
		"newcomer":   {Principal: access.Principal{Person: 4, Staff: []access.Role{access.Administrator}}, Pending: "/account/second-factor"},
		"norwegian":  {Principal: access.Principal{Person: 5}, Person: gate.Person{ID: 5, Language: "nb"}},
	}
	bodies = directory{
		"c_d612": {ID: 1, Code: "c_d612", Name: "Comune di Firenze", Accredited: true},
		"c_g999": {ID: 2, Code: "c_g999", Name: "Comune di Prato"},
	}
)

func newGate(t *testing.T) *gate.Gate {
	t.Helper()
	bundle, err := i18n.Load(ui.Locale, gate.Locale)
	if err != nil {
		t.Fatal(err)
	}
	if err := bundle.Check(); err != nil {
		t.Error(err)
	}
	return gate.New(gate.Config{Auth: cast, Directory: bodies, Bundle: bundle, Log: slog.New(slog.DiscardHandler), Zone: time.UTC, BaseURL: "http://127.0.0.1"})
}

func text(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, s); return err })
}

func ask(g *gate.Gate, method, path, person string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("X-Test-Person", person)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

func TestWhoEntersWhere(t *testing.T) {
	g := newGate(t)
	ok := func(r *gate.Request) error { return r.Page("t", text("ok")) }
	g.Handle("GET /public", gate.Public(), ok)
	g.Handle("GET /account", gate.SignedIn(), ok)
	g.Handle("GET /account/second-factor", gate.SignedIn(), ok, gate.AllowPending())
	g.Handle("GET /ops", gate.Staff(access.TerritoryRead), ok)
	g.Handle("GET /admin", gate.Staff(access.StaffEdit), ok)
	g.Handle("GET /o/{org}", gate.Member(access.OrganisationRead), ok)
	g.Handle("GET /o/{org}/stack", gate.Member(access.StackRead), ok)
	g.Handle("GET /o/{org}/contacts/edit", gate.Member(access.ContactEdit), ok)
	for _, c := range []struct {
		path, person string
		want         int
	}{
		{"/public", "", 200}, {"/public", "technician", 200},
		{"/account", "", 303}, {"/account", "technician", 200},
		{"/ops", "", 303}, {"/ops", "technician", 404}, {"/ops", "analyst", 200},
		{"/admin", "analyst", 403}, {"/admin", "technician", 404},
		{"/admin", "newcomer", 303}, {"/account/second-factor", "newcomer", 200},
		{"/o/c_d612", "", 303}, {"/o/c_d612", "technician", 200}, {"/o/c_d612", "analyst", 200}, {"/o/c_d612", "applicant", 404},
		{"/o/c_d612/contacts/edit", "technician", 403}, {"/o/c_d612/stack", "technician", 200},
		{"/o/c_g999", "technician", 404}, {"/o/c_g999", "applicant", 200}, {"/o/c_g999/stack", "applicant", 403},
		{"/o/c_g999/contacts/edit", "applicant", 200}, {"/o/c_g999/stack", "analyst", 200},
		{"/o/nowhere", "technician", 404}, {"/o/nowhere", "analyst", 404}, {"/o/nowhere", "", 303},
		{"/nothing", "", 404}, {"/nothing", "analyst", 404},
	} {
		if got := ask(g, "GET", c.path, c.person).Code; got != c.want {
			t.Errorf("%s as %q: %d, want %d", c.path, c.person, got, c.want)
		}
	}
	if got := ask(g, "POST", "/public", ""); got.Code != 405 || !strings.Contains(got.Header().Get("Allow"), "GET") {
		t.Errorf("a method that is none: %d, Allow %q", got.Code, got.Header().Get("Allow"))
	}
}

// TestNavigationSaysWhereOneIs: the nearest entry above the page is the current one, and
// pages reached from an entry belong to it wherever their address is.
func TestNavigationSaysWhereOneIs(t *testing.T) {
	g := newGate(t)
	g.Nav(
		gate.NavItem{Area: gate.AreaMember, Key: "ui.menu", Path: "/o/{org}", Permission: access.OrganisationRead},
		gate.NavItem{Area: gate.AreaMember, Key: "ui.account", Path: "/o/{org}/stack", Permission: access.StackRead, Also: []string{"/o/{org}/photo"}},
	)
	for _, path := range []string{"GET /o/{org}", "GET /o/{org}/other", "GET /o/{org}/stack/{id}", "GET /o/{org}/photo/{id}"} {
		g.Handle(path, gate.Member(access.OrganisationRead), func(r *gate.Request) error { return r.Page("t", text("ok")) })
	}
	for path, want := range map[string]string{
		"/o/c_d612": "/o/c_d612", "/o/c_d612/other": "/o/c_d612", "/o/c_d612/stack/1": "/o/c_d612/stack", "/o/c_d612/photo/1": "/o/c_d612/stack",
	} {
		page := ask(g, "GET", path, "technician").Body.String()
		if n := strings.Count(page, `aria-current="page"`); n != 1 || !strings.Contains(page, `<a href="`+want+`" class="is-current"`) {
			t.Errorf("%s: %d current entries, want the one at %s", path, n, want)
		}
	}
}

func TestErrorsAreAnsweredOnce(t *testing.T) {
	g := newGate(t)
	g.Handle("GET /broken", gate.Public(), func(*gate.Request) error { return io.ErrUnexpectedEOF })
	g.Handle("GET /conflict", gate.Public(), func(*gate.Request) error {
		return fault.New(fault.Conflict, "web.form").Field("pec", "web.number").Because(io.EOF)
	})
	page := ask(g, "GET", "/broken", "", "Accept", "text/html", "Accept-Language", "it")
	if page.Code != 500 || strings.Contains(page.Body.String(), "unexpected EOF") {
		t.Errorf("status %d; the cause must stay in the log", page.Code)
	}
	doc := ask(g, "GET", "/conflict", "", "Accept", "application/json", "Accept-Language", "it")
	if doc.Code != 409 || doc.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(doc.Body.String(), `"field":"pec"`) {
		t.Errorf("problem: %d %s", doc.Code, doc.Body)
	}
}

func TestRedirectsStayHere(t *testing.T) {
	g := newGate(t)
	g.Handle("GET /go", gate.Public(), func(r *gate.Request) error { return r.Redirect(r.Query().Get("to")) })
	for to, want := range map[string]string{"/home": "/home", "//evil.example/x": "/", "https://evil.example": "/", "/%5Cevil": "/"} {
		if got := ask(g, "GET", "/go?to="+to, "").Header().Get("Location"); got != want {
			t.Errorf("to %q: %q, want %q", to, got, want)
		}
	}
	if got := ask(g, "GET", "/go?to=/home", "", "HX-Request", "true").Header().Get("HX-Redirect"); got != "/home" {
		t.Errorf("htmx is sent to %q", got)
	}
}

func TestLanguageIsSwitchedByALink(t *testing.T) {
	g := newGate(t)
	g.Handle("GET /p", gate.Public(), func(r *gate.Request) error { return r.Page("t", text(r.L.Lang())) })
	w := ask(g, "GET", "/p?a=1&lang=nb", "")
	if w.Code != 303 || w.Header().Get("Location") != "/p?a=1" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	cookie := w.Result().Cookies()[0]
	if got := ask(g, "GET", "/p", "", "Cookie", cookie.Name+"="+cookie.Value); !strings.Contains(got.Body.String(), `lang="nb"`) {
		t.Error("the page is not in Norwegian")
	}
}

// Time for a large body is for people who are known, and for routes that take one.
func TestPatienceIsForPeopleWhoAreKnown(t *testing.T) {
	g := newGate(t)
	var left time.Duration
	look := func(r *gate.Request) error {
		end, _ := r.Context().Deadline()
		left = time.Until(end)
		return nil
	}
	g.Handle("POST /large", gate.Public(), look, gate.MaxBody(50<<20))
	g.Handle("POST /small", gate.Public(), look)
	h := web.Secure(g, web.Config{Log: slog.New(slog.DiscardHandler), Timeout: time.Minute})
	for _, c := range []struct {
		path, person string
		more         bool
	}{{"/large", "technician", true}, {"/large", "", false}, {"/small", "technician", false}} {
		r := httptest.NewRequest("POST", c.path, strings.NewReader(""))
		r.ContentLength = -1
		r.Header.Set("X-Test-Person", c.person)
		h.ServeHTTP(httptest.NewRecorder(), r)
		if more := left > 2*time.Minute; more != c.more {
			t.Errorf("%s as %q: %s", c.path, c.person, left)
		}
	}
}

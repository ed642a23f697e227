// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	. "martinella/internal/constituency"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// site is the room behind a real gate; the header says who asks.
type site struct {
	*world
	gate     *gate.Gate
	sessions map[string]*gate.Session
}

// Authenticate implements gate.Authenticator.
func (s *site) Authenticate(r *http.Request) (*gate.Session, error) {
	return s.sessions[r.Header.Get("X-Test-Person")], nil
}

func newSite(t *testing.T, change func(*Deps)) *site {
	t.Helper()
	w := newWorld(t, dbtest.SQLite(t, schema()))
	bundle, err := i18n.Load(ui.Locale, gate.Locale, Locales)
	if err != nil {
		t.Fatal(err)
	}
	bundle = bundle.WithNow(w.clock.Now)
	w.deps.Bundle = bundle
	if change != nil {
		change(&w.deps)
	}
	if w.Module, err = New(w.deps); err != nil {
		t.Fatal(err)
	}
	s := &site{world: w, sessions: map[string]*gate.Session{
		"operator": {Recent: true, Principal: access.Principal{Person: 1, Staff: []access.Role{access.Operator}}, Person: gate.Person{ID: 1, Name: "Olga Operatrice"}},
		"auditor":  {Recent: true, Principal: access.Principal{Person: 2, Staff: []access.Role{access.Auditor}}, Person: gate.Person{ID: 2, Name: "Aldo"}},
	}}
	s.gate = gate.New(gate.Config{Auth: s, Directory: w.Module, Bundle: bundle, Log: slog.New(slog.DiscardHandler), Zone: time.UTC, BaseURL: "https://csirt.example.it"})
	if err := w.Register(s.gate, w.queue, w.bus); err != nil {
		t.Fatal(err)
	}
	s.gate.Handle("GET /o/{org}", gate.Member(access.OrganisationRead), s.home)
	return s
}

// home stands for the member's home, which is another room's page, with this room's panels.
func (s *site) home(r *gate.Request) error {
	for _, p := range s.HomePanels() {
		body, err := p.Render(r.Context(), r.Scope)
		if err != nil {
			return err
		}
		if body != nil {
			return r.Page(r.Org.Name, body)
		}
	}
	return r.Page(r.Org.Name, templ.NopComponent)
}

// join gives somebody a role in an organisation.
func (s *site) join(name string, org int64, role access.Role) {
	s.sessions[name] = &gate.Session{
		Recent: true, Principal: access.Principal{Person: 100, Memberships: map[int64][]access.Role{org: {role}}}, Person: gate.Person{ID: 100, Name: name, Language: "it"},
	}
}

func (s *site) get(t *testing.T, who, path string) (int, string) {
	t.Helper()
	return s.send(t, who, httptest.NewRequest(http.MethodGet, path, nil))
}

func (s *site) post(t *testing.T, who, path string, form url.Values) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.send(t, who, r)
}

// send gives the status and the body or, of a redirect, where it leads. A key
// without a sentence on a page is a failure.
func (s *site) send(t *testing.T, who string, r *http.Request) (int, string) {
	t.Helper()
	r.Header.Set("X-Test-Person", who)
	rec := httptest.NewRecorder()
	s.gate.ServeHTTP(rec, r)
	if to := rec.Header().Get("Location"); to != "" {
		return rec.Code, to
	}
	body := rec.Body.String()
	if key := regexp.MustCompile(`[>"](?:fault\.)?constituency\.[a-z0-9_.]+`).FindString(body); key != "" {
		t.Errorf("%s shows the key %q", r.URL.Path, key)
	}
	if left := regexp.MustCompile(`>[^<]*\{[a-z_]+\}[^<]*<`).FindString(body); left != "" {
		t.Errorf("%s leaves a placeholder open: %q", r.URL.Path, left)
	}
	return rec.Code, body
}

func firenzeForm() url.Values {
	f := firenze()
	return url.Values{
		"code": {f.Code}, "name": {f.Name}, "type": {f.Type}, "municipality": {f.Municipality}, "fiscal_code": {f.FiscalCode}, "pec": {f.PEC},
		"website": {f.Website}, "applicant_name": {f.ApplicantName}, "applicant_position": {f.ApplicantPosition}, "applicant_email": {f.ApplicantEmail},
		"applicant_phone": {f.ApplicantPhone}, "language": {"it"}, "conditions_version": {f.ConditionsVersion}, "accept": {"yes"},
	}
}

func mustContain(t *testing.T, what, body string, pieces ...string) {
	t.Helper()
	for _, p := range pieces {
		if !strings.Contains(body, p) {
			t.Errorf("%s lacks %q", what, p)
		}
	}
}

// TestTheWholeWayIn goes with the browser's requests from the front page to the member's home.
func TestTheWholeWayIn(t *testing.T) {
	s := newSite(t, nil)
	_, body := s.get(t, "", "/")
	mustContain(t, "front page", body, "/register", "/signin", "CVE personalizzate")
	_, body = s.get(t, "", "/register?town=firenze")
	mustContain(t, "prefilled form", body, `value="c_d612"`, `value="Comune di Firenze"`, "Firenze (FI)")
	wrong := firenzeForm()
	wrong.Set("pec", "<script>")
	code, body := s.post(t, "", "/register", wrong)
	if mustContain(t, "wrong form", body, "&lt;script&gt;", "Ada Rossi", "protocollo@pec.ente.it"); code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong form: %d", code)
	}
	if code, to := s.post(t, "", "/register", firenzeForm()); code != http.StatusSeeOther || to != "/register/sent" {
		t.Fatalf("registering: %d %s", code, to)
	}
	link := "/register/confirm/" + s.world.post.token(t)
	for range 2 { // a mail gateway looks first
		if code, _ := s.get(t, "", link); code != http.StatusOK {
			t.Fatalf("looking at the link: %d", code)
		}
	}
	_, standing := s.post(t, "", link, nil)
	if _, body = s.get(t, "", standing); !strings.HasPrefix(standing, "/register/status/") {
		t.Fatalf("after confirming: %s", standing)
	}
	mustContain(t, "status", body, "in attesa", "Comune di Firenze")
	code, body = s.get(t, "", link)
	if mustContain(t, "the used link", body, "già stato confermato"); code != http.StatusConflict {
		t.Errorf("the used link: %d", code)
	}
	o := s.decideByForm(t)
	s.join("ada", o.ID, access.OrgAdmin)
	_, body = s.get(t, "ada", "/o/c_d612")
	mustContain(t, "home", body, "Responsabile della protezione dei dati (DPO)", "/o/c_d612/contacts/new?role=dpo")
}

// decideByForm asks, answers and approves, as people do.
func (s *site) decideByForm(t *testing.T) Organisation {
	t.Helper()
	_, body := s.get(t, "operator", "/ops/registrations")
	path := regexp.MustCompile(`/ops/registrations/\d+`).FindString(body)
	_, body = s.get(t, "operator", path)
	mustContain(t, "registration", body, "c_d612: è il codice atteso", "01307110484", "Nessun altro ente")
	version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(body)[1]
	code, body := s.post(t, "operator", path, url.Values{"action": {"ask"}, "version": {version}})
	if mustContain(t, "no reason", body, "Questo dato è necessario."); code != http.StatusUnprocessableEntity {
		t.Errorf("asking nothing: %d", code)
	}
	if code, _ = s.post(t, "operator", path, url.Values{"action": {"ask"}, "version": {version}, "reason": {"La delibera?"}}); code != http.StatusSeeOther {
		t.Fatalf("asking: %d", code)
	}
	code, body = s.post(t, "operator", path, url.Values{"action": {"approve"}, "version": {version}, "tier": {"basic"}})
	if mustContain(t, "late decision", body, "qualcun altro ha modificato"); code != http.StatusConflict {
		t.Errorf("deciding on what was: %d", code)
	}
	status := "/register/status/" + s.world.post.token(t)
	_, body = s.get(t, "", status)
	mustContain(t, "question", body, "La delibera?", `name="answer"`)
	if strings.Contains(body, "Olga") {
		t.Error("the applicant is told the operator's name")
	}
	if code, _ = s.post(t, "", status, url.Values{"answer": {"n. 12"}}); code != http.StatusSeeOther {
		t.Fatalf("answering: %d", code)
	}
	id, err := strconv.ParseInt(path[len("/ops/registrations/"):], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	o := s.world.get(t, id)
	if code, _ = s.post(t, "operator", path, url.Values{"action": {"approve"}, "version": {strconv.FormatInt(o.Version, 10)}, "tier": {"basic"}}); code != http.StatusSeeOther {
		t.Fatalf("approving: %d", code)
	}
	return s.world.get(t, id)
}

func TestContactsByForm(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	s.join("ada", o.ID, access.OrgAdmin)
	s.join("lea", o.ID, access.OrgLeader)
	_, body := s.get(t, "ada", "/o/c_d612/contacts/new?role=round_the_clock")
	mustContain(t, "form", body, "Da indicare: telefono 24/7", `value="round_the_clock" checked`)
	code, body := s.post(t, "ada", "/o/c_d612/contacts/new", url.Values{"name": {"Turno <b>"}, "roles": {"round_the_clock"}, "hours": {"boh"}})
	if mustContain(t, "wrong contact", body, "Turno &lt;b&gt;", "lun-ven 8:30-13:30", `value="boh"`); code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong contact: %d", code)
	}
	good := url.Values{"name": {"Turno"}, "roles": {"round_the_clock"}, "phone_24h": {"055 112233"}, "hours": {"h24"}, "language": {"it"}}
	if code, to := s.post(t, "ada", "/o/c_d612/contacts/new", good); code != http.StatusSeeOther || to != "/o/c_d612/contacts" {
		t.Fatalf("a good contact: %d %s", code, to)
	}
	_, body = s.get(t, "ada", "/o/c_d612/contacts")
	mustContain(t, "list", body, "Turno", "tel:055112233", "24 ore su 24", "risponde sempre")
	path := regexp.MustCompile(`/o/c_d612/contacts/(\d+)"[^>]*>Turno`).FindStringSubmatch(body)
	if path == nil {
		t.Fatal("the contact has no link")
	}
	edit := "/o/c_d612/contacts/" + path[1]
	_, body = s.get(t, "ada", edit)
	mustContain(t, "edit form", body, `value="h24"`)
	for _, p := range []string{edit, edit + "/remove", "/o/c_d612/contacts/new", "/o/c_d612/organisation/edit"} {
		if code, _ := s.get(t, "lea", p); code != http.StatusForbidden {
			t.Errorf("a reader at %s: %d", p, code)
		}
	}
	if code, _ := s.post(t, "ada", edit+"/remove", nil); code != http.StatusSeeOther {
		t.Errorf("removing: %d", code)
	}
	if code, _ := s.get(t, "ada", edit); code != http.StatusNotFound {
		t.Errorf("a removed contact: %d", code)
	}
}

// TestHoursAreReadBackAsTheyAreShown edits a contact without changing anything, in every language.
func TestHoursAreReadBackAsTheyAreShown(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	s.join("ada", o.ID, access.OrgAdmin)
	c := save(t, s.world, member(t, o.ID, access.OrgAdmin), 0, 0, ContactForm{
		Name: "Orari", Roles: []string{"legal_representative"}, Hours: "mo-we 08:30-13:30; th,fr 15:00-18:00; sa,su 00:00-24:00",
	})
	path := "/o/c_d612/contacts/" + strconv.FormatInt(c.ID, 10)
	for _, lang := range i18n.Languages() {
		s.sessions["ada"].Person.Language = lang
		_, page := s.get(t, "ada", path)
		shown := regexp.MustCompile(`name="hours"[^>]*value="([^"]+)"`).FindStringSubmatch(page)
		if shown == nil {
			t.Fatalf("no hours in %s", lang)
		}
		form := ContactForm{Name: "Orari", Roles: []string{"legal_representative"}, Hours: shown[1]}
		next := save(t, s.world, member(t, o.ID, access.OrgAdmin), c.ID, c.Version, form)
		if next.Hours.String() != c.Hours.String() {
			t.Errorf("%s: shown as %q, read back as %q", lang, shown[1], next.Hours)
		}
		c = next
	}
}

func TestPagesInEveryLanguageAndState(t *testing.T) {
	panel := Panel{ID: "x", Title: "constituency.members.title", Permission: access.OrganisationRead,
		Render: func(context.Context, access.Scope) (templ.Component, error) { return templ.Raw("<p>pannello</p>"), nil }}
	s := newSite(t, func(d *Deps) { d.MemberPanels = []Panel{panel} })
	o := s.approved(t, firenze(), Basic)
	s.submitted(t, body(1))
	s.join("ada", o.ID, access.OrgAdmin)
	id := "/ops/registrations/" + strconv.FormatInt(o.ID, 10)
	pages := map[string][]string{
		"":         {"/", "/services", "/conditions", "/conditions?version=2026-11", "/privacy", "/accessibility", "/legal", "/register", "/register?town=Atlantide", "/register/sent"},
		"ada":      {"/", "/o/c_d612", "/o/c_d612/organisation", "/o/c_d612/organisation/edit", "/o/c_d612/contacts", "/o/c_d612/contacts/new"},
		"operator": {"/ops/registrations", "/ops/registrations?state=all&q=ente", "/ops/members", "/ops/members?state=withdrawn&tier=full", "/ops/members/c_d612", id, id + "/edit", "/o/C_D612", "/o/c_d612/organisation"},
		"auditor":  {"/ops/registrations", "/ops/members", "/ops/members/C_D612", id, "/o/c_d612/contacts"},
	}
	moves := []struct {
		a    Action
		tier Tier
	}{{"", ""}, {Suspend, ""}, {Resume, ""}, {SetTier, Full}, {Withdraw, ""}}
	for _, move := range moves {
		if move.a != "" {
			s.decide(t, o.ID, move.a, move.tier, "perché <b>sì</b>")
		}
		for who, paths := range pages {
			for _, path := range paths {
				for _, lang := range i18n.Languages() {
					r := httptest.NewRequest(http.MethodGet, path, nil)
					r.Header.Set("Accept-Language", lang)
					if code, body := s.send(t, who, r); code != http.StatusOK || strings.Contains(body, "perché <b>") {
						t.Errorf("%s as %q after %q in %s: %d", path, who, move.a, lang, code)
					}
				}
			}
		}
	}
	_, body := s.get(t, "auditor", "/ops/members/c_d612")
	if mustContain(t, "member page", body, "pannello", "Ada Rossi"); strings.Contains(body, `name="action"`) {
		t.Error("an auditor is offered decisions")
	}
	_, csv := s.get(t, "operator", "/ops/members?format=csv&state=withdrawn")
	mustContain(t, "CSV", csv, "c_d612", "Comune di Firenze", "cessato")
}

// never lets nobody go on.
type never struct{}

func (never) Allow(string) (bool, time.Duration) { return false, 90 * time.Second }

func TestTooOften(t *testing.T) {
	s := newSite(t, func(d *Deps) { d.FormLimit, d.LinkLimit = never{}, never{} })
	code, body := s.post(t, "", "/register", firenzeForm())
	if mustContain(t, "limited form", body, "Ada Rossi", "Troppe richieste"); code != http.StatusTooManyRequests {
		t.Errorf("form: %d", code)
	}
	for _, path := range []string{"/register/confirm/X", "/register/status/X"} {
		if code, _ := s.get(t, "", path); code != http.StatusTooManyRequests {
			t.Errorf("%s: %d", path, code)
		}
		if code, _ := s.post(t, "", path, nil); code != http.StatusTooManyRequests {
			t.Errorf("posting to %s: %d", path, code)
		}
	}
	if len(s.world.post.mails) != 0 {
		t.Error("a limited form sent mail")
	}
}

func TestMunicipalitiesAreSuggested(t *testing.T) {
	s := newSite(t, nil)
	_, body := s.get(t, "", "/register/municipalities?q=san+g")
	mustContain(t, "suggestions", body, "San Gimignano (SI)", "San Giuliano Terme (PI)")
	_, body = s.get(t, "", "/register/municipalities?q=elba")
	mustContain(t, "suggestions by a later word", body, "Campo nell&#39;Elba")
	if len(s.Reference().Municipalities) != 273 {
		t.Errorf("%d municipalities", len(s.Reference().Municipalities))
	}
}

// TestAnswersNobodyAskedFor: there is no form to show again, so the page says what happened.
func TestAnswersNobodyAskedFor(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	s.join("ada", o.ID, access.OrgAdmin)
	code, page := s.post(t, "ada", "/o/c_d612/answer", url.Values{"answer": {"eccomi"}})
	if mustContain(t, "answer", page, "questo non si può fare"); code != http.StatusConflict {
		t.Errorf("an answer nobody asked for: %d", code)
	}
	if code, _ := s.post(t, "operator", "/ops/registrations/999", nil); code != http.StatusNotFound {
		t.Errorf("deciding on nobody: %d", code)
	}
	for _, path := range []string{"/ops/members/nessuno", "/ops/registrations/x", "/o/nessuno"} {
		if code, _ := s.get(t, "operator", path); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

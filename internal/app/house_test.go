// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate/api"
	"martinella/internal/constituency"
	"martinella/internal/identity"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
	"martinella/internal/platform/mailer"
)

const password = "campana-di-martinella-1325"

// house is the real program on a fresh database, with two accredited
// organisations, c_x101 and c_x102, and somebody signed in for every actor.
type house struct {
	app     *App
	clock   *clock.Fake
	server  *httptest.Server
	clients map[string]*http.Client
	world   *world
}

// world is what members publish, as far as the tests look at it.
type world struct{ txt, names []string }

// TXT implements constituency.Prover.
func (w *world) TXT(context.Context, string) ([]string, error) { return w.txt, nil }

// File implements constituency.Prover.
func (w *world) File(context.Context, string) (string, error) { return "", nil }

// Names implements constituency.Prover.
func (w *world) Names(context.Context, netip.Addr) ([]string, error) { return w.names, nil }

// newHouse opens an instance as the tests want it, but for some changes.
func newHouse(t *testing.T, changes ...func(*config.Config)) *house {
	t.Helper()
	dir := t.TempDir()
	clk := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	cfg := config.Config{
		Data: dir, Database: filepath.Join(dir, "test.db"), SecretFile: filepath.Join(dir, "secret.key"), Demo: true,
		Blobs: filepath.Join(dir, "blobs"), BlobKeyFile: filepath.Join(dir, "blob.key"),
		Listen: "127.0.0.1:0", BaseURL: "http://127.0.0.1", Language: "it", Zone: "Europe/Rome", Name: "CSIRT di prova",
		MailTransport: "outbox", MailFrom: "Martinella <martinella@csirt.example>", Workers: 1, RequestTimeout: 30 * time.Second,
		FeedSchedule: "0 * * * *", APIRate: 1_000_000, SourceAllow: "wazuh.example.it:55000",
	}
	for _, change := range changes {
		change(&cfg)
	}
	world := &world{}
	a, err := Open(context.Background(), Options{Log: slog.New(slog.DiscardHandler), Clock: clk, Version: "test", Config: cfg, Prover: world})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	handler, err := a.Handler()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{app: a, clock: clk, server: httptest.NewServer(handler), clients: map[string]*http.Client{}, world: world}
	t.Cleanup(h.server.Close)
	ids := map[string]int64{"c_x101": h.member(t, "c_x101", "Comune di Prova"), "c_x102": h.member(t, "c_x102", "Comune di Riprova")}
	for _, who := range actors() {
		h.clients[who.name] = h.enter(t, who, ids)
	}
	return h
}

// member makes an accredited organisation through the doors it really comes in by.
func (h *house) member(t *testing.T, code, name string) int64 {
	t.Helper()
	ctx, s, rooms := context.Background(), access.System("test"), h.app.rooms
	o := h.registered(t, code, name)
	d := constituency.Decision{Action: constituency.Approve, Version: o.Version, Tier: constituency.Basic, By: "prova"}
	if err := rooms.constituency.Decide(ctx, s, o.ID, d); err != nil {
		t.Fatal(err)
	}
	if _, err := h.app.Queue.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	return o.ID
}

// registered makes an organisation that waits for the CSIRT's decision.
func (h *house) registered(t *testing.T, code, name string) constituency.Organisation {
	t.Helper()
	ctx, rooms := context.Background(), h.app.rooms
	err := rooms.constituency.Apply(ctx, access.Visitor(), constituency.Registration{
		Country: "IT", Code: code, Name: name, Type: "municipality", Municipality: "Firenze", PEC: code + "@pec.example.it",
		Email: "info@" + code[2:] + ".example.it", LegalRepresentative: "Sindaca di " + name, ApplicantName: "Ada Prova", ApplicantPosition: "RTD",
		ApplicantEmail: "rtd@" + code[2:] + ".example.it", ApplicantPhone: "+39 055 0000000", Language: "it", TimeZone: "Europe/Rome",
		ConditionsVersion: rooms.constituency.Reference().CurrentConditions().Version, Accepted: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	done, err := rooms.constituency.ConfirmMailbox(ctx, access.Visitor(), h.link(t, "/register/confirm/"))
	if err != nil || done.Duplicate {
		t.Fatalf("confirming %s: duplicate %v, %v", code, done.Duplicate, err)
	}
	return done.Organisation
}

// link takes what follows a path out of the newest mail that has it.
func (h *house) link(t *testing.T, path string) string {
	t.Helper()
	if _, err := h.app.Queue.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	all, err := h.app.rooms.mails.List(context.Background(), access.System("test"), mailer.Filter{})
	for _, e := range all {
		m, err := h.app.rooms.mails.Get(context.Background(), access.System("test"), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, rest, ok := strings.Cut(m.Text, path); ok {
			return strings.Fields(rest)[0]
		}
	}
	t.Fatalf("no mail has a link to %s (%v)", path, err)
	return ""
}

// enter signs an actor in with password and, for whom it is mandatory, second factor.
func (h *house) enter(t *testing.T, who actor, ids map[string]int64) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if who.name == "visitor" {
		return c
	}
	email := strings.NewReplacer("@", "-", " ", "-", "_", "-").Replace(who.name) + "@csirt.example"
	p := identity.DemoPerson{Email: email, Name: who.name, Language: "it", Password: password, Memberships: map[int64]access.Role{}}
	if who.staff != "" {
		p.Staff = []access.Role{who.staff}
	}
	for code, role := range who.roles {
		p.Memberships[ids[code]] = role
	}
	if err := h.app.rooms.identity.CreateDemo(context.Background(), access.System("test"), []identity.DemoPerson{p}); err != nil {
		t.Fatal(err)
	}
	h.post(t, c, "/signin", url.Values{"email": {email}, "password": {password}})
	if who.staff != "" || slices.Contains(slices.Collect(maps.Values(who.roles)), access.OrgAdmin) {
		code, err := identity.CodeAt(demoSecret, h.app.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		h.post(t, c, "/signin/code", url.Values{"code": {code}})
	}
	return c
}

func (h *house) post(t *testing.T, c *http.Client, path string, form url.Values) {
	t.Helper()
	res, err := c.PostForm(h.server.URL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("POST %s: %d", path, res.StatusCode)
	}
}

// ask knocks without following: what the door itself says counts.
func (h *house) ask(t *testing.T, who, method, path string) (status int, location string) {
	t.Helper()
	body := ""
	machine := strings.HasPrefix(path, api.Root)
	if machine && method != http.MethodGet && method != http.MethodDelete {
		body = "{}"
	}
	req, err := http.NewRequest(method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case machine:
		req.Header.Set("Accept", "application/json")
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
	case method == http.MethodPost:
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		fallthrough
	default:
		req.Header.Set("Accept", "text/html")
	}
	res, err := h.clients[who].Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Header.Get("Location")
}

// kind gives the content type of an answer.
func (h *house) kind(t *testing.T, who, path string) string {
	t.Helper()
	res, err := h.clients[who].Get(h.server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.Header.Get("Content-Type")
}

// traces counts what was written to the audit log.
func (h *house) traces(t *testing.T) (n int) {
	t.Helper()
	if err := h.app.DB.QueryRow(context.Background(), "SELECT count(*) FROM audit_entry").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// waits has another operator's decision wait for a second person, as it does
// where two must decide.
func (h *house) waits(t *testing.T, organisation string) {
	t.Helper()
	_, err := h.app.DB.Exec(t.Context(), `INSERT INTO accreditation_pending (organisation_id, action, tier, reason, person, name, at)
		VALUES ($1, 'suspend', '', 'prova', 0, 'Altra persona', $2)`, organisation, h.clock.Now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
}

// on has an instance use another database, an empty one.
func on(database string) func(*config.Config) {
	return func(c *config.Config) { c.Database = database }
}

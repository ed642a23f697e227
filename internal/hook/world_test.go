// SPDX-License-Identifier: EUPL-1.2

package hook_test

import (
	"context"
	"crypto/x509"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/hook"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/secret"
)

// The organisations of the tests; the third is not accredited yet.
const castelvento, roccasalina, nuova = int64(1), int64(2), int64(3)

const (
	stackChanged  = "inventory.changed"
	stateChanged  = "constituency.organisation_changed"
	corpusChanged = "vulnerability.corpus_changed"
	touched       = "vulnerability.touched"
)

// receiver is a member's program: it notes what it gets and answers as it is told.
type receiver struct {
	mu     sync.Mutex
	got    []call
	answer http.HandlerFunc // nil: 204
}

type call struct {
	header http.Header
	body   string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	r.got = append(r.got, call{q.Header.Clone(), string(body)})
	answer := r.answer
	r.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer(w, q)
}

func (r *receiver) says(status int, header ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
	}
}

func (r *receiver) calls() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]call(nil), r.got...)
}

type world struct {
	*testing.T
	*hook.Module
	*receiver
	db     *db.DB
	clock  *clock.Fake
	queue  *jobs.Queue
	bus    *events.Bus
	server *httptest.Server
	mails  []hook.Mail
	audit  *audit.Log
}

// line is the guarded way out, as the program has it.
type line struct {
	*fetch.Client
	http *http.Client
}

func (l line) Do(r *http.Request) (*http.Response, error) { return l.http.Do(r) }

func (w *world) line(allow ...netip.Prefix) hook.Line {
	w.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(w.server.Certificate())
	c, err := fetch.New(fetch.Options{Allow: allow, Roots: roots, Timeout: 300 * time.Millisecond})
	w.must(err)
	return line{c, c.HTTP()}
}

func each(t *testing.T, f func(w *world)) {
	dbtest.Each(t, []db.Migration{
		{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations}, {Module: "audit", FS: audit.Migrations}, hook.Migrations(),
	}, func(t *testing.T, d *db.DB) { f(newWorld(t, d, netip.MustParsePrefix("127.0.0.0/8"))) })
}

func newWorld(t *testing.T, d *db.DB, allow ...netip.Prefix) *world {
	t.Helper()
	w := &world{T: t, db: d, receiver: &receiver{}, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))}
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.bus = events.NewBus(w.queue, w.clock)
	w.audit = audit.New(d, w.clock.Now)
	w.server = httptest.NewTLSServer(w.receiver)
	w.server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(w.server.Close)
	box, err := secret.New(make([]byte, 32))
	w.must(err)
	bundle, err := i18n.Load(hook.Locale)
	w.must(err)
	w.Module = hook.New(hook.Deps{
		DB: d, Clock: w.clock, Queue: w.queue, Bus: w.bus, Audit: w.audit, Bundle: bundle.WithNow(w.clock.Now), Organisations: w, Mail: w, Seal: box,
		Line: w.line(allow...), Zone: time.UTC, Name: "CSIRT Prova", BaseURL: "https://csirt.example", Kinds: []hook.Kind{
			{Name: stackChanged, Permission: access.StackRead, Refer: refer("stack", "/api/v1/organisations/{org}/stack/items")},
			{Name: stateChanged, Permission: access.OrganisationRead, Refer: refer("organisation", "/api/v1/organisations/{org}")},
			{Name: corpusChanged, Permission: access.FeedRead, Territory: true, Refer: refer("feeds", "/api/v1/feeds")},
			{Name: touched, Permission: access.VulnerabilityRead, Members: true, Refer: refer("vulnerabilities", "/api/v1/organisations/{org}/vulnerabilities"),
				Details: func(n events.Notice) (any, error) { return map[string]int64{"of": n.Organisation}, nil }},
			{Name: "secret.told", Permission: access.StackRead, Refer: func(events.Notice) (string, string, bool) { return "", "", false }},
		},
	})
	w.must(w.Register(nobody(bundle), w.queue, w.bus))
	return w
}

func refer(object, path string) func(events.Notice) (string, string, bool) {
	return func(events.Notice) (string, string, bool) { return object, path, true }
}

func (w *world) Organisations(_ context.Context, s access.Scope, ids []int64) (out []hook.Organisation, err error) {
	for _, id := range ids {
		if one, err := s.For(id); err == nil && one.Can(access.OrganisationRead) {
			out = append(out, hook.Organisation{ID: id, Code: map[int64]string{castelvento: "c_x101", roccasalina: "c_x102", nuova: "c_x103"}[id], Name: "Ente", Accredited: id != nuova, Zone: time.UTC})
		}
	}
	return out, nil
}

func (w *world) Queue(_ context.Context, tx *db.Tx, m hook.Mail) error {
	tx.AfterCommit(func() { w.mails = append(w.mails, m) })
	return nil
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// wants checks a fault's code.
func (w *world) wants(code string, err error) {
	w.Helper()
	if err == nil || fault.Of(err).Code != code {
		w.Errorf("want %s, got %v", code, err)
	}
}

// as gives the scope of a role in an organisation.
func as(r access.Role, org int64) access.Scope {
	s, _ := access.Principal{Person: 7, Memberships: map[int64][]access.Role{org: {r}}}.In(org)
	return s
}

func csirt(r access.Role) access.Scope {
	return access.Principal{Person: 8, Staff: []access.Role{r}}.Territory()
}

func (w *world) form(kinds ...string) hook.Form {
	return hook.Form{Name: "Ticketing", URL: w.server.URL + "/hooks?key=1", Contact: "ict@castelvento.example", Language: "en", Kinds: kinds}
}

// register makes a webhook for Castelvento and gives it with its secret.
func (w *world) register(kinds ...string) (hook.Hook, string) {
	w.Helper()
	h, secret, err := w.Create(w.Context(), as(access.OrgAdmin, castelvento), w.form(kinds...))
	w.must(err)
	return h, secret
}

// happen publishes an event.
func (w *world) happen(kind string, org int64) {
	w.Helper()
	w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
		return w.bus.Publish(w.Context(), tx, events.Event{Kind: kind, Organisation: org})
	}))
}

// work does what is due, at once or after a while.
func (w *world) work(after time.Duration) {
	w.Helper()
	w.clock.Advance(after)
	_, err := w.queue.Drain(w.Context())
	w.must(err)
}

// log gives Castelvento's deliveries to a webhook, the newest first.
func (w *world) log(h hook.Hook) []hook.Delivery {
	w.Helper()
	all, _, err := w.Log(w.Context(), as(access.OrgAdmin, castelvento), h, "", 0)
	w.must(err)
	return all
}

func (w *world) read(h hook.Hook) hook.Hook {
	w.Helper()
	now, err := w.Hook(w.Context(), as(access.OrgAdmin, castelvento), h.ID)
	w.must(err)
	return now
}

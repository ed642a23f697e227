// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"testing"
	"time"

	"martinella/data"
	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/secret"
)

// postbox keeps the mails, and those invited, in the order they came.
type postbox struct {
	mu      sync.Mutex
	mails   []constituency.Mail
	invited []constituency.Invitation
}

func (p *postbox) Queue(_ context.Context, tx *db.Tx, m constituency.Mail) error {
	tx.AfterCommit(func() { p.mu.Lock(); defer p.mu.Unlock(); p.mails = append(p.mails, m) })
	return nil
}

func (p *postbox) Invite(_ context.Context, tx *db.Tx, _ access.Scope, i constituency.Invitation) error {
	tx.AfterCommit(func() { p.mu.Lock(); defer p.mu.Unlock(); p.invited = append(p.invited, i) })
	return nil
}

// last gives the newest mail.
func (p *postbox) last(t testing.TB) constituency.Mail {
	t.Helper()
	if len(p.mails) == 0 {
		t.Fatal("no mail was sent")
	}
	return p.mails[len(p.mails)-1]
}

// token gives the secret of the newest mail's link.
func (p *postbox) token(t testing.TB) string {
	t.Helper()
	found := regexp.MustCompile(`/register/(?:confirm|status)/([A-Z0-9]+)`).FindStringSubmatch(p.last(t).Text)
	if found == nil {
		t.Fatalf("no link in %q", p.last(t).Text)
	}
	return found[1]
}

// freely lets everybody go on.
type freely struct{}

func (freely) Allow(string) (bool, time.Duration) { return true, 0 }

// world is the room with what it stands on.
type world struct {
	*constituency.Module
	db    *db.DB
	clock *clock.Fake
	post  *postbox
	queue *jobs.Queue
	bus   *events.Bus
	audit *audit.Log
	deps  constituency.Deps
	files *blob.Store
}

func schema() []db.Migration {
	return []db.Migration{
		{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations},
		{Module: "audit", FS: audit.Migrations}, {Module: "blob", FS: blob.Migrations}, constituency.Migrations(),
	}
}

// each runs a test in a fresh world on each engine.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)) // a Monday, 10:00 in Rome
	w := &world{db: d, clock: c, post: &postbox{}, audit: audit.New(d, c.Now)}
	w.queue = jobs.New(d, c, slog.New(slog.DiscardHandler), jobs.Config{})
	w.bus = events.NewBus(w.queue, c)
	bundle, err := i18n.Load(constituency.Locales)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.New(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := blob.NewFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = folder.Close() })
	key, err := blob.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	w.files = blob.New(d, c, w.queue, folder, key)
	w.deps = constituency.Deps{
		Files: w.files,
		DB:    d, Clock: c, Audit: w.audit, Bus: w.bus, Bundle: bundle.WithNow(c.Now), Data: data.Files, Mail: w.post, People: w.post, Seal: box,
		FormLimit: freely{}, LinkLimit: freely{}, Queue: w.queue,
		Instance: constituency.Instance{Name: "CSIRT Prova", ContactEmail: "csirt@example.it", BaseURL: "https://csirt.example.it"},
	}
	if w.Module, err = constituency.New(w.deps); err != nil {
		t.Fatal(err)
	}
	return w
}

// RegisterWork registers the room's background work, at most once for each world.
func (w *world) RegisterWork(t testing.TB) {
	t.Helper()
	g := gate.New(gate.Config{Directory: w.Module, Log: slog.New(slog.DiscardHandler), Zone: time.UTC})
	if err := w.Register(g, w.queue, w.bus); err != nil {
		t.Fatal(err)
	}
}

// drain does the background work that is due.
func (w *world) drain(t testing.TB) {
	t.Helper()
	if _, err := w.queue.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// operator is somebody who decides.
func operator(id int64) access.Scope {
	return access.Principal{Person: id, Staff: []access.Role{access.Operator}}.Territory()
}

// member is somebody in an organisation.
func member(t testing.TB, org int64, role access.Role) access.Scope {
	t.Helper()
	s, ok := access.Principal{Person: 77, Memberships: map[int64][]access.Role{org: {role}}}.In(org)
	if !ok {
		t.Fatal("no member of his own organisation")
	}
	return s
}

// firenze is a form filled in rightly.
func firenze() constituency.Registration {
	return constituency.Registration{
		Country: "IT", Code: "C_D612", Name: "Comune di Firenze", Type: "municipality", Municipality: "Firenze (FI)", FiscalCode: "01307110484",
		PEC: "protocollo@pec.comune.fi.it", Website: "www.comune.fi.it", TimeZone: "Europe/Rome",
		ApplicantName: "Ada Rossi", ApplicantPosition: "RTD", ApplicantEmail: "a.rossi@comune.fi.it", ApplicantPhone: "055 27681",
		Language: "it", ConditionsVersion: "2026-11", Accepted: true,
	}
}

// body is the n-th of many.
func body(n int) constituency.Registration {
	r := firenze()
	r.Code, r.Name, r.Municipality, r.Type, r.FiscalCode = fmt.Sprintf("ente_%03d", n), fmt.Sprintf("Ente %03d", n), "", "agency", ""
	r.Province, r.PEC = "Siena", fmt.Sprintf("ente%03d@pec.example.it", n)
	r.ApplicantEmail = fmt.Sprintf("ente%03d@example.it", n)
	return r
}

func (w *world) apply(t testing.TB, r constituency.Registration) {
	t.Helper()
	if err := w.Apply(t.Context(), access.Visitor(), r); err != nil {
		t.Fatalf("registering %s: %v", r.Code, err)
	}
}

// submitted registers a body and confirms its mailbox.
func (w *world) submitted(t testing.TB, r constituency.Registration) constituency.Organisation {
	t.Helper()
	w.apply(t, r)
	done, err := w.ConfirmMailbox(t.Context(), access.Visitor(), w.post.token(t))
	if err != nil || done.Duplicate {
		t.Fatalf("confirming %s: %+v, %v", r.Code, done, err)
	}
	return done.Organisation
}

// approved brings a body all the way in.
func (w *world) approved(t testing.TB, r constituency.Registration, tier constituency.Tier) constituency.Organisation {
	t.Helper()
	o := w.submitted(t, r)
	w.decide(t, o.ID, constituency.Approve, tier, "")
	return w.get(t, o.ID)
}

func (w *world) decide(t testing.TB, id int64, a constituency.Action, tier constituency.Tier, reason string) {
	t.Helper()
	d := constituency.Decision{Action: a, Version: w.get(t, id).Version, Tier: tier, Reason: reason, By: "Olga Operatrice"}
	if err := w.Decide(t.Context(), operator(1), id, d); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
}

func (w *world) get(t testing.TB, id int64) constituency.Organisation {
	t.Helper()
	o, err := w.Organisation(t.Context(), operator(1), id)
	if err != nil {
		t.Fatalf("organisation %d: %v", id, err)
	}
	return o
}

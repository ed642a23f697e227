// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/advisory/audience"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/pdftext"
	"martinella/internal/platform/tlp"
)

// The bodies and people of the tests.
const (
	castelvento, roccasalina, ospedale = int64(1), int64(2), int64(3)

	teresaID, andreaID = int64(21), int64(22) // of the CSIRT
	paoloID, ritaID    = int64(11), int64(31) // of the first two bodies
)

// world is the room with what it stands on; it plays the neighbours itself.
type world struct {
	*testing.T
	*advisory.Module
	db    *db.DB
	clock *clock.Fake
	queue *jobs.Queue
	deps  advisory.Deps

	tags      map[int64][]string
	contacts  map[int64][]advisory.Contact
	mu        sync.Mutex
	mails     []advisory.Mail
	weekly    []advisory.WeekMail
	collected []advisory.CollectedMail
	returned  map[string]advisory.Returned
	keys      map[string]advisory.Key
	others    map[int64][]advisory.Contact // who answers besides
	called    map[int64]bool               // on the call list
	breaks    int                          // the mailer fails at this mail, counted from 1
}

func each(t *testing.T, f func(w *world)) {
	dbtest.Each(t, []db.Migration{
		{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations}, {Module: "audit", FS: audit.Migrations}, {Module: "blob", FS: blob.Migrations}, advisory.Migrations(),
	}, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{T: t, called: map[int64]bool{}, db: d, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)), contacts: map[int64][]advisory.Contact{
		castelvento: {{Address: "Paolo@castelvento.example", Name: "Paolo Nencini", Language: "it"}, {Address: "shared@example.org", Name: "Lia Conti", Language: "en"}},
		roccasalina: {{Address: "rita@roccasalina.example", Name: "Rita Salvi", Language: "nb"}, {Address: "SHARED@example.org", Name: "Lia Conti", Language: "en"}},
	}}
	bundle, err := i18n.Load(advisory.Locale, audience.Locale, parse.Locale, pdftext.Locale)
	w.must(err)
	folder, err := blob.NewFolder(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = folder.Close() })
	key, err := blob.NewKey()
	w.must(err)
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.deps = advisory.Deps{
		DB: d, Clock: w.clock, Queue: w.queue, Bus: events.NewBus(w.queue, w.clock), Audit: audit.New(d, w.clock.Now), Log: slog.New(slog.DiscardHandler),
		Bundle: bundle.WithNow(w.clock.Now), Directory: w, Technology: w, Mail: w, Calls: w, Weekly: w, Zone: time.UTC,
		Escalation: map[advisory.Severity]advisory.Escalation{advisory.Critical: {Remind: 30, Widen: 60, Phone: 90}, advisory.High: {Remind: 60}}, Files: blob.New(d, w.clock, w.queue, folder, key), PDF: pdftext.Program{}, Keys: w, Name: "CSIRT Prova", BaseURL: "https://csirt.example",
	}
	w.Module = advisory.New(w.deps)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func organisations() []advisory.Organisation {
	return []advisory.Organisation{
		{Name: "Comune di Castelvento", Zone: time.UTC, Body: audience.Body{ID: castelvento, Code: "c_x101", Tier: "full", Sector: "municipality", Province: "FI"}},
		{Name: "Comune di Roccasalina", Zone: time.UTC, Body: audience.Body{ID: roccasalina, Code: "c_x102", Tier: "basic", Sector: "municipality", Province: "PO"}},
		{Name: "Ospedale di Prova", Zone: time.UTC, Body: audience.Body{ID: ospedale, Code: "osp_1", Tier: "full", Sector: "health", Province: "FI"}},
	}
}

// Members implements advisory.Directory.
func (w *world) Members(_ context.Context, s access.Scope) ([]advisory.Organisation, error) {
	all := organisations()
	for i := range all {
		all[i].Tags = w.tags[all[i].ID]
	}
	return all, s.Territory()
}

// Named implements advisory.Directory.
func (w *world) Named(_ context.Context, _ access.Scope, ids []int64) (out []advisory.Organisation, err error) {
	for _, o := range organisations() {
		if slices.Contains(ids, o.ID) {
			out = append(out, o)
		}
	}
	return out, nil
}

// Contacts implements advisory.Directory.
func (w *world) Contacts(context.Context, access.Scope, []int64) (map[int64][]advisory.Contact, error) {
	return w.contacts, nil
}

// Keys implements advisory.Keys.
func (w *world) Keys(context.Context, access.Scope, []int64, time.Time) (map[string]advisory.Key, error) {
	return w.keys, nil
}

// Gravity implements advisory.Technology.
func (w *world) Gravity(_ context.Context, _ access.Scope, cves []string) (float64, bool, error) {
	if slices.Contains(cves, "CVE-2026-0009") {
		return 9.8, false, nil
	}
	return 0, slices.Contains(cves, "CVE-2026-0008"), nil
}

// Words implements advisory.Directory.
func (w *world) Words(context.Context, access.Scope, string) (advisory.Words, error) {
	return advisory.Words{Sectors: []advisory.Word{{Value: "municipality", Name: "Comune"}}, Tags: []string{"zona nord"}}, nil
}

// Others implements advisory.Directory.
func (w *world) Others(context.Context, access.Scope, []int64) (map[int64][]advisory.Contact, error) {
	return w.others, nil
}

// Open implements advisory.CallList.
func (w *world) Open(_ context.Context, tx *db.Tx, _ access.Scope, _ advisory.Advisory, organisations []int64) error {
	tx.AfterCommit(func() {
		for _, org := range organisations {
			w.called[org] = true
		}
	})
	return nil
}

// Close implements advisory.CallList.
func (w *world) Close(_ context.Context, tx *db.Tx, _ access.Scope, _, organisation int64, withdrawn bool) error {
	tx.AfterCommit(func() {
		delete(w.called, organisation)
		if withdrawn {
			clear(w.called)
		}
	})
	return nil
}

// Running implements advisory.Technology.
func (w *world) Running(_ context.Context, _ access.Scope, question string) (map[int64]audience.Evidence, error) {
	if !strings.HasPrefix(question, "fortios") && question != "cve-2026-0002" && question != "fortinet fortios" {
		return nil, nil
	}
	return map[int64]audience.Evidence{castelvento: {Items: 2, Certain: true}, ospedale: {Items: 1}}, nil
}

var errBroken = errors.New("the mailer is broken")

// Queue implements advisory.Mailer: a mail exists when its transaction does.
func (w *world) Queue(_ context.Context, tx *db.Tx, mails []advisory.Mail) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range mails {
		if w.breaks--; w.breaks == 0 {
			return errBroken
		}
		tx.AfterCommit(func() { w.mu.Lock(); defer w.mu.Unlock(); w.mails = append(w.mails, m) })
	}
	return nil
}

// Returned implements advisory.Mailer.
func (w *world) Returned(context.Context, access.Scope, []string) (map[string]advisory.Returned, error) {
	return w.returned, nil
}

// QueueCollected implements advisory.Mailer.
func (w *world) QueueCollected(_ context.Context, tx *db.Tx, m advisory.CollectedMail) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.breaks--; w.breaks == 0 {
		return errBroken
	}
	tx.AfterCommit(func() { w.mu.Lock(); defer w.mu.Unlock(); w.collected = append(w.collected, m) })
	return nil
}

// staff is somebody of the CSIRT.
func (w *world) staff(id int64, roles ...access.Role) (access.Scope, advisory.Author) {
	if len(roles) == 0 {
		roles = []access.Role{access.Analyst}
	}
	name := map[int64]string{teresaID: "Teresa Bruni", andreaID: "Andrea Rossi"}[id]
	return access.Principal{Person: id, Staff: roles}.Territory(), advisory.Author{ID: id, Name: name, Email: "csirt@csirt.example", Staff: true}
}

// member is somebody of a body.
func (w *world) member(id, org int64) (access.Scope, advisory.Author) {
	w.Helper()
	who := map[int64]advisory.Author{
		paoloID: {ID: paoloID, Name: "Paolo Nencini", Email: "paolo@castelvento.example"}, ritaID: {ID: ritaID, Name: "Rita Salvi", Email: "rita@roccasalina.example"},
	}[id]
	s, ok := access.Principal{Person: id, Memberships: map[int64][]access.Role{org: {access.OrgSecurity}}}.In(org)
	if !ok {
		w.Fatal("not a member")
	}
	return s, who
}

func entry() advisory.Entry {
	return advisory.Entry{
		Kind: advisory.Alert, Reference: "AL01/261125/CSIRT-PROVA", Severity: advisory.Critical, TLP: tlp.Amber, Audience: "everyone", AckWithin: 4 * time.Hour,
		Content: advisory.Content{Texts: map[string]advisory.Text{"it": {Title: "FortiOS da aggiornare", Body: "Aggiornate **subito**."}}, CVEs: []string{"CVE-2026-0001"}},
	}
}

// create writes a draft by Teresa.
func (w *world) create(e advisory.Entry) advisory.Advisory {
	w.Helper()
	s, who := w.staff(teresaID)
	a, err := w.Create(w.Context(), s, who, e)
	w.must(err)
	return a
}

// send writes one and sends it, mails and all.
func (w *world) send(e advisory.Entry) advisory.Advisory {
	w.Helper()
	a := w.create(e)
	s, who := w.staff(teresaID)
	a, err := w.Send(w.Context(), s, who, a.ID, a.Version)
	w.must(err)
	w.must(w.Tell(w.Context(), access.System("test"), a.ID))
	return a
}

func (w *world) wantFault(what string, err error, code string) {
	w.Helper()
	if fault.Of(err).Code != code {
		w.Errorf("%s: %v, want %s", what, err, code)
	}
}

// addressed lists who was written to, in order.
func (w *world) addressed() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, m := range w.mails {
		out = append(out, m.To.Address)
	}
	return out
}

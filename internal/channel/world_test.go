// SPDX-License-Identifier: EUPL-1.2

package channel_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/channel"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/tlp"
)

// The two bodies and the people of the tests.
const (
	castelvento, roccasalina = int64(1), int64(2)

	paolo, nadia, sindaco = int64(11), int64(12), int64(13) // of Castelvento
	andrea, teresa        = int64(21), int64(22)            // of the CSIRT
)

// neighbours are what the room asks others for.
type neighbours struct {
	mu    sync.Mutex
	mails []channel.Mail
	// finds is what the scanner finds in a content that has the key in it; "!" breaks it.
	finds map[string]string
}

func people() map[int64][]channel.Person {
	return map[int64][]channel.Person{
		0:           {{ID: andrea, Name: "Andrea Rossi", Email: "andrea@csirt.example", Language: "it"}, {ID: teresa, Name: "Teresa Bruni", Email: "teresa@csirt.example", Language: "en"}},
		castelvento: {{ID: nadia, Name: "Nadia Ferri", Email: "nadia@castelvento.example", Language: "nb"}, {ID: paolo, Name: "Paolo Nencini", Email: "paolo@castelvento.example", Language: "it"}},
		roccasalina: {{ID: 31, Name: "Rita Salvi", Email: "rita@roccasalina.example", Language: "it"}},
	}
}

func (n *neighbours) Holders(_ context.Context, s access.Scope, org int64, _ access.Permission) ([]channel.Person, error) {
	return people()[org], s.Territory()
}

func (n *neighbours) Organisations(_ context.Context, _ access.Scope, ids []int64) (out []channel.Organisation, err error) {
	for _, id := range ids {
		out = append(out, channel.Organisation{ID: id, Code: map[int64]string{castelvento: "c_x101", roccasalina: "c_x102"}[id], Name: "Comune di Castelvento", Zone: time.UTC})
	}
	return out, nil
}

func (n *neighbours) Queue(_ context.Context, tx *db.Tx, m channel.Mail) error {
	tx.AfterCommit(func() { n.mu.Lock(); defer n.mu.Unlock(); n.mails = append(n.mails, m) })
	return nil
}

func (n *neighbours) Scan(_ context.Context, r io.Reader) (string, error) {
	text, err := io.ReadAll(r)
	for part, finding := range n.finds {
		if strings.Contains(string(text), part) {
			if finding == "!" {
				return "", errors.New("the scanner is down")
			}
			return finding, err
		}
	}
	return "", err
}

type world struct {
	*testing.T
	*channel.Module
	*neighbours
	db    *db.DB
	clock *clock.Fake
	queue *jobs.Queue
	audit *audit.Log
	files *blob.Store
}

func each(t *testing.T, f func(w *world)) {
	dbtest.Each(t, []db.Migration{
		{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations}, {Module: "audit", FS: audit.Migrations},
		{Module: "blob", FS: blob.Migrations}, channel.Migrations(),
	}, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{T: t, db: d, neighbours: &neighbours{finds: map[string]string{}}, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))}
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.audit = audit.New(d, w.clock.Now)
	folder, err := blob.NewFolder(t.TempDir())
	w.must(err)
	t.Cleanup(func() { _ = folder.Close() })
	key, err := blob.NewKey()
	w.must(err)
	bundle, err := i18n.Load(channel.Locale)
	w.must(err)
	w.files = blob.New(d, w.clock, w.queue, folder, key)
	w.must(w.files.Register())
	w.Module = channel.New(channel.Deps{
		DB: d, Clock: w.clock, Queue: w.queue, Bus: events.NewBus(w.queue, w.clock), Audit: w.audit, Log: slog.New(slog.DiscardHandler), Bundle: bundle.WithNow(w.clock.Now),
		Organisations: w.neighbours, People: w.neighbours, Mail: w.neighbours, Files: w.files, Seal: key, Scanner: w.neighbours,
		Name: "CSIRT Prova", BaseURL: "https://csirt.example",
	})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// who gives somebody's scope in an organisation, and him as an author.
func (w *world) who(person, org int64) (access.Scope, channel.Author) {
	w.Helper()
	p, a := access.Principal{Person: person}, channel.Author{Side: channel.Member}
	for home, list := range people() {
		for _, x := range list {
			if x.ID == person {
				a.Person = x
				if home == 0 {
					p.Staff, a.Side = []access.Role{access.Analyst}, channel.CSIRT
				} else {
					p.Memberships = map[int64][]access.Role{home: {access.OrgSecurity}}
				}
			}
		}
	}
	if person == sindaco {
		p.Memberships = map[int64][]access.Role{castelvento: {access.OrgLeader}}
	}
	s, ok := p.In(org)
	if !ok {
		w.Fatalf("%d has no scope in %d", person, org)
	}
	return s, a
}

func draft(subject, text string) channel.Draft {
	return channel.Draft{Subject: subject, Text: text, TLP: tlp.AmberStrict, Life: 30}
}

// start begins a conversation and returns its number.
func (w *world) start(person, org int64, d channel.Draft) int64 {
	w.Helper()
	s, a := w.who(person, org)
	id, err := w.Start(w.Context(), s, a, d)
	w.must(err)
	return id
}

func (w *world) read(person, org, thread int64) (channel.Conversation, error) {
	w.Helper()
	s, a := w.who(person, org)
	return w.Read(w.Context(), s, a, thread, 0)
}

func (w *world) takeMails() []channel.Mail {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.mails
	w.mails = nil
	return out
}

func system() access.Scope { return access.System("test") }

func territory(person int64) access.Scope {
	return access.Principal{Person: person, Staff: []access.Role{access.Analyst}}.Territory()
}

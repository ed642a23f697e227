// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailer"
)

// desk is a mailer with all it needs.
type desk struct {
	t      *testing.T
	ctx    context.Context
	db     *db.DB
	clock  *clock.Fake
	queue  *jobs.Queue
	mailer *mailer.Mailer
}

func schema() []db.Migration {
	return []db.Migration{{Module: "jobs", FS: jobs.Migrations}, {Module: "mailer", FS: mailer.Migrations}}
}

func newDesk(t *testing.T, d *db.DB, transport mailer.Transport) *desk {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC))
	q := jobs.New(d, c, slog.New(slog.DiscardHandler), jobs.Config{})
	m, err := mailer.New(d, q, c, mailer.Config{From: "CSIRT Toscana <csirt@example.it>", Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t, t.Context(), d, c, q, m}
}

// each runs a test on both engines with a transport.
func each(t *testing.T, transport func(t *testing.T) mailer.Transport, f func(d *desk)) {
	t.Helper()
	dbtest.Each(t, schema(), func(t *testing.T, d *db.DB) { f(newDesk(t, d, transport(t))) })
}

func outbox(*testing.T) mailer.Transport { return mailer.Outbox{} }

func (d *desk) send(msg mailer.Message) {
	d.t.Helper()
	if err := d.db.Tx(d.ctx, func(tx *db.Tx) error { return d.mailer.Queue(d.ctx, tx, msg) }); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) drain() {
	d.t.Helper()
	if _, err := d.queue.Drain(d.ctx); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) list() []mailer.Entry {
	d.t.Helper()
	entries, err := d.mailer.List(d.ctx, staff{}, mailer.Filter{})
	if err != nil {
		d.t.Fatal(err)
	}
	return entries
}

// only gives the one mail there is.
func (d *desk) only() mailer.Entry {
	d.t.Helper()
	all := d.list()
	if len(all) != 1 {
		d.t.Fatalf("one mail wanted, there are %d", len(all))
	}
	return all[0]
}

func (d *desk) jobs() int {
	d.t.Helper()
	counts, err := d.queue.Counts(d.ctx)
	if err != nil {
		d.t.Fatal(err)
	}
	return counts["ready"] + counts["leased"] + counts["dead"]
}

type staff struct{}

func (staff) Territory() error             { return nil }
func (staff) Organisation() (int64, error) { return 0, errors.New("none") }

type member int64

func (member) Territory() error               { return errors.New("no") }
func (m member) Organisation() (int64, error) { return int64(m), nil }

type visitor struct{}

func (visitor) Territory() error { return errors.New("no") }
func (visitor) Organisation() (int64, error) {
	return 0, fault.New(fault.NotFound, "access.organisation")
}

func digest(to ...string) mailer.Message {
	msg := mailer.Message{
		Kind: "vulnerability.digest", Organisation: 7, Subject: "Due vulnerabilità da guardare oggi",
		Text: "TLP:AMBER\n\nDue novità.\n", HTML: "<p>TLP:AMBER</p><p>Due novità.</p>",
		TLP: "AMBER", ListID: "digest.csirt.example.it", Language: "it",
	}
	for _, address := range to {
		msg.To = append(msg.To, mailer.Recipient{Address: address, Name: "Anna Però", Unsubscribe: "https://csirt.example.it/u/abc"})
	}
	return msg
}

func TestMailExistsOnlyWithItsChange(t *testing.T) {
	each(t, outbox, func(d *desk) {
		regret := errors.New("regret")
		err := d.db.Tx(d.ctx, func(tx *db.Tx) error {
			if err := d.mailer.Queue(d.ctx, tx, digest("a@example.org")); err != nil {
				return err
			}
			return regret
		})
		if !errors.Is(err, regret) || len(d.list()) != 0 || d.jobs() != 0 {
			d.t.Errorf("%v; mails %v, jobs %d of a change that never was", err, d.list(), d.jobs())
		}
	})
}

func TestEveryRecipientHasAMailOfItsOwn(t *testing.T) {
	each(t, outbox, func(d *desk) {
		d.send(digest("a@example.org", "b@example.org", "A@Example.org"))
		d.drain()
		var got []string
		for _, e := range d.list() {
			got = append(got, fmt.Sprintf("%s %s %s", e.Address, e.State, e.Subject))
		}
		want := []string{
			"b@example.org kept [TLP:AMBER] Due vulnerabilità da guardare oggi",
			"a@example.org kept [TLP:AMBER] Due vulnerabilità da guardare oggi",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			d.t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestAKeyJoinsEqualRequests(t *testing.T) {
	each(t, outbox, func(d *desk) {
		msg := digest("a@example.org")
		msg.Key = "digest:7:2026-11-22"
		d.send(msg)
		d.drain()
		d.send(msg) // a run that was repeated after a crash
		d.drain()
		if e := d.only(); e.State != mailer.Kept || e.Attempts != 1 {
			d.t.Errorf("got %+v", e)
		}
	})
}

func TestWhoMayReadWhat(t *testing.T) {
	each(t, outbox, func(d *desk) {
		d.send(digest("a@example.org"))
		other := digest("b@example.org")
		other.Organisation = 8
		d.send(other)
		d.drain()
		for _, c := range []struct {
			asker mailer.Asker
			want  int
		}{{staff{}, 2}, {member(7), 1}, {member(8), 1}, {member(9), 0}} {
			got, err := d.mailer.List(d.ctx, c.asker, mailer.Filter{})
			counts, countErr := d.mailer.Counts(d.ctx, c.asker)
			if err != nil || countErr != nil || len(got) != c.want || counts[mailer.Kept] != c.want {
				d.t.Errorf("%#v sees %d (%v), counts %v (%v)", c.asker, len(got), err, counts, countErr)
			}
		}
		id := d.list()[1].ID // organisation 7's
		if _, err := d.mailer.Raw(d.ctx, member(7), id); err != nil {
			d.t.Errorf("its owner: %v", err)
		}
		for _, s := range []mailer.Asker{member(8), visitor{}} {
			_, getErr := d.mailer.Get(d.ctx, s, id)
			_, rawErr := d.mailer.Raw(d.ctx, s, id)
			if fault.KindOf(getErr) != fault.NotFound || fault.KindOf(rawErr) != fault.NotFound {
				d.t.Errorf("%#v: get %v, raw %v", s, getErr, rawErr)
			}
		}
	})
}

func TestListIsReadInPages(t *testing.T) {
	each(t, outbox, func(d *desk) {
		for i := range 5 {
			d.send(digest(fmt.Sprintf("p%d@example.org", i)))
		}
		d.drain()
		var got []string
		for before := int64(0); ; {
			page, err := d.mailer.List(d.ctx, staff{}, mailer.Filter{State: mailer.Kept, Before: before, Limit: 2})
			if err != nil {
				d.t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				got = append(got, e.Address[:2])
			}
			before = page[len(page)-1].ID
		}
		if want := "p4 p3 p2 p1 p0"; strings.Join(got, " ") != want {
			d.t.Errorf("got %v", got)
		}
		if none, err := d.mailer.List(d.ctx, staff{}, mailer.Filter{State: mailer.Failed}); err != nil || len(none) != 0 {
			d.t.Errorf("failed ones: %v, %v", none, err)
		}
	})
}

func TestListIsSearched(t *testing.T) {
	each(t, outbox, func(d *desk) {
		d.send(digest("anna@example.org"))
		other := digest("bruno_b@example.org")
		other.Subject = "Avviso al 100%"
		d.send(other)
		for query, want := range map[string]string{"": "bruno_b anna", "ANNA@": "anna", "100%": "bruno_b", "guardare": "anna", "o_b": "bruno_b", "a_n": "", "%": "bruno_b"} {
			entries, err := d.mailer.List(d.ctx, staff{}, mailer.Filter{Query: query})
			if err != nil {
				d.t.Fatal(err)
			}
			var got []string
			for _, e := range entries {
				name, _, _ := strings.Cut(e.Address, "@")
				got = append(got, name)
			}
			if strings.Join(got, " ") != want {
				d.t.Errorf("%q finds %v, want %q", query, got, want)
			}
		}
	})
}

func TestSecretsAreReadByNobodyElse(t *testing.T) {
	secret := digest("a@example.org")
	secret.Kind, secret.TLP, secret.Secret = "identity.reset", "", true
	secret.Text = "https://csirt.example.it/reset/3f9a"

	t.Run("kept in the portal, it can be read", func(t *testing.T) {
		each(t, outbox, func(d *desk) {
			d.send(secret)
			d.drain()
			got, err := d.mailer.Get(d.ctx, staff{}, d.only().ID)
			if err != nil || got.Hidden || got.Text != secret.Text {
				d.t.Errorf("got %+v, %v", got, err)
			}
		})
	})
	t.Run("sent, it is erased", func(t *testing.T) {
		sent := func(*testing.T) mailer.Transport { return &scripted{} }
		each(t, sent, func(d *desk) {
			d.send(secret)
			before, err := d.mailer.Get(d.ctx, staff{}, d.only().ID)
			if err != nil || !before.Hidden || before.Text != "" {
				d.t.Errorf("while queued: %+v, %v", before, err)
			}
			if _, err := d.mailer.Raw(d.ctx, staff{}, d.only().ID); fault.KindOf(err) != fault.Forbidden {
				d.t.Errorf("the file: %v", err)
			}
			d.drain()
			var left int
			if err := d.db.QueryRow(d.ctx, "SELECT count(*) FROM mail_message WHERE text_body <> '' OR html_body <> ''").Scan(&left); err != nil || left != 0 {
				d.t.Errorf("%d bodies with secrets are left, %v", left, err)
			}
		})
	})
}

func TestPurgeLeavesWhatIsStillToBeSent(t *testing.T) {
	each(t, outbox, func(d *desk) {
		d.send(digest("old@example.org"))
		d.drain()
		d.send(digest("waiting@example.org"))
		d.clock.Advance(100 * 24 * time.Hour)
		d.send(digest("new@example.org"))
		err := d.db.Tx(d.ctx, func(tx *db.Tx) error {
			n, err := d.mailer.Purge(d.ctx, tx, d.clock.Now().AddDate(0, 0, -90))
			if n != 1 {
				d.t.Errorf("%d messages deleted, 1 wanted", n)
			}
			return err
		})
		if err != nil || len(d.list()) != 2 {
			d.t.Errorf("left %v, %v", d.list(), err)
		}
	})
}

// scripted is a transport that follows a script: one error for each attempt,
// nil for accepted. It keeps what it accepted.
type scripted struct {
	mu       sync.Mutex
	script   []error
	accepted []string
	after    func() // runs after an acceptance, before the answer arrives
}

func (s *scripted) Open() mailer.Conversation { return s }

func (s *scripted) Close() {}

func (s *scripted) Send(_ context.Context, e mailer.Envelope) (mailer.State, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script) > 0 {
		err := s.script[0]
		s.script = s.script[1:]
		if err != nil {
			return mailer.Queued, "", err
		}
	}
	s.accepted = append(s.accepted, string(e.Data))
	if s.after != nil {
		s.after()
	}
	return mailer.Sent, "250 fine", nil
}

// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/mailer"
)

func (d *desk) bounces(b mailer.Bounce) mailer.Noted {
	d.t.Helper()
	var noted mailer.Noted
	err := d.db.Tx(d.ctx, func(tx *db.Tx) (err error) {
		noted, err = d.mailer.Bounced(d.ctx, tx, b)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return noted
}

func (d *desk) messageID(e mailer.Entry) string {
	d.t.Helper()
	m, err := d.mailer.Get(d.ctx, staff{}, e.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return m.MessageID
}

func TestBounce(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		d.send(digest("Anna@example.org"))
		d.drain()
		id := strings.Trim(header(d.t, s.mails()[0].data, "Message-ID"), "<>")
		for _, c := range []struct {
			b    mailer.Bounce
			want mailer.Noted
		}{
			{mailer.Bounce{MessageID: "x@example.it", Addresses: []string{"anna@example.org"}}, mailer.NotOurs},
			{mailer.Bounce{MessageID: id, Addresses: []string{"altra@example.org", ""}}, mailer.OtherAddress},
			{mailer.Bounce{MessageID: id}, mailer.OtherAddress},
			{mailer.Bounce{MessageID: id, Addresses: []string{"altra@example.org", "anna@example.org"}, Why: "5.1.1 unknown"}, mailer.NotedNow},
			{mailer.Bounce{MessageID: id, Addresses: []string{"anna@example.org"}, Why: "5.1.1 once more"}, mailer.NotedBefore},
		} {
			if got := d.bounces(c.b); got != c.want {
				d.t.Errorf("%+v: %s, want %s", c.b, got, c.want)
			}
		}
		if e := d.only(); e.State != mailer.Bounced || e.Answer != "5.1.1 unknown" {
			d.t.Errorf("got %+v", e)
		}
	})
}

// A report may be here before it is written down that the mail was accepted.
func TestABounceThatOvertakes(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		d.send(digest("anna@example.org"))
		b := mailer.Bounce{MessageID: d.messageID(d.only()), Addresses: []string{"anna@example.org"}, Why: "5.1.1"}
		for range 2 {
			if got := d.bounces(b); got != mailer.NotedLater {
				d.t.Errorf("it is %s", got)
			}
		}
		d.drain()
		if e := d.only(); e.State != mailer.Sent {
			d.t.Fatalf("%+v", e)
		}
		d.clock.Advance(10 * time.Minute)
		d.drain()
		if e := d.only(); e.State != mailer.Bounced || d.jobs() != 0 {
			d.t.Errorf("%+v, %d jobs", e, d.jobs())
		}
	})
}

// A report of a mail that never leaves is let go in the end.
func TestABounceOfWhatIsNeverSent(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		for range 100 {
			s.next("MAIL", "451 later")
		}
		d.send(digest("anna@example.org"))
		d.bounces(mailer.Bounce{MessageID: d.messageID(d.only()), Addresses: []string{"anna@example.org"}})
		for range 60 {
			d.clock.Advance(4 * time.Hour)
			d.drain()
		}
		if e := d.only(); e.State != mailer.Failed || d.jobs() != 0 {
			d.t.Errorf("%+v, %d jobs", e, d.jobs())
		}
	})
}

func TestLastBounces(t *testing.T) {
	withServer(t, func(d *desk, _ *smtpServer) {
		last := func(s mailer.Asker) map[string]mailer.Returned {
			got, err := d.mailer.LastBounces(d.ctx, s, []string{"Anna@example.org", "bruno@example.org"})
			if err != nil {
				d.t.Fatal(err)
			}
			return got
		}
		for _, to := range []string{"anna@example.org", "carla@example.org"} {
			d.send(digest(to))
			d.drain()
			d.bounces(mailer.Bounce{MessageID: d.messageID(d.list()[0]), Addresses: []string{to}, Why: "5.2.2 full"})
		}
		if got := last(staff{}); len(got) != 1 || got["anna@example.org"].Why != "5.2.2 full" || !got["anna@example.org"].At.Equal(d.clock.Now()) {
			d.t.Errorf("%+v", got)
		}
		if got := last(member(99)); len(got) != 0 {
			d.t.Errorf("another organisation sees %+v", got)
		}
		d.send(digest("anna@example.org"))
		if got := last(staff{}); len(got) != 1 {
			d.t.Errorf("not yet accepted: %+v", got)
		}
		d.drain()
		if got := last(staff{}); len(got) != 0 {
			d.t.Errorf("a later one was accepted: %+v", got)
		}
	})
}

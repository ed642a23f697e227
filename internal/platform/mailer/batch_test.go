// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"fmt"
	"testing"
	"time"

	"martinella/internal/platform/mailer"
)

// many queues n mails and works until nothing is left to do.
func many(d *desk, n int) {
	for i := range n {
		d.send(digest(fmt.Sprintf("p%d@example.org", i)))
	}
	for range 30 {
		d.drain()
		d.clock.Advance(5 * time.Hour)
	}
}

// Whatever the server does, everybody gets the mail, once.
func TestManyMailsThroughTroubles(t *testing.T) {
	for name, troubles := range map[string]map[string][]string{
		"none":                    {},
		"dies in the middle":      {"MIDDLE": {"", "", drop, "", drop}},
		"says no for now":         {"RCPT": {"", "450 4.2.1 busy", "450 4.2.1 busy"}, "ACCEPTED": {"", "451 4.3.0 later"}},
		"is closed at the door":   {"CONNECT": {drop, drop}},
		"shuts down between them": {"MAIL": {"", "", "421 4.3.2 shutting down", drop}},
		"has no RSET":             {"RCPT": {"", "450 4.2.1 busy"}, "RSET": {drop}},
	} {
		for kind, set := range map[string]func(*smtpServer){"": func(*smtpServer) {}, ", one by one": func(s *smtpServer) { s.slow = true }, ", eagerly": func(s *smtpServer) { s.eager = true }} {
			t.Run(name+kind, func(t *testing.T) { throughTroubles(t, troubles, set) })
		}
	}
}

func throughTroubles(t *testing.T, troubles map[string][]string, set func(*smtpServer)) {
	withServer(t, func(d *desk, s *smtpServer) {
		set(s)
		for verb, answers := range troubles {
			for _, a := range answers {
				if a == "" {
					a = s.yes(verb)
				}
				s.next(verb, a)
			}
		}
		many(d, 30)
		got := map[string]int{}
		for _, m := range s.mails() {
			got[m.to]++
		}
		for to, n := range got {
			if n != 1 {
				t.Errorf("%s has it %d times", to, n)
			}
		}
		counts, err := d.mailer.Counts(d.ctx, staff{})
		if err != nil || len(got) != 30 || counts[mailer.Sent] != 30 || d.jobs() != 0 {
			t.Errorf("%d have it; %v, %d jobs, %v", len(got), counts, d.jobs(), err)
		}
	})
}

// A mail that was accepted, of which the server's word was lost, is sent again
// under its name: nothing in SMTP avoids that.
func TestALostAnswerMakesOneCopy(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		s.next("ACCEPTED", "250 fine", keepAndDrop)
		many(d, 10)
		ids := map[string][]string{}
		for _, m := range s.mails() {
			ids[m.to] = append(ids[m.to], m.data)
		}
		copies := 0
		for _, all := range ids {
			if copies += len(all) - 1; len(all) == 2 && all[0] != all[1] {
				t.Error("the copy differs")
			}
		}
		if len(ids) != 10 || copies != 1 {
			t.Errorf("%d people, %d copies", len(ids), copies)
		}
	})
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		many(d, 40)
		if n := s.times("CONNECT"); n > 4 || s.times("MAIL") != 40 {
			t.Errorf("%d connections for %d mails", n, s.times("MAIL"))
		}
	})
}

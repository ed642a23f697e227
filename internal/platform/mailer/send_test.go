// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"crypto/tls"
	"errors"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailer"
)

// withServer runs a test on both engines against a mail server in clear.
func withServer(t *testing.T, f func(d *desk, s *smtpServer)) {
	t.Helper()
	var server *smtpServer
	transport := func(t *testing.T) mailer.Transport {
		server = newSMTPServer(t, nil)
		return client(t, mailer.SMTPConfig{Address: server.address(), TLS: "none"})
	}
	each(t, transport, func(d *desk) { f(d, server) })
}

func client(t *testing.T, cfg mailer.SMTPConfig) mailer.Transport {
	t.Helper()
	cfg.Timeout, cfg.Hello = 10*time.Second, "martinella.test"
	transport, err := mailer.NewSMTP(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return transport
}

func header(t *testing.T, data, name string) string {
	t.Helper()
	for line := range strings.Lines(data) {
		if value, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Errorf("no header %s in\n%s", name, data)
	return ""
}

func TestAMailIsSent(t *testing.T) {
	withServer(t, func(d *desk, s *smtpServer) {
		d.send(digest("anna@example.org"))
		d.drain()
		mails := s.mails()
		if len(mails) != 1 || !strings.HasPrefix(mails[0].from, "FROM:<csirt@example.it>") || mails[0].to != "TO:<anna@example.org>" {
			d.t.Fatalf("the server has %+v", mails)
		}
		e := d.only()
		if e.State != mailer.Sent || e.Attempts != 1 || !strings.Contains(e.Answer, "4711") || e.Done.IsZero() {
			d.t.Errorf("got %+v", e)
		}
		raw, err := d.mailer.Raw(d.ctx, staff{}, e.ID)
		if err != nil || string(raw) != mails[0].data {
			d.t.Errorf("what the portal shows is not what was sent (%v):\n%s\n---\n%s", err, raw, mails[0].data)
		}
		if d.jobs() != 0 {
			d.t.Errorf("%d jobs left", d.jobs())
		}
	})
}

// Passing troubles: each is tried again later, and then arrives, under the same name.
func TestPassingTroubleIsTriedAgain(t *testing.T) {
	for name, trouble := range map[string][2]string{
		"refused for now":               {"RCPT", "450 4.2.1 mailbox busy"},
		"content refused for now":       {"ACCEPTED", "451 4.3.0 try later"},
		"cut in the middle of the data": {"MIDDLE", drop},
		"cut before the last answer":    {"ACCEPTED", drop},
		"cut at the door":               {"CONNECT", drop},
		"sender refused: our trouble":   {"MAIL", "550 5.7.1 who are you"},
	} {
		t.Run(name, func(t *testing.T) {
			withServer(t, func(d *desk, s *smtpServer) {
				s.next(trouble[0], trouble[1])
				d.send(digest("anna@example.org"))
				d.drain()
				e := d.only()
				if e.State != mailer.Queued || e.Answer == "" || len(s.mails()) != 0 {
					d.t.Errorf("after the trouble: %+v, %d mails", e, len(s.mails()))
				}
				if n, err := d.mailer.Retrying(d.ctx, 20); err != nil || n != 1 {
					d.t.Errorf("%d mails wait for another attempt, %v", n, err)
				}
				d.clock.Advance(59 * time.Second)
				d.drain()
				if len(s.mails()) != 0 {
					d.t.Error("tried again before a minute had passed")
				}
				raw, err := d.mailer.Raw(d.ctx, staff{}, e.ID)
				d.clock.Advance(2 * time.Second)
				d.drain()
				if e := d.only(); err != nil || e.State != mailer.Sent || e.Attempts != 2 || len(s.mails()) != 1 {
					d.t.Fatalf("after the second attempt: %+v, %d mails, %v", e, len(s.mails()), err)
				}
				if s.mails()[0].data != string(raw) {
					d.t.Error("the second attempt sent something else than the first")
				}
			})
		})
	}
}

func TestRefusalIsFinal(t *testing.T) {
	for name, refusal := range map[string][2]string{
		"unknown recipient": {"RCPT", "550 5.1.1 no such user"},
		"content refused":   {"ACCEPTED", "554 5.6.0 not this"},
		"data refused":      {"DATA", "554 5.5.1 no valid recipients"},
	} {
		t.Run(name, func(t *testing.T) {
			withServer(t, func(d *desk, s *smtpServer) {
				s.next(refusal[0], refusal[1])
				d.send(digest("anna@example.org"))
				d.drain()
				if e := d.only(); e.State != mailer.Failed || !strings.Contains(e.Answer, refusal[1][4:]) || d.jobs() != 0 {
					d.t.Fatalf("got %+v, %d jobs", e, d.jobs())
				}
				// The address was mended: an operator sends it again.
				err := d.db.Tx(d.ctx, func(tx *db.Tx) error { return d.mailer.Retry(d.ctx, tx, staff{}, d.only().ID) })
				d.drain()
				if e := d.only(); err != nil || e.State != mailer.Sent || len(s.mails()) != 1 {
					d.t.Errorf("sent again: %+v, %v", e, err)
				}
				err = d.db.Tx(d.ctx, func(tx *db.Tx) error { return d.mailer.Retry(d.ctx, tx, staff{}, d.only().ID) })
				if fault.KindOf(err) != fault.Conflict {
					d.t.Errorf("a sent mail sent again: %v", err)
				}
			})
		})
	}
}

func TestTroubleAfterAcceptanceIsNone(t *testing.T) {
	for verb, answer := range map[string]string{"RSET": drop, "QUIT": "421 shutting down"} {
		t.Run(verb, func(t *testing.T) {
			withServer(t, func(d *desk, s *smtpServer) {
				s.next(verb, answer)
				d.send(digest("anna@example.org"))
				d.drain()
				d.clock.Advance(time.Hour)
				d.drain()
				if e := d.only(); e.State != mailer.Sent || len(s.mails()) != 1 {
					d.t.Errorf("got %+v, %d mails", e, len(s.mails()))
				}
			})
		})
	}
}

// A kill between the server's acceptance and our commit, played by a panic:
// nothing after the acceptance runs.
func TestKilledBeforeItIsWrittenDown(t *testing.T) {
	var transport *scripted
	each(t, func(*testing.T) mailer.Transport { transport = &scripted{}; return transport }, func(d *desk) {
		transport.after = func() { transport.after = nil; panic("killed") }
		d.send(digest("anna@example.org"))
		d.drain()
		if e := d.only(); e.State != mailer.Sending || len(transport.accepted) != 1 {
			d.t.Fatalf("after the kill: %+v, %d accepted", e, len(transport.accepted))
		}
		d.clock.Advance(time.Hour)
		d.drain()
		if e := d.only(); e.State != mailer.Sent || len(transport.accepted) != 2 {
			d.t.Fatalf("after the restart: %+v, %d accepted", e, len(transport.accepted))
		}
		first, second := transport.accepted[0], transport.accepted[1]
		if first != second || header(d.t, first, "Message-ID") == "" {
			d.t.Errorf("the copy cannot be told for one:\n%s\n---\n%s", first, second)
		}
	})
}

func TestItGivesUpAfterTwoDays(t *testing.T) {
	var transport *scripted
	each(t, func(*testing.T) mailer.Transport { transport = &scripted{}; return transport }, func(d *desk) {
		for range 100 {
			transport.script = append(transport.script, errors.New("no route"))
		}
		d.send(digest("anna@example.org"))
		start := d.clock.Now()
		for d.only().State != mailer.Failed && d.clock.Now().Sub(start) < 30*24*time.Hour {
			d.drain()
			d.clock.Advance(10 * time.Minute)
		}
		e, took := d.only(), d.clock.Now().Sub(start)
		if e.State != mailer.Failed || e.Attempts != 20 || took < 40*time.Hour || took > 60*time.Hour {
			d.t.Errorf("after %v: %+v", took, e)
		}
	})
}

func TestTLS(t *testing.T) {
	serverTLS, trust := certificate(t)
	run := func(t *testing.T, server *smtpServer, cfg mailer.SMTPConfig) mailer.Entry {
		t.Helper()
		cfg.Address = server.address()
		var e mailer.Entry
		each(t, func(t *testing.T) mailer.Transport { return client(t, cfg) }, func(d *desk) {
			d.send(digest("anna@example.org"))
			d.drain()
			e = d.only()
		})
		return e
	}
	t.Run("offered and taken, with a password", func(t *testing.T) {
		server := newSMTPServer(t, serverTLS)
		e := run(t, server, mailer.SMTPConfig{TLS: "starttls", Trust: trust, User: "martinella", Password: "s3cret"})
		if e.State != mailer.Sent || !server.wasSecured() || !server.said("AUTH") {
			t.Errorf("got %+v; secured %v, signed in %v", e, server.wasSecured(), server.said("AUTH"))
		}
	})
	t.Run("a wrong password loses no mail", func(t *testing.T) {
		server := newSMTPServer(t, serverTLS)
		server.next("AUTH", "535 5.7.8 wrong", "535 5.7.8 wrong", "535 5.7.8 wrong", "535 5.7.8 wrong")
		if e := run(t, server, mailer.SMTPConfig{TLS: "starttls", Trust: trust, User: "martinella", Password: "old"}); e.State != mailer.Queued || e.Answer == "" {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("not offered: nothing is said in clear", func(t *testing.T) {
		server := newSMTPServer(t, nil)
		e := run(t, server, mailer.SMTPConfig{TLS: "starttls", Trust: trust, User: "martinella", Password: "s3cret"})
		if e.State != mailer.Queued || server.said("AUTH") || server.said("MAIL") {
			t.Errorf("got %+v; signed in %v, mailed %v", e, server.said("AUTH"), server.said("MAIL"))
		}
	})
	t.Run("from the first byte, with a password", func(t *testing.T) {
		server := serve(t, tls.NewListener(listen(t), serverTLS), nil)
		cfg := mailer.SMTPConfig{TLS: "tls", Trust: trust, User: "martinella", Password: "s3cret"}
		if e := run(t, server, cfg); e.State != mailer.Sent || !server.said("AUTH") {
			t.Errorf("got %+v; signed in %v", e, server.said("AUTH"))
		}
	})
	t.Run("no TLS: the password is not shown", func(t *testing.T) {
		server := newSMTPServer(t, nil)
		cfg := mailer.SMTPConfig{TLS: "none", User: "martinella", Password: "s3cret"}
		if e := run(t, server, cfg); e.State != mailer.Queued || server.said("AUTH") {
			t.Errorf("got %+v; signed in %v", e, server.said("AUTH"))
		}
	})
	t.Run("a stranger's certificate", func(t *testing.T) {
		server := newSMTPServer(t, serverTLS)
		if e := run(t, server, mailer.SMTPConfig{TLS: "starttls"}); e.State != mailer.Queued || server.said("MAIL") {
			t.Errorf("got %+v", e)
		}
	})
}

func TestNobodyListens(t *testing.T) {
	l := listen(t)
	address := l.Addr().String()
	_ = l.Close()
	each(t, func(t *testing.T) mailer.Transport {
		return client(t, mailer.SMTPConfig{Address: address, TLS: "none"})
	}, func(d *desk) {
		d.send(digest("anna@example.org"))
		d.drain()
		if e := d.only(); e.State != mailer.Queued || e.Answer == "" {
			d.t.Errorf("got %+v", e)
		}
	})
}

func TestWrongServerSettingsAreRefused(t *testing.T) {
	for _, cfg := range []mailer.SMTPConfig{
		{Address: "mail.example.it", TLS: "none"}, {Address: "mail.example.it:smtp", TLS: "none"}, {Address: "mail.example.it:25", TLS: "maybe"},
	} {
		if _, err := mailer.NewSMTP(cfg); err == nil {
			t.Errorf("%+v accepted", cfg)
		}
	}
}

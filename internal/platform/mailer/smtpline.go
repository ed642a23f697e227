// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"

	"github.com/wneessen/go-mail/smtp"
)

// line is the connection of one conversation. go-mail leaves it open when the
// conversation fails before the mail, so it is closed here.
type line struct {
	secure bool
	trust  *tls.Config
	conn   net.Conn
}

func (l *line) dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	if l.secure {
		conn, err = (&tls.Dialer{Config: l.trust}).DialContext(ctx, network, address)
	} else {
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
	}
	l.conn = conn
	return conn, err
}

func (l *line) close() {
	if l.conn != nil {
		_ = l.conn.Close() // closed already after a conversation that ended well
	}
}

// talk is a conversation with the mail server.
type talk struct {
	smtp *SMTP
	line *line
	c    *smtp.Client // nil: not connected
	used int          // mails since it was connected
	dead error        // why connecting failed: the others need not wait for it too
}

// perLine bounds the mails of one connection: servers count them (Postfix's
// own client leaves after 100).
const perLine = 100

// Open implements Transport.
func (s *SMTP) Open() Conversation { return &talk{smtp: s} }

// Send implements Conversation. A server may close a connection that was idle:
// when it does so before it has heard of the mail, the mail gets a new one.
func (t *talk) Send(ctx context.Context, e Envelope) (State, string, error) {
	if t.used >= perLine {
		t.Close()
	}
	reused := t.used > 0
	said, err := t.try(ctx, e)
	if f := (failure{}); reused && errors.As(err, &f) && f.gone() {
		said, err = t.try(ctx, e)
	}
	if err != nil {
		return Queued, "", classify(err)
	}
	return Sent, said, nil
}

func (t *talk) try(ctx context.Context, e Envelope) (string, error) {
	if err := t.connect(ctx); err != nil {
		return "", err
	}
	said, err := t.hand(e)
	t.used++
	if err != nil {
		t.recover(err)
	}
	return said, err
}

func (t *talk) connect(ctx context.Context) error {
	switch {
	case t.c != nil:
		return t.c.UpdateDeadline(t.smtp.cfg.Timeout)
	case t.dead != nil:
		return t.dead
	}
	t.line, t.used = new(line), 0
	client, err := t.smtp.client(t.line)
	if err != nil {
		return err
	}
	t.c, err = client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		t.dead = fmt.Errorf("connecting: %w", err)
		t.hangUp()
	}
	return t.dead
}

// recover makes the connection ready for another mail after an answer, or gives it up.
func (t *talk) recover(err error) {
	if f := (failure{}); errors.As(err, &f) && f.code() != 0 && f.code() != 421 && t.c != nil && t.c.Reset() == nil {
		return
	}
	t.hangUp()
}

// Close implements Conversation. What fails here is politeness, not delivery.
func (t *talk) Close() {
	if t.c != nil {
		_ = t.c.Quit()
	}
	t.hangUp()
}

func (t *talk) hangUp() {
	if t.line != nil {
		t.line.close()
	}
	t.line, t.c, t.used = nil, nil, 0
}

// failure is what went wrong with a mail, and at which command.
type failure struct {
	at  string
	err error
}

// Error implements error.
func (f failure) Error() string { return f.at + ": " + f.err.Error() }

// Unwrap gives the cause.
func (f failure) Unwrap() error { return f.err }

// code is the server's answer; 0: there was none.
func (f failure) code() int {
	if answer := new(textproto.Error); errors.As(f.err, &answer) {
		return answer.Code
	}
	return 0
}

// gone says that the server had left before it heard of the mail.
func (f failure) gone() bool { return f.at == "MAIL" && (f.code() == 0 || f.code() == 421) }

// classify makes a Refusal of a 5xx answer that is about this mail. Answers to
// MAIL FROM, and before, are about us.
func classify(err error) error {
	var f failure
	if errors.As(err, &f) && f.at != "MAIL" && f.code() >= 500 && f.code() <= 599 {
		return &Refusal{Code: f.code(), err: err}
	}
	return err
}

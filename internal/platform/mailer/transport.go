// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"

	"github.com/wneessen/go-mail"
)

// Transport carries mail to where it goes.
type Transport interface {
	// Send hands a mail over. It returns how the mail is now (Sent or Kept) and
	// what the other side said. An error is passing unless it is a Refusal.
	Send(ctx context.Context, m *mail.Msg) (State, string, error)
}

// Refusal is an answer that trying again will not change.
type Refusal struct {
	Code int // SMTP reply code, 500 to 599
	err  error
}

// Error implements error.
func (r *Refusal) Error() string { return r.err.Error() }

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.err }

// Outbox is the transport that sends nothing: mails stay in the portal to be
// read there. The demonstration and tests use it.
type Outbox struct{}

// Send keeps the mail.
func (Outbox) Send(context.Context, *mail.Msg) (State, string, error) { return Kept, "", nil }

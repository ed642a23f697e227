// SPDX-License-Identifier: EUPL-1.2

package mailer

import "context"

// Envelope is a mail as it is handed over: bare addresses, and the whole file.
type Envelope struct {
	From, To string
	Data     []byte
}

// Transport carries mail to where it goes.
type Transport interface {
	// Open begins a conversation. Nothing is connected before its first mail.
	Open() Conversation
}

// Conversation hands mails over, one after another; it is no use to two goroutines at once.
type Conversation interface {
	// Send hands a mail over. It returns how the mail is now (Sent or Kept) and
	// what the other side said. An error is passing unless it is a Refusal.
	Send(ctx context.Context, e Envelope) (State, string, error)
	// Close ends the conversation.
	Close()
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

// Open implements Transport.
func (Outbox) Open() Conversation { return Outbox{} }

// Send keeps the mail.
func (Outbox) Send(context.Context, Envelope) (State, string, error) { return Kept, "", nil }

// Close implements Conversation.
func (Outbox) Close() {}

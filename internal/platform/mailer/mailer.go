// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
)

// State is how the mail to one recipient stands.
type State string

// The states; see the package's comment.
const (
	Queued  State = "queued"
	Sending State = "sending"
	Sent    State = "sent"
	Kept    State = "kept"
	Failed  State = "failed"
	Bounced State = "bounced"
)

// sendJob is the kind of the job that sends to one recipient.
const sendJob = "mail.send"

// Config says who writes and how mail leaves.
type Config struct {
	From      string // "Name <address>"
	Tag       string // whose mail it is, before every subject: "[CSIRT Toscana] …"; may be empty
	Transport Transport
	Keys      *mailcrypt.Ring // that sign; nil: none
	Lines     int             // conversations with the mail server at the same time; default 4
	Attempts  int             // passing troubles before a mail is failed; default 20, two days
	Log       *slog.Logger    // nil: nothing is logged
}

// Mailer queues and sends mail.
type Mailer struct {
	db     *db.DB
	queue  *jobs.Queue
	clock  clock.Clock
	cfg    Config
	domain string // of Message-IDs

	followers map[string]Follower // by kind
}

// New makes the mailer and registers its jobs with q.
func New(d *db.DB, q *jobs.Queue, c clock.Clock, cfg Config) (*Mailer, error) {
	from, err := netmail.ParseAddress(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("sender of mails %q: %w", cfg.From, err)
	}
	if cfg.Transport == nil {
		return nil, errors.New("the mailer has no transport")
	}
	if cfg.Lines == 0 {
		cfg.Lines = 4
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = 20
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	m := &Mailer{db: d, queue: q, clock: c, cfg: cfg, domain: domain, followers: map[string]Follower{}}
	q.HandleMany(sendJob, batchSize, m.work)
	q.Handle(bounceJob, m.bounce)
	return m, nil
}

// Queue asks for a mail in the transaction of the change it follows from. It
// fails, and nothing is queued, when the message could not make a sound mail.
// A message whose Key was queued before changes nothing.
func (m *Mailer) Queue(ctx context.Context, tx *db.Tx, msg Message) error {
	if err := msg.validate(); err != nil {
		return err
	}
	message, fresh, err := m.insertMessage(ctx, tx, msg)
	if err != nil || !fresh {
		return err
	}
	for _, r := range msg.recipients() {
		if err := m.insertRecipient(ctx, tx, message, msg, r); err != nil {
			return fmt.Errorf("queueing mail of kind %q: %w", msg.Kind, err)
		}
	}
	return nil
}

func (m *Mailer) insertMessage(ctx context.Context, tx *db.Tx, msg Message) (id int64, fresh bool, err error) {
	var key any
	if msg.Key != "" {
		key = msg.Key
	}
	if m.cfg.Tag != "" {
		msg.Subject = "[" + m.cfg.Tag + "] " + msg.Subject
	}
	err = tx.QueryRow(ctx, `INSERT INTO mail_message
		(message_key, kind, organisation, sender, reply_to, subject, text_body, html_body, tlp, list_id, language, secret, created_at, outer_subject)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) ON CONFLICT (message_key) DO NOTHING RETURNING id`,
		key, msg.Kind, msg.Organisation, m.cfg.From, msg.ReplyTo, msg.Subject, msg.Text, msg.HTML,
		msg.TLP, msg.ListID, msg.Language, msg.Secret, db.Ms(m.clock.Now()), msg.OuterSubject).Scan(&id)
	if db.NotFound(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("queueing mail of kind %q: %w", msg.Kind, err)
	}
	return id, true, nil
}

func (m *Mailer) insertRecipient(ctx context.Context, tx *db.Tx, message int64, msg Message, r Recipient) error {
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO mail_recipient (message, organisation, message_id, address, name, unsubscribe, state, topic, key_kind, key_data)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) RETURNING id`,
		message, msg.Organisation, strings.ToLower(rand.Text())+"@"+m.domain, r.Address, r.Name, r.Unsubscribe, Queued,
		msg.Topic, string(r.Key.Kind), r.Key.Data).Scan(&id)
	if err != nil {
		return err
	}
	return m.enqueue(ctx, tx, id, time.Time{})
}

// enqueue asks for an attempt at a time; the zero time is now.
func (m *Mailer) enqueue(ctx context.Context, tx *db.Tx, recipient int64, at time.Time) error {
	return m.queue.Enqueue(ctx, tx, jobs.Job{
		Kind: sendJob, Key: sendJob + ":" + strconv.FormatInt(recipient, 10), Payload: recipient, RunAt: at,
	})
}

// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// Queue asks for a mail in the transaction of the change it follows from. It
// fails, and nothing is queued, when the message could not make a sound mail.
// A message whose Key was queued before changes nothing.
func (m *Mailer) Queue(ctx context.Context, tx *db.Tx, msg Message) error {
	return m.QueueMany(ctx, tx, []Message{msg})
}

// QueueMany asks for mails as Queue does for each, in a few statements for
// hundreds of them. One that could make no sound mail fails all.
func (m *Mailer) QueueMany(ctx context.Context, tx *db.Tx, all []Message) error {
	for _, msg := range all {
		if err := msg.validate(); err != nil {
			return err
		}
	}
	for len(all) > 0 {
		n := max(1, keyed(all))
		if err := m.queueSome(ctx, tx, all[:n]); err != nil {
			return fmt.Errorf("queueing mail of kind %q: %w", all[0].Kind, err)
		}
		all = all[n:]
	}
	return nil
}

// keyed counts the messages at the beginning that have a key, by which a row that was written is known.
func keyed(all []Message) int {
	if n := slices.IndexFunc(all, func(m Message) bool { return m.Key == "" }); n >= 0 {
		return n
	}
	return len(all)
}

// queueSome queues one message, or several that have keys.
func (m *Mailer) queueSome(ctx context.Context, tx *db.Tx, all []Message) error {
	fresh, err := m.insertMessages(ctx, tx, all)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, msg := range all {
		id, ok := fresh[msg.Key]
		if !ok {
			continue
		}
		delete(fresh, msg.Key) // the first of a key is the one that was written
		for _, r := range msg.recipients() {
			rows = append(rows, m.recipientRow(id, msg, r))
		}
	}
	ids := make([]int64, 0, len(rows))
	err = tx.BulkReturning(ctx, "mail_recipient", []string{"message", "organisation", "message_id", "address", "name", "unsubscribe", "state", "topic", "key_kind", "key_data"},
		rows, "RETURNING id", func(r *sql.Rows) error {
			var id int64
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return err
	}
	return m.enqueue(ctx, tx, time.Time{}, ids...)
}

// insertMessages gives the ids of what was not queued before, by key.
func (m *Mailer) insertMessages(ctx context.Context, tx *db.Tx, all []Message) (map[string]int64, error) {
	rows := make([][]any, len(all))
	for i, msg := range all {
		rows[i] = m.messageRow(msg)
	}
	fresh := make(map[string]int64, len(all))
	err := tx.BulkReturning(ctx, "mail_message", []string{"message_key", "kind", "organisation", "sender", "reply_to", "subject", "text_body", "html_body",
		"tlp", "list_id", "language", "secret", "created_at", "outer_subject"}, rows, "ON CONFLICT (message_key) DO NOTHING RETURNING id, COALESCE(message_key, '')", func(r *sql.Rows) error {
		var id int64
		var key string
		err := r.Scan(&id, &key)
		fresh[key] = id
		return err
	})
	return fresh, err
}

func (m *Mailer) messageRow(msg Message) []any {
	var key any
	if msg.Key != "" {
		key = msg.Key
	}
	if m.cfg.Tag != "" {
		msg.Subject = "[" + m.cfg.Tag + "] " + msg.Subject
	}
	return []any{key, msg.Kind, msg.Organisation, m.cfg.From, msg.ReplyTo, msg.Subject, msg.Text, msg.HTML,
		msg.TLP, msg.ListID, msg.Language, msg.Secret, db.Ms(m.clock.Now()), msg.OuterSubject}
}

func (m *Mailer) recipientRow(message int64, msg Message, r Recipient) []any {
	return []any{message, msg.Organisation, strings.ToLower(rand.Text()) + "@" + m.domain, r.Address, r.Name, r.Unsubscribe, Queued,
		msg.Topic, string(r.Key.Kind), r.Key.Data}
}

// enqueue asks for an attempt at a time at the mail to each; the zero time is now.
func (m *Mailer) enqueue(ctx context.Context, tx *db.Tx, at time.Time, recipients ...int64) error {
	slices.Sort(recipients) // in the order they were asked for
	all := make([]jobs.Job, len(recipients))
	for i, id := range recipients {
		all[i] = jobs.Job{Kind: sendJob, Key: sendJob + ":" + strconv.FormatInt(id, 10), Payload: id, RunAt: at}
	}
	return m.queue.EnqueueMany(ctx, tx, all)
}

// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// work is one attempt at one recipient.
func (m *Mailer) work(ctx context.Context, run jobs.Run) error {
	var id int64
	if err := run.Decode(&id); err != nil {
		return err
	}
	l, err := m.begin(ctx, id)
	if err != nil || l == nil {
		return err
	}
	state, answer, err := m.hand(ctx, *l)
	// The server may have accepted: that is written down even while the program stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err != nil {
		return m.trouble(ctx, run, *l, err)
	}
	return m.settle(ctx, run, *l, state, answer)
}

// begin marks the mail as being sent and gives it; nil when there is nothing
// to do any more.
func (m *Mailer) begin(ctx context.Context, id int64) (*letter, error) {
	var l letter
	err := m.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE mail_recipient SET state = $1, attempts = attempts + 1, tried_at = $2
			WHERE id = $3 AND state IN ($4, $5)`, Sending, db.Ms(m.clock.Now()), id, Queued, Sending)
		if err != nil {
			return err
		}
		l, err = readLetter(ctx, tx, id)
		return err
	})
	switch {
	case db.NotFound(err):
		return nil, nil // erased meanwhile
	case err != nil:
		return nil, fmt.Errorf("taking mail %d: %w", id, err)
	case l.State != Sending:
		return nil, nil // done before
	}
	return &l, nil
}

func (m *Mailer) hand(ctx context.Context, l letter) (State, string, error) {
	composed, err := l.compose()
	if err != nil {
		return Queued, "", err
	}
	return m.cfg.Transport.Send(ctx, composed)
}

// settle writes the end down together with the end of the job.
func (m *Mailer) settle(ctx context.Context, run jobs.Run, l letter, state State, answer string) error {
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		if err := m.mark(ctx, tx, l.ID, state, answer); err != nil {
			return err
		}
		if l.Message.Secret && state == Sent {
			if err := eraseSecret(ctx, tx, l.ID); err != nil {
				return err
			}
		}
		return run.Complete(ctx, tx)
	})
}

// trouble fails the mail, or puts it off. The delays are the mailer's own and
// not the queue's, because mail is patient: a mail server may be away for a weekend.
func (m *Mailer) trouble(ctx context.Context, run jobs.Run, l letter, cause error) error {
	final := errors.As(cause, new(*Refusal)) || l.Attempts >= m.cfg.Attempts
	m.cfg.Log.Warn("mail not sent", "mail", l.ID, "kind", l.Kind, "attempt", l.Attempts, "final", final, "error", cause)
	if final {
		return m.settle(ctx, run, l, Failed, cause.Error())
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE mail_recipient SET state = $1, answer = $2 WHERE id = $3", Queued, cause.Error(), l.ID)
		if err != nil {
			return fmt.Errorf("putting mail %d off: %w", l.ID, err)
		}
		if err := run.Complete(ctx, tx); err != nil {
			return err
		}
		return m.enqueue(ctx, tx, l.ID, m.clock.Now().Add(delay(l.Attempts)))
	})
}

// delay grows from a minute, doubling, to 4 hours: 20 attempts take two days.
func delay(attempts int) time.Duration {
	return min(time.Minute<<min(attempts-1, 10), 4*time.Hour)
}

func (m *Mailer) mark(ctx context.Context, q db.Querier, id int64, state State, answer string) error {
	_, err := q.Exec(ctx, "UPDATE mail_recipient SET state = $1, answer = $2, done_at = $3 WHERE id = $4",
		state, answer, db.Ms(m.clock.Now()), id)
	return err
}

// eraseSecret empties a message with single-use links once nobody waits for it any more.
func eraseSecret(ctx context.Context, tx *db.Tx, recipient int64) error {
	_, err := tx.Exec(ctx, `UPDATE mail_message SET text_body = '', html_body = ''
		WHERE id = (SELECT message FROM mail_recipient WHERE id = $1)
		AND NOT EXISTS (SELECT 1 FROM mail_recipient r WHERE r.message = mail_message.id AND r.state IN ($2, $3))`,
		recipient, Queued, Sending)
	return err
}

// Bounced notes that a sent mail came back, by its Message-ID without angle
// brackets. It reports whether there was such a mail.
func (m *Mailer) Bounced(ctx context.Context, tx *db.Tx, messageID, why string) (bool, error) {
	res, err := tx.Exec(ctx, "UPDATE mail_recipient SET state = $1, answer = $2, done_at = $3 WHERE message_id = $4 AND state = $5",
		Bounced, why, db.Ms(m.clock.Now()), messageID, Sent)
	if err != nil {
		return false, fmt.Errorf("noting a bounce: %w", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Purge deletes the mails queued before a moment and done with, and reports how many.
func (m *Mailer) Purge(ctx context.Context, tx *db.Tx, before time.Time) (int64, error) {
	res, err := tx.Exec(ctx, `DELETE FROM mail_message WHERE created_at < $1
		AND NOT EXISTS (SELECT 1 FROM mail_recipient r WHERE r.message = mail_message.id AND r.state IN ($2, $3))`,
		db.Ms(before), Queued, Sending)
	if err != nil {
		return 0, fmt.Errorf("deleting old mails: %w", err)
	}
	return res.RowsAffected()
}

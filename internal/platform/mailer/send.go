// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"runtime/debug"
	"sync"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// batchSize is how many mails one worker takes at once: enough for a few
// connections to be worth their greeting, few enough that a stop does not wait long.
const batchSize = 64

// work is one attempt at each of several mails.
func (m *Mailer) work(ctx context.Context, runs []jobs.Run) error {
	byID := make(map[int64]jobs.Run, len(runs))
	ids := make([]int64, len(runs))
	for i, run := range runs {
		if err := run.Decode(&ids[i]); err != nil {
			return err
		}
		byID[ids[i]] = run
	}
	letters, err := m.begin(ctx, ids)
	if err != nil {
		return err
	}
	tasks := make([]task, len(letters))
	for i, l := range letters {
		tasks[i] = task{letter: l, run: byID[l.ID]}
	}
	return m.deliver(ctx, tasks)
}

// task is a mail to be handed over, with its job.
type task struct {
	*letter
	run jobs.Run
}

// begin seals the mails, marks them as being sent and gives them; those with
// which there is nothing to do any more are left out.
func (m *Mailer) begin(ctx context.Context, ids []int64) (letters []*letter, err error) {
	all, err := readLetters(ctx, m.db, ids)
	if err != nil {
		return nil, fmt.Errorf("reading mails: %w", err)
	}
	for _, l := range all {
		if l.State == Queued || l.State == Sending {
			letters = append(letters, l)
		}
	}
	if len(letters) == 0 {
		return nil, nil
	}
	fresh := m.sealAll(letters)
	err = m.db.Tx(ctx, func(tx *db.Tx) error {
		for _, l := range fresh {
			if err := storeSeal(ctx, tx, l); err != nil {
				return err
			}
		}
		return m.markSending(ctx, tx, letters)
	})
	if err != nil {
		return nil, fmt.Errorf("taking mails: %w", err)
	}
	return letters, nil
}

func (m *Mailer) markSending(ctx context.Context, tx *db.Tx, letters []*letter) error {
	ids := make([]int64, len(letters))
	for i, l := range letters {
		ids[i] = l.ID
		l.Attempts++
	}
	_, err := tx.Exec(ctx, "UPDATE mail_recipient SET state = $1, attempts = attempts + 1, tried_at = $2 WHERE id IN "+db.In(3, len(ids)),
		append([]any{Sending, db.Ms(m.clock.Now())}, db.Args(ids)...)...)
	return err
}

// deliver hands the mails over in a few conversations at once. It gives the
// error of what could not be written down: those mails are tried again.
func (m *Mailer) deliver(ctx context.Context, tasks []task) error {
	todo := make(chan task)
	errs := make([]error, min(m.cfg.Lines, len(tasks)))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = m.converse(ctx, todo) })
	}
	for _, t := range tasks {
		if ctx.Err() != nil {
			break
		}
		todo <- t
	}
	close(todo)
	wg.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// converse works on mails until there are none, and then on nothing but
// draining: a conversation that ended in a panic must not block the others.
func (m *Mailer) converse(ctx context.Context, todo <-chan task) (err error) {
	conversation := m.cfg.Transport.Open()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		for range todo {
		}
	}()
	defer conversation.Close()
	for t := range todo {
		state, answer, cause := m.hand(ctx, conversation, t.letter)
		if e := m.write(ctx, outcome{task: t, state: state, answer: answer, cause: cause}); e != nil {
			err = errors.Join(err, e)
			if !jobs.Lost(e) { // the next ones would be accepted and not written down either
				return err
			}
		}
	}
	return err
}

func (m *Mailer) hand(ctx context.Context, c Conversation, l *letter) (State, string, error) {
	if l.broken != nil {
		return Queued, "", l.broken
	}
	data, err := l.raw()
	if err != nil {
		return Queued, "", err
	}
	from, err := netmail.ParseAddress(l.Sender)
	if err != nil {
		return Queued, "", fmt.Errorf("sender %q: %w", l.Sender, err)
	}
	return c.Send(ctx, Envelope{From: from.Address, To: l.Address, Data: data})
}

// delay grows from a minute, doubling, to 4 hours: 20 attempts take two days.
func delay(attempts int) time.Duration {
	return min(time.Minute<<min(attempts-1, 10), 4*time.Hour)
}

// eraseSecret empties a message with single-use links once nobody waits for it any more.
func eraseSecret(ctx context.Context, tx *db.Tx, recipient int64) error {
	_, err := tx.Exec(ctx, `UPDATE mail_message SET text_body = '', html_body = ''
		WHERE id = (SELECT message FROM mail_recipient WHERE id = $1)
		AND NOT EXISTS (SELECT 1 FROM mail_recipient r WHERE r.message = mail_message.id AND r.state IN ($2, $3))`,
		recipient, Queued, Sending)
	return err
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

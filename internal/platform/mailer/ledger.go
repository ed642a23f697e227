// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"martinella/internal/platform/db"
)

// outcome is how an attempt at a mail ended.
type outcome struct {
	task
	state  State
	answer string
	cause  error // it was not accepted
	done   chan verdict
}

// ledger writes outcomes down, in one transaction those that wait at the same
// time, of all workers. Who writes waits for the commit before he hands the next
// mail over: a kill leaves at most one accepted mail a conversation that is not
// written down, as if each had a transaction of its own, at a fraction of the
// commits. Whoever comes when nobody writes does it for all who wait by then.
type ledger struct {
	mu      sync.Mutex
	waiting []outcome
	busy    bool
}

// verdict is what somebody who waits is told: how it ended, or that it is his turn to write.
type verdict struct {
	err  error
	turn bool
}

var errUnwritten = errors.New("writing down what became of mails broke off")

// maxSettled bounds a transaction.
const maxSettled = 64

func (m *Mailer) write(ctx context.Context, o outcome) error {
	b := &m.ledger
	o.done = make(chan verdict, 1)
	b.mu.Lock()
	b.waiting = append(b.waiting, o)
	turn := !b.busy
	b.busy = true
	b.mu.Unlock()
	if !turn {
		if v := <-o.done; !v.turn {
			return v.err
		}
	}
	m.writeDown(ctx, b)
	return (<-o.done).err
}

// next takes what waits, as far as one transaction holds it.
func (b *ledger) next() []outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(maxSettled, len(b.waiting))
	all := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	return all
}

// pass gives the turn to whoever waits longest.
func (b *ledger) pass() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.busy = len(b.waiting) > 0; b.busy {
		b.waiting[0].done <- verdict{turn: true}
	}
}

// writeDown settles outcomes together; when that fails each by itself, since one
// whose lease was lost must not undo the others.
func (m *Mailer) writeDown(ctx context.Context, b *ledger) {
	defer b.pass()
	// The server may have accepted: that is written down even while the program stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	all := b.next()
	defer func() { // whatever happened, nobody waits for ever; who has his verdict hears no second one
		for _, o := range all {
			select {
			case o.done <- verdict{err: errUnwritten}:
			default:
			}
		}
	}()
	err := m.settle(ctx, all)
	for _, o := range all {
		if err != nil && len(all) > 1 {
			o.done <- verdict{err: m.settle(ctx, []outcome{o})}
		} else {
			o.done <- verdict{err: err}
		}
	}
}

func (m *Mailer) settle(ctx context.Context, all []outcome) error {
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		told := make([]followed, len(all))
		for i, o := range all {
			if o.cause != nil {
				o = m.judged(o)
			}
			if err := m.settleOne(ctx, tx, o); err != nil {
				return fmt.Errorf("writing down what became of mail %d: %w", o.ID, err)
			}
			told[i] = followed{o.Kind, Settlement{o.asked, o.Address, o.state, o.answer, m.clock.Now(), o.seal.protection()}}
		}
		return m.tell(ctx, tx, told)
	})
}

// judged says of a mail that was not accepted whether it is tried again.
func (m *Mailer) judged(o outcome) outcome {
	o.state, o.answer = Queued, o.cause.Error()
	if errors.As(o.cause, new(*Refusal)) || o.Attempts >= m.cfg.Attempts {
		o.state = Failed
	}
	m.cfg.Log.Warn("mail not sent", "mail", o.ID, "kind", o.Kind, "attempt", o.Attempts, "final", o.state == Failed, "error", o.cause)
	return o
}

// settleOne writes the end down together with the end of the job.
func (m *Mailer) settleOne(ctx context.Context, tx *db.Tx, o outcome) error {
	if o.state == Queued {
		return m.putOff(ctx, tx, o)
	}
	if err := m.mark(ctx, tx, o.ID, o.state, o.answer); err != nil {
		return err
	}
	if o.Message.Secret && o.state == Sent {
		if err := eraseSecret(ctx, tx, o.ID); err != nil {
			return err
		}
	}
	return o.run.Complete(ctx, tx)
}

func (m *Mailer) mark(ctx context.Context, q db.Querier, id int64, state State, answer string) error {
	_, err := q.Exec(ctx, "UPDATE mail_recipient SET state = $1, answer = $2, done_at = $3 WHERE id = $4",
		state, answer, db.Ms(m.clock.Now()), id)
	return err
}

// putOff lets the mail wait. The delays are the mailer's own and not the queue's,
// because mail is patient: a mail server may be away for a weekend.
func (m *Mailer) putOff(ctx context.Context, tx *db.Tx, o outcome) error {
	_, err := tx.Exec(ctx, "UPDATE mail_recipient SET state = $1, answer = $2 WHERE id = $3", Queued, o.answer, o.ID)
	if err != nil {
		return fmt.Errorf("putting it off: %w", err)
	}
	if err := o.run.Complete(ctx, tx); err != nil {
		return err
	}
	return m.enqueue(ctx, tx, m.clock.Now().Add(delay(o.Attempts)), o.ID)
}

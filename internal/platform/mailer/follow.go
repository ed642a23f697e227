// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"martinella/internal/platform/db"
)

// Settlement is what became of one mail, for whoever asked for it.
type Settlement struct {
	Key        string // of the message
	Address    string
	State      State // Sent, Kept, Failed, Bounced; Queued: it was put off, or is sent again
	Answer     string
	At         time.Time
	Protection Protection
}

// Follower is told what became of mails of one kind, in the transaction in which
// it is written down. What it touches must be quick and its own: where it fails,
// a mail that was accepted counts as not accepted and leaves again.
type Follower func(ctx context.Context, tx *db.Tx, all []Settlement) error

// Follow makes f hear of the mails of a kind. Call it before the queue starts.
func (m *Mailer) Follow(kind string, f Follower) { m.followers[kind] = f }

// followed is a settlement with the kind of its mail.
type followed struct {
	kind string
	Settlement
}

// tell tells the followers, each once.
func (m *Mailer) tell(ctx context.Context, tx *db.Tx, all []followed) error {
	byKind := map[string][]Settlement{}
	for _, x := range all {
		if m.followers[x.kind] != nil {
			byKind[x.kind] = append(byKind[x.kind], x.Settlement)
		}
	}
	for kind, list := range byKind {
		// In one order, so that two transactions do not wait for each other.
		slices.SortFunc(list, func(a, b Settlement) int { return cmp.Compare(a.Key, b.Key) })
		if err := m.followers[kind](ctx, tx, list); err != nil {
			return fmt.Errorf("telling what became of mails of kind %q: %w", kind, err)
		}
	}
	return nil
}

// tellOf tells of mails as they are stored.
func (m *Mailer) tellOf(ctx context.Context, tx *db.Tx, ids ...int64) error {
	if len(m.followers) == 0 || len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `SELECT m.kind, COALESCE(m.message_key, ''), r.address, r.state, r.answer, r.protection
		FROM mail_recipient r JOIN mail_message m ON m.id = r.message WHERE r.id IN `+db.In(1, len(ids)), db.Args(ids)...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (x followed, err error) {
		x.At = m.clock.Now()
		return x, r.Scan(&x.kind, &x.Key, &x.Address, &x.State, &x.Answer, &x.Protection)
	})
	if err != nil {
		return fmt.Errorf("reading what became of mails: %w", err)
	}
	return m.tell(ctx, tx, all)
}

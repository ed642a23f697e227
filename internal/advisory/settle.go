// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// Settled is what became of one mail, as the mailer tells it.
type Settled struct {
	Advisory   int64
	Revision   int
	Number     int64  // of the person
	Bundle     string // the mail told several alerts: its name, in the place of the three
	Address    string
	Fate       Fate // FateOpen: it was put off, or is sent again
	Answer     string
	At         time.Time
	Protection string
}

// NoteSettled keeps with the advisories what became of their mails, in the
// transaction in which the mailer writes it down. What concerns an earlier
// revision or a corrected address changes nothing any more.
func (m *Module) NoteSettled(ctx context.Context, tx *db.Tx, s access.Scope, all []Settled) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := m.lockSettled(ctx, tx, s, all); err != nil {
		return err
	}
	arrived := map[Settled][]int64{} // alike: people by the rest
	var order []Settled
	for _, x := range all {
		if x.Fate != FateSent && x.Fate != FateKept || x.Bundle != "" {
			if err := m.noteOne(ctx, tx, s, x); err != nil {
				return err
			}
			continue
		}
		like := Settled{Advisory: x.Advisory, Revision: x.Revision, Fate: x.Fate, At: x.At, Protection: x.Protection}
		if arrived[like] == nil {
			order = append(order, like)
		}
		arrived[like] = append(arrived[like], x.Number)
	}
	for _, like := range order {
		numbers := arrived[like]
		slices.Sort(numbers)
		_, err := tx.Exec(ctx, `UPDATE advisory_recipient SET fate = $1, fate_at = $2, sent_at = COALESCE(sent_at, $2), protection = $3, answer = ''
			WHERE advisory_id = $4 AND revision = $5 AND number IN `+db.In(6, len(numbers)),
			append([]any{like.Fate, db.Ms(like.At), like.Protection, like.Advisory, like.Revision}, db.Args(numbers)...)...)
		if err != nil {
			return fmt.Errorf("advisory %d: noting what became of its mails: %w", like.Advisory, err)
		}
	}
	return nil
}

// lockSettled takes the people in the order in which a revision does, whatever
// the order of their mails: neither waits for the other in a circle, and no mail
// that was handed over is forgotten because of it. Who was written to again
// meanwhile is left alone, as by what follows.
func (m *Module) lockSettled(ctx context.Context, tx *db.Tx, s access.Scope, all []Settled) error {
	if tx.Dialect() != db.Postgres || len(all) == 0 {
		return nil
	}
	var w recipientKeys
	var bundles []string
	for _, x := range all {
		if x.Bundle != "" {
			bundles = append(bundles, x.Bundle)
		} else {
			w.add(x.Advisory, x.Number, int64(x.Revision))
		}
	}
	if err := m.bundled(ctx, tx, s, bundles, &w); err != nil {
		return err
	}
	// Joined, and not asked for with IN: the key finds each, however many people there are.
	_, err := tx.Exec(ctx, `SELECT 1 FROM advisory_recipient r JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w(advisory_id, number, revision)
		ON r.advisory_id = w.advisory_id AND r.number = w.number AND r.revision = w.revision ORDER BY r.advisory_id, r.number FOR UPDATE OF r`, w.advisories, w.numbers, w.revisions)
	if err != nil {
		return fmt.Errorf("locking whose mails are settled: %w", err)
	}
	return nil
}

// recipientKeys names people of advisories, as PostgreSQL takes lists.
type recipientKeys struct{ advisories, numbers, revisions []int64 }

func (w *recipientKeys) add(advisory, number, revision int64) {
	w.advisories, w.numbers, w.revisions = append(w.advisories, advisory), append(w.numbers, number), append(w.revisions, revision)
}

// bundled adds the people whom mails of several alerts told.
func (m *Module) bundled(ctx context.Context, tx *db.Tx, _ access.Scope, bundles []string, w *recipientKeys) error {
	if len(bundles) == 0 {
		return nil
	}
	found, err := tx.Query(ctx, "SELECT advisory_id, number, revision FROM advisory_recipient WHERE bundle <> '' AND bundle = ANY($1)", bundles)
	_, err = db.Collect(found, err, func(r *sql.Rows) (struct{}, error) {
		var advisory, number, revision int64
		err := r.Scan(&advisory, &number, &revision)
		w.add(advisory, number, revision)
		return struct{}{}, err
	})
	return err
}

// noteOne keeps what is told with an answer, or of a mail of several alerts.
func (m *Module) noteOne(ctx context.Context, tx *db.Tx, _ access.Scope, x Settled) error {
	var sent any
	if x.Fate == FateSent || x.Fate == FateKept {
		sent, x.Answer = db.Ms(x.At), ""
	}
	set := "UPDATE advisory_recipient SET fate = $1, fate_at = $2, sent_at = COALESCE(sent_at, $3), protection = $4, answer = $5 WHERE address = $6 AND "
	args := []any{x.Fate, db.Ms(x.At), sent, x.Protection, x.Answer, mailbox(x.Address)}
	var err error
	if x.Bundle != "" {
		_, err = tx.Exec(ctx, set+"bundle = $7", append(args, x.Bundle)...)
	} else {
		_, err = tx.Exec(ctx, set+"advisory_id = $7 AND revision = $8 AND number = $9", append(args, x.Advisory, x.Revision, x.Number)...)
	}
	if err != nil {
		return fmt.Errorf("advisory %d: noting what became of a mail: %w", x.Advisory, err)
	}
	return nil
}

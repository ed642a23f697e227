// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/quiet"
)

// dueJob sends what waited: for the end of quiet hours, or for the one mail a day.
const dueJob = "advisory.due"

// wish is how somebody wants his mails as a contact of an organisation.
type wish struct {
	quiet.Wish
	zone *time.Location
	days quiet.Calendar
}

// Ways counts when and how an audience is written to.
type Ways struct {
	Now       int // people whose mail leaves at once
	Quiet     int // after their quiet hours
	Collected int // in the one mail a day they want
	Portal    int // by no mail: they read it in the portal
}

// settled says of each person when the mail about an entry leaves, as he wishes:
// of several wishes the one by which he knows first.
func settled(people []recipient, e Entry, now time.Time) []recipient {
	msg := quiet.Message{Critical: e.Severity == Critical, Lower: e.Severity != High || e.Kind == Bulletin}
	if e.AckWithin > 0 {
		msg.Deadline = now.Add(e.AckWithin)
	}
	for i := range people {
		for j, w := range people[i].wishes {
			if w.zone == nil {
				w.zone = time.UTC
			}
			if at, why := w.Due(msg, now.In(w.zone), w.days); j == 0 || quiet.Sooner(at, why, people[i].due, people[i].why) {
				people[i].due, people[i].why = at, why
			}
		}
		if people[i].why == quiet.Now {
			people[i].due = time.Time{}
		}
	}
	return people
}

func waysOf(people []recipient) (w Ways) {
	for _, p := range people {
		switch p.why {
		case quiet.QuietHours:
			w.Quiet++
		case quiet.Collected:
			w.Collected++
		case quiet.PortalAlone:
			w.Portal++
		default:
			w.Now++
		}
	}
	return w
}

// fate is with which a recipient begins.
func (p recipient) fate() Fate {
	if p.why == quiet.PortalAlone {
		return FatePortal
	}
	return FateOpen
}

// wait is why his mail waits.
func (p recipient) wait() Wait {
	if p.due.IsZero() {
		return ""
	}
	return Wait(p.why)
}

// letWait notes of people who are written to again when their mail leaves.
func (m *Module) letWait(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, people []recipient) error {
	for _, p := range people {
		if _, err := tx.Exec(ctx, "UPDATE advisory_recipient SET fate = $3, due_at = $4, wait = $5 WHERE advisory_id = $1 AND number = $2", id, p.number, p.fate(), db.Ms(p.due), p.wait()); err != nil {
			return err
		}
	}
	return nil
}

// stopWaiting keeps what waits of an advisory from ever leaving.
func (m *Module) stopWaiting(ctx context.Context, tx *db.Tx, _ access.Scope, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE advisory_recipient SET fate = $2, fate_at = $3, due_at = NULL WHERE advisory_id = $1 AND due_at IS NOT NULL", id, FateWithdrawn, db.Ms(m.now()))
	return err
}

func (m *Module) registerDue(q *jobs.Queue) error {
	q.Handle(dueJob, func(ctx context.Context, _ jobs.Run) error { return m.SendDue(ctx, access.System("advisory")) })
	return q.Schedule(dueJob, "* * * * *", time.UTC, dueJob)
}

// SendDue queues the mails whose time has come. A row waits no longer in the
// transaction of its mail: whatever breaks off, and however the clock jumps, each
// leaves once. An advisory that fails does not stop the others, and is tried again.
func (m *Module) SendDue(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT DISTINCT advisory_id FROM advisory_recipient WHERE due_at <= $1 AND wait = $2 ORDER BY advisory_id", db.Ms(m.now()), WaitQuiet)
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return fmt.Errorf("advisory: which mails are due: %w", err)
	}
	var failures []error
	for _, id := range ids {
		for done := false; !done; {
			if done, err = m.sendDue(ctx, s, id); err != nil {
				failures, done = append(failures, fmt.Errorf("advisory %d: mails that are due: %w", id, err)), true
			}
		}
	}
	return errors.Join(append(failures, m.sendCollected(ctx, s))...)
}

// sendDue queues some of an advisory's mails that are due; done where these were all.
func (m *Module) sendDue(ctx context.Context, s access.Scope, id int64) (done bool, err error) {
	err = m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := m.get(ctx, tx, s, id, db.ForUpdate(tx)) // whoever withdraws or revises it waits, or is seen here
		if err != nil {
			return err
		}
		people, err := m.recipients(ctx, tx, s, "advisory_id = $1 AND due_at <= $2 AND wait = $3 ORDER BY number LIMIT $4", id, db.Ms(m.now()), WaitQuiet, tellStep)
		if err != nil {
			return err
		}
		if done = len(people) < tellStep; len(people) == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, "UPDATE advisory_recipient SET due_at = NULL WHERE advisory_id = $1 AND number IN "+db.In(2, len(people)), append([]any{id}, db.Args(numbersOf(people))...)...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE advisory SET queued = queued + $2 WHERE id = $1", id, len(people)); err != nil {
			return err
		}
		return m.write(ctx, tx, s, a, people)
	})
	return done, err
}

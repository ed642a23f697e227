// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

// escalateJob does one step of the plan of one advisory.
const escalateJob = "advisory.escalate"

// EventEscalated says that an organisation has not acknowledged, and what is done about it.
const EventEscalated = "advisory.escalated"

// escalateOrder is the job's payload.
type escalateOrder struct {
	Advisory int64          `json:"advisory"`
	Step     EscalationStep `json:"step"`
	Due      int64          `json:"due"` // milliseconds since 1970
}

func (m *Module) escalateHandler(ctx context.Context, r jobs.Run) error {
	var o escalateOrder
	if err := r.Decode(&o); err != nil {
		return err
	}
	return m.Escalate(ctx, access.System("advisory"), o.Advisory, o.Step, time.UnixMilli(o.Due))
}

// Escalate does what is still to be done of a step that was settled for a moment,
// part by part; how far it is stands in the step's row, in the transaction of what
// was done: a kill anywhere reminds nobody twice and forgets nobody.
func (m *Module) Escalate(ctx context.Context, s access.Scope, id int64, step EscalationStep, due time.Time) error {
	do := map[EscalationStep]func(context.Context, *db.Tx, access.Scope, Advisory, *progressOf) error{Remind: m.remindSome, Phone: m.phoneSome, Widen: m.widen}[step]
	if do == nil {
		return jobs.Permanent(fmt.Errorf("advisory %d: %q is no step", id, step))
	}
	for done := false; !done; {
		var err error
		if done, err = m.escalateSome(ctx, s, id, step, due, do); err != nil {
			return fmt.Errorf("advisory %d: %s: %w", id, step, err)
		}
	}
	return nil
}

// progressOf is how far a step is.
type progressOf struct {
	step          EscalationStep
	due           time.Time
	place         int64
	organisations int
	done          bool
}

type escalating func(context.Context, *db.Tx, access.Scope, Advisory, *progressOf) error

func (m *Module) escalateSome(ctx context.Context, s access.Scope, id int64, step EscalationStep, due time.Time, do escalating) (done bool, err error) {
	err = m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		p := progressOf{step: step, due: due}
		var doneAt time.Time
		err := tx.QueryRow(ctx, "SELECT place, organisations, done_at FROM advisory_step WHERE advisory_id = $1 AND step = $2 AND due_at = $3"+db.ForUpdate(tx), id, step, db.Ms(due)).
			Scan(&p.place, &p.organisations, db.Time(&doneAt))
		if db.NotFound(err) || !doneAt.IsZero() {
			done = true
			return nil
		}
		if err != nil {
			return err
		}
		a, err := m.get(ctx, tx, s, id, db.ForUpdate(tx)) // whoever withdraws it waits, or is seen here
		if err != nil {
			return err
		}
		if a.State != Sent {
			p.done = true // it was withdrawn
		} else if err := do(ctx, tx, s, a, &p); err != nil {
			return err
		}
		done = p.done
		if done {
			doneAt = m.now()
		}
		_, err = tx.Exec(ctx, "UPDATE advisory_step SET place = $4, organisations = $5, done_at = $6 WHERE advisory_id = $1 AND step = $2 AND due_at = $3", id, step, db.Ms(due), p.place, p.organisations, db.Ms(doneAt))
		return err
	})
	return done, err
}

// remindSome reminds the next people, of the organisations that have not acknowledged.
func (m *Module) remindSome(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, p *progressOf) error {
	all, err := m.recipientsAfter(ctx, tx, s, a, p.place, tellStep)
	if err != nil {
		return err
	}
	if p.done = len(all) < tellStep; len(all) > 0 {
		p.place = all[len(all)-1].number
	}
	people, err := m.stillSilent(ctx, tx, s, a.ID, all)
	if err != nil {
		return err
	}
	orgs, err := m.organisationsOf(ctx, s, people)
	if err != nil {
		return err
	}
	letters := m.letters(a)
	mails := make([]Mail, len(people))
	for i, person := range people {
		mails[i] = letters.reminder(person, orgs)
		mails[i].Step = fmt.Sprintf("remind:%d", p.due.UnixMilli())
	}
	if err := m.deps.Mail.Queue(ctx, tx, mails); err != nil {
		return err
	}
	if err := m.noteReminded(ctx, tx, s, a.ID, people); err != nil {
		return err
	}
	return m.noteEscalated(ctx, tx, s, a, p, idsOf(people))
}

// noteReminded counts a reminder of each of some people. It has all that a mail
// says that still waited, which is not written any more.
func (m *Module) noteReminded(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, people []recipient) error {
	if len(people) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE advisory_recipient SET reminders = reminders + 1, reminded_at = $2, due_at = NULL, wait = '' WHERE advisory_id = $1 AND number IN "+db.In(3, len(people)),
		append([]any{id, db.Ms(m.now())}, db.Args(numbersOf(people))...)...)
	return err
}

func numbersOf(people []recipient) []int64 {
	out := make([]int64, len(people))
	for i, p := range people {
		out[i] = p.number
	}
	return out
}

// idsOf gives the organisations of people, each once.
func idsOf(people []recipient) []int64 {
	seen := map[int64]bool{}
	var out []int64
	for _, p := range people {
		for _, id := range p.organisations {
			if !seen[id] {
				seen[id] = true
				out = append(out, id)
			}
		}
	}
	return out
}

// phoneSome puts the next organisations that have not acknowledged on the call list.
func (m *Module) phoneSome(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, p *progressOf) error {
	// Locked, so that whoever acknowledges at this moment either is seen here or finds the line and closes it.
	rows, err := tx.Query(ctx, `SELECT organisation_id FROM advisory_member WHERE advisory_id = $1 AND organisation_id > $2 AND acknowledged_at IS NULL
		ORDER BY organisation_id LIMIT $3`+db.ForUpdate(tx), a.ID, p.place, tellStep)
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	if p.done = len(ids) < tellStep; len(ids) == 0 {
		return nil
	}
	p.place = ids[len(ids)-1]
	if err := m.deps.Calls.Open(ctx, tx, s, a, ids); err != nil {
		return err
	}
	return m.noteEscalated(ctx, tx, s, a, p, ids)
}

// widen writes to the others who answer for the organisations that have not
// acknowledged: they become recipients, and are told as the first ones were.
func (m *Module) widen(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, p *progressOf) error {
	p.done = true
	rows, err := tx.Query(ctx, "SELECT organisation_id FROM advisory_member WHERE advisory_id = $1 AND acknowledged_at IS NULL ORDER BY organisation_id", a.ID)
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil || len(ids) == 0 {
		return err
	}
	others, err := m.deps.Directory.Others(ctx, s, ids)
	if err != nil {
		return err
	}
	fresh, err := m.unwritten(ctx, tx, s, a.ID, ids, others)
	if err != nil || len(fresh) == 0 {
		return err
	}
	if err := m.insertRecipients(ctx, tx, s, a.ID, a.Revision, fresh); err != nil {
		return err
	}
	if err := m.countWidened(ctx, tx, s, a.ID, fresh); err != nil {
		return err
	}
	if err := m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: tellJob, Key: fmt.Sprintf("%s:%d", tellJob, a.ID), Payload: a.ID}); err != nil {
		return err
	}
	return m.noteEscalated(ctx, tx, s, a, p, idsOf(fresh))
}

// unwritten gives those it was not written to yet, numbered after those it was.
func (m *Module) unwritten(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, ids []int64, others map[int64][]Contact) ([]recipient, error) {
	rows, err := tx.Query(ctx, "SELECT number, address FROM advisory_recipient WHERE advisory_id = $1", id)
	var last int64
	written := map[string]bool{}
	_, err = db.Collect(rows, err, func(r *sql.Rows) (x struct{}, err error) {
		var n int64
		var address string
		err = r.Scan(&n, &address)
		last, written[address] = max(last, n), true
		return x, err
	})
	if err != nil {
		return nil, err
	}
	reach := Reach{}
	for _, org := range ids {
		x := Reached{}
		x.Organisation.ID = org
		for _, c := range others[org] {
			if !written[mailbox(c.Address)] {
				x.Contacts = append(x.Contacts, c)
			}
		}
		reach.Members = append(reach.Members, x)
	}
	out := reach.recipients()
	for i := range out {
		out[i].number += last
		out[i].widened = true
	}
	return out, nil
}

func (m *Module) countWidened(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, people []recipient) error {
	if _, err := tx.Exec(ctx, "UPDATE advisory SET people = people + $2 WHERE id = $1", id, len(people)); err != nil {
		return err
	}
	more := map[int64]int{}
	for _, p := range people {
		for _, org := range p.organisations {
			more[org]++
		}
	}
	for _, org := range idsOf(people) {
		if _, err := tx.Exec(ctx, "UPDATE advisory_member SET people = people + $3 WHERE advisory_id = $1 AND organisation_id = $2", id, org, more[org]); err != nil {
			return err
		}
	}
	return nil
}

// noteEscalated keeps, and tells, what was done about organisations; again it changes nothing.
func (m *Module) noteEscalated(ctx context.Context, tx *db.Tx, _ access.Scope, a Advisory, p *progressOf, ids []int64) error {
	for _, org := range ids {
		r, err := tx.Exec(ctx, "INSERT INTO advisory_escalation (advisory_id, organisation_id, step, due_at, at) VALUES ($1,$2,$3,$4,$5) ON CONFLICT DO NOTHING", a.ID, org, p.step, db.Ms(p.due), db.Ms(m.now()))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			continue // by an earlier person's mail
		}
		p.organisations++
		if err := m.deps.Bus.Publish(ctx, tx, events.Event{Kind: EventEscalated, Organisation: org, Payload: a.told()}); err != nil {
			return err
		}
	}
	return nil
}

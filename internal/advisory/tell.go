// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

// tellJob queues the mails and events of one sent advisory.
const tellJob = "advisory.tell"

// tellStep is how many people and organisations one transaction tells: on SQLite
// it holds the only writer for some tens of milliseconds.
const tellStep = 250

func (m *Module) registerJobs(q *jobs.Queue) {
	q.Handle(tellJob, func(ctx context.Context, r jobs.Run) error {
		var id int64
		if err := r.Decode(&id); err != nil {
			return err
		}
		return m.Tell(ctx, access.System("advisory"), id)
	})
	q.Handle(escalateJob, m.escalateHandler)
}

// Tell queues what is still to be queued of a sent advisory, step by step. The
// advisory's row remembers how far it is, in the transaction of the mails: a
// kill anywhere leaves nobody out and writes to nobody twice.
func (m *Module) Tell(ctx context.Context, s access.Scope, id int64) error {
	for {
		done, err := m.tellSome(ctx, s, id)
		if err != nil {
			return fmt.Errorf("advisory %d: telling: %w", id, err)
		}
		if done {
			return nil
		}
	}
}

func (m *Module) tellSome(ctx context.Context, s access.Scope, id int64) (done bool, err error) {
	err = m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		var told, announced int64
		a, err := scanWhole(tx.QueryRow(ctx, "SELECT "+whole+", a.told, a.announced FROM advisory a WHERE a.id = $1"+db.ForUpdate(tx), id), &told, &announced)
		if err != nil || a.Sent.At.IsZero() {
			return err
		}
		people, err := m.untold(ctx, tx, s, a, told)
		if err != nil {
			return err
		}
		if err := m.write(ctx, tx, s, a, people); err != nil {
			return err
		}
		orgs, err := m.announce(ctx, tx, s, a, announced)
		if err != nil {
			return err
		}
		done = len(people) < tellStep && len(orgs) < tellStep
		if n := len(people); n > 0 {
			told = people[n-1].number
		}
		if n := len(orgs); n > 0 {
			announced = orgs[n-1]
		}
		_, err = tx.Exec(ctx, "UPDATE advisory SET told = $2, queued = queued + $3, announced = $4 WHERE id = $1", id, told, len(people), announced)
		return err
	})
	return done, err
}

// untold gives the next people no mail is queued for.
func (m *Module) untold(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, told int64) ([]recipient, error) {
	// Who waits, or wants no mail, is passed by. Those of before that was kept are not known to be either.
	return m.recipients(ctx, tx, s, "advisory_id = $1 AND number > $2 AND revision = $3 AND due_at IS NULL AND fate IN ('', 'unknown') ORDER BY number LIMIT $4", a.ID, told, a.Revision, tellStep)
}

// write queues the mails of some people.
func (m *Module) write(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, people []recipient) error {
	people, err := m.stillAsked(ctx, tx, s, a, people)
	if err != nil {
		return err
	}
	orgs, err := m.organisationsOf(ctx, s, people)
	if err != nil {
		return err
	}
	why, err := m.reasons(ctx, tx, s, a.ID, people)
	if err != nil {
		return err
	}
	keys, err := m.keysFor(ctx, s, a, people)
	if err != nil {
		return err
	}
	if a, err = m.withFiles(ctx, tx, s, a); err != nil {
		return err
	}
	letters := m.letters(a)
	mails := make([]Mail, len(people))
	for i, p := range people {
		if key := keys[mailbox(p.Address)]; key.State == KeyUsable {
			mails[i] = letters.sealedFor(p, orgs, why, key)
		} else {
			mails[i] = letters.to(p, orgs, why)
		}
	}
	return m.deps.Mail.Queue(ctx, tx, mails)
}

func (m *Module) organisationsOf(ctx context.Context, s access.Scope, people []recipient) (map[int64]Organisation, error) {
	seen := map[int64]Organisation{}
	var ids []int64
	for _, p := range people {
		for _, id := range p.organisations {
			if _, known := seen[id]; !known {
				seen[id] = Organisation{}
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return seen, nil
	}
	list, err := m.deps.Directory.Named(ctx, s, ids)
	for _, o := range list {
		seen[o.ID] = o
	}
	return seen, err
}

// reasons gives why the organisations of some people were chosen.
func (m *Module) reasons(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, people []recipient) (map[int64]chosen, error) {
	out := map[int64]chosen{}
	var ids []int64
	for _, p := range people {
		ids = append(ids, p.organisations...)
	}
	for len(ids) > 0 {
		some := ids[:min(500, len(ids))]
		ids = ids[len(some):]
		rows, err := tx.Query(ctx, "SELECT organisation_id, certain, why FROM advisory_member WHERE advisory_id = $1 AND organisation_id IN "+db.In(2, len(some)),
			append([]any{id}, db.Args(some)...)...)
		_, err = db.Collect(rows, err, func(r *sql.Rows) (struct{}, error) {
			var org int64
			var c chosen
			var why string
			if err := r.Scan(&org, &c.certain, &why); err != nil {
				return struct{}{}, err
			}
			err := json.Unmarshal([]byte(why), &c.reasons)
			out[org] = c
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// announce publishes the event of the next organisations, and gives them.
func (m *Module) announce(ctx context.Context, tx *db.Tx, _ access.Scope, a Advisory, after int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT organisation_id, since FROM advisory_member WHERE advisory_id = $1 AND organisation_id > $2
		ORDER BY organisation_id LIMIT $3`, a.ID, after, tellStep)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (e events.Event, err error) {
		var since int
		if err := r.Scan(&e.Organisation, &since); err != nil {
			return e, err
		}
		if e.Kind, e.Payload = EventSent, a.told(); since < a.Revision {
			e.Kind = EventRevised
		}
		return e, nil
	})
	if err != nil {
		return nil, err
	}
	orgs := make([]int64, len(list))
	for i, e := range list {
		orgs[i] = e.Organisation
	}
	return orgs, m.deps.Bus.PublishMany(ctx, tx, list)
}

func (a Advisory) told() Told {
	return Told{Advisory: a.ID, Kind: a.Kind, Severity: a.Severity, TLP: string(a.TLP), Revision: a.Revision}
}

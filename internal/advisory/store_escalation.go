// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

const red = tlp.Red

// recipientsAfter gives the people its revision that holds is written to, in their order.
func (m *Module) recipientsAfter(ctx context.Context, q db.Querier, s access.Scope, a Advisory, after int64, limit int) ([]recipient, error) {
	return m.recipients(ctx, q, s, "advisory_id = $1 AND number > $2 AND revision = $3 ORDER BY number LIMIT $4", a.ID, after, a.Revision, limit)
}

// recipients gives the people a condition means.
func (m *Module) recipients(ctx context.Context, q db.Querier, _ access.Scope, where string, args ...any) ([]recipient, error) {
	rows, err := q.Query(ctx, "SELECT number, address, name, language, organisations, widened, since FROM advisory_recipient WHERE "+where, args...)
	return db.Collect(rows, err, func(r *sql.Rows) (p recipient, err error) {
		var orgs string
		if err := r.Scan(&p.number, &p.Address, &p.Name, &p.Language, &orgs, &p.widened, &p.since); err != nil {
			return p, err
		}
		return p, json.Unmarshal([]byte(orgs), &p.organisations)
	})
}

// stillSilent leaves of people those who answer for organisations that have not
// acknowledged, with these organisations only.
func (m *Module) stillSilent(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, people []recipient) ([]recipient, error) {
	silent := map[int64]bool{}
	for ids := range slices.Chunk(idsOf(people), 500) {
		rows, err := tx.Query(ctx, "SELECT organisation_id FROM advisory_member WHERE advisory_id = $1 AND acknowledged_at IS NULL AND organisation_id IN "+db.In(2, len(ids)), append([]any{id}, db.Args(ids)...)...)
		_, err = db.Collect(rows, err, func(r *sql.Rows) (org int64, err error) {
			err = r.Scan(&org)
			silent[org] = true
			return org, err
		})
		if err != nil {
			return nil, err
		}
	}
	var out []recipient
	for _, p := range people {
		p.organisations = slices.DeleteFunc(slices.Clone(p.organisations), func(org int64) bool { return !silent[org] })
		if len(p.organisations) > 0 {
			out = append(out, p)
		}
	}
	return out, nil
}

// Steps gives the CSIRT what was settled about those who do not acknowledge.
func (m *Module) Steps(ctx context.Context, s access.Scope, id int64) ([]PlannedStep, error) {
	if err := m.mayRead(s); err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT step, due_at, done_at, organisations FROM advisory_step WHERE advisory_id = $1 ORDER BY due_at, step", id)
	return db.Collect(rows, err, func(r *sql.Rows) (p PlannedStep, err error) {
		return p, r.Scan(&p.Step, db.Time(&p.Due), db.Time(&p.Done), &p.Organisations)
	})
}

func (m *Module) mayRead(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.AdvisoryRead)
}

// Escalated is what was done about one organisation.
type Escalated struct {
	Step EscalationStep
	At   time.Time
}

// Escalations gives what was done about some organisations, in its order.
func (m *Module) Escalations(ctx context.Context, s access.Scope, id int64, ids []int64) (map[int64][]Escalated, error) {
	if err := m.mayRead(s); err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT organisation_id, step, at FROM advisory_escalation WHERE advisory_id = $1 AND organisation_id IN "+db.In(2, len(ids))+" ORDER BY at", append([]any{id}, db.Args(ids)...)...)
	out := map[int64][]Escalated{}
	_, err = db.Collect(rows, err, func(r *sql.Rows) (org int64, err error) {
		var e Escalated
		err = r.Scan(&org, &e.Step, db.Time(&e.At))
		out[org] = append(out[org], e)
		return org, err
	})
	return out, err
}

// AcknowledgeByPhone acknowledges for an organisation, in the transaction of the
// call's record, in the name of the person who was reached by an operator. Faults:
// advisory.withdrawn_answer, and advisory.acknowledged_already, Conflict.
func (m *Module) AcknowledgeByPhone(ctx context.Context, tx *db.Tx, s access.Scope, id, organisation int64, person, by string) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.CallTake); err != nil {
		return err
	}
	a, err := m.get(ctx, tx, s, id, "")
	if err != nil {
		return err
	}
	if a.State != Sent {
		return fault.New(fault.Conflict, "advisory.withdrawn_answer")
	}
	r, err := tx.Exec(ctx, "UPDATE advisory_member SET acknowledged_at = $3, acknowledged_name = $4 WHERE advisory_id = $1 AND organisation_id = $2 AND acknowledged_at IS NULL",
		id, organisation, db.Ms(m.now()), person+" (tel. "+by+")")
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "advisory.acknowledged_already").Because(err)
	}
	if err := m.deps.Audit.Append(ctx, tx, s.Actor(), organisation, "advisory.acknowledged", object(id), map[string]any{"by_phone": person}); err != nil {
		return err
	}
	if err := m.deps.Calls.Close(ctx, tx, s, id, organisation, false); err != nil {
		return err
	}
	return m.deps.Bus.Publish(ctx, tx, events.Event{Kind: EventAcknowledged, Organisation: organisation, Payload: a.told()})
}

// namedPeople are the addresses it was written to for an organisation.
func (m *Module) namedPeople(ctx context.Context, _ access.Scope, id, organisation int64) ([]string, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT p.address, p.organisations FROM advisory_recipient p JOIN advisory a ON a.id = p.advisory_id WHERE p.advisory_id = $1 AND p.revision = a.revision", id)
	var out []string
	_, err = db.Collect(rows, err, func(r *sql.Rows) (x struct{}, err error) {
		var address, list string
		var orgs []int64
		if err := r.Scan(&address, &list); err != nil {
			return x, err
		}
		err = json.Unmarshal([]byte(list), &orgs)
		if slices.Contains(orgs, organisation) {
			out = append(out, address)
		}
		return x, err
	})
	return out, err
}

// stillAsked leaves out, of those who come in because nobody else acknowledged,
// those for whose organisations somebody has meanwhile. A later revision is for all who came in.
func (m *Module) stillAsked(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, people []recipient) ([]recipient, error) {
	joining := func(p recipient) bool { return p.widened && p.since == a.Revision }
	if !slices.ContainsFunc(people, joining) {
		return people, nil
	}
	var out, asked []recipient
	for _, p := range people {
		if joining(p) {
			asked = append(asked, p)
		} else {
			out = append(out, p)
		}
	}
	rest, err := m.stillSilent(ctx, tx, s, a.ID, asked)
	if err != nil {
		return nil, err
	}
	return append(out, rest...), m.spare(ctx, tx, s, a.ID, asked, rest)
}

// spare notes who of people is not written to, because he is not among the rest.
func (m *Module) spare(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, people, rest []recipient) error {
	kept := numbersOf(rest)
	spared := slices.DeleteFunc(numbersOf(people), func(n int64) bool { return slices.Contains(kept, n) })
	if len(spared) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE advisory_recipient SET fate = $2, fate_at = $3 WHERE advisory_id = $1 AND number IN "+db.In(4, len(spared)), append([]any{id, FateSpared, db.Ms(m.now())}, db.Args(spared)...)...)
	return err
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// Pending is a decision about an accreditation that one person took and another must confirm:
// the four-eyes principle, where the instance asks for it (Instance.FourEyes).
type Pending struct {
	Action Action
	Tier   Tier
	Reason string
	Person int64 // who decided first; 0: the program
	Name   string
	At     time.Time
}

// byTwo says whether two people decide the action where the instance wants four eyes: what
// gives, takes or changes a member's rights does.
func (a Action) byTwo() bool {
	switch a {
	case Approve, SetTier, Suspend, Resume, Withdraw:
		return true
	}
	return false
}

// PendingDecision gives the decision about an organisation that waits for a second person, if there is one.
func (m *Module) PendingDecision(ctx context.Context, s access.Scope, org int64) (Pending, bool, error) {
	if err := s.Territory(); err != nil {
		return Pending{}, false, err
	}
	return pendingOf(ctx, m.db, org)
}

func pendingOf(ctx context.Context, q db.Querier, org int64) (p Pending, found bool, err error) {
	err = q.QueryRow(ctx, "SELECT action, tier, reason, person, name, at FROM accreditation_pending WHERE organisation_id = $1", org).
		Scan(&p.Action, &p.Tier, &p.Reason, &p.Person, &p.Name, db.Time(&p.At))
	if db.NotFound(err) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("pending decision on organisation %d: %w", org, err)
	}
	return p, true, nil
}

// decideFirst keeps a decision for the second person.
func (m *Module) decideFirst(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, d Decision) error {
	if _, err := o.State.Next(d.Action); err != nil {
		return err
	}
	if _, waiting, err := pendingOf(ctx, tx, o.ID); err != nil {
		return err
	} else if waiting {
		return fault.New(fault.Conflict, "constituency.second_pending")
	}
	_, err := tx.Exec(ctx, "INSERT INTO accreditation_pending (organisation_id, action, tier, reason, person, name, at) VALUES ($1,$2,$3,$4,$5,$6,$7)",
		o.ID, d.Action, d.Tier, d.Reason, s.Person(), d.By, db.Ms(m.now()))
	if err != nil {
		return fmt.Errorf("keeping a decision on organisation %d: %w", o.ID, err)
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "organisation.first_of_two", "organisation:"+o.Code,
		map[string]any{"action": d.Action, "tier": d.Tier, "reason": d.Reason})
}

// Second is the second person's word on a pending decision.
type Second struct {
	Agree   bool // false: the decision is dropped; its author may do that too
	Version int64
	By      string
}

// DecideSecond carries out a pending decision, or drops it. Who took it cannot confirm it.
func (m *Module) DecideSecond(ctx context.Context, s access.Scope, id int64, d Second) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AccreditationEdit); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, id)
		if err != nil {
			return err
		}
		p, found, err := pendingOf(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case !found || o.Version != d.Version:
			return changedMeanwhile()
		case !d.Agree:
			return m.dropPending(ctx, tx, s, o, p)
		case p.Person == s.Person():
			return fault.New(fault.Conflict, "constituency.second_same_person")
		}
		return m.decide(ctx, tx, s, o, Decision{Action: p.Action, Tier: p.Tier, Reason: p.Reason, By: p.Name + ", " + d.By})
	})
}

func (m *Module) dropPending(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, p Pending) error {
	if err := endPending(ctx, tx, o.ID); err != nil {
		return err
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "organisation.second_refused", "organisation:"+o.Code, map[string]any{"action": p.Action})
}

// endPending forgets a pending decision: it was carried out, dropped, or another one overtook it.
func endPending(ctx context.Context, tx *db.Tx, org int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM accreditation_pending WHERE organisation_id = $1", org); err != nil {
		return fmt.Errorf("ending the pending decision on organisation %d: %w", org, err)
	}
	return nil
}

// proposeCorrection makes of an operator's correction a request that he has approved and another must.
func (m *Module) proposeCorrection(ctx context.Context, s access.Scope, id, version int64, by string, form Registration) error {
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if o.Version != version {
			return changedMeanwhile()
		}
		next := o.Record
		form.Country = o.Country
		if err := form.correct(m.ref, &next); err != nil {
			return err
		}
		now, fields := m.now(), differences(o, next, None)
		if len(fields) == 0 {
			return nil
		}
		c := Change{
			Organisation: id, State: ChangeSecond, StateSince: now, CreatedAt: now, Actor: s.Actor(), Asker: Asker{Name: by, Language: i18n.Default},
			Fields: fields, First: s.Person(), FirstName: by,
		}
		if err := insertChange(ctx, tx, &c); err != nil {
			return err
		}
		return m.noteChange(ctx, tx, s, c, changeStep{action: ChangeEndorse, by: by, org: o})
	})
}

// PendingRow is a pending decision in a list.
type PendingRow struct {
	Pending
	Organisation int64
	Body         string
	State        State
}

// AllPending lists the decisions that wait for a second person, who waits longest first.
func (m *Module) AllPending(ctx context.Context, s access.Scope) ([]PendingRow, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	rows, err := m.db.Query(ctx, `SELECT p.action, p.tier, p.reason, p.person, p.name, p.at, o.id, o.name, o.state
		FROM accreditation_pending p JOIN organisation o ON o.id = p.organisation_id ORDER BY p.at, o.id LIMIT 200`)
	out, err := db.Collect(rows, err, scanPendingRow)
	if err != nil {
		return nil, fmt.Errorf("listing pending decisions: %w", err)
	}
	return out, nil
}

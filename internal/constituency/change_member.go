// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Proposal is what a member would have its verified data be, as it was typed.
type Proposal struct {
	Registration
	Tier   Tier   // the one wanted; None leaves it
	Reason string // why
}

// Propose asks the operators for a change of the scope's organisation's verified data. While a
// request is open another one amends it, and approvals begin anew. version is the record's the
// member saw: a Conflict fault says that it changed meanwhile.
func (m *Module) Propose(ctx context.Context, s access.Scope, by Asker, version int64, p Proposal) (Change, error) {
	var out Change
	err := m.changing(ctx, s, func(tx *db.Tx, o Organisation) error {
		fields, err := m.proposed(o, version, p)
		if err != nil {
			return err
		}
		out, err = m.propose(ctx, tx, s, o, by, p.Reason, fields)
		return err
	})
	return out, err
}

// changing runs a member's step with its organisation locked.
func (m *Module) changing(ctx context.Context, s access.Scope, f func(*db.Tx, Organisation) error) error {
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	if err := s.Require(access.OrganisationEdit); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, org)
		if err != nil {
			return err
		}
		return f(tx, o)
	})
}

// proposed checks a proposal and gives what it would change.
func (m *Module) proposed(o Organisation, version int64, p Proposal) ([]FieldChange, error) {
	if !o.State.Member() {
		return nil, fault.New(fault.Conflict, "constituency.change_members_only")
	}
	if o.Version != version {
		return nil, changedMeanwhile()
	}
	problems := fault.New(fault.Invalid, "constituency.record")
	next := o.Record
	p.Country = o.Country
	if err := p.correct(m.ref, &next); err != nil {
		problems = fault.Of(err)
	}
	text(problems, "reason", p.Reason, maxLong, true)
	if _, known := m.ref.Catalogue.Tier(p.Tier); p.Tier != None && !known {
		problems.Field("tier", "constituency.tier")
	}
	if err := problems.OrNil(); err != nil {
		return nil, err
	}
	fields := differences(o, next, p.Tier)
	if len(fields) == 0 {
		return nil, fault.New(fault.Invalid, "constituency.change_nothing")
	}
	return fields, nil
}

func (m *Module) propose(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, by Asker, reason string, fields []FieldChange) (Change, error) {
	open, found, err := openChange(ctx, tx, o.ID)
	if err != nil {
		return open, err
	}
	reason = strings.TrimSpace(reason)
	if found {
		open.Fields, open.Reason, open.Asker = fields, reason, by
		return open, m.stepChange(ctx, tx, s, &open, changeStep{action: ChangeAmend, by: by.Name, reason: reason, org: o})
	}
	now := m.now()
	c := Change{Organisation: o.ID, State: ChangeOpen, StateSince: now, CreatedAt: now, Actor: s.Actor(), Asker: by, Reason: reason, Fields: fields}
	if err := insertChange(ctx, tx, &c); err != nil {
		return c, err
	}
	return c, m.noteChange(ctx, tx, s, c, changeStep{action: ChangePropose, by: by.Name, reason: reason, org: o})
}

// AnswerChange gives the operators the answer to what they asked about a request.
func (m *Module) AnswerChange(ctx context.Context, s access.Scope, id int64, by, answer string) error {
	problems := fault.New(fault.Invalid, "constituency.decision")
	answer = text(problems, "answer", answer, maxLong, true)
	if err := problems.OrNil(); err != nil {
		return err
	}
	return m.ownStep(ctx, s, id, changeStep{action: ChangeAnswer, by: by, reason: answer})
}

// WithdrawChange takes a request back.
func (m *Module) WithdrawChange(ctx context.Context, s access.Scope, id int64, by string) error {
	return m.ownStep(ctx, s, id, changeStep{action: ChangeWithdraw, by: by})
}

func (m *Module) ownStep(ctx context.Context, s access.Scope, id int64, step changeStep) error {
	return m.changing(ctx, s, func(tx *db.Tx, o Organisation) error {
		c, err := changeByID(ctx, tx, s, id)
		if err != nil {
			return err
		}
		step.org = o
		return m.stepChange(ctx, tx, s, &c, step)
	})
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// ChangeDecision is what an operator decided about a request, and what he saw when he did.
type ChangeDecision struct {
	Action  ChangeAction // ask, approve, reject
	Version int64        // of the request
	Record  int64        // version of the body's record
	Reason  string       // shown to the member
	By      string       // the operator's name
}

// DecideChange moves a request on an operator's word. When the request or the record changed
// since he looked, it is a Conflict fault and nothing happens: the page shows the comparison
// anew. Where two must approve, the first approval waits for somebody else's.
func (m *Module) DecideChange(ctx context.Context, s access.Scope, id int64, d ChangeDecision) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AccreditationEdit); err != nil {
		return err
	}
	if err := d.validate(); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		c, o, err := changeWithRecord(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if c.Version != d.Version || o.Version != d.Record {
			return fault.New(fault.Conflict, "constituency.change_moved")
		}
		return m.decideChange(ctx, tx, s, c, o, d)
	})
}

func (d *ChangeDecision) validate() error {
	rule, known := changeRules()[d.Action]
	if !known || !rule.operator || d.Action == ChangeEndorse {
		return fault.New(fault.Invalid, "constituency.decision").Field("action", "constituency.action_unknown")
	}
	d.Reason = strings.TrimSpace(d.Reason)
	problems := fault.New(fault.Invalid, "constituency.decision")
	text(problems, "reason", d.Reason, maxLong, rule.reason)
	return problems.OrNil()
}

func (m *Module) decideChange(ctx context.Context, tx *db.Tx, s access.Scope, c Change, o Organisation, d ChangeDecision) error {
	step := changeStep{action: d.Action, by: d.By, reason: d.Reason, org: o}
	if d.Action != ChangeApprove {
		return m.stepChange(ctx, tx, s, &c, step)
	}
	if m.deps.Instance.FourEyes && c.State == ChangeOpen {
		c.First, c.FirstName = s.Person(), d.By
		step.action = ChangeEndorse
		return m.stepChange(ctx, tx, s, &c, step)
	}
	if m.deps.Instance.FourEyes && c.First == s.Person() {
		return fault.New(fault.Conflict, "constituency.second_same_person")
	}
	if err := m.stepChange(ctx, tx, s, &c, step); err != nil {
		return err
	}
	return m.applyChange(ctx, tx, s, c, o, d)
}

// applyChange puts an approved request into the record as it is now.
func (m *Module) applyChange(ctx context.Context, tx *db.Tx, s access.Scope, c Change, o Organisation, d ChangeDecision) error {
	old := o.Record
	tier, err := applyTo(m.ref, c.Fields, &o.Record)
	if err != nil {
		return err
	}
	if o.Record != old {
		if err := updateOrganisation(ctx, tx, &o); err != nil {
			return err
		}
		detail := map[string]any{"fields": old.changes(o.Record), "request": c.ID}
		if err := m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "organisation.corrected", "organisation:"+o.Code, detail); err != nil {
			return err
		}
	}
	action := Action("")
	if tier != None && tier != o.Tier {
		action = SetTier
		if err := m.move(ctx, tx, s, &o, move{action: SetTier, tier: tier, reason: d.Reason, by: d.By}); err != nil {
			return err
		}
	}
	return m.publish(ctx, tx, o, action)
}

// changeStep is one step of a request with what was said about it.
type changeStep struct {
	action ChangeAction
	by     string
	reason string
	org    Organisation
}

// stepChange moves a request: state, history, audit log and mails in one transaction.
func (m *Module) stepChange(ctx context.Context, tx *db.Tx, s access.Scope, c *Change, step changeStep) error {
	to, err := c.State.Next(step.action)
	if err != nil {
		return err
	}
	if to != ChangeSecond && to != ChangeApproved {
		c.First, c.FirstName = 0, "" // whatever follows, approvals begin anew
	}
	c.State, c.StateSince = to, m.now()
	if err := updateChange(ctx, tx, c); err != nil {
		return err
	}
	return m.noteChange(ctx, tx, s, *c, step)
}

func (m *Module) noteChange(ctx context.Context, tx *db.Tx, s access.Scope, c Change, step changeStep) error {
	h := ChangeHappening{At: m.now(), Action: step.action, Actor: s.Actor(), Name: step.by, Reason: step.reason}
	if err := recordChange(ctx, tx, c.ID, h); err != nil {
		return err
	}
	var fields []string
	for _, f := range c.Fields {
		fields = append(fields, f.Field)
	}
	detail := map[string]any{"request": c.ID, "fields": fields}
	err := m.deps.Audit.Append(ctx, tx, s.Actor(), c.Organisation, "change."+string(step.action), "organisation:"+step.org.Code, detail)
	if err != nil {
		return err
	}
	return m.mailChange(ctx, tx, c, step)
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
)

// Decision is what an operator decided about a body.
type Decision struct {
	Action  Action
	Version int64 // the one the operator saw
	Tier    Tier
	Reason  string // shown to the applicant
	// Children says what becomes of those that belong to a body that is withdrawn.
	Children ChildrenOnExit
	By       string // the operator's name, for the history
}

// Decide moves a body on an operator's word. Whoever decides on a state that somebody else
// changed meanwhile gets a Conflict fault and changes nothing. Where two must decide, the
// decision waits for somebody else's word (DecideSecond).
func (m *Module) Decide(ctx context.Context, s access.Scope, id int64, d Decision) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AccreditationEdit); err != nil {
		return err
	}
	if err := d.validate(m.ref); err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if o.Version != d.Version {
			return changedMeanwhile()
		}
		if m.deps.Instance.FourEyes && d.Action.byTwo() {
			return m.decideFirst(ctx, tx, s, o, d)
		}
		return m.decide(ctx, tx, s, o, d)
	})
}

func (d *Decision) validate(ref *Reference) error {
	if !d.Action.byOperator() {
		return fault.New(fault.Invalid, "constituency.action_unknown")
	}
	d.Reason = strings.TrimSpace(d.Reason)
	problems := fault.New(fault.Invalid, "constituency.decision")
	text(problems, "reason", d.Reason, maxLong, d.Action.NeedsReason())
	if _, known := ref.Catalogue.Tier(d.Tier); d.Action.NeedsTier() && !known {
		problems.Field("tier", "constituency.tier")
	}
	if !d.Action.NeedsTier() {
		d.Tier = None
	}
	return problems.OrNil()
}

func (m *Module) decide(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, d Decision) error {
	if d.Action == Withdraw {
		if err := m.leaveFamily(ctx, tx, s, o, d); err != nil {
			return err
		}
	}
	wasMember := o.State.Member()
	first := d.Action == Approve && o.ApprovedAt.IsZero()
	step := move{action: d.Action, tier: d.Tier, reason: d.Reason, by: d.By}
	if err := m.move(ctx, tx, s, &o, step); err != nil {
		return err
	}
	if err := endPending(ctx, tx, o.ID); err != nil {
		return err
	}
	if first {
		if err := m.welcome(ctx, tx, s, o); err != nil {
			return err
		}
		if err := m.startConfirmation(ctx, tx, o); err != nil {
			return err
		}
	}
	if wasMember || o.State.Member() {
		if err := m.publish(ctx, tx, o, d.Action); err != nil {
			return err
		}
	}
	return m.tellApplicant(ctx, tx, o, d)
}

// move is one step of the state machine with what was said about it.
type move struct {
	action Action
	tier   Tier
	reason string
	by     string
}

// move takes a step: state, history and audit log in one transaction.
func (m *Module) move(ctx context.Context, tx *db.Tx, s access.Scope, o *Organisation, step move) error {
	to, err := o.State.Next(step.action)
	if err != nil {
		return err
	}
	from, now := o.State, m.now()
	if to != from {
		o.State, o.StateSince = to, now
	}
	if step.tier != None {
		o.Tier = step.tier
	}
	if to == Approved && o.ApprovedAt.IsZero() {
		o.ApprovedAt = now
	}
	if err := updateOrganisation(ctx, tx, o); err != nil {
		return err
	}
	h := Happening{At: now, Action: step.action, From: from, To: to, Tier: o.Tier, Actor: s.Actor(), ActorName: step.by, Reason: step.reason}
	if err := recordHappening(ctx, tx, o.ID, h); err != nil {
		return err
	}
	return m.audit(ctx, tx, s, *o, step.action, map[string]any{"from": from, "to": to, "tier": o.Tier, "reason": step.reason})
}

// welcome makes the applicant the new member's administrator and its first
// security contact, so that alerts have somebody to go to from the first day.
func (m *Module) welcome(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation) error {
	now := m.now()
	c := Contact{
		Organisation: o.ID, Roles: []string{"security_contact"}, Name: o.Applicant.Name, Position: o.Applicant.Position,
		Email: o.Applicant.Email, Phone: o.Applicant.Phone, Language: o.Applicant.Language, Digest: true, CreatedAt: now, UpdatedAt: now,
	}
	if err := insertContact(ctx, tx, &c); err != nil {
		return err
	}
	return m.deps.People.Invite(ctx, tx, s, Invitation{
		Organisation: o.ID, Name: o.Applicant.Name, Email: o.Applicant.Email, Language: o.Applicant.Language, Role: access.OrgAdmin,
	})
}

// tellApplicant mails what was decided, where that concerns him.
func (m *Module) tellApplicant(ctx context.Context, tx *db.Tx, o Organisation, d Decision) error {
	link := ""
	switch d.Action {
	case Take, Reopen:
		return nil
	case Ask, Reject:
		token, err := m.newToken(ctx, tx, o.ID, forStatus)
		if err != nil {
			return err
		}
		link = m.link("/register/status/" + token)
	case Approve, Resume, SetTier, Suspend:
		link = m.link("/o/" + o.Code)
	}
	return m.mailApplicant(ctx, tx, o, string(d.Action), link, d.Reason)
}

func (m *Module) publish(ctx context.Context, tx *db.Tx, o Organisation, a Action) error {
	return m.deps.Bus.Publish(ctx, tx, events.Event{
		Kind: EventChanged, Organisation: o.ID,
		Payload: Changed{Action: a, State: o.State, Tier: o.Tier, Language: o.Language, TimeZone: o.TimeZone},
	})
}

func (m *Module) audit(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, a Action, detail any) error {
	return m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, "organisation."+string(a), "organisation:"+o.Code, detail)
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"

	"martinella/internal/platform/fault"
)

// State is where a body stands on its way in, and out.
type State string

// The states.
const (
	Unconfirmed   State = "unconfirmed"    // the form was sent, the mailbox is not confirmed
	Submitted     State = "submitted"      // waits for an operator
	UnderReview   State = "under_review"   // an operator looks at it
	InfoRequested State = "info_requested" // waits for the applicant's answer
	Approved      State = "approved"       // accredited, with a tier
	Suspended     State = "suspended"      // accredited, but services stopped
	Rejected      State = "rejected"
	Withdrawn     State = "withdrawn"
)

// States lists them all, in the order of a registration's life.
func States() []State {
	return []State{Unconfirmed, Submitted, UnderReview, InfoRequested, Approved, Suspended, Rejected, Withdrawn}
}

// Live says whether a body in this state stands in the way of another
// registration of the same body.
func (s State) Live() bool { return s != Unconfirmed && s != Rejected && s != Withdrawn }

// Member says whether the body is, or was until it was suspended, a member.
func (s State) Member() bool { return s == Approved || s == Suspended }

// Waiting says whether the registration waits for the CSIRT.
func (s State) Waiting() bool { return s == Submitted || s == UnderReview }

// Action moves a body from one state to another.
type Action string

// The actions.
const (
	Register  Action = "register"  // the form: the beginning
	Confirm   Action = "confirm"   // the applicant confirms his mailbox
	Duplicate Action = "duplicate" // the program finds the body already known
	Take      Action = "take"      // an operator begins to look at it
	Ask       Action = "ask"       // an operator asks for more
	Answer    Action = "answer"    // the applicant answers
	Approve   Action = "approve"   // with a tier
	Reject    Action = "reject"
	Suspend   Action = "suspend"
	Resume    Action = "resume"
	SetTier   Action = "set_tier"
	Withdraw  Action = "withdraw"
	Reopen    Action = "reopen" // a rejection or a withdrawal was a mistake
)

// rule is one action: whence, whither, who, and what must be said.
type rule struct {
	from     []State
	to       State // "" stays where it is
	operator bool  // a decision of the CSIRT
	reason   bool  // must say why
	tier     bool  // must name a tier
}

// rules is the whole state machine.
func rules() map[Action]rule {
	open := []State{Submitted, UnderReview, InfoRequested}
	return map[Action]rule{
		Confirm:   {from: []State{Unconfirmed}, to: Submitted},
		Duplicate: {from: []State{Unconfirmed}, to: Rejected},
		Answer:    {from: []State{InfoRequested}, to: UnderReview, reason: true},
		Take:      {from: []State{Submitted}, to: UnderReview, operator: true},
		Ask:       {from: []State{Submitted, UnderReview}, to: InfoRequested, operator: true, reason: true},
		Approve:   {from: open, to: Approved, operator: true, tier: true},
		Reject:    {from: open, to: Rejected, operator: true, reason: true},
		Suspend:   {from: []State{Approved}, to: Suspended, operator: true, reason: true},
		Resume:    {from: []State{Suspended}, to: Approved, operator: true, reason: true},
		SetTier:   {from: []State{Approved, Suspended}, operator: true, tier: true},
		Withdraw:  {from: append(open, Approved, Suspended), to: Withdrawn, operator: true, reason: true},
		Reopen:    {from: []State{Rejected, Withdrawn}, to: UnderReview, operator: true, reason: true},
	}
}

// Next gives the state an action leads to from s; a Conflict fault when it may
// not be taken there.
func (s State) Next(a Action) (State, error) {
	r, known := rules()[a]
	if !known || !slices.Contains(r.from, s) {
		return s, fault.New(fault.Conflict, "constituency.not_in_this_state", fault.P{"action": string(a), "state": string(s)})
	}
	if r.to == "" {
		return s, nil
	}
	return r.to, nil
}

// Decisions lists what an operator may do in a state, in the order in which it is offered.
func (s State) Decisions() []Action {
	var out []Action
	table := rules()
	for _, a := range []Action{Take, Approve, Ask, Reject, SetTier, Suspend, Resume, Withdraw, Reopen} {
		if slices.Contains(table[a].from, s) {
			out = append(out, a)
		}
	}
	return out
}

// NeedsReason says whether the action must come with a text.
func (a Action) NeedsReason() bool { return rules()[a].reason }

// NeedsTier says whether the action must come with a tier.
func (a Action) NeedsTier() bool { return rules()[a].tier }

// byOperator says whether only the CSIRT may take the action.
func (a Action) byOperator() bool { return rules()[a].operator }

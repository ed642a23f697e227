// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"time"

	"martinella/internal/platform/fault"
)

// ChangeState is where a proposal to change verified data stands.
type ChangeState string

// The states of a proposal.
const (
	ChangeOpen      ChangeState = "open"   // waits for an operator
	ChangeAsked     ChangeState = "asked"  // waits for the member's answer
	ChangeSecond    ChangeState = "second" // approved by one, waits for another
	ChangeApproved  ChangeState = "approved"
	ChangeRejected  ChangeState = "rejected"
	ChangeWithdrawn ChangeState = "withdrawn"
)

// ChangeStates lists them all, in the order of a proposal's life.
func ChangeStates() []ChangeState {
	return []ChangeState{ChangeOpen, ChangeAsked, ChangeSecond, ChangeApproved, ChangeRejected, ChangeWithdrawn}
}

// Open says whether the proposal still can be decided.
func (s ChangeState) Open() bool { return s == ChangeOpen || s == ChangeAsked || s == ChangeSecond }

// ChangeAction moves a proposal.
type ChangeAction string

// The actions.
const (
	ChangePropose  ChangeAction = "propose"
	ChangeAmend    ChangeAction = "amend"
	ChangeAnswer   ChangeAction = "answer"
	ChangeWithdraw ChangeAction = "withdraw"
	ChangeAsk      ChangeAction = "ask"
	ChangeApprove  ChangeAction = "approve"
	ChangeEndorse  ChangeAction = "endorse" // the first of two approvals
	ChangeReject   ChangeAction = "reject"
)

type changeRule struct {
	from     []ChangeState
	to       ChangeState
	operator bool
	reason   bool
}

// changeRules is the whole life of a proposal.
func changeRules() map[ChangeAction]changeRule {
	open := []ChangeState{ChangeOpen, ChangeAsked, ChangeSecond}
	decidable := []ChangeState{ChangeOpen, ChangeSecond}
	return map[ChangeAction]changeRule{
		ChangeAmend:    {from: open, to: ChangeOpen, reason: true},
		ChangeAnswer:   {from: []ChangeState{ChangeAsked}, to: ChangeOpen, reason: true},
		ChangeWithdraw: {from: open, to: ChangeWithdrawn},
		ChangeAsk:      {from: decidable, to: ChangeAsked, operator: true, reason: true},
		ChangeEndorse:  {from: []ChangeState{ChangeOpen}, to: ChangeSecond, operator: true},
		ChangeApprove:  {from: decidable, to: ChangeApproved, operator: true},
		ChangeReject:   {from: open, to: ChangeRejected, operator: true, reason: true},
	}
}

// Next gives the state an action leads to; a Conflict fault when it may not be taken there.
func (s ChangeState) Next(a ChangeAction) (ChangeState, error) {
	r, known := changeRules()[a]
	if !known || !slices.Contains(r.from, s) {
		return s, fault.New(fault.Conflict, "constituency.change_settled", fault.P{"state": string(s)})
	}
	return r.to, nil
}

// Decisions lists what an operator may do, in the order in which it is offered.
func (s ChangeState) Decisions() []ChangeAction {
	var out []ChangeAction
	for _, a := range []ChangeAction{ChangeApprove, ChangeAsk, ChangeReject} {
		if _, err := s.Next(a); err == nil {
			out = append(out, a)
		}
	}
	return out
}

// Asker is the member of a body, or the operator, who proposes: where answers go.
type Asker struct {
	Name     string
	Email    string // empty for the CSIRT's people
	Language string
}

// Change is a proposal to change a body's verified data.
type Change struct {
	ID           int64
	Organisation int64
	State        ChangeState
	StateSince   time.Time
	CreatedAt    time.Time
	Actor        string
	Asker        Asker
	Reason       string
	First        int64 // the person who approved first; 0: nobody yet
	FirstName    string
	Version      int64
	Fields       []FieldChange
	Told         []ChangeHappening // the newest first
}

// ChangeHappening is one recorded step of a proposal.
type ChangeHappening struct {
	At     time.Time
	Action ChangeAction
	Actor  string
	Name   string
	Reason string
}

// Moved says whether the record changed, in what the proposal is about, since it was made.
func (c Change) Moved() bool { return slices.ContainsFunc(c.Fields, FieldChange.Moved) }

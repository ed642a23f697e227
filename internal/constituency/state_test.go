// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	. "martinella/internal/constituency"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
)

// way is the state machine as the documentation tells it, apart from the code.
func way() map[State]map[Action]State {
	return map[State]map[Action]State{
		Unconfirmed:   {Confirm: Submitted, Duplicate: Rejected},
		Submitted:     {Take: UnderReview, Ask: InfoRequested, Approve: Approved, Reject: Rejected, Withdraw: Withdrawn},
		UnderReview:   {Ask: InfoRequested, Approve: Approved, Reject: Rejected, Withdraw: Withdrawn},
		InfoRequested: {Answer: UnderReview, Approve: Approved, Reject: Rejected, Withdraw: Withdrawn},
		Approved:      {Suspend: Suspended, SetTier: Approved, Withdraw: Withdrawn},
		Suspended:     {Resume: Approved, SetTier: Suspended, Withdraw: Withdrawn},
		Rejected:      {Reopen: UnderReview},
		Withdrawn:     {Reopen: UnderReview},
	}
}

func actions() []Action {
	return []Action{Register, Confirm, Duplicate, Take, Ask, Answer, Approve, Reject, Suspend, Resume, SetTier, Withdraw, Reopen, "", "delete"}
}

func TestEveryActionInEveryState(t *testing.T) {
	for _, from := range States() {
		for _, a := range actions() {
			to, err := from.Next(a)
			want, allowed := way()[from][a]
			if allowed != (err == nil) || (allowed && to != want) || (!allowed && fault.KindOf(err) != fault.Conflict) {
				t.Errorf("%s from %s: %s, %v; want %q", a, from, to, err, want)
			}
		}
	}
}

func TestOnlyAllowedDecisionsAreOffered(t *testing.T) {
	for _, s := range States() {
		for _, a := range s.Decisions() {
			if _, err := s.Next(a); err != nil {
				t.Errorf("%s is offered in %s but refused", a, s)
			}
			if a == Confirm || a == Answer || a == Duplicate {
				t.Errorf("%s is offered to operators", a)
			}
		}
	}
}

// TestNoIllegalStateEver throws decisions at a real registration: the database
// only ever moves along the documented ways, refusals change nothing, and the
// history tells every move.
func TestNoIllegalStateEver(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t, schema()))
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		o := w.submitted(t, body(n))
		moves := 2 // register, confirm
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			a := rapid.SampledFrom(actions()).Draw(rt, "action")
			before := w.get(t, o.ID)
			stale := rapid.Bool().Draw(rt, "stale") && rapid.Bool().Draw(rt, "very stale")
			version := before.Version
			if stale {
				version--
			}
			err := w.Decide(t.Context(), operator(1), o.ID, Decision{Action: a, Version: version, Tier: Basic, Reason: "perché sì"})
			after := w.get(t, o.ID)
			want, allowed := way()[before.State][a]
			allowed = allowed && slices.Contains(before.State.Decisions(), a) && !stale
			switch {
			case allowed && (err != nil || after.State != want):
				rt.Fatalf("%s from %s: %s, %v", a, before.State, after.State, err)
			case !allowed && (err == nil || after != before):
				rt.Fatalf("%s from %s (stale: %v) was not refused whole: %+v, %v", a, before.State, stale, after, err)
			case allowed:
				moves++
			}
		}
		told, err := w.History(t.Context(), operator(1), o.ID)
		if err != nil || len(told) != moves {
			rt.Fatalf("%d moves, %d told, %v", moves, len(told), err)
		}
		for i := range len(told) - 1 {
			if told[i].From != told[i+1].To {
				rt.Fatalf("the history has a gap: %+v after %+v", told[i], told[i+1])
			}
		}
	})
}

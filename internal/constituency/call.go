// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"cmp"
	"slices"
	"time"

	"martinella/internal/constituency/hours"
)

// Reach says why a number is offered.
type Reach string

// The ways to reach somebody, best first.
const (
	ReachNow     Reach = "now"     // within the hours he stated
	ReachAlways  Reach = "always"  // answers round the clock
	ReachUnknown Reach = "unknown" // stated no hours
	ReachOther   Reach = "other"   // his roles are not for emergencies
	ReachOutside Reach = "outside" // outside of his hours: only if nobody else answers
	ReachAway    Reach = "away"    // said to be absent

	// What is left when a body's own contacts do not answer.
	ReachApplicant Reach = "applicant" // who registered the body
	ReachParent    Reach = "parent"    // somebody of the body this one belongs to
	ReachCSIRT     Reach = "csirt"     // the CSIRT's own number
)

// Call is somebody to telephone, and why.
type Call struct {
	Contact
	Role  ContactRole // the one he is called for; of a substitute, the absent one's
	Phone string
	Reach Reach

	For     string    // whom he stands in for; empty when himself
	ForAway time.Time // the last day of that one's absence; zero when he is out of hours

	Until   time.Time // when the hours end that hold now; zero when they don't, or never end
	Back    time.Time // when his hours begin again; zero when they hold, or nobody knows
	Holiday string    // the public holiday for which the hours don't hold
	Away    time.Time // the last day of his absence, at its midnight; zero when he is there
	Parent  string    // the body whose contact he is, when it is not the one asked about
	atWork  bool      // the hours hold
}

// Reachable says whether somebody is expected to answer.
func (c Call) Reachable() bool { return c.Reach == ReachNow || c.Reach == ReachAlways }

// Duty is what decides whom to call in a body.
type Duty struct {
	Contacts []Contact
	Absences []Absence
	Holidays hours.Calendar // nil: none known
	Last     []Call         // whom to call when nobody of these answers, in order
}

// WhoToCall gives whom to telephone at a moment, the first one first: who is at
// work, in the order of the roles; then who answers round the clock; then who
// stated no hours; then who is at work but not there for emergencies; then who is
// out of hours, those for emergencies first; then who is away. The substitute of somebody who is not there,
// and that one's substitute, come where he would have. now is in the body's time zone.
func WhoToCall(ref *Reference, d Duty, now time.Time) []Call {
	w := newWatch(ref, d, now)
	w.holiday, _ = w.holidays.Holiday(now)
	var calls []Call
	for _, c := range d.Contacts {
		calls = append(calls, w.chain(c)...)
	}
	slices.SortStableFunc(calls, func(a, b Call) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Role.order(), b.Role.order()))
	})
	return onceEach(append(calls, d.Last...))
}

// order is when a role is called; one that is not for emergencies comes last.
func (r ContactRole) order() int {
	if r.Call == 0 {
		return 1000
	}
	return r.Call
}

func (c Call) rank() int {
	order := []Reach{ReachNow, ReachAlways, ReachUnknown, ReachOther, ReachOutside, "other, not at work", ReachAway}
	if c.Reach == ReachOther && !c.atWork {
		return slices.Index(order, ReachOutside) + 1
	}
	return slices.Index(order, c.Reach)
}

// watch is the question at one moment.
type watch struct {
	ref      *Reference
	holidays *remembered
	now      time.Time
	holiday  string
	contacts []Contact
	away     map[int64]time.Time
	known    map[int64]Call // what was found of each contact
}

func newWatch(ref *Reference, d Duty, now time.Time) watch {
	return watch{ref: ref, holidays: rememberDays(d.Holidays), now: now, contacts: d.Contacts, away: awayUntil(d.Absences, now), known: map[int64]Call{}}
}

// contact gives one of the body's by its id. A body has a few.
func (w watch) contact(id int64) (Contact, bool) {
	for i := range w.contacts {
		if w.contacts[i].ID == id {
			return w.contacts[i], true
		}
	}
	return Contact{}, false
}

// chain gives the calls to a contact and, while nobody is there, to who stands in for him.
func (w watch) chain(c Contact) []Call {
	role, urgent := callRole(w.ref, c)
	out := w.reach(c, role, urgent)
	for _, sub := range w.standIns(c) {
		for _, call := range w.reach(sub, role, urgent) {
			call.For, call.ForAway = c.Name, w.away[c.ID]
			out = append(out, call)
		}
	}
	return out
}

// standIns gives who stands in for a contact while he is not there, and for that
// one, until somebody is.
func (w watch) standIns(c Contact) (out []Contact) {
	for next := c; next.Substitute != 0 && !w.there(next); {
		sub, ok := w.contact(next.Substitute)
		if !ok || sub.ID == c.ID || slices.ContainsFunc(out, func(x Contact) bool { return x.ID == sub.ID }) {
			return out
		}
		out, next = append(out, sub), sub
	}
	return out
}

// there says whether a contact is at work, as far as anybody knows.
func (w watch) there(c Contact) bool {
	return w.away[c.ID].IsZero() && c.Hours.CoverOn(w.holidays, w.now)
}

// callRole is the role for which somebody is called first; urgent is false when none is for emergencies.
func callRole(ref *Reference, c Contact) (best ContactRole, urgent bool) {
	for _, id := range c.Roles {
		if r, known := ref.Role(id); known && (best.ID == "" || r.order() < best.order()) {
			best = r
		}
	}
	return best, best.Call > 0
}

// state is what the moment says of a contact, whoever he is called for.
func (w watch) state(c Contact) Call {
	if call, ok := w.known[c.ID]; ok {
		return call
	}
	call := Call{Contact: c, Away: w.away[c.ID], atWork: c.Hours.CoverOn(w.holidays, w.now)}
	call.Until, _ = c.Hours.Until(w.holidays, w.now)
	if !call.atWork {
		call.Back, _ = c.Hours.Next(w.holidays, w.now)
		if c.Hours.Cover(w.now) {
			call.Holiday = w.holiday
		}
	}
	w.known[c.ID] = call
	return call
}

// reach gives the numbers at which a contact can be had.
func (w watch) reach(c Contact, role ContactRole, urgent bool) []Call {
	call := w.state(c)
	call.Role = role
	var out []Call
	for _, n := range []struct {
		phone string
		reach Reach
	}{{c.Phone, officeReach(c, call.atWork)}, {c.PhoneAlways, ReachAlways}} {
		call.Phone, call.Reach = n.phone, n.reach
		switch {
		case !call.Away.IsZero():
			call.Reach = ReachAway
		case !urgent && n.reach != ReachAlways:
			call.Reach = ReachOther
		}
		if call.Phone != "" {
			out = append(out, call)
		}
	}
	return out
}

func officeReach(c Contact, covered bool) Reach {
	switch {
	case covered:
		return ReachNow
	case len(c.Hours) == 0:
		return ReachUnknown
	}
	return ReachOutside
}

// onceEach keeps the first call to each number.
func onceEach(calls []Call) []Call {
	seen := map[string]bool{}
	return slices.DeleteFunc(calls, func(c Call) bool {
		again := seen[telephone(c.Phone)]
		seen[telephone(c.Phone)] = true
		return again
	})
}

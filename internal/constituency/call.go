// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"cmp"
	"slices"
	"time"
)

// Reach says why a number is offered.
type Reach string

// The ways to reach somebody, best first.
const (
	ReachNow     Reach = "now"     // within the hours he stated
	ReachAlways  Reach = "always"  // answers round the clock
	ReachUnknown Reach = "unknown" // stated no hours
	ReachOutside Reach = "outside" // outside of his hours: only if nobody else answers
)

// Call is somebody to telephone.
type Call struct {
	Contact
	Role  ContactRole // the one he is called for
	Phone string
	Reach Reach
	For   string // whom he stands in for; empty when himself
}

// WhoToCall gives whom to telephone at a moment, the first one first: who is at
// work, in the order of the roles; then who answers round the clock; then who stated no
// hours; then the rest. The substitute of somebody out of hours comes where he would have.
func WhoToCall(ref *Reference, contacts []Contact, now time.Time) []Call {
	byID := map[int64]Contact{}
	for _, c := range contacts {
		byID[c.ID] = c
	}
	var calls []Call
	for _, c := range contacts {
		role, ok := callRole(ref, c)
		if !ok {
			continue
		}
		calls = append(calls, reach(c, role, now, "")...)
		if sub, ok := byID[c.Substitute]; ok && !c.Hours.Cover(now) {
			calls = append(calls, reach(sub, role, now, c.Name)...)
		}
	}
	order := map[Reach]int{ReachNow: 0, ReachAlways: 1, ReachUnknown: 2, ReachOutside: 3}
	slices.SortStableFunc(calls, func(a, b Call) int {
		return cmp.Or(cmp.Compare(order[a.Reach], order[b.Reach]), cmp.Compare(a.Role.Call, b.Role.Call))
	})
	return onceEach(calls)
}

// callRole is the role for which somebody is called first.
func callRole(ref *Reference, c Contact) (best ContactRole, ok bool) {
	for _, id := range c.Roles {
		if r, known := ref.Role(id); known && r.Call > 0 && (!ok || r.Call < best.Call) {
			best, ok = r, true
		}
	}
	return best, ok
}

// reach gives the numbers at which a contact can be had at a moment.
func reach(c Contact, role ContactRole, now time.Time, standsFor string) []Call {
	var out []Call
	if c.Phone != "" {
		how := ReachOutside
		switch {
		case len(c.Hours) == 0:
			how = ReachUnknown
		case c.Hours.Cover(now):
			how = ReachNow
		}
		out = append(out, Call{c, role, c.Phone, how, standsFor})
	}
	if c.PhoneAlways != "" {
		out = append(out, Call{c, role, c.PhoneAlways, ReachAlways, standsFor})
	}
	return out
}

// onceEach keeps the first call to each number.
func onceEach(calls []Call) []Call {
	seen := map[string]bool{}
	return slices.DeleteFunc(calls, func(c Call) bool {
		again := seen[c.Phone]
		seen[c.Phone] = true
		return again
	})
}

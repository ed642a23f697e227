// SPDX-License-Identifier: EUPL-1.2

package quiet

import "time"

// Mails is how somebody wants mails that are not critical. The zero value: each by itself.
type Mails string

// How mails are wanted.
const (
	Each         Mails = ""
	CollectLower Mails = "collect_lower" // those of lower severity in one mail a day
	Collect      Mails = "collect"       // all that are not critical in one mail a day
	Portal       Mails = "portal"        // none: he reads them in the portal
)

// Ways lists them.
func Ways() []Mails { return []Mails{Each, CollectLower, Collect, Portal} }

// Wish is when and how somebody wants to be written to.
type Wish struct {
	Hours
	Mails Mails
}

// Message is what is to be written.
type Message struct {
	Critical bool      // goes through whatever is wished
	Lower    bool      // of lower severity
	Deadline time.Time // until when he is asked to answer; zero: he is not
}

// Why says why a mail does not leave at once. The zero value: it does.
type Why string

// Why a mail does not leave at once.
const (
	Now         Why = ""
	QuietHours  Why = "quiet"
	Collected   Why = "collected"
	PortalAlone Why = "portal" // it does not leave at all
)

// CollectHour is when, in the morning, what was collected leaves.
const CollectHour = 8

// Due says when a message leaves for somebody who has a wish, seen from now, on
// the clock of its own zone: never before now, never within his quiet hours, and
// at once where it is critical. What would be collected until after its deadline
// waits for his quiet hours alone.
func (w Wish) Due(m Message, now time.Time, c Calendar) (time.Time, Why) {
	if m.Critical {
		return now, Now
	}
	if w.Mails == Portal {
		return time.Time{}, PortalAlone
	}
	if w.Mails == Collect || w.Mails == CollectLower && m.Lower {
		if at := w.collected(now, c); m.Deadline.IsZero() || at.Before(m.Deadline) {
			return at, Collected
		}
	}
	if at := w.Until(c, now); at.After(now) {
		return at, QuietHours
	}
	return now, Now
}

// collected is the next morning on which he may be written to at CollectHour;
// where he never may at that hour, the end of his quiet hours after it.
func (w Wish) collected(now time.Time, c Calendar) time.Time {
	y, m, d := now.Date()
	first := time.Time{}
	for i := range 15 {
		at := time.Date(y, m, d+i, CollectHour, 0, 0, 0, now.Location())
		if !at.After(now) {
			continue
		}
		if !w.Cover(c, at) {
			return at
		}
		if first.IsZero() {
			first = at
		}
	}
	return w.Until(c, first)
}

// Sooner says whether one answer of Due is to be preferred to another: of one
// person with several wishes the one that has him know first holds.
func Sooner(at time.Time, why Why, than time.Time, then Why) bool {
	switch {
	case why == PortalAlone:
		return false
	case then == PortalAlone:
		return true
	}
	return at.Before(than)
}

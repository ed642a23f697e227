// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
)

// WhoToWrite gives whose mailboxes an urgent mail goes to, each once: everybody
// with an address and, while he is not there, who stands in for him; then who
// registered the body. Unlike calls, who shares a switchboard with a colleague,
// or has no telephone, is not left out.
func WhoToWrite(ref *Reference, d Duty, now time.Time) []Call {
	w := watch{ref: ref, holidays: rememberDays(d.Holidays), now: now, byID: map[int64]Contact{}, away: awayUntil(d.Absences, now), known: map[int64]Call{}}
	w.holiday, _ = w.holidays.Holiday(now)
	for _, c := range d.Contacts {
		w.byID[c.ID] = c
	}
	var out []Call
	for _, c := range d.Contacts {
		out = append(out, w.through(c, w.mailbox)...)
	}
	slices.SortStableFunc(out, func(a, b Call) int { return cmp.Compare(a.Role.order(), b.Role.order()) })
	seen := map[string]bool{"": true}
	return slices.DeleteFunc(append(out, d.Last...), func(c Call) bool {
		address := strings.ToLower(c.Contact.Email)
		again := seen[address]
		seen[address] = true
		return again
	})
}

// mailbox is a contact to write to in a role.
func (w watch) mailbox(c Contact, role ContactRole, _ bool) []Call {
	call := w.state(c)
	call.Role = role
	return []Call{call}
}

// MailList gives whom to write to now about each of the organisations, the
// first one first, in three queries for 500 of them. Territory only.
func (m *Module) MailList(ctx context.Context, s access.Scope, ids []int64) (map[int64][]Call, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	orgs, err := m.onDuty(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	return m.listsOf(ctx, s, orgs, m.now(), WhoToWrite)
}

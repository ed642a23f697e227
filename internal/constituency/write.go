// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
)

// Addressee is somebody an urgent mail goes to.
type Addressee struct {
	Contact          // without what a mail does not need: position, telephones, version, times
	Role      string // the one he is written to in; of who stands in for somebody, the absent one's; empty: none
	Emergency bool   // that role is for emergencies
	order     int
}

// WhoToWrite gives whose mailboxes an urgent mail goes to, each once: everybody
// with an address and, while he is not there, who stands in for him; then who
// registered the body. Unlike calls, who shares a switchboard with a colleague,
// or has no telephone, is not left out.
func WhoToWrite(ref *Reference, d Duty, now time.Time) []Addressee {
	w := newWatch(ref, d, now)
	out := make([]Addressee, 0, len(d.Contacts)+len(d.Last))
	for _, c := range d.Contacts {
		role, urgent := callRole(ref, c)
		out = append(out, Addressee{c, role.ID, urgent, role.order()})
		for _, sub := range w.standIns(c) {
			out = append(out, Addressee{sub, role.ID, urgent, role.order()})
		}
	}
	slices.SortStableFunc(out, func(a, b Addressee) int { return cmp.Compare(a.order, b.order) })
	for _, c := range d.Last {
		out = append(out, Addressee{Contact: c.Contact})
	}
	return eachMailbox(out)
}

// eachMailbox keeps the first of each address, and nobody without one.
func eachMailbox(all []Addressee) []Addressee {
	seen := make(map[string]bool, len(all)+1)
	seen[""] = true
	return slices.DeleteFunc(all, func(a Addressee) bool {
		address := strings.ToLower(a.Email)
		again := seen[address]
		seen[address] = true
		return again
	})
}

// writtenSQL reads of contacts what a mail needs, with a line for each role.
const writtenSQL = `SELECT c.id, c.organisation_id, c.name, c.email, c.language, c.hours, COALESCE(c.substitute_id, 0), c.quiet, c.quiet_days_off, c.alert_mails, COALESCE(r.role, '')
	FROM contact c LEFT JOIN contact_role r ON r.contact_id = c.id`

func scanWritten(r *sql.Rows) (c Contact, err error) {
	var week, role, silent string
	var daysOff bool
	err = r.Scan(&c.ID, &c.Organisation, &c.Name, &c.Email, &c.Language, &week, &c.Substitute, &silent, &daysOff, &c.Wish.Mails, &role)
	if err != nil {
		return c, err
	}
	err = c.unpack(role, week, silent, daysOff)
	return c, err
}

// MailList gives whom to write to now about each of the organisations, the
// first one first, in three queries for 500 of them. Territory only.
func (m *Module) MailList(ctx context.Context, s access.Scope, ids []int64) (map[int64][]Addressee, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	orgs, err := m.onDuty(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	return listsOf(ctx, m, s, orgs, m.now(), people{writtenSQL, scanWritten}, WhoToWrite)
}

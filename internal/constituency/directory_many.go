// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// Organisations gives those of ids that exist and that the scope may see, whole, in no order.
func (m *Module) Organisations(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error) {
	if err := s.Require(access.OrganisationRead); err != nil {
		return nil, err
	}
	var visible []int64
	for _, id := range ids {
		if _, err := s.For(id); err == nil {
			visible = append(visible, id)
		}
	}
	var out []Organisation
	for len(visible) > 0 {
		some := visible[:min(activeBatch, len(visible))]
		visible = visible[len(some):]
		rows, err := m.db.Query(ctx, "SELECT "+organisationColumns+" FROM organisation WHERE id IN "+db.In(1, len(some)), db.Args(some)...)
		found, err := db.Collect(rows, err, scanOrganisations)
		if err != nil {
			return nil, fmt.Errorf("reading organisations: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// CallList gives whom to telephone now about each of the organisations, the
// first one first, in three queries for 500 of them. Territory only.
func (m *Module) CallList(ctx context.Context, s access.Scope, ids []int64) (map[int64][]Call, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	orgs, err := m.Organisations(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	return m.callLists(ctx, s, orgs, m.now())
}

// callLists answers for organisations that have been read.
func (m *Module) callLists(ctx context.Context, s access.Scope, orgs []Organisation, at time.Time) (map[int64][]Call, error) {
	return m.listsOf(ctx, s, orgs, at, WhoToCall)
}

// listsOf reads who is on duty where, and gives who is meant of them.
func (m *Module) listsOf(ctx context.Context, s access.Scope, orgs []Organisation, at time.Time, who func(*Reference, Duty, time.Time) []Call) (map[int64][]Call, error) {
	ids := make([]int64, len(orgs))
	for i, o := range orgs {
		ids[i] = o.ID
	}
	byOrg, err := m.contactsOf(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	absences, err := absencesOf(ctx, m.db, ids, at)
	if err != nil {
		return nil, err
	}
	out := map[int64][]Call{}
	zones := Zones{}
	calendars := map[string]*remembered{} // many share theirs
	for _, o := range orgs {
		key := o.Country + o.PatronDay
		if calendars[key] == nil {
			calendars[key] = rememberDays(holidays(o))
		}
		out[o.ID] = who(m.ref, duty(o, calendars[key], byOrg[o.ID], absences[o.ID]), at.In(zones.Of(o.Record)))
	}
	return out, nil
}

func (m *Module) contactsOf(ctx context.Context, s access.Scope, ids []int64) (map[int64][]Contact, error) {
	if err := s.Require(access.ContactRead); err != nil {
		return nil, err
	}
	out := map[int64][]Contact{}
	for len(ids) > 0 {
		some := ids[:min(activeBatch, len(ids))]
		ids = ids[len(some):]
		rows, err := m.db.Query(ctx, contactSQL+" WHERE c.organisation_id IN "+db.In(1, len(some))+" ORDER BY c.id, r.role", db.Args(some)...)
		lines, err := db.Collect(rows, err, scanContactLine)
		if err != nil {
			return nil, fmt.Errorf("contacts of %d organisations: %w", len(some), err)
		}
		for _, c := range joinRoles(lines) {
			out[c.Organisation] = append(out[c.Organisation], c)
		}
	}
	return out, nil
}

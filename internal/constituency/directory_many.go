// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// Organisations gives those of ids that exist and that the scope may see, whole, in no order.
func (m *Module) Organisations(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error) {
	if err := s.Require(access.OrganisationRead); err != nil {
		return nil, err
	}
	return m.organisationsWith(ctx, s, ids, organisationColumns, scanOrganisations)
}

// onDutyColumns are what is needed of a body to say whom to write to or to call.
const onDutyColumns = "id, country, time_zone, patron_day, applicant_name, applicant_position, applicant_email, applicant_phone, applicant_language"

func scanOnDuty(r *sql.Rows) (o Organisation, err error) {
	a := &o.Applicant
	return o, r.Scan(&o.ID, &o.Country, &o.TimeZone, &o.PatronDay, &a.Name, &a.Position, &a.Email, &a.Phone, &a.Language)
}

// onDuty gives of organisations what says who is on duty, and nothing else.
func (m *Module) onDuty(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error) {
	if err := s.Require(access.OrganisationRead); err != nil {
		return nil, err
	}
	return m.organisationsWith(ctx, s, ids, onDutyColumns, scanOnDuty)
}

// organisationsWith reads some columns of those that the scope may see.
func (m *Module) organisationsWith(ctx context.Context, s access.Scope, ids []int64, columns string, scan func(*sql.Rows) (Organisation, error)) ([]Organisation, error) {
	var visible []int64
	for _, id := range ids {
		if _, err := s.For(id); err == nil {
			visible = append(visible, id)
		}
	}
	var out []Organisation
	for some := range slices.Chunk(visible, activeBatch) {
		rows, err := m.db.Query(ctx, "SELECT "+columns+" FROM organisation WHERE id IN "+db.In(1, len(some)), db.Args(some)...)
		found, err := db.Collect(rows, err, scan)
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
	orgs, err := m.onDuty(ctx, s, ids)
	if err != nil {
		return nil, err
	}
	return m.callLists(ctx, s, orgs, m.now())
}

// callLists answers for organisations that have been read.
func (m *Module) callLists(ctx context.Context, s access.Scope, orgs []Organisation, at time.Time) (map[int64][]Call, error) {
	return listsOf(ctx, m, s, orgs, at, people{contactSQL, scanContactLine}, WhoToCall)
}

// people is how contacts are read: all of what is known of them, or some.
type people struct {
	sql  string
	scan func(*sql.Rows) (Contact, error)
}

// listsOf reads who is on duty where, and gives who is meant of them.
func listsOf[T any](ctx context.Context, m *Module, s access.Scope, orgs []Organisation, at time.Time, of people, who func(*Reference, Duty, time.Time) []T) (map[int64][]T, error) {
	ids := make([]int64, len(orgs))
	for i, o := range orgs {
		ids[i] = o.ID
	}
	byOrg, err := m.contactsOf(ctx, s, ids, of)
	if err != nil {
		return nil, err
	}
	absences, err := absencesOf(ctx, m.db, ids, at)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]T, len(orgs))
	zones, calendars := Zones{}, Holidays{}
	for _, o := range orgs {
		out[o.ID] = who(m.ref, duty(o, calendars.Of(o.Country, o.PatronDay), byOrg[o.ID], absences[o.ID]), at.In(zones.Of(o.Record)))
	}
	return out, nil
}

func (m *Module) contactsOf(ctx context.Context, s access.Scope, ids []int64, of people) (map[int64][]Contact, error) {
	if err := s.Require(access.ContactRead); err != nil {
		return nil, err
	}
	out := make(map[int64][]Contact, len(ids))
	for some := range slices.Chunk(ids, activeBatch) {
		rows, err := m.db.Query(ctx, of.sql+" WHERE c.organisation_id IN "+db.In(1, len(some))+" ORDER BY c.organisation_id, c.id, r.role", db.Args(some)...)
		lines, err := db.Collect(rows, err, of.scan)
		if err != nil {
			return nil, fmt.Errorf("contacts of %d organisations: %w", len(some), err)
		}
		for all := joinRoles(lines); len(all) > 0; {
			n := slices.IndexFunc(all, func(c Contact) bool { return c.Organisation != all[0].Organisation })
			if n < 0 {
				n = len(all)
			}
			out[all[0].Organisation], all = all[:n:n], all[n:]
		}
	}
	return out, nil
}

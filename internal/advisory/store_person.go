// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const personColumns = `p.number, p.name, p.address, p.language, p.since, p.revision, p.widened, p.fate, p.fate_at, p.sent_at, p.answer, p.protection,
	p.opened_at, p.reminders, p.reminded_at, p.due_at, p.wait, p.former, p.contact_id, p.organisations`

// troubled are those it did not arrive at: the words of a partial index.
const troubled = "p.fate IN ('failed', 'bounced')"

func scanPerson(r interface{ Scan(...any) error }) (p Person, err error) {
	var orgs string
	err = r.Scan(&p.Number, &p.Name, &p.Address, &p.Language, &p.Since, &p.Revision, &p.Widened, &p.Fate, db.Time(&p.FateAt), db.Time(&p.Sent), &p.Answer, &p.Protection,
		db.Time(&p.Opened), &p.Reminders, db.Time(&p.Reminded), db.Time(&p.Due), &p.Wait, &p.Former, &p.contact, &orgs)
	if err != nil {
		return p, err
	}
	if p.Due.IsZero() {
		p.Wait = "" // it waited
	}
	return p, json.Unmarshal([]byte(orgs), &p.organisations)
}

// People gives what became of a sent advisory at the people it was written to,
// in the order they were, with a fixed number of queries.
func (m *Module) People(ctx context.Context, s access.Scope, id int64, f PeopleFilter) ([]Person, string, error) {
	if err := m.mayRead(s); err != nil {
		return nil, "", err
	}
	limit := bounded(f.Limit)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+personColumns+" FROM advisory_recipient p WHERE p.advisory_id = $1 AND p.number > $2"+shownPeople(m.deps.DB, f.Show)+
		" ORDER BY p.number LIMIT $3", id, place(f.After), limit+1)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Person, error) { return scanPerson(r) })
	if err != nil {
		return nil, "", fmt.Errorf("advisory %d: its people: %w", id, err)
	}
	all, next := cut(all, limit, func(p Person) int64 { return p.Number })
	if err := m.withBodies(ctx, s, id, all); err != nil {
		return nil, "", err
	}
	return all, next, m.withCorrected(ctx, s, all)
}

// shownPeople is the condition of a list of people p of advisory $1.
func shownPeople(q db.Querier, show PeopleShow) string {
	switch show {
	case ShowUnsent:
		return " AND p.fate = ''"
	case ShowBounced:
		return " AND " + troubled
	case ShowUnacknowledged:
		// Of advisory $1, once for all rows.
		silent := "(SELECT d.organisation_id FROM advisory_member d WHERE d.advisory_id = $1 AND d.acknowledged_at IS NULL)"
		return " AND (p.organisation_id IN " + silent + " OR p.organisations LIKE '%,%' AND EXISTS (SELECT 1 FROM " + db.JSONEach(q, "p.organisations", "j") + " WHERE CAST(j.value AS BIGINT) IN " + silent + "))"
	}
	return ""
}

func organisationsOfPeople(all []Person) []int64 {
	people := make([]recipient, len(all))
	for i, p := range all {
		people[i].organisations = p.organisations
	}
	return idsOf(people)
}

// withBodies adds what the organisations of people did.
func (m *Module) withBodies(ctx context.Context, s access.Scope, id int64, all []Person) error {
	ids := organisationsOfPeople(all)
	if len(ids) == 0 {
		return nil
	}
	// As a list of its own: of one person there may be more than an engine takes placeholders.
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+deliveryColumns+" FROM advisory_member d WHERE d.advisory_id = $1 AND d.organisation_id IN "+db.JSONNumbers(m.deps.DB, "$2"), id, string(list))
	deliveries := map[int64]Delivery{}
	_, err = db.Collect(rows, err, func(r *sql.Rows) (x struct{}, err error) {
		var d Delivery
		var why string
		if err := r.Scan(d.targets(&why)...); err != nil {
			return x, err
		}
		err = d.unpack(why)
		deliveries[d.Organisation] = d
		return x, err
	})
	if err != nil {
		return fmt.Errorf("advisory %d: what its people's organisations did: %w", id, err)
	}
	names, err := m.deps.Directory.Named(ctx, s, ids)
	named := make(map[int64]Organisation, len(names))
	for _, o := range names {
		named[o.ID] = o
	}
	for i := range all {
		for _, org := range all[i].organisations {
			all[i].Bodies = append(all[i].Bodies, PersonBody{named[org], deliveries[org]})
		}
	}
	return err
}

// withCorrected adds the addresses that were corrected since the mail came back.
func (m *Module) withCorrected(ctx context.Context, s access.Scope, all []Person) error {
	var stuck []Person
	for _, p := range all {
		if p.Fate.Troubled() && p.contact != 0 {
			stuck = append(stuck, p)
		}
	}
	if len(stuck) == 0 {
		return nil
	}
	others, err := m.deps.Directory.Others(ctx, s, organisationsOfPeople(stuck))
	if err != nil {
		return fmt.Errorf("advisory: the addresses that stand in the record: %w", err)
	}
	for i := range all {
		if all[i].Fate.Troubled() {
			all[i].Corrected = all[i].inRecord(others).Address
		}
	}
	return nil
}

// inRecord gives the contact as the record has him now, where his address is another.
func (p Person) inRecord(others map[int64][]Contact) Contact {
	for _, org := range p.organisations {
		for _, c := range others[org] {
			if c.ID != 0 && c.ID == p.contact && mailbox(c.Address) != p.Address {
				return c
			}
		}
	}
	return Contact{}
}

// MailSums counts what is open or went wrong: what partial indexes hold.
func (m *Module) MailSums(ctx context.Context, s access.Scope, id int64) (n MailSums, err error) {
	if err := m.mayRead(s); err != nil {
		return n, err
	}
	err = m.deps.DB.QueryRow(ctx, `SELECT (SELECT count(*) FROM advisory_recipient p WHERE p.advisory_id = $1 AND p.fate = ''),
		(SELECT count(*) FROM advisory_recipient p WHERE p.advisory_id = $1 AND p.due_at IS NOT NULL),
		(SELECT count(*) FROM advisory_recipient p WHERE p.advisory_id = $1 AND `+troubled+`),
		(SELECT count(*) FROM advisory_member d WHERE d.advisory_id = $1 AND d.people = 0) + (SELECT count(*) FROM (`+unreached(m.deps.DB)+`) u)`, id).
		Scan(&n.Unsent, &n.Waiting, &n.Bounced, &n.Unreachable)
	if err != nil {
		return n, fmt.Errorf("advisory %d: its mails: %w", id, err)
	}
	return n, nil
}

// unreached selects the organisations of advisory $1 that had people it did not arrive at, all of them.
func unreached(q db.Querier) string {
	return `SELECT b.organisation_id FROM (SELECT CAST(j.value AS BIGINT) AS organisation_id, count(*) AS n FROM advisory_recipient p, ` + db.JSONEach(q, "p.organisations", "j") + `
			WHERE p.advisory_id = $1 AND ` + troubled + ` GROUP BY j.value) b
		WHERE b.n >= (SELECT o.people FROM advisory_member o WHERE o.advisory_id = $1 AND o.organisation_id = b.organisation_id)`
}

// Unreachable gives the organisations of an advisory it arrived at nobody of.
func (m *Module) Unreachable(ctx context.Context, s access.Scope, id int64, f Filter) ([]Delivery, string, error) {
	return m.deliveries(ctx, s, id, " AND (d.people = 0 OR d.organisation_id IN ("+unreached(m.deps.DB)+"))", f)
}

// person gives one of the people of an advisory, for changing him.
func (m *Module) person(ctx context.Context, tx db.Querier, _ access.Scope, id, number int64, lock string) (Person, error) {
	p, err := scanPerson(tx.QueryRow(ctx, "SELECT "+personColumns+" FROM advisory_recipient p WHERE p.advisory_id = $1 AND p.number = $2"+lock, id, number))
	if db.NotFound(err) {
		return p, fault.New(fault.NotFound, "advisory.person_unknown").Because(err)
	}
	return p, err
}

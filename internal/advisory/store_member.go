// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const deliveryColumns = `d.organisation_id, d.certain, d.why, d.people, d.opened_at, d.opened_name, d.acknowledged_at, d.acknowledged_name,
	d.outcome, d.outcome_at, d.outcome_name, d.note, d.since, d.seen`

func (d *Delivery) targets(why *string) []any {
	return []any{&d.Organisation, &d.Certain, why, &d.People, db.Time(&d.Opened.At), &d.Opened.Name, db.Time(&d.Acknowledged.At), &d.Acknowledged.Name,
		&d.Outcome, db.Time(&d.Answered.At), &d.Answered.Name, &d.Note, &d.Since, &d.Seen}
}

func (d *Delivery) unpack(why string) error {
	d.chosen.certain = d.Certain
	if err := json.Unmarshal([]byte(why), &d.chosen.reasons); err != nil {
		return fmt.Errorf("advisory: why organisation %d: %w", d.Organisation, err)
	}
	return nil
}

type scanner func(r interface{ Scan(...any) error }, more ...any) (Advisory, error)

func scanReceived(r interface{ Scan(...any) error }, by scanner) (out Received, err error) {
	var why string
	if out.Advisory, err = by(r, out.Delivery.targets(&why)...); err != nil {
		return out, err
	}
	return out, out.Delivery.unpack(why)
}

// visible is the condition of an advisory a sent to an organisation d: TLP:RED
// is for the people its revision that holds was written to, whose address is placeholder n.
func visible(n int) string {
	return fmt.Sprintf(`(a.tlp <> 'TLP:RED' OR EXISTS (SELECT 1 FROM advisory_recipient p WHERE p.advisory_id = a.id AND p.address = $%d AND p.revision = a.revision))`, n)
}

// received gives one that was sent to the scope's organisation. The CSIRT sees it there too.
func (m *Module) received(ctx context.Context, q db.Querier, s access.Scope, who Author, id int64) (Received, error) {
	if err := s.Require(access.AdvisoryRead); err != nil {
		return Received{}, err
	}
	org, err := s.Organisation()
	if err != nil {
		return Received{}, err
	}
	r, err := scanReceived(q.QueryRow(ctx, "SELECT "+whole+", "+deliveryColumns+` FROM advisory_member d JOIN advisory a ON a.id = d.advisory_id
		WHERE d.advisory_id = $1 AND d.organisation_id = $2 AND `+visible(3), id, org, mailbox(who.Email)), scanWhole)
	if db.NotFound(err) {
		return r, fault.New(fault.NotFound, "advisory.unknown").Because(err)
	}
	return r, err
}

// Inbox gives what was sent to the scope's organisation, the newest first.
func (m *Module) Inbox(ctx context.Context, s access.Scope, who Author, f Filter) ([]Received, string, error) {
	if err := s.Require(access.AdvisoryRead); err != nil {
		return nil, "", err
	}
	org, err := s.Organisation()
	if err != nil {
		return nil, "", err
	}
	where := "d.organisation_id = $1 AND ($2 = 0 OR d.advisory_id < $2) AND " + visible(3)
	if f.Waiting {
		where += " AND d.acknowledged_at IS NULL AND a.state = 'sent' AND a.ack_minutes > 0"
	}
	limit := bounded(f.Limit)
	args := []any{org, place(f.After), mailbox(who.Email), limit + 1}
	if f.Week != (Week{}) {
		where += " AND " + moved(5)
		args = append(args, db.Ms(f.Week.From), db.Ms(f.Week.To))
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+columns+", "+deliveryColumns+" FROM advisory_member d JOIN advisory a ON a.id = d.advisory_id WHERE "+where+
		" ORDER BY d.advisory_id DESC LIMIT $4", args...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Received, error) { return scanReceived(r, scan) })
	if err != nil {
		return nil, "", fmt.Errorf("advisory: what organisation %d received: %w", org, err)
	}
	all, next := cut(all, limit, func(r Received) int64 { return r.ID })
	return all, next, nil
}

// Progress counts how far the organisations of an advisory are.
type Progress struct {
	Opened, Acknowledged, Nobody int
	By                           map[Outcome]int
}

// Progress gives it to the CSIRT.
func (m *Module) Progress(ctx context.Context, s access.Scope, id int64) (Progress, error) {
	p := Progress{By: map[Outcome]int{}}
	if err := s.Territory(); err != nil {
		return p, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return p, err
	}
	var organisations, silent int
	err := m.deps.DB.QueryRow(ctx, `SELECT a.organisations, (SELECT count(*) FROM advisory_member d WHERE d.advisory_id = a.id AND d.acknowledged_at IS NULL),
		(SELECT count(*) FROM advisory_member d WHERE d.advisory_id = a.id AND d.opened_at IS NOT NULL), (SELECT count(*) FROM advisory_member d WHERE d.advisory_id = a.id AND d.people = 0)
		FROM advisory a WHERE a.id = $1`, id).Scan(&organisations, &silent, &p.Opened, &p.Nobody)
	if db.NotFound(err) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Acknowledged = organisations - silent
	return p, m.countOutcomes(ctx, s, id, organisations, p.By)
}

// countOutcomes counts what a number of organisations said they did, or that they did not say.
func (m *Module) countOutcomes(ctx context.Context, _ access.Scope, id int64, organisations int, by map[Outcome]int) error {
	rows, err := m.deps.DB.Query(ctx, "SELECT outcome, count(*) FROM advisory_member WHERE advisory_id = $1 AND outcome <> '' GROUP BY outcome", id)
	_, err = db.Collect(rows, err, func(r *sql.Rows) (x struct{}, err error) {
		var o Outcome
		var n int
		err = r.Scan(&o, &n)
		by[o], organisations = n, organisations-n
		return x, err
	})
	if organisations > 0 {
		by[""] = organisations
	}
	return err
}

// Deliveries gives what became of an advisory, organisation by organisation;
// waiting: only of those that have not acknowledged it.
func (m *Module) Deliveries(ctx context.Context, s access.Scope, id int64, waiting bool, f Filter) ([]Delivery, string, error) {
	where := ""
	if waiting {
		where = " AND d.acknowledged_at IS NULL"
	}
	return m.deliveries(ctx, s, id, where, f)
}

// deliveries gives those a condition on the member d leaves.
func (m *Module) deliveries(ctx context.Context, s access.Scope, id int64, where string, f Filter) ([]Delivery, string, error) {
	if err := m.mayRead(s); err != nil {
		return nil, "", err
	}
	limit := bounded(f.Limit)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+deliveryColumns+" FROM advisory_member d WHERE d.advisory_id = $1 AND d.organisation_id > $2"+where+
		" ORDER BY d.organisation_id LIMIT $3", id, place(f.After), limit+1)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (d Delivery, err error) {
		var why string
		if err := r.Scan(d.targets(&why)...); err != nil {
			return d, err
		}
		return d, d.unpack(why)
	})
	if err != nil {
		return nil, "", fmt.Errorf("advisory %d: its organisations: %w", id, err)
	}
	all, next := cut(all, limit, func(d Delivery) int64 { return d.Organisation })
	return all, next, nil
}

// Waiting counts, for the CSIRT, the advisories that wait to be finished or
// sent, and says since when the oldest does.
func (m *Module) Waiting(ctx context.Context, s access.Scope) (n int, oldest time.Time, err error) {
	if err := s.Territory(); err != nil {
		return 0, oldest, err
	}
	err = m.deps.DB.QueryRow(ctx, "SELECT count(*), min(changed_at) FROM advisory WHERE state IN ('draft', 'proposed')").Scan(&n, db.Time(&oldest))
	return n, oldest, err
}

// toAcknowledge counts what the scope's organisation has still to acknowledge.
// What is TLP:RED is not counted: not everybody who sees the number may know of it.
func (m *Module) toAcknowledge(ctx context.Context, s access.Scope) (n int, err error) {
	if err := s.Require(access.AdvisoryRead); err != nil {
		return 0, err
	}
	org, err := s.Organisation()
	if err != nil {
		return 0, err
	}
	err = m.deps.DB.QueryRow(ctx, `SELECT count(*) FROM advisory_member d JOIN advisory a ON a.id = d.advisory_id
		WHERE d.organisation_id = $1 AND d.acknowledged_at IS NULL AND a.state = 'sent' AND a.ack_minutes > 0 AND a.tlp <> 'TLP:RED'`, org).Scan(&n)
	return n, err
}

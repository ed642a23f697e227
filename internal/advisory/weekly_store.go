// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/tlp"
)

// weekTold gives the organisations that were told of a week.
func (m *Module) weekTold(ctx context.Context, _ access.Scope, w Week) (map[int64]bool, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT organisation_id FROM advisory_week WHERE week = $1", w.Name())
	out := map[int64]bool{}
	_, err = db.Collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id int64
		err := r.Scan(&id)
		out[id] = true
		return struct{}{}, err
	})
	return out, err
}

// rememberWeek writes that an organisation is told; fresh is false where it was.
func (m *Module) rememberWeek(ctx context.Context, tx *db.Tx, s access.Scope, w Week, advisories, mails int) (fresh bool, err error) {
	org, err := s.Organisation()
	if err != nil {
		return false, err
	}
	res, err := tx.Exec(ctx, "INSERT INTO advisory_week (week, organisation_id, at, advisories, mails) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (week, organisation_id) DO NOTHING",
		w.Name(), org, db.Ms(m.now()), advisories, mails)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// moved is the condition of an advisory a that was sent, revised or withdrawn
// between two moments, whose placeholders are n and the next. The first line is
// what the index answers: what happened since then.
func moved(n int) string {
	between := func(column string) string { return fmt.Sprintf("%s >= $%d AND %s < $%d", column, n, column, n+1) }
	return fmt.Sprintf(`a.state IN ('sent', 'withdrawn') AND COALESCE(a.withdrawn_at, a.revised_at, a.sent_at) >= $%d
		AND (%s OR %s OR %s OR EXISTS (SELECT 1 FROM advisory_revision v WHERE v.advisory_id = a.id AND v.number > 1 AND %s))`,
		n, between("a.sent_at"), between("a.revised_at"), between("a.withdrawn_at"), between("v.at"))
}

// movedIn gives what was sent, revised or withdrawn in a week, by id.
func (m *Module) movedIn(ctx context.Context, _ access.Scope, w Week) (map[int64]Advisory, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT "+columns+" FROM advisory a WHERE "+moved(1), db.Ms(w.From), db.Ms(w.To))
	list, err := db.Collect(rows, err, func(r *sql.Rows) (Advisory, error) { return scan(r) })
	if err != nil {
		return nil, fmt.Errorf("advisory: what was sent in the week of %s: %w", w.Name(), err)
	}
	out := make(map[int64]Advisory, len(list))
	for _, a := range list {
		out[a.ID] = a
	}
	return out, nil
}

// receivedIn gives those of some advisories that the scope's organisation has, the first one first.
func (m *Module) receivedIn(ctx context.Context, tx *db.Tx, s access.Scope, some map[int64]Advisory) ([]Received, error) {
	org, err := s.Organisation()
	if err != nil || len(some) == 0 {
		return nil, err
	}
	first := int64(math.MaxInt64)
	for id := range some {
		first = min(first, id)
	}
	rows, err := tx.Query(ctx, "SELECT d.advisory_id, "+deliveryColumns+" FROM advisory_member d WHERE d.organisation_id = $1 AND d.advisory_id >= $2 ORDER BY d.advisory_id", org, first)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (x Received, err error) {
		var id int64
		var why string
		err = r.Scan(append([]any{&id}, x.Delivery.targets(&why)...)...)
		x.Advisory = some[id]
		return x, err
	})
	return slices.DeleteFunc(all, func(x Received) bool { return x.ID == 0 }), err
}

// namedTo leaves out what is TLP:RED and was not written to a person.
func (m *Module) namedTo(ctx context.Context, tx *db.Tx, _ access.Scope, to Contact, list []Received) (out []Received, err error) {
	for _, x := range list {
		his := true
		if x.TLP == tlp.Red {
			err = tx.QueryRow(ctx, "SELECT count(*) > 0 FROM advisory_recipient WHERE advisory_id = $1 AND address = $2 AND revision = $3", x.ID, mailbox(to.Address), x.Revision).Scan(&his)
		}
		if err != nil {
			return nil, err
		}
		if his {
			out = append(out, x)
		}
	}
	return out, nil
}

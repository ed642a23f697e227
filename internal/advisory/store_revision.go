// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// keptEntry is an entry as a revision keeps it.
type keptEntry struct {
	Entry
	Indicators []Indicator `json:"indicators,omitempty"`
}

func (m *Module) keepRevision(ctx context.Context, tx *db.Tx, _ access.Scope, a Advisory) error {
	entry, err := json.Marshal(keptEntry{a.Entry, a.Indicators})
	if err != nil {
		return err
	}
	at, by := a.Sent.At, a.Sent.Name
	if a.Revision > 1 {
		at, by = a.Revised.At, a.Revised.Name
	}
	_, err = tx.Exec(ctx, "INSERT INTO advisory_revision (advisory_id, number, at, by_name, entry) VALUES ($1,$2,$3,$4,$5)", a.ID, a.Revision, db.Ms(at), by, string(entry))
	return err
}

// Revisions gives the earlier ones of a sent advisory to the CSIRT, the first first.
func (m *Module) Revisions(ctx context.Context, s access.Scope, id int64) ([]Revision, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return nil, err
	}
	return m.revisions(ctx, m.deps.DB, s, id, 1)
}

// revisions gives the earlier ones from a number on.
func (m *Module) revisions(ctx context.Context, q db.Querier, _ access.Scope, id int64, from int) ([]Revision, error) {
	rows, err := q.Query(ctx, "SELECT number, at, by_name, entry FROM advisory_revision WHERE advisory_id = $1 AND number >= $2 ORDER BY number", id, from)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (v Revision, err error) {
		var text string
		if err := r.Scan(&v.Number, db.Time(&v.At), &v.By, &text); err != nil {
			return v, err
		}
		var e keptEntry
		err = json.Unmarshal([]byte(text), &e)
		v.Entry, v.Entry.Indicators = e.Entry, e.Indicators
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("advisory %d: its revisions: %w", id, err)
	}
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// saved gives those of a condition.
func (m *Module) saved(ctx context.Context, q db.Querier, _ access.Scope, where string, args ...any) ([]Saved, error) {
	rows, err := q.Query(ctx, "SELECT id, version, name, audience, note, changed_at, changed_name FROM advisory_audience WHERE "+where, args...)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (v Saved, err error) {
		return v, r.Scan(&v.ID, &v.Version, &v.Name, &v.Audience, &v.Note, db.Time(&v.Changed.At), &v.Changed.Name)
	})
	if err != nil {
		return nil, fmt.Errorf("advisory: saved audiences: %w", err)
	}
	return out, nil
}

func (m *Module) oneSaved(ctx context.Context, q db.Querier, s access.Scope, id int64, lock string) (Saved, error) {
	all, err := m.saved(ctx, q, s, "id = $1"+lock, id)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "advisory.saved.unknown")
	}
	if err != nil {
		return Saved{}, err
	}
	return all[0], nil
}

func (m *Module) writeSaved(ctx context.Context, tx *db.Tx, s access.Scope, who Author, v Saved) (id int64, err error) {
	if v.ID == 0 {
		err = tx.QueryRow(ctx, "INSERT INTO advisory_audience (version, name, audience, note, changed_at, changed_name) VALUES (1,$1,$2,$3,$4,$5) RETURNING id",
			v.Name, v.Audience, v.Note, db.Ms(m.now()), who.Name).Scan(&id)
		return id, nameTaken(err)
	}
	if err := m.atVersion(ctx, tx, s, v.ID, v.Version); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "UPDATE advisory_audience SET version = version + 1, name = $2, audience = $3, note = $4, changed_at = $5, changed_name = $6 WHERE id = $1",
		v.ID, v.Name, v.Audience, v.Note, db.Ms(m.now()), who.Name)
	return v.ID, nameTaken(err)
}

func nameTaken(err error) error {
	if db.Unique(err) {
		return fault.New(fault.Conflict, "advisory.saved").Field("name", "advisory.saved.taken").Because(err)
	}
	return err
}

func (m *Module) atVersion(ctx context.Context, tx *db.Tx, s access.Scope, id, version int64) error {
	old, err := m.oneSaved(ctx, tx, s, id, db.ForUpdate(tx))
	if err == nil && old.Version != version {
		err = fault.New(fault.Conflict, "advisory.changed_meanwhile")
	}
	return err
}

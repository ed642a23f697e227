// SPDX-License-Identifier: EUPL-1.2

package jobs

import (
	"context"
	"database/sql"
	"time"

	"martinella/internal/platform/db"
)

// Info describes a job to an operator.
type Info struct {
	ID        int64
	Kind      string
	Key       string
	State     string // "ready", "leased", "dead"
	Attempts  int
	RunAt     time.Time
	CreatedAt time.Time
	LastError string
}

// List gives up to limit jobs of a state ("" for all), newest first, older than
// job before (0: from the newest).
func (q *Queue) List(ctx context.Context, state string, before int64, limit int) ([]Info, error) {
	rows, err := q.db.Query(ctx, `SELECT id, kind, COALESCE(unique_key,''), state, attempts, run_at, created_at, COALESCE(last_error,'')
		FROM job WHERE ($1 = '' OR state = $1) AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3`, state, before, limit)
	return db.Collect(rows, err, func(r *sql.Rows) (i Info, err error) {
		err = r.Scan(&i.ID, &i.Kind, &i.Key, &i.State, &i.Attempts, db.Time(&i.RunAt), db.Time(&i.CreatedAt), &i.LastError)
		return i, err
	})
}

// Counts gives how many jobs are in each state.
func (q *Queue) Counts(ctx context.Context) (map[string]int, error) {
	rows, err := q.db.Query(ctx, "SELECT state, count(*) FROM job GROUP BY state")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, err
		}
		out[state] = n
	}
	return out, rows.Err()
}

// Retry makes a dead job ready again with all its attempts. It reports whether there was one.
func (q *Queue) Retry(ctx context.Context, tx *db.Tx, id int64) (bool, error) {
	res, err := tx.Exec(ctx, "UPDATE job SET state = 'ready', attempts = 0, run_at = $1 WHERE id = $2 AND state = 'dead'",
		db.Ms(q.clock.Now()), id)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	tx.AfterCommit(q.Wake)
	return n == 1, err
}

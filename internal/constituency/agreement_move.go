// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/document"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// JobMoveSigned takes signed copies out of the database, where they were kept at first. It has
// work at the first start of a program that knows better, and after an older one has run beside it.
const JobMoveSigned = "constituency.move_signed"

func (m *Module) registerMove(q *jobs.Queue) error {
	q.Handle(JobMoveSigned, func(ctx context.Context, _ jobs.Run) error { return m.MoveSigned(ctx, access.System("agreement")) })
	return q.Schedule(JobMoveSigned, "10 4 * * *", time.UTC, JobMoveSigned)
}

// MoveSigned moves one copy after the other, each in a transaction: what a killed run leaves is
// moved by the next, and the file it may have stored is cleaned away.
func (m *Module) MoveSigned(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	for {
		rows, err := m.db.Query(ctx, "SELECT "+fileColumns+" FROM agreement_file WHERE blob = '' ORDER BY id LIMIT 20")
		files, err := db.Collect(rows, err, func(r *sql.Rows) (SignedFile, error) { return scanFile(r) })
		if err != nil || len(files) == 0 {
			return err
		}
		for _, f := range files {
			if err := m.moveSigned(ctx, f); err != nil {
				return fmt.Errorf("moving signed copy %d: %w", f.ID, err)
			}
		}
	}
}

func (m *Module) moveSigned(ctx context.Context, f SignedFile) error {
	data, err := document.Read(ctx, m.db, f.SHA256)
	if err != nil {
		return err
	}
	stored, err := m.deps.Files.Put(ctx, bytes.NewReader(data), document.MaxSize)
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		done, err := tx.Exec(ctx, "UPDATE agreement_file SET blob = $2 WHERE id = $1 AND blob = ''", f.ID, stored.Name)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err // another node was quicker
		}
		if err := m.deps.Files.Keep(ctx, tx, stored.Name); err != nil {
			return err
		}
		var left int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM agreement_file WHERE sha256 = $1 AND blob = ''", f.SHA256).Scan(&left); err != nil || left > 0 {
			return err
		}
		return document.Forget(ctx, tx, f.SHA256)
	})
}

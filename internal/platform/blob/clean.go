// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

const (
	cleanJob   = "blob.clean"
	cleanBatch = 200
)

// Register lets the store clean up after itself.
func (s *Store) Register() error {
	s.queue.Handle(cleanJob, func(ctx context.Context, _ jobs.Run) error { return s.Clean(ctx) })
	return s.queue.Schedule(cleanJob, "25 * * * *", time.UTC, cleanJob)
}

// Clean removes what belongs to nothing. Doing it twice, or being killed in the
// middle, is harmless: the row goes after the object.
func (s *Store) Clean(ctx context.Context) error {
	if held, err := s.held(ctx); err != nil || held {
		return err
	}
	for {
		names, err := s.waste(ctx)
		if err != nil || len(names) == 0 {
			return err
		}
		for _, name := range names {
			if err := s.remove(ctx, name); err != nil {
				return err
			}
		}
	}
}

func (s *Store) waste(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, `SELECT name FROM blob WHERE state = 'released' OR (state = 'pending' AND created_at < $1) LIMIT $2`,
		db.Ms(s.clock.Now().Add(-pendingLife)), cleanBatch)
	return db.Collect(rows, err, func(r *sql.Rows) (name string, err error) { return name, r.Scan(&name) })
}

// remove marks the object first, so that one kept at this very moment is not lost.
func (s *Store) remove(ctx context.Context, name string) error {
	done, err := s.db.Exec(ctx, "UPDATE blob SET state = 'released' WHERE name = $1 AND state <> 'kept'", name)
	if err != nil {
		return fmt.Errorf("blob: cleaning: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if err := s.backend.Delete(ctx, name); err != nil {
		return fmt.Errorf("blob: removing from %s: %w", s.backend, err)
	}
	if _, err := s.db.Exec(ctx, "DELETE FROM blob WHERE name = $1", name); err != nil {
		return fmt.Errorf("blob: cleaning: %w", err)
	}
	return nil
}

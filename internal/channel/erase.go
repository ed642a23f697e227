// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"database/sql"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

const expireJob = "channel.expire"

func (m *Module) registerJobs(q *jobs.Queue) error {
	q.Handle(expireJob, func(ctx context.Context, _ jobs.Run) error { return m.Expire(ctx, access.System("channel")) })
	return q.Schedule(expireJob, "7 * * * *", time.UTC, expireJob)
}

// Expire erases the conversations whose life is over, and uploads nobody used. Each is a transaction of
// its own; what is erased is not found again, so it may be repeated at will.
func (m *Module) Expire(ctx context.Context, s access.Scope) error {
	if err := m.forgetUploads(ctx, s); err != nil {
		return err
	}
	for {
		rows, err := m.deps.DB.Query(ctx, "SELECT id, organisation_id FROM channel_thread WHERE erased_at IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT 100", db.Ms(m.now()))
		due, err := db.Collect(rows, err, func(r *sql.Rows) (t Thread, err error) { return t, r.Scan(&t.ID, &t.Organisation) })
		if err != nil || len(due) == 0 {
			return err
		}
		for _, t := range due {
			if err := m.deps.DB.Tx(ctx, func(tx *db.Tx) error { return m.erase(ctx, tx, s, t, "channel.thread_expired") }); err != nil {
				return err
			}
		}
	}
}

// Erase erases a conversation before its time; the side that began it may.
func (m *Module) Erase(ctx context.Context, s access.Scope, side Side, thread int64) error {
	if err := s.Require(access.ChannelWrite); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		t, err := m.thread(ctx, tx, s, thread)
		if err != nil || !t.Erased.IsZero() {
			return err
		}
		if t.StartedSide != side {
			return fault.New(fault.Forbidden, "channel.erase_side")
		}
		return m.erase(ctx, tx, s, t, "channel.thread_erased")
	})
}

// erase takes away what was said; that, when and between whom it was stays.
func (m *Module) erase(ctx context.Context, tx *db.Tx, s access.Scope, t Thread, action string) error {
	rows, err := tx.Query(ctx, "SELECT blob FROM channel_file WHERE thread_id = $1", t.ID)
	blobs, err := db.Collect(rows, err, func(r *sql.Rows) (name string, err error) { return name, r.Scan(&name) })
	if err != nil {
		return err
	}
	for _, name := range blobs {
		if err := m.deps.Files.Release(ctx, tx, name); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		"DELETE FROM channel_file WHERE thread_id = $1",
		"UPDATE channel_message SET body = NULL WHERE thread_id = $1",
	} {
		if _, err := tx.Exec(ctx, statement, t.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE channel_thread SET subject = NULL, erased_at = $2 WHERE id = $1", t.ID, db.Ms(m.now())); err != nil {
		return err
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), t.Organisation, action, object(t.ID), map[string]any{"files": len(blobs)})
}

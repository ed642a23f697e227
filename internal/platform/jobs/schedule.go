// SPDX-License-Identifier: EUPL-1.2

package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"martinella/internal/platform/db"
)

type schedule struct {
	name, spec, kind string
	cron             cron.Schedule
	zone             *time.Location
}

// Schedule enqueues a job of a kind at the times a cron spec (five fields, or
// "@every 1m") names in a zone. After a downtime it runs once, not once for
// every time missed. Schedules with the same name on several nodes are one.
func (q *Queue) Schedule(name, spec string, zone *time.Location, kind string) error {
	parsed, err := cron.ParseStandard(spec)
	if err != nil {
		return fmt.Errorf("schedule %s: %w", name, err)
	}
	q.schedules = append(q.schedules, schedule{name: name, spec: spec, kind: kind, cron: parsed, zone: zone})
	return nil
}

// Next gives the first time after t at which spec fires in zone.
func Next(spec string, zone *time.Location, t time.Time) (time.Time, error) {
	parsed, err := cron.ParseStandard(spec)
	if err != nil {
		return time.Time{}, fmt.Errorf("schedule %q: %w", spec, err)
	}
	return parsed.Next(t.In(zone)).UTC(), nil
}

func (q *Queue) tickSchedules(ctx context.Context) error {
	var errs []error
	for _, s := range q.schedules {
		if err := q.tick(ctx, s); err != nil {
			errs = append(errs, fmt.Errorf("schedule %s: %w", s.name, err))
		}
	}
	return errors.Join(errs...)
}

func (q *Queue) tick(ctx context.Context, s schedule) error {
	due, err := q.due(ctx, q.db, s, "")
	if err != nil || !due {
		return err
	}
	return q.db.Tx(ctx, func(tx *db.Tx) error {
		due, err := q.due(ctx, tx, s, db.ForUpdate(tx)) // again under the lock: another node may have been quicker
		if err != nil || !due {
			return err
		}
		now := q.clock.Now()
		_, err = tx.Exec(ctx, `INSERT INTO job_schedule (name, spec, next_at) VALUES ($1,$2,$3)
			ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, next_at = excluded.next_at`,
			s.name, s.spec, db.Ms(s.cron.Next(now.In(s.zone))))
		if err != nil {
			return err
		}
		return q.Enqueue(ctx, tx, Job{Kind: s.kind, Key: "schedule:" + s.name})
	})
}

// due says whether the schedule has never run here, was changed, or its time has come.
func (q *Queue) due(ctx context.Context, qr db.Querier, s schedule, lock string) (bool, error) {
	var spec string
	var next time.Time
	err := qr.QueryRow(ctx, "SELECT spec, next_at FROM job_schedule WHERE name = $1"+lock, s.name).Scan(&spec, db.Time(&next))
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	now := q.clock.Now()
	// A clock that jumped back must not put the schedule off beyond its own period.
	tooFar := next.After(s.cron.Next(now.In(s.zone)))
	return err == nil && (spec != s.spec || !next.After(now) || tooFar), err
}

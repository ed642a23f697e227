// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// JobTidy removes what is not needed any more. It may run at any time, and twice.
const JobTidy = "constituency.tidy"

// unconfirmedLife is how long a registration may wait for its confirmation.
// Then its personal data go: nobody ever asked us to keep them (GDPR art. 5(1)(e)).
const unconfirmedLife = 14 * 24 * time.Hour

// registerJobs says who tidies up, and when.
func (m *Module) registerJobs(q *jobs.Queue) error {
	q.Handle(JobTidy, func(ctx context.Context, _ jobs.Run) error {
		return m.Tidy(ctx, access.System("tidy"))
	})
	zone, err := time.LoadLocation(m.deps.Instance.Zone)
	if err != nil {
		return fmt.Errorf("time zone of the instance: %w", err)
	}
	return q.Schedule(JobTidy, "40 3 * * *", zone, JobTidy)
}

// Tidy removes registrations nobody confirmed and links that no longer open anything,
// and absences long over.
func (m *Module) Tidy(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	now := m.now()
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM organisation WHERE state = 'unconfirmed' AND created_at < $1", db.Ms(now.Add(-unconfirmedLife))); err != nil {
			return fmt.Errorf("removing unconfirmed registrations: %w", err)
		}
		// Kept for a while after they end, so that an old link can say that it is too old.
		if _, err := tx.Exec(ctx, "DELETE FROM registration_token WHERE expires_at < $1", db.Ms(now.Add(-unconfirmedLife))); err != nil {
			return fmt.Errorf("removing old links: %w", err)
		}
		return forgetAbsences(ctx, tx, now)
	})
}

// slow gives a RateLimited fault when the key must wait.
func slow(l Limiter, key string) error {
	ok, wait := l.Allow(key)
	if ok {
		return nil
	}
	return fault.New(fault.RateLimited, "constituency.too_often", fault.P{"wait": max(wait, time.Minute).Round(time.Minute)})
}

// SPDX-License-Identifier: EUPL-1.2

package jobs

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"martinella/internal/platform/db"
)

// Start works until ctx ends, then waits for the handlers under way.
func (q *Queue) Start(ctx context.Context) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, q.cfg.Workers)
	for ctx.Err() == nil {
		if err := q.tickSchedules(ctx); err != nil && ctx.Err() == nil {
			q.log.Error("schedules", "error", err)
		}
		q.startDue(ctx, &wg, slots)
		q.wait(ctx)
	}
	wg.Wait()
}

// startDue hands due jobs to free workers until there is none of one of them.
func (q *Queue) startDue(ctx context.Context, wg *sync.WaitGroup, slots chan struct{}) {
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		run, ok, err := q.claim(ctx)
		if err != nil || !ok {
			<-slots
			if err != nil && ctx.Err() == nil {
				q.log.Error("claiming a job", "error", err)
			}
			return
		}
		wg.Go(func() {
			defer func() { <-slots; q.Wake() }()
			q.attempt(ctx, run)
		})
	}
}

func (q *Queue) wait(ctx context.Context) {
	timer := time.NewTimer(q.cfg.Poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-q.wake:
	}
}

// Drain works on what is due now, one job after the other, until nothing is:
// the command line and tests use it. It reports how many attempts it made.
func (q *Queue) Drain(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		run, ok, err := q.claim(ctx)
		if err != nil || !ok {
			return n, err
		}
		q.attempt(ctx, run)
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
}

func (q *Queue) claim(ctx context.Context) (run Run, ok bool, err error) {
	now := q.clock.Now()
	lease := rand.Text()
	query := `UPDATE job SET state = 'leased', lease = $1, lease_until = $2, attempts = attempts + 1
		WHERE id = (SELECT id FROM job WHERE (state = 'ready' AND run_at <= $3) OR (state = 'leased' AND lease_until < $3)
			ORDER BY run_at, id LIMIT 1` + db.SkipLocked(q.db) + `)
		RETURNING id, kind, COALESCE(unique_key, ''), payload, attempts`
	err = q.db.Tx(ctx, func(tx *db.Tx) error {
		var payload string
		err := tx.QueryRow(ctx, query, lease, db.Ms(now.Add(q.cfg.Lease)), db.Ms(now)).
			Scan(&run.ID, &run.Kind, &run.Key, &payload, &run.Attempt)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		run.Payload, run.lease, run.completed, ok = []byte(payload), lease, new(bool), err == nil
		return err
	})
	return run, ok && err == nil, err
}

func (q *Queue) attempt(ctx context.Context, run Run) {
	start := time.Now()
	work, cancel := context.WithCancel(ctx)
	stop := q.keepLease(work, cancel, run)
	err := q.call(work, run)
	stop()
	cancel()
	q.onDone(run.Kind, time.Since(start), err)
	if ctx.Err() != nil && err != nil {
		return // the program is stopping: the lease runs out and another takes over
	}
	if err := q.settle(ctx, run, err); err != nil && ctx.Err() == nil {
		q.log.Error("settling a job", "kind", run.Kind, "job", run.ID, "error", err)
	}
}

// call runs the handler and turns a panic into an error: one broken job must
// not stop the queue.
func (q *Queue) call(ctx context.Context, run Run) (err error) {
	h, ok := q.handlers[run.Kind]
	if !ok {
		return fmt.Errorf("nobody works on jobs of kind %q", run.Kind)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(ctx, run)
}

// keepLease renews the lease at a third of its length; when it is lost the
// handler's context ends.
func (q *Queue) keepLease(ctx context.Context, lost context.CancelFunc, run Run) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(q.cfg.Lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-ticker.C:
				if !q.renew(ctx, run) {
					lost()
					return
				}
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

func (q *Queue) renew(ctx context.Context, run Run) bool {
	res, err := q.db.Exec(ctx, "UPDATE job SET lease_until = $1 WHERE id = $2 AND lease = $3",
		db.Ms(q.clock.Now().Add(q.cfg.Lease)), run.ID, run.lease)
	if err != nil {
		return ctx.Err() == nil // a passing fault; the lease still has two thirds
	}
	n, err := res.RowsAffected()
	return err != nil || n == 1
}

// settle writes down how the attempt ended.
func (q *Queue) settle(ctx context.Context, run Run, failure error) error {
	if *run.completed {
		return nil
	}
	return q.db.Tx(ctx, func(tx *db.Tx) error {
		if failure == nil {
			return finish(ctx, tx, run)
		}
		return q.fail(ctx, tx, run, failure)
	})
}

// finish removes the job, or makes it ready again when it was asked for
// meanwhile.
func finish(ctx context.Context, tx *db.Tx, run Run) error {
	res, err := tx.Exec(ctx, `UPDATE job SET state = 'ready', again = FALSE, attempts = 0, lease = NULL, lease_until = NULL, last_error = NULL
		WHERE id = $1 AND lease = $2 AND again`, run.ID, run.lease)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	res, err = tx.Exec(ctx, "DELETE FROM job WHERE id = $1 AND lease = $2", run.ID, run.lease)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errLost
}

func (q *Queue) fail(ctx context.Context, tx *db.Tx, run Run, failure error) error {
	state := "ready"
	if run.Attempt >= q.cfg.MaxAttempts || errors.As(failure, new(permanent)) {
		state = "dead"
	}
	q.log.Warn("job failed", "kind", run.Kind, "job", run.ID, "attempt", run.Attempt, "state", state, "error", failure)
	_, err := tx.Exec(ctx, `UPDATE job SET state = $1, run_at = $2, last_error = $3, lease = NULL, lease_until = NULL, again = FALSE
		WHERE id = $4 AND lease = $5`,
		state, db.Ms(q.clock.Now().Add(backoff(run.Attempt))), failure.Error(), run.ID, run.lease)
	return err
}

// backoff grows from 10 seconds, doubling, to 4 hours.
func backoff(attempt int) time.Duration {
	return min(10*time.Second<<min(attempt-1, 12), 4*time.Hour)
}

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
	"sync/atomic"
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
		runs, err := q.claim(ctx)
		if err != nil || len(runs) == 0 {
			<-slots
			if err != nil && ctx.Err() == nil {
				q.log.Error("claiming a job", "error", err)
			}
			return
		}
		wg.Go(func() {
			defer func() { <-slots; q.Wake() }()
			q.attempt(ctx, runs)
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
	for n := 0; ; {
		runs, err := q.claim(ctx)
		if err != nil || len(runs) == 0 {
			return n, err
		}
		n += len(runs)
		q.attempt(ctx, runs)
		if ctx.Err() != nil {
			return n, ctx.Err()
		}
	}
}

const leaseSQL = "UPDATE job SET state = 'leased', lease = $1, lease_until = $2, attempts = attempts + 1 WHERE id "

const leased = " RETURNING id, kind, COALESCE(unique_key, ''), payload, attempts"

// claim leases the job that is due first and, where its kind is worked on
// several at once, others of the kind that are due soon after it.
func (q *Queue) claim(ctx context.Context) (runs []Run, err error) {
	now := q.clock.Now()
	lease, until := rand.Text(), db.Ms(now.Add(q.cfg.Lease))
	// What this process works on is not dead, whatever the clock says: somebody may have set it on by an hour.
	own := q.held.all()
	lapsed := "state = 'leased' AND lease_until < $3"
	if len(own) > 0 {
		lapsed += " AND lease NOT IN " + db.In(4, len(own))
	}
	err = q.db.Tx(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, leaseSQL+`= (SELECT id FROM job WHERE (state = 'ready' AND run_at <= $3) OR (`+lapsed+`)
			ORDER BY run_at, id LIMIT 1`+db.SkipLocked(q.db)+")"+leased, append([]any{lease, until, db.Ms(now)}, db.Args(own)...)...)
		if runs, err = db.Collect(rows, err, scanRun(lease)); err != nil || len(runs) == 0 {
			return err
		}
		more := q.handlers[runs[0].Kind].size - 1
		if more <= 0 {
			return nil
		}
		rows, err = tx.Query(ctx, leaseSQL+`IN (SELECT id FROM job WHERE state = 'ready' AND run_at <= $3 AND kind = $4
			ORDER BY run_at LIMIT $5`+db.SkipLocked(q.db)+")"+leased, lease, until, db.Ms(now), runs[0].Kind, more)
		others, err := db.Collect(rows, err, scanRun(lease))
		runs = append(runs, others...)
		return err
	})
	return runs, err
}

func scanRun(lease string) func(*sql.Rows) (Run, error) {
	return func(r *sql.Rows) (Run, error) {
		run := Run{lease: lease, completed: new(atomic.Bool)}
		var payload string
		err := r.Scan(&run.ID, &run.Kind, &run.Key, &payload, &run.Attempt)
		run.Payload = []byte(payload)
		return run, err
	}
}

func (q *Queue) attempt(ctx context.Context, runs []Run) {
	start := time.Now()
	defer q.held.begin(runs[0].lease)()
	work, cancel := context.WithCancel(ctx)
	stop := q.keepLease(work, cancel, runs)
	err := q.call(work, runs)
	stop()
	cancel()
	took := time.Since(start) / time.Duration(len(runs))
	for _, run := range runs {
		q.ended(ctx, run, took, err)
	}
}

func (q *Queue) ended(ctx context.Context, run Run, took time.Duration, err error) {
	if run.completed.Load() {
		err = nil
	}
	q.onDone(run.Kind, took, err)
	if ctx.Err() != nil && err != nil {
		return // the program is stopping: the lease runs out and another takes over
	}
	if err := q.settle(ctx, run, err); err != nil && ctx.Err() == nil {
		q.log.Error("settling a job", "kind", run.Kind, "job", run.ID, "error", err)
	}
}

// call runs the handler and turns a panic into an error: one broken job must
// not stop the queue.
func (q *Queue) call(ctx context.Context, runs []Run) (err error) {
	h, ok := q.handlers[runs[0].Kind]
	if !ok {
		return fmt.Errorf("nobody works on jobs of kind %q", runs[0].Kind)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h.handle(ctx, runs)
}

// keepLease renews the lease at a third of its length; when it is lost the
// handler's context ends.
func (q *Queue) keepLease(ctx context.Context, lost context.CancelFunc, runs []Run) (stop func()) {
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
				if !q.renew(ctx, runs) {
					lost()
					return
				}
			}
		}
	})
	return func() { close(done); wg.Wait() }
}

// renew prolongs what is still being worked on; false when nothing of it is ours any more.
func (q *Queue) renew(ctx context.Context, runs []Run) bool {
	var ids []int64
	for _, run := range runs {
		if !run.completed.Load() {
			ids = append(ids, run.ID)
		}
	}
	if len(ids) == 0 {
		return true // all done: the handler is about to return
	}
	res, err := q.db.Exec(ctx, "UPDATE job SET lease_until = $1 WHERE lease = $2 AND id IN "+db.In(3, len(ids)),
		append([]any{db.Ms(q.clock.Now().Add(q.cfg.Lease)), runs[0].lease}, db.Args(ids)...)...)
	if err != nil {
		return ctx.Err() == nil // a passing fault; the lease still has two thirds
	}
	n, err := res.RowsAffected()
	return err != nil || n > 0
}

// settle writes down how the attempt ended.
func (q *Queue) settle(ctx context.Context, run Run, failure error) error {
	if run.completed.Load() {
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
	for _, query := range []string{
		"DELETE FROM job WHERE id = $1 AND lease = $2 AND NOT again",
		`UPDATE job SET state = 'ready', again = FALSE, attempts = 0, lease = NULL, lease_until = NULL, last_error = NULL
			WHERE id = $1 AND lease = $2`,
	} {
		res, err := tx.Exec(ctx, query, run.ID, run.lease)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
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

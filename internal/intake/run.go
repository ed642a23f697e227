// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

const (
	runJob  = "intake.run"
	tickJob = "intake.tick"
)

// maxRun is how long a run may take; the next one goes on.
const maxRun = 20 * time.Minute

// work is the payload of runJob.
type work struct {
	Source int64 `json:"source"`
	ByHand bool  `json:"by_hand,omitempty"`
}

func runKey(id int64) string { return runJob + ":" + strconv.FormatInt(id, 10) }

func system() access.Scope { return access.System("intake") }

// tick asks for a run of every source whose hour has come.
func (m *Module) tick(ctx context.Context, run jobs.Run) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT id FROM intake_source WHERE active AND next_at <= $1 ORDER BY next_at", db.Ms(m.now()))
		due, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
		if err != nil {
			return fmt.Errorf("intake: looking for what is due: %w", err)
		}
		for _, id := range due {
			if err := m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: runJob, Key: runKey(id), Payload: work{Source: id}}); err != nil {
				return err
			}
		}
		return run.Complete(ctx, tx)
	})
}

// run looks at a source once. That the source fails is written with the source
// and is no failure of the job: the source has its own patience.
func (m *Module) run(ctx context.Context, run jobs.Run) error {
	var w work
	if err := run.Decode(&w); err != nil {
		return err
	}
	x, err := m.source(ctx, m.deps.DB, system(), w.Source, "")
	if fault.KindOf(err) == fault.NotFound {
		return nil // deleted meanwhile
	}
	if err != nil || !w.ByHand && !x.Active {
		return err
	}
	r := &round{m: m, source: x}
	progress, failure := m.bounded(ctx, x, r)
	if ctx.Err() != nil {
		return ctx.Err() // the program is stopping: this was no run
	}
	if failure == nil && r.waiting > 0 {
		failure = fault.New(fault.Unavailable, "intake.waiting", fault.P{"n": r.waiting})
	}
	return m.settle(ctx, run, r, progress, failure)
}

// bounded pulls within the time a run may take.
func (m *Module) bounded(ctx context.Context, x Source, r *round) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	defer cancel()
	progress, err := m.pull(ctx, x, r)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fault.New(fault.Unavailable, "intake.slow", fault.P{"minutes": int(maxRun.Minutes())}).Because(err)
	}
	return progress, err
}

// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

const (
	patience = 3              // failures in a row before the owner is told
	maxPause = 24 * time.Hour // between two runs of a source that fails
)

// settle writes down how a run ended, when the next one is and whom to tell, in
// one transaction that ends the job.
func (m *Module) settle(ctx context.Context, run jobs.Run, r *round, progress string, failure error) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		now, err := m.source(ctx, tx, system(), r.source.ID, db.ForUpdate(tx))
		if fault.KindOf(err) == fault.NotFound {
			return run.Complete(ctx, tx)
		}
		if err != nil {
			return err
		}
		now.RunAt, now.Seen = m.now(), now.Seen+r.seen
		now.Code, now.Params = "", nil
		if now.Version == r.source.Version && r.waiting == 0 {
			now.progress = progress // of another address it would be wrong
		}
		if failure == nil {
			err = m.worked(ctx, tx, &now)
		} else {
			err = m.failed(ctx, tx, &now, failure)
		}
		if err != nil {
			return err
		}
		if err := m.writeHealth(ctx, tx, now); err != nil {
			return err
		}
		return run.Complete(ctx, tx)
	})
}

func (m *Module) worked(ctx context.Context, tx *db.Tx, x *Source) error {
	wasTold := x.Told
	since := x.FailingSince
	x.OKAt, x.Failures, x.FailingSince, x.Told = m.now(), 0, time.Time{}, false
	x.plan(m.now(), m.spread(x.Every))
	if !wasTold {
		return nil
	}
	return m.tell(ctx, tx, *x, "recovered", since)
}

func (m *Module) failed(ctx context.Context, tx *db.Tx, x *Source, failure error) error {
	f := fault.Of(failure)
	x.Code, x.Params = f.Code, f.Params
	if f.Kind == fault.Internal {
		x.Code, x.Params = "intake.trouble", nil
		m.deps.Log.Warn("a source could not be looked at", "source", x.ID, "error", failure)
	}
	if x.Failures++; x.FailingSince.IsZero() {
		x.FailingSince = m.now()
	}
	x.plan(m.now(), max(m.spread(pause(x.Every, x.Failures)), pull.After(failure)))
	if x.Failures < patience || x.Told || !x.Active {
		return nil
	}
	x.Told = true
	return m.tell(ctx, tx, *x, "failing", x.FailingSince)
}

// plan says when the next run is.
func (x *Source) plan(now time.Time, pause time.Duration) {
	x.NextAt = time.Time{}
	if x.Active && x.polled() {
		x.NextAt = now.Add(pause)
	}
}

// pause is how long to wait after a number of failures in a row: twice as long
// each time, a day at most, and never less than the source's own pace.
func pause(every time.Duration, failures int64) time.Duration {
	return max(every, min(every<<min(failures-1, 20), maxPause))
}

// spread adds up to a tenth, so that sources do not all ask at the same moment.
func (m *Module) spread(d time.Duration) time.Duration {
	return d + time.Duration(m.deps.Jitter()*float64(d)/10)
}

func (m *Module) writeHealth(ctx context.Context, tx *db.Tx, x Source) error {
	_, err := tx.Exec(ctx, `UPDATE intake_source SET progress = $2, run_at = $3, ok_at = $4, next_at = $5, failures = $6, failing_since = $7, told = $8,
		error_code = $9, error_params = $10, seen = $11 WHERE id = $1`,
		x.ID, x.progress, db.Ms(x.RunAt), db.Ms(x.OKAt), db.Ms(x.NextAt), x.Failures, db.Ms(x.FailingSince), x.Told, x.Code, pack(x.Params), x.Seen)
	if err != nil {
		return fmt.Errorf("intake: noting a run of source %d: %w", x.ID, err)
	}
	return nil
}

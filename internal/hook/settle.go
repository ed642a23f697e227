// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// settle writes down how an attempt ended, what follows from it for the address,
// and the next attempt, in one transaction that ends the job.
func (m *Module) settle(ctx context.Context, run jobs.Run, h Hook, d Delivery, x sent) error {
	outcome := "failed"
	err := m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.writeAttempt(ctx, tx, d, x); err != nil {
			return err
		}
		if x.ok() {
			outcome = string(Delivered)
			return m.succeeded(ctx, tx, run, h, d, x)
		}
		dead, err := m.failed(ctx, tx, run, h, d, x)
		if dead {
			outcome = string(Dead)
		}
		return err
	})
	if err == nil {
		m.deps.Ended(outcome)
	}
	return err
}

func (m *Module) writeAttempt(ctx context.Context, tx *db.Tx, d Delivery, x sent) error {
	_, err := tx.Exec(ctx, "INSERT INTO hook_attempt (delivery_id, at, took_ms, status, failure, answer) VALUES ($1,$2,$3,$4,$5,$6)",
		d.ID, db.Ms(x.at), x.took.Milliseconds(), x.status, x.failure, x.answer)
	if err != nil {
		return fmt.Errorf("hook: noting an attempt: %w", err)
	}
	return nil
}

func (m *Module) succeeded(ctx context.Context, tx *db.Tx, run jobs.Run, h Hook, d Delivery, x sent) error {
	_, err := tx.Exec(ctx, "UPDATE hook_delivery SET state = 'delivered', tries = tries + 1, next_at = NULL, ended_at = $2, status = $3, failure = '' WHERE id = $1",
		d.ID, db.Ms(m.now()), x.status)
	if err != nil {
		return fmt.Errorf("hook: noting a delivery: %w", err)
	}
	if _, err := tx.Exec(ctx, "UPDATE hook SET failures = 0, failing_since = NULL, hold_until = NULL, succeeded_at = $2 WHERE id = $1", h.ID, db.Ms(m.now())); err != nil {
		return fmt.Errorf("hook: noting a success: %w", err)
	}
	return run.Complete(ctx, tx)
}

// failed plans the next attempt, or gives up; and stops an address that wants
// nothing more or has failed for too long.
func (m *Module) failed(ctx context.Context, tx *db.Tx, run jobs.Run, h Hook, d Delivery, x sent) (dead bool, err error) {
	// Another delivery to the same address may have ended meanwhile: read it again, locked.
	h, err = scanHook(tx.QueryRow(ctx, "SELECT "+hookColumns+" FROM hook h WHERE h.id = $1"+db.ForUpdate(tx), h.ID))
	if err != nil {
		return false, fmt.Errorf("hook: reading %d: %w", d.Hook, err)
	}
	if err := m.failing(ctx, tx, &h, x); err != nil {
		return false, err
	}
	tries := d.Tries + 1
	dead = tries > int64(len(pauses)) || x.status == http.StatusGone
	next := m.now().Add(max(pause(tries), x.after))
	state, nextAt, endedAt := Pending, next, time.Time{}
	if dead {
		state, nextAt, endedAt = Dead, time.Time{}, m.now()
	}
	_, err = tx.Exec(ctx, "UPDATE hook_delivery SET state = $2, tries = $3, next_at = $4, ended_at = $5, status = $6, failure = $7 WHERE id = $1",
		d.ID, string(state), tries, db.Ms(nextAt), db.Ms(endedAt), x.status, x.failure)
	if err != nil {
		return false, fmt.Errorf("hook: noting a failure: %w", err)
	}
	if dead {
		return true, run.Complete(ctx, tx)
	}
	return false, m.later(ctx, tx, run, d, next)
}

// failing notes a failure of the address itself.
func (m *Module) failing(ctx context.Context, tx *db.Tx, h *Hook, x sent) error {
	h.Failures++
	if h.FailingSince.IsZero() {
		h.FailingSince = m.now()
	}
	h.HoldUntil = m.now().Add(max(min(pause(h.Failures), maxHold), x.after))
	_, err := tx.Exec(ctx, "UPDATE hook SET failures = $2, failing_since = $3, hold_until = $4 WHERE id = $1", h.ID, h.Failures, db.Ms(h.FailingSince), db.Ms(h.HoldUntil))
	if err != nil {
		return fmt.Errorf("hook: noting a failure: %w", err)
	}
	switch {
	case h.State != Active:
		return nil
	case x.status == http.StatusGone:
		return m.stop(ctx, tx, *h, Gone, "hook.gone")
	case m.now().Sub(h.FailingSince) >= patience:
		return m.stop(ctx, tx, *h, Failing, "hook.failing")
	}
	return nil
}

// stop pauses an address and tells its contact.
func (m *Module) stop(ctx context.Context, tx *db.Tx, h Hook, to State, action string) error {
	if err := setState(ctx, tx, h.ID, to); err != nil {
		return err
	}
	if err := m.tell(ctx, tx, h, to); err != nil {
		return err
	}
	return m.note(ctx, tx, access.System("hook"), h, action, map[string]any{"failing_since": h.FailingSince, "failures": h.Failures})
}

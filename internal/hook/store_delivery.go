// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Outcome is what has become of a delivery.
type Outcome string

// The outcomes.
const (
	Pending   Outcome = "pending"
	Delivered Outcome = "delivered"
	Dead      Outcome = "dead"    // tried as often as we try
	Dropped   Outcome = "dropped" // not sent: the address had been paused
)

// Delivery is one event for one address.
type Delivery struct {
	ID        int64
	Hook      int64
	Event     int64 // 0: a test
	Kind      string
	Reference string // the webhook-id
	Body      string
	State     Outcome
	ByHand    bool
	Tries     int64
	CreatedAt time.Time
	NextAt    time.Time
	EndedAt   time.Time
	Status    int64  // of the last answer; 0: none
	Failure   string // of the last attempt: the code of its sentence

	Attempts []Attempt // in Delivery alone
}

// Attempt is one time a delivery was sent.
type Attempt struct {
	At      time.Time
	Took    time.Duration
	Status  int64
	Failure string
	Answer  string // its beginning
}

const deliveryColumns = "id, hook_id, event_id, kind, reference, body, state, by_hand, tries, created_at, next_at, ended_at, status, failure"

func scanDelivery(r interface{ Scan(...any) error }) (d Delivery, err error) {
	return d, r.Scan(&d.ID, &d.Hook, &d.Event, &d.Kind, &d.Reference, &d.Body, &d.State, &d.ByHand, &d.Tries, db.Time(&d.CreatedAt), db.Time(&d.NextAt), db.Time(&d.EndedAt), &d.Status, &d.Failure)
}

// Log gives a hook's deliveries, the newest first, and the cursor of what follows.
func (m *Module) Log(ctx context.Context, s access.Scope, h Hook, after string, limit int) ([]Delivery, string, error) {
	if err := s.Require(access.HookRead); err != nil {
		return nil, "", err
	}
	where, args := "hook_id = $1", []any{h.ID}
	if before, err := strconv.ParseInt(after, 10, 64); err == nil {
		args = append(args, before)
		where += " AND id < $2"
	}
	limit = bounded(limit)
	args = append(args, limit+1)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+deliveryColumns+" FROM hook_delivery WHERE "+where+" ORDER BY id DESC LIMIT $"+strconv.Itoa(len(args)), args...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Delivery, error) { return scanDelivery(r) })
	if err != nil {
		return nil, "", fmt.Errorf("hook: the log of %d: %w", h.ID, err)
	}
	all, next := cut(all, limit, func(d Delivery) int64 { return d.ID })
	return all, next, nil
}

// maxAttempts bounds how many attempts are shown of one delivery, the latest.
const maxAttempts = 100

// Delivery gives one with its attempts.
func (m *Module) Delivery(ctx context.Context, s access.Scope, hook, id int64) (Hook, Delivery, error) {
	h, err := m.Hook(ctx, s, hook)
	if err != nil {
		return h, Delivery{}, err
	}
	d, err := scanDelivery(m.deps.DB.QueryRow(ctx, "SELECT "+deliveryColumns+" FROM hook_delivery WHERE id = $1 AND hook_id = $2", id, h.ID))
	if db.NotFound(err) {
		return h, d, fault.New(fault.NotFound, "hook.no_delivery")
	}
	if err != nil {
		return h, d, fmt.Errorf("hook: delivery %d: %w", id, err)
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT at, took_ms, status, failure, answer FROM hook_attempt WHERE delivery_id = $1 ORDER BY id DESC LIMIT $2", id, maxAttempts)
	d.Attempts, err = db.Collect(rows, err, func(r *sql.Rows) (a Attempt, err error) {
		var ms int64
		err = r.Scan(db.Time(&a.At), &ms, &a.Status, &a.Failure, &a.Answer)
		a.Took = time.Duration(ms) * time.Millisecond
		return a, err
	})
	if err != nil {
		return h, d, fmt.Errorf("hook: attempts at %d: %w", id, err)
	}
	return h, d, nil
}

// due reads a delivery to be sent, and whose it is; false when it is gone or has ended.
func (m *Module) due(ctx context.Context, id int64) (h Hook, d Delivery, ok bool, err error) {
	d, err = scanDelivery(m.deps.DB.QueryRow(ctx, "SELECT "+deliveryColumns+" FROM hook_delivery WHERE id = $1", id))
	if err == nil && d.State == Pending {
		h, err = scanHook(m.deps.DB.QueryRow(ctx, "SELECT "+hookColumns+" FROM hook h WHERE h.id = $1", d.Hook))
		ok = err == nil
	}
	if db.NotFound(err) {
		err = nil
	}
	return h, d, ok, err
}

// logLife is how long the log is kept.
const logLife = 90 * 24 * time.Hour

// purgeAtOnce bounds one transaction of Purge.
const purgeAtOnce = 1000

// Purge forgets deliveries that ended and are older than the log is kept, and
// secrets that sign no more.
func (m *Module) Purge(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if _, err := m.deps.DB.Exec(ctx, "UPDATE hook SET old_secret = NULL, old_until = NULL WHERE old_until < $1", db.Ms(m.now())); err != nil {
		return fmt.Errorf("hook: forgetting old secrets: %w", err)
	}
	for {
		res, err := m.deps.DB.Exec(ctx, `DELETE FROM hook_delivery WHERE id IN
			(SELECT id FROM hook_delivery WHERE created_at < $1 AND state <> 'pending' ORDER BY created_at LIMIT $2)`, db.Ms(m.now().Add(-logLife)), purgeAtOnce)
		if err != nil {
			return fmt.Errorf("hook: forgetting old deliveries: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n < purgeAtOnce {
			return err
		}
	}
}

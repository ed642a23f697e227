// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// How failures close the door: the first few cost nothing, because people
// mistype; then each one doubles the wait.
const (
	freeFailures = 4
	firstDelay   = 30 * time.Second
	longestDelay = time.Hour
	noticeAt     = 8              // the failure that is told to the person, once in a row
	forgetAfter  = 24 * time.Hour // without a failure, the count begins anew
)

// delay is how long the door stays closed after so many failures in a row.
func delay(failures int) time.Duration {
	if failures <= freeFailures {
		return 0
	}
	d := firstDelay
	for range failures - freeFailures - 1 {
		if d *= 2; d >= longestDelay {
			return longestDelay
		}
	}
	return d
}

// attempt is one entry in the book of failures.
type attempt struct {
	failures int
	until    time.Time // when the door opens again; zero: it is open
}

// knock counts an attempt as failed before it is judged; open takes that back.
// When the door is closed it returns a RateLimited fault and counts nothing.
func (m *Module) knock(ctx context.Context, key string) (a attempt, err error) {
	now := m.Clock.Now()
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		var failedAt time.Time
		if a, failedAt, err = readGuard(ctx, tx, key, now); err != nil {
			return err
		}
		// A clock that jumped back must not close the door for longer than the rule.
		if wait := min(a.until.Sub(now), delay(a.failures)); wait > 0 {
			return tooMany(wait)
		}
		if now.Sub(failedAt) > forgetAfter {
			a.failures = 0
		}
		a.failures++
		if d := delay(a.failures); d > 0 {
			a.until = now.Add(d)
		}
		_, err := tx.Exec(ctx, "UPDATE sign_in_guard SET failures = $2, failed_at = $3, locked_until = $4 WHERE guard_key = $1",
			key, a.failures, db.Ms(now), db.Ms(a.until))
		return err
	})
	if err != nil {
		return a, fmt.Errorf("counting an attempt: %w", err)
	}
	return a, nil
}

func readGuard(ctx context.Context, tx *db.Tx, key string, now time.Time) (a attempt, failedAt time.Time, err error) {
	_, err = tx.Exec(ctx, "INSERT INTO sign_in_guard (guard_key, failures, failed_at) VALUES ($1, 0, $2) ON CONFLICT (guard_key) DO NOTHING", key, db.Ms(now))
	if err != nil {
		return a, failedAt, err
	}
	err = tx.QueryRow(ctx, "SELECT failures, failed_at, locked_until FROM sign_in_guard WHERE guard_key = $1"+db.ForUpdate(tx), key).
		Scan(&a.failures, db.Time(&failedAt), db.Time(&a.until))
	return a, failedAt, err
}

// openDoor forgets the failures: the attempt was good.
func openDoor(ctx context.Context, tx *db.Tx, keys ...string) error {
	for _, key := range keys {
		if _, err := tx.Exec(ctx, "DELETE FROM sign_in_guard WHERE guard_key = $1", key); err != nil {
			return fmt.Errorf("forgetting failures: %w", err)
		}
	}
	return nil
}

func tooMany(wait time.Duration) error {
	minutes := int((wait + time.Minute - 1) / time.Minute)
	return fault.New(fault.RateLimited, "identity.too_many", fault.P{"n": minutes})
}

// The keys of the book. Addresses are hashed: the table must not tell who tried.
func addressKey(email string) string      { return "address:" + digest(email) }
func deviceKey(hash string) string        { return "device:" + hash }
func secondFactorKey(person int64) string { return fmt.Sprintf("%s%d", codePrefix, person) }
func againKey(person int64) string        { return fmt.Sprintf("again:%d", person) }

const codePrefix = "code:"

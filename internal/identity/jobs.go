// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// The kinds of jobs.
const (
	jobReset   = "identity.reset"
	jobNotice  = "identity.notice"
	jobCleanup = "identity.cleanup"

	jobRecovery = "identity.recovery"
	jobExpire   = "identity.recovery_expire"
	jobTokens   = "identity.tokens"
)

// request is a job about an address that may be nobody's.
type request struct {
	Email    string `json:"email"`
	Failures int    `json:"failures,omitempty"`
	Code     bool   `json:"code,omitempty"` // it was the second factor that failed

	Address   string `json:"address,omitempty"` // from where it was asked
	UserAgent string `json:"user_agent,omitempty"`
}

// ask enqueues a job; equal ones that wait are one.
func (m *Module) ask(ctx context.Context, tx *db.Tx, kind, key string, r request) error {
	return m.Queue.Enqueue(ctx, tx, jobs.Job{Kind: kind, Key: kind + ":" + key, Payload: r})
}

// handleJobs registers the module's background work.
func (m *Module) handleJobs(q *jobs.Queue) error {
	q.Handle(jobReset, m.once(func(ctx context.Context, tx *db.Tx, r request) error { return m.sendReset(ctx, tx, r.Email) }))
	q.Handle(jobNotice, m.once(m.sendNotice))
	q.Handle(jobRecovery, m.once(m.recoveryAsked))
	q.Handle(jobExpire, func(ctx context.Context, _ jobs.Run) error { return m.expireRecoveries(ctx) })
	q.Handle(jobCleanup, func(ctx context.Context, _ jobs.Run) error { return m.cleanUp(ctx) })
	if err := q.Schedule(jobExpire, "*/10 * * * *", time.UTC, jobExpire); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	q.Handle(jobTokens, func(ctx context.Context, _ jobs.Run) error { return m.warnOfTokens(ctx) })
	if err := q.Schedule(jobTokens, "40 7 * * *", time.UTC, jobTokens); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	if err := q.Schedule(jobCleanup, "17 3 * * *", time.UTC, jobCleanup); err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	return nil
}

// once does the work and ends the job in one transaction: no mail is sent twice.
func (m *Module) once(work func(context.Context, *db.Tx, request) error) jobs.Handler {
	return func(ctx context.Context, run jobs.Run) error {
		var r request
		if err := run.Decode(&r); err != nil {
			return err
		}
		return m.DB.Tx(ctx, func(tx *db.Tx) error {
			if err := work(ctx, tx, r); err != nil {
				return err
			}
			return run.Complete(ctx, tx)
		})
	}
}

// sendNotice tells a person that somebody keeps failing to sign in as him.
func (m *Module) sendNotice(ctx context.Context, tx *db.Tx, r request) error {
	p, err := personByEmail(ctx, tx, r.Email)
	if err != nil || p.ID == 0 {
		return err
	}
	detail := map[string]any{"failures": r.Failures, "second_factor": r.Code}
	if err := m.note(ctx, tx, "visitor", 0, "person.locked", p.ID, detail); err != nil {
		return err
	}
	letter := "locked"
	if r.Code {
		letter = "locked_code"
	}
	return m.send(ctx, tx, p, letter, letterArgs{N: r.Failures})
}

// How long what has ended is kept, for the person to see what happened to a link.
const (
	keepLinks   = 30 * 24 * time.Hour
	keepDevices = 365 * 24 * time.Hour
)

// cleanUp removes what has no effect any more.
func (m *Module) cleanUp(ctx context.Context) error {
	ago := func(d time.Duration) any { return db.Ms(m.Clock.Now().Add(-d)) }
	for _, old := range []struct {
		query string
		args  []any
	}{
		{"DELETE FROM session WHERE created_at < $1 OR seen_at < $2", []any{ago(m.Config.SessionLife), ago(m.Config.SessionIdle)}},
		{"DELETE FROM single_use_token WHERE expires_at < $1", []any{ago(keepLinks)}},
		{"DELETE FROM device WHERE seen_at < $1", []any{ago(keepDevices)}},
		{"DELETE FROM passkey_challenge WHERE expires_at < $1", []any{ago(0)}},
		{"DELETE FROM spent_attempt WHERE expires_at < $1", []any{ago(0)}},
		{"DELETE FROM sign_in_guard WHERE failed_at < $1", []any{ago(forgetAfter + longestDelay)}},
	} {
		if _, err := m.DB.Exec(ctx, old.query, old.args...); err != nil {
			return fmt.Errorf("cleaning up: %w", err)
		}
	}
	return nil
}

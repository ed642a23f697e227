// SPDX-License-Identifier: EUPL-1.2

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
)

// Job is a request for work.
type Job struct {
	Kind    string
	Key     string    // joins equal requests; empty: every request is its own
	Payload any       // marshalled as JSON
	RunAt   time.Time // zero: now
}

// Run is one attempt at a job.
type Run struct {
	ID      int64
	Kind    string
	Key     string
	Payload json.RawMessage
	Attempt int // 1 for the first

	lease     string
	completed *atomic.Bool
}

// Decode reads the payload into v.
func (r Run) Decode(v any) error {
	if err := json.Unmarshal(r.Payload, v); err != nil {
		return Permanent(fmt.Errorf("payload of %s: %w", r.Kind, err))
	}
	return nil
}

// Handler does one attempt. An error means: try again later, unless Permanent.
type Handler func(ctx context.Context, run Run) error

// BatchHandler does one attempt at several jobs of its kind at once. The runs it
// has not completed when it returns have ended as its error says.
type BatchHandler func(ctx context.Context, runs []Run) error

type permanent struct{ error }

// Permanent marks an error that no further attempt can mend: the job is dead at once.
func Permanent(err error) error { return permanent{err} }

// Unwrap gives the cause.
func (p permanent) Unwrap() error { return p.error }

// Config bounds the queue.
type Config struct {
	Workers     int           // concurrent handlers; default 2
	Lease       time.Duration // how long a silent worker keeps a job; default 1 minute
	Poll        time.Duration // how often to look when nobody wakes us; default 1 second
	MaxAttempts int           // attempts before a job is dead; default 12 (about a day with the back-off)
}

func (c Config) withDefaults() Config {
	c.Workers = orDefault(c.Workers, 2)
	c.Lease = orDefault(c.Lease, time.Minute)
	c.Poll = orDefault(c.Poll, time.Second)
	c.MaxAttempts = orDefault(c.MaxAttempts, 12)
	return c
}

func orDefault[T int | time.Duration](v, fallback T) T {
	if v == 0 {
		return fallback
	}
	return v
}

// Queue is the queue and its workers. Handlers and schedules are registered
// before Start and never after.
type Queue struct {
	db        *db.DB
	clock     clock.Clock
	log       *slog.Logger
	cfg       Config
	handlers  map[string]batch
	schedules []schedule
	wake      chan struct{}
	held      held
	onDone    func(kind string, took time.Duration, err error)
}

// New makes a queue on d. Nothing runs until Start or Drain.
func New(d *db.DB, c clock.Clock, log *slog.Logger, cfg Config) *Queue {
	return &Queue{
		db: d, clock: c, log: log, cfg: cfg.withDefaults(),
		handlers: map[string]batch{}, wake: make(chan struct{}, 1),
		onDone: func(string, time.Duration, error) {},
	}
}

// batch is a handler and how many jobs of its kind it takes at once.
type batch struct {
	handle BatchHandler
	size   int
}

// Handle says who works on a kind of job.
func (q *Queue) Handle(kind string, h Handler) {
	q.handlers[kind] = batch{func(ctx context.Context, runs []Run) error { return h(ctx, runs[0]) }, 1}
}

// HandleMany says who works on a kind of job of which up to size are taken at
// once: of work so small that taking it one by one costs more than doing it.
func (q *Queue) HandleMany(kind string, size int, h BatchHandler) { q.handlers[kind] = batch{h, size} }

// OnDone makes f see the end of every attempt, for metrics.
func (q *Queue) OnDone(f func(kind string, took time.Duration, err error)) { q.onDone = f }

const joining = `ON CONFLICT (unique_key) DO UPDATE SET
		payload  = CASE WHEN job.state = 'ready' THEN job.payload ELSE excluded.payload END,
		again    = (job.state = 'leased'),
		attempts = CASE WHEN job.state = 'dead' THEN 0 ELSE job.attempts END,
		run_at   = CASE WHEN job.state = 'ready' AND job.run_at < excluded.run_at THEN job.run_at ELSE excluded.run_at END,
		state    = CASE WHEN job.state = 'dead' THEN 'ready' ELSE job.state END`

// Enqueue asks for a job in the transaction of the change it follows from.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, j Job) error {
	return q.EnqueueMany(ctx, tx, []Job{j})
}

// EnqueueMany asks for jobs at once.
func (q *Queue) EnqueueMany(ctx context.Context, tx *db.Tx, all []Job) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([][]any, 0, len(all))
	for _, j := range joined(all) {
		row, err := q.row(j)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := tx.BulkUpsert(ctx, "job", []string{"kind", "unique_key", "payload", "run_at", "created_at"}, rows, joining); err != nil {
		return fmt.Errorf("enqueueing %s: %w", all[0].Kind, err)
	}
	tx.AfterCommit(q.Wake)
	return nil
}

func (q *Queue) row(j Job) ([]any, error) {
	payload, err := json.Marshal(j.Payload)
	if err != nil {
		return nil, fmt.Errorf("payload of %s: %w", j.Kind, err)
	}
	now := q.clock.Now()
	if j.RunAt.IsZero() {
		j.RunAt = now
	}
	var key any
	if j.Key != "" {
		key = j.Key
	}
	return []any{j.Kind, key, string(payload), db.Ms(j.RunAt), db.Ms(now)}, nil
}

// joined makes one of requests with equal keys, as if the first had been waiting
// when the second came: one statement may not write a row twice.
func joined(all []Job) []Job {
	at := make(map[string]int, len(all))
	out := make([]Job, 0, len(all))
	for _, j := range all {
		i, known := at[j.Key]
		if j.Key == "" || !known {
			at[j.Key] = len(out)
			out = append(out, j)
		} else if j.RunAt.Before(out[i].RunAt) {
			out[i].RunAt = j.RunAt // the zero time, now, is before all others
		}
	}
	return out
}

// Wake makes the workers look now instead of at the next poll.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// errLost means that the lease ran out and somebody else has the job.
var errLost = errors.New("the lease was lost")

// Lost reports that a job could not be completed because somebody else has it by now.
func Lost(err error) bool { return errors.Is(err, errLost) }

// Complete finishes the job inside tx: the handler's change and the job's end
// are then one. It fails when the lease was lost, which undoes the change.
func (r Run) Complete(ctx context.Context, tx *db.Tx) error {
	if err := finish(ctx, tx, r); err != nil {
		return err
	}
	tx.AfterCommit(func() { r.completed.Store(true) })
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

// Package events carries news from one module to its neighbours without either
// knowing the other.
//
// An event is written in the transaction of the change it tells of, together
// with one job for each subscriber: it is never told without the change, nor
// forgotten after it, and one subscriber's trouble is not another's.
package events

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// Migrations holds the schema of the outbox.
//
//go:embed migrations
var Migrations embed.FS

// Event is news of a change.
type Event struct {
	Kind         string // "inventory.changed"
	Organisation int64  // 0 when it concerns no single organisation
	Payload      any
}

// Notice is an event as its subscriber gets it.
type Notice struct {
	ID           int64           `json:"id"`
	Kind         string          `json:"kind"`
	Organisation int64           `json:"organisation"`
	Payload      json.RawMessage `json:"payload"`
}

// Decode reads the payload into v.
func (n Notice) Decode(v any) error {
	if err := json.Unmarshal(n.Payload, v); err != nil {
		return jobs.Permanent(fmt.Errorf("payload of event %s: %w", n.Kind, err))
	}
	return nil
}

// Handler acts on a notice. It may be called again for the same one.
type Handler func(ctx context.Context, n Notice) error

// Bus knows who subscribed to what. Subscriptions are made before work starts.
type Bus struct {
	queue       *jobs.Queue
	clock       clock.Clock
	subscribers map[string][]string
	joined      map[string][]Joiner
}

// NewBus makes a bus whose deliveries are jobs of q.
func NewBus(q *jobs.Queue, c clock.Clock) *Bus {
	return &Bus{queue: q, clock: c, subscribers: map[string][]string{}, joined: map[string][]Joiner{}}
}

// Subscribe makes h act on every event of a kind; name tells this subscriber from others.
func (b *Bus) Subscribe(kind, name string, h Handler) {
	job := "event." + kind + "." + name
	b.subscribers[kind] = append(b.subscribers[kind], job)
	b.queue.Handle(job, func(ctx context.Context, run jobs.Run) error {
		var n Notice
		if err := run.Decode(&n); err != nil {
			return err
		}
		return h(ctx, n)
	})
}

// Joiner writes something down in the transaction of events of one kind.
type Joiner func(ctx context.Context, tx *db.Tx, all []Notice) error

// Join makes j a part of every event of a kind: what it writes is written with
// the event, and if it fails, the change the event tells of fails too. It is for
// little: what may take long, or fail, belongs in a subscriber.
func (b *Bus) Join(kind string, j Joiner) { b.joined[kind] = append(b.joined[kind], j) }

// Publish tells of a change in the change's own transaction.
func (b *Bus) Publish(ctx context.Context, tx *db.Tx, e Event) error {
	return b.PublishMany(ctx, tx, []Event{e})
}

// PublishMany tells of changes at once.
func (b *Bus) PublishMany(ctx context.Context, tx *db.Tx, all []Event) error {
	notices, err := b.insert(ctx, tx, all)
	if err != nil {
		return err
	}
	for len(notices) > 0 {
		kind := notices[0].Kind
		n := slices.IndexFunc(notices, func(x Notice) bool { return x.Kind != kind })
		if n < 0 {
			n = len(notices)
		}
		if err := b.tell(ctx, tx, kind, notices[:n]); err != nil {
			return fmt.Errorf("publishing %s: %w", kind, err)
		}
		notices = notices[n:]
	}
	return nil
}

// insert writes events, and gives them by their kinds.
func (b *Bus) insert(ctx context.Context, tx *db.Tx, all []Event) ([]Notice, error) {
	rows := make([][]any, len(all))
	for i, e := range all {
		payload, err := json.Marshal(e.Payload)
		if err != nil {
			return nil, fmt.Errorf("payload of event %s: %w", e.Kind, err)
		}
		rows[i] = []any{e.Kind, e.Organisation, string(payload), db.Ms(b.clock.Now())}
	}
	notices := make([]Notice, 0, len(all))
	err := tx.BulkReturning(ctx, "event", []string{"kind", "organisation_id", "payload", "created_at"}, rows, "RETURNING id, kind, organisation_id, payload", func(r *sql.Rows) error {
		var n Notice
		err := r.Scan(&n.ID, &n.Kind, &n.Organisation, (*[]byte)(&n.Payload))
		notices = append(notices, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("publishing events: %w", err)
	}
	slices.SortFunc(notices, func(x, y Notice) int { return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.ID, y.ID)) })
	return notices, nil
}

// tell lets those act who joined a kind, and asks for the subscribers' jobs.
func (b *Bus) tell(ctx context.Context, tx *db.Tx, kind string, notices []Notice) error {
	for _, join := range b.joined[kind] {
		if err := join(ctx, tx, notices); err != nil {
			return err
		}
	}
	var asked []jobs.Job
	for _, n := range notices {
		for _, job := range b.subscribers[kind] {
			asked = append(asked, jobs.Job{Kind: job, Key: job + ":" + strconv.FormatInt(n.ID, 10), Payload: n})
		}
	}
	return b.queue.EnqueueMany(ctx, tx, asked)
}

// SPDX-License-Identifier: EUPL-1.2

// Package events carries news from one module to its neighbours without either
// knowing the other.
//
// An event is written in the transaction of the change it tells of, together
// with one job for each subscriber: it is never told without the change, nor
// forgotten after it, and one subscriber's trouble is not another's.
package events

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
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

// Joiner writes something down in the transaction of an event.
type Joiner func(ctx context.Context, tx *db.Tx, n Notice) error

// Join makes j a part of every event of a kind: what it writes is written with
// the event, and if it fails, the change the event tells of fails too. It is for
// little: what may take long, or fail, belongs in a subscriber.
func (b *Bus) Join(kind string, j Joiner) { b.joined[kind] = append(b.joined[kind], j) }

// Publish tells of a change in the change's own transaction.
func (b *Bus) Publish(ctx context.Context, tx *db.Tx, e Event) error {
	payload, err := json.Marshal(e.Payload)
	if err != nil {
		return fmt.Errorf("payload of event %s: %w", e.Kind, err)
	}
	n := Notice{Kind: e.Kind, Organisation: e.Organisation, Payload: payload}
	err = tx.QueryRow(ctx, "INSERT INTO event (kind, organisation_id, payload, created_at) VALUES ($1,$2,$3,$4) RETURNING id",
		e.Kind, e.Organisation, string(payload), db.Ms(b.clock.Now())).Scan(&n.ID)
	if err != nil {
		return fmt.Errorf("publishing %s: %w", e.Kind, err)
	}
	for _, join := range b.joined[e.Kind] {
		if err := join(ctx, tx, n); err != nil {
			return fmt.Errorf("publishing %s: %w", e.Kind, err)
		}
	}
	for _, job := range b.subscribers[e.Kind] {
		key := job + ":" + strconv.FormatInt(n.ID, 10)
		if err := b.queue.Enqueue(ctx, tx, jobs.Job{Kind: job, Key: key, Payload: n}); err != nil {
			return err
		}
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package events_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

type bench struct {
	*testing.T
	db    *db.DB
	queue *jobs.Queue
	bus   *events.Bus
}

func each(t *testing.T, f func(b *bench)) {
	schema := []db.Migration{{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations}}
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))
		q := jobs.New(d, c, slog.New(slog.DiscardHandler), jobs.Config{})
		f(&bench{t, d, q, events.NewBus(q, c)})
	})
}

func (b *bench) publish(all ...events.Event) error {
	return b.db.Tx(b.Context(), func(tx *db.Tx) error { return b.bus.PublishMany(b.Context(), tx, all) })
}

// Of many events told at once each reaches those who joined or subscribed to its kind, once.
func TestManyEventsAtOnce(t *testing.T) {
	each(t, func(b *bench) {
		var joined, heard []string
		for _, kind := range []string{"sent", "opened"} {
			b.bus.Join(kind, func(_ context.Context, _ *db.Tx, all []events.Notice) error {
				joined = append(joined, fmt.Sprintf("%d %s from %d", len(all), all[0].Kind, all[0].Organisation))
				return nil
			})
			b.bus.Subscribe(kind, "test", func(_ context.Context, n events.Notice) error {
				heard = append(heard, fmt.Sprintf("%s %d %s", n.Kind, n.Organisation, n.Payload))
				return nil
			})
		}
		err := b.publish(events.Event{Kind: "sent", Organisation: 7, Payload: 1}, events.Event{Kind: "opened", Organisation: 8},
			events.Event{Kind: "sent", Organisation: 7, Payload: 1}, events.Event{Kind: "nobody's"}, events.Event{Kind: "sent", Organisation: 9, Payload: 2})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := b.queue.Drain(b.Context()); err != nil {
			b.Fatal(err)
		}
		if diff := cmp.Diff([]string{"1 opened from 8", "3 sent from 7"}, joined); diff != "" {
			b.Error(diff)
		}
		if diff := cmp.Diff([]string{"opened 8 null", "sent 7 1", "sent 7 1", "sent 9 2"}, heard); diff != "" {
			b.Error(diff)
		}
	})
}

// Who joins and fails undoes the change, and its events with it.
func TestAChangeFailsWithWhoJoined(t *testing.T) {
	each(t, func(b *bench) {
		regret := errors.New("regret")
		b.bus.Join("sent", func(context.Context, *db.Tx, []events.Notice) error { return regret })
		b.bus.Subscribe("sent", "test", func(context.Context, events.Notice) error { return nil })
		if err := b.publish(events.Event{Kind: "sent"}); !errors.Is(err, regret) {
			b.Errorf("%v", err)
		}
		if n, err := b.queue.Drain(b.Context()); n != 0 || err != nil {
			b.Errorf("%d told of what never was, %v", n, err)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/jobs"
)

var schema = []db.Migration{{Module: "jobs", FS: jobs.Migrations}}

type bench struct {
	t     *testing.T
	db    *db.DB
	clock *clock.Fake
	queue *jobs.Queue
}

func each(t *testing.T, f func(b *bench)) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		c := clock.NewFake(time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC))
		f(&bench{t, d, c, jobs.New(d, c, slog.New(slog.DiscardHandler), jobs.Config{MaxAttempts: 3})})
	})
}

func (b *bench) enqueue(j jobs.Job) {
	b.t.Helper()
	err := b.db.Tx(context.Background(), func(tx *db.Tx) error { return b.queue.Enqueue(context.Background(), tx, j) })
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) drain() int {
	b.t.Helper()
	n, err := b.queue.Drain(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func (b *bench) counts() map[string]int {
	b.t.Helper()
	c, err := b.queue.Counts(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func TestJobExistsOnlyWithItsChange(t *testing.T) {
	each(t, func(b *bench) {
		_ = b.db.Tx(context.Background(), func(tx *db.Tx) error {
			if err := b.queue.Enqueue(context.Background(), tx, jobs.Job{Kind: "mail"}); err != nil {
				t.Error(err)
			}
			return errors.New("the change failed")
		})
		if n := b.drain(); n != 0 {
			t.Errorf("%d jobs of a change that never was", n)
		}
	})
}

func TestEqualRequestsAreOneJob(t *testing.T) {
	each(t, func(b *bench) {
		ran := 0
		b.queue.Handle("match", func(context.Context, jobs.Run) error { ran++; return nil })
		for range 3 {
			b.enqueue(jobs.Job{Kind: "match", Key: "match:7"})
		}
		if b.drain(); ran != 1 {
			t.Errorf("ran %d times", ran)
		}
	})
}

func TestARequestDuringTheRunRunsItAgain(t *testing.T) {
	each(t, func(b *bench) {
		ran := 0
		b.queue.Handle("match", func(context.Context, jobs.Run) error {
			if ran++; ran == 1 {
				b.enqueue(jobs.Job{Kind: "match", Key: "match:7"})
			}
			return nil
		})
		b.enqueue(jobs.Job{Kind: "match", Key: "match:7"})
		if b.drain(); ran != 2 || len(b.counts()) != 0 {
			t.Errorf("ran %d times, left %v", ran, b.counts())
		}
	})
}

func TestFailuresBackOffThenDieAndCanBeRetried(t *testing.T) {
	each(t, func(b *bench) {
		broken := true
		b.queue.Handle("mail", func(context.Context, jobs.Run) error {
			if broken {
				return errors.New("no route to host")
			}
			return nil
		})
		b.enqueue(jobs.Job{Kind: "mail", Key: "m1"})
		for attempt := range 3 {
			if n := b.drain(); n != 1 {
				t.Fatalf("attempt %d: %d runs", attempt+1, n)
			}
			if n := b.drain(); n != 0 {
				t.Fatal("no back-off")
			}
			b.clock.Advance(5 * time.Hour)
		}
		dead, err := b.queue.List(context.Background(), "dead", 0, 10)
		if err != nil || len(dead) != 1 || dead[0].LastError != "no route to host" {
			t.Fatalf("dead %+v err %v", dead, err)
		}
		broken = false
		err = b.db.Tx(context.Background(), func(tx *db.Tx) error {
			_, err := b.queue.Retry(context.Background(), tx, dead[0].ID)
			return err
		})
		if err != nil || b.drain() != 1 || len(b.counts()) != 0 {
			t.Errorf("after try again: %v, err %v", b.counts(), err)
		}
	})
}

func TestPermanentErrorsAndPanicsAreContained(t *testing.T) {
	each(t, func(b *bench) {
		b.queue.Handle("bad", func(context.Context, jobs.Run) error { return jobs.Permanent(errors.New("malformed")) })
		b.queue.Handle("worse", func(context.Context, jobs.Run) error { var none []int; _ = none[len(none)]; return nil })
		b.enqueue(jobs.Job{Kind: "bad"})
		b.enqueue(jobs.Job{Kind: "worse"})
		b.enqueue(jobs.Job{Kind: "unknown"})
		b.drain()
		if c := b.counts(); c["dead"] != 1 || c["ready"] != 2 {
			t.Errorf("counts %v", c)
		}
	})
}

// A worker that is killed leaves a lease; when it runs out another takes over,
// and what the first one still tries to finish is refused.
func TestADeadWorkersJobIsTakenOver(t *testing.T) {
	each(t, func(b *bench) {
		ctx := context.Background()
		var first jobs.Run
		ran := 0
		other := jobs.New(b.db, b.clock, slog.New(slog.DiscardHandler), jobs.Config{}) // of another process
		other.Handle("digest", func(context.Context, jobs.Run) error { ran++; return nil })
		b.queue.Handle("digest", func(ctx context.Context, run jobs.Run) error {
			if ran++; ran == 1 {
				first = run
				b.clock.Advance(2 * time.Minute) // silent for longer than the lease
				if n, err := other.Drain(ctx); n != 1 || err != nil {
					t.Errorf("taken over %d times, %v", n, err)
				}
				return b.db.Tx(ctx, func(tx *db.Tx) error { return run.Complete(ctx, tx) })
			}
			return nil
		})
		b.enqueue(jobs.Job{Kind: "digest", Key: "d"})
		b.drain()
		if ran != 2 || len(b.counts()) != 0 {
			t.Errorf("ran %d, left %v", ran, b.counts())
		}
		if err := b.db.Tx(ctx, func(tx *db.Tx) error { return first.Complete(ctx, tx) }); err == nil {
			t.Error("the first worker could still commit")
		}
	})
}

func TestScheduleFiresOnceAfterADowntime(t *testing.T) {
	each(t, func(b *bench) {
		rome, err := time.LoadLocation("Europe/Rome")
		if err != nil {
			t.Fatal(err)
		}
		fired := make(chan time.Time, 10)
		b.queue.Handle("feeds", func(context.Context, jobs.Run) error { fired <- b.clock.Now(); return nil })
		if err := b.queue.Schedule("feeds", "30 5 * * *", rome, "feeds"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { b.queue.Start(ctx); close(done) }()
		<-fired // the first sight of a schedule runs it
		b.clock.Advance(5 * 24 * time.Hour)
		b.queue.Wake()
		<-fired
		cancel()
		<-done
		if len(fired) != 0 {
			t.Errorf("%d more runs for the days that were missed", len(fired))
		}
	})
}

func TestNextFollowsDaylightSaving(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	// Clocks go back on 25 October 2026: 06:00 is 04:00 UTC before and 05:00 UTC after.
	got, err := jobs.Next("0 6 * * *", rome, time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC))
	if want := time.Date(2026, 10, 25, 5, 0, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("got %v, want %v, err %v", got, want, err)
	}
}

// Jobs taken several at once end each by itself: what completed is done, the rest is tried again.
func TestManyAtOnceEndEachByItself(t *testing.T) {
	each(t, func(b *bench) {
		var sizes []int
		b.queue.HandleMany("mail", 4, func(ctx context.Context, runs []jobs.Run) error {
			sizes = append(sizes, len(runs))
			if err := b.db.Tx(ctx, func(tx *db.Tx) error { return runs[0].Complete(ctx, tx) }); err != nil {
				return err
			}
			return errors.New("the others failed")
		})
		other := 0
		b.queue.Handle("other", func(context.Context, jobs.Run) error { other++; return nil })
		for i := range 6 {
			b.enqueue(jobs.Job{Kind: "mail", Payload: i})
			b.enqueue(jobs.Job{Kind: "other"})
		}
		b.drain()
		if c := b.counts(); len(sizes) != 2 || sizes[0] != 4 || sizes[1] != 2 || c["ready"] != 4 || other != 6 {
			t.Errorf("batches %v, %v, others %d", sizes, c, other)
		}
	})
}

// Requests made at once are what they would have been one after the other.
func TestManyRequestsAtOnce(t *testing.T) {
	each(t, func(b *bench) {
		var ran []string
		b.queue.Handle("match", func(_ context.Context, run jobs.Run) error {
			ran = append(ran, run.Key+string(run.Payload))
			return nil
		})
		b.enqueue(jobs.Job{Kind: "match", Key: "a", Payload: "first", RunAt: b.clock.Now().Add(time.Hour)})
		all := []jobs.Job{
			{Kind: "match", Key: "a", Payload: "second"}, {Kind: "match", Key: "b", Payload: 1, RunAt: b.clock.Now().Add(time.Hour)},
			{Kind: "match", Payload: 2}, {Kind: "match", Payload: 3}, {Kind: "match", Key: "b", Payload: 4},
		}
		for i := range 500 {
			all = append(all, jobs.Job{Kind: "match", Key: fmt.Sprint("later", i), RunAt: b.clock.Now().Add(time.Hour)})
		}
		err := b.db.Tx(t.Context(), func(tx *db.Tx) error { return b.queue.EnqueueMany(t.Context(), tx, all) })
		if err != nil {
			t.Fatal(err)
		}
		b.drain()
		if diff := cmp.Diff([]string{`a"first"`, "b1", "2", "3"}, ran); diff != "" {
			t.Error(diff)
		}
		if n := b.counts()["ready"]; n != 500 {
			t.Errorf("%d wait, want 500", n)
		}
	})
}

// Somebody sets the clock on or back by an hour while jobs are worked on: none is
// run twice, and none is lost.
func TestTheClockIsSet(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, -time.Hour} {
		each(t, func(b *bench) {
			var ran []string
			b.queue.Handle("mail", func(_ context.Context, run jobs.Run) error {
				ran = append(ran, run.Key)
				if run.Key == "m0" {
					b.clock.Advance(by)
					b.drain() // what another worker of this process would do now
				}
				return nil
			})
			for i := range 5 {
				b.enqueue(jobs.Job{Kind: "mail", Key: fmt.Sprint("m", i)})
			}
			b.drain()
			b.clock.Advance(time.Hour)
			b.drain()
			slices.Sort(ran)
			if diff := cmp.Diff([]string{"m0", "m1", "m2", "m3", "m4"}, ran); diff != "" || len(b.counts()) != 0 {
				t.Errorf("set by %s: %s, left %v", by, diff, b.counts())
			}
		})
	}
}

// SPDX-License-Identifier: EUPL-1.2

package jobs_test

import (
	"context"
	"testing"
	"time"

	"martinella/internal/platform/jobs"
)

func TestOldestDueIsOfWhatIsReady(t *testing.T) {
	each(t, func(b *bench) {
		oldest := func() time.Time {
			at, err := b.queue.OldestDue(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		if at := oldest(); !at.IsZero() {
			t.Errorf("nothing is ready, but since %v", at)
		}
		b.queue.Handle("work", func(context.Context, jobs.Run) error { return nil })
		due := b.clock.Now().Add(time.Hour)
		b.enqueue(jobs.Job{Kind: "work", RunAt: due.Add(time.Hour)})
		b.enqueue(jobs.Job{Kind: "work", RunAt: due})
		if at := oldest(); !at.Equal(due) {
			t.Errorf("due %v, want %v", at, due)
		}
	})
}

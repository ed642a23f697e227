// SPDX-License-Identifier: EUPL-1.2

package jobs

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/platform/db"
)

// OldestDue is when the job was due that waits longest to be begun; zero: none
// is ready. One due in the future is not late.
func (q *Queue) OldestDue(ctx context.Context) (at time.Time, err error) {
	if err = q.db.QueryRow(ctx, "SELECT min(run_at) FROM job WHERE state = 'ready'").Scan(db.Time(&at)); err != nil {
		return at, fmt.Errorf("jobs: the oldest due: %w", err)
	}
	return at, nil
}

// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/platform/db"
)

// Hold keeps every object where it is until a moment, for whoever copies them
// all; what is released meanwhile is removed later. A longer hold stays.
func Hold(ctx context.Context, d *db.DB, until time.Time) error {
	_, err := d.Exec(ctx, "UPDATE blob_hold SET until_at = $1 WHERE one = 1 AND until_at < $1", db.Ms(until))
	if err != nil {
		return fmt.Errorf("blob: holding: %w", err)
	}
	return nil
}

// EndHold takes a hold back, unless another one has become the longest.
func EndHold(ctx context.Context, d *db.DB, until time.Time) error {
	_, err := d.Exec(ctx, "UPDATE blob_hold SET until_at = 0 WHERE one = 1 AND until_at = $1", db.Ms(until))
	return err
}

func (s *Store) held(ctx context.Context) (held bool, err error) {
	var until int64
	err = s.db.QueryRow(ctx, "SELECT until_at FROM blob_hold WHERE one = 1").Scan(&until)
	return until > s.clock.Now().UnixMilli(), err
}

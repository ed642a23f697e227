// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
)

func TestWithinIsOneTransaction(t *testing.T) {
	schema := db.Migration{Module: "w", FS: fstest.MapFS{"migrations/0001_w.sql": {Data: []byte("CREATE TABLE w (n BIGINT PRIMARY KEY);")}}}
	dbtest.Each(t, []db.Migration{schema}, func(t *testing.T, d *db.DB) {
		count := func(ctx context.Context) (n int) {
			t.Helper()
			if err := d.QueryRow(ctx, "SELECT count(*) FROM w").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		add := func(ctx context.Context, n int) error {
			return d.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, "INSERT INTO w VALUES ($1)", n); err != nil {
					return err
				}
				tx.AfterCommit(func() { n++ })
				return nil
			})
		}
		broken, told := errors.New("broken"), false
		err := d.Within(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			tx.AfterCommit(func() { told = true })
			if err := add(ctx, 1); err != nil {
				return err
			}
			if err := add(ctx, 1); !db.Unique(err) {
				t.Errorf("the same twice: %v", err)
			}
			if err := d.Tx(ctx, func(*db.Tx) error { return errors.Join(add(ctx, 2), broken) }); !errors.Is(err, broken) {
				t.Errorf("a part that fails: %v", err)
			}
			if n := count(ctx); n != 1 {
				t.Errorf("inside: %d, one part succeeded", n)
			}
			if n := count(t.Context()); n != 0 || told {
				t.Errorf("outside, before the end: %d, told %v", n, told)
			}
			return nil
		})
		if n := count(t.Context()); err != nil || n != 1 || !told {
			t.Errorf("after the end: %d, told %v, %v", n, told, err)
		}
		err = d.Within(t.Context(), func(ctx context.Context, _ *db.Tx) error { return errors.Join(add(ctx, 3), broken) })
		if n := count(t.Context()); !errors.Is(err, broken) || n != 1 {
			t.Errorf("a whole that fails: %d, %v", n, err)
		}
	})
}

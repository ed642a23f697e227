// SPDX-License-Identifier: EUPL-1.2

// Package dbtest runs one test on both engines: a fresh SQLite file and a fresh
// database of a real PostgreSQL. It never skips: a store that was not tried on
// both was not tried.
package dbtest

import (
	"context"
	"path/filepath"
	"testing"

	"martinella/internal/platform/db"
	"martinella/internal/platform/db/pgtest"
)

// Each runs f once on SQLite and once on PostgreSQL, each migrated and empty.
func Each(t *testing.T, modules []db.Migration, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t, modules)) })
	t.Run("postgres", func(t *testing.T) { f(t, open(t, pgtest.DSN(t), modules)) })
}

// SQLite gives a fresh migrated SQLite database, closed when the test ends.
func SQLite(t testing.TB, modules []db.Migration) *db.DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "test.db"), modules)
}

func open(t testing.TB, dsn string, modules []db.Migration) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatalf("opening the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing the test database: %v", err)
		}
	})
	if _, err := d.Migrate(ctx, modules); err != nil {
		t.Fatalf("migrating the test database: %v", err)
	}
	return d
}

// SPDX-License-Identifier: EUPL-1.2

// Package dbtest runs one test on both engines: a fresh SQLite file and a fresh
// database of a real PostgreSQL. It never skips: a store that was not tried on
// both was not tried.
package dbtest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"martinella/internal/platform/db"
	"martinella/internal/platform/db/pgtest"
)

// Each runs f once on SQLite and once on PostgreSQL, each migrated and empty.
func Each(t *testing.T, modules []db.Migration, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t, modules)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t, modules)) })
}

// Postgres gives a fresh migrated PostgreSQL database, closed when the test
// ends. The migrations run once for all tests with the same ones; the others
// get a copy.
func Postgres(t testing.TB, modules []db.Migration) *db.DB {
	t.Helper()
	return open(t, pgtest.From(t, fingerprint(t, modules), func(dsn string) error {
		d, err := db.Open(context.Background(), dsn)
		if err != nil {
			return err
		}
		_, err = d.Migrate(context.Background(), modules)
		return errors.Join(err, d.Close())
	}))
}

// fingerprint is the text of all migrations: other migrations, other database.
func fingerprint(t testing.TB, modules []db.Migration) string {
	t.Helper()
	var b strings.Builder
	for _, m := range modules {
		steps, err := m.Steps(db.Postgres)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %v\n", m.Module, steps)
	}
	return b.String()
}

// SQLite gives a fresh migrated SQLite database, closed when the test ends.
func SQLite(t testing.TB, modules []db.Migration) *db.DB {
	t.Helper()
	d := open(t, filepath.Join(t.TempDir(), "test.db"))
	if _, err := d.Migrate(context.Background(), modules); err != nil {
		t.Fatalf("migrating the test database: %v", err)
	}
	return d
}

func open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatalf("opening the test database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("closing the test database: %v", err)
		}
	})
	return d
}

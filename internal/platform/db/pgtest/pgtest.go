// SPDX-License-Identifier: EUPL-1.2

// Package pgtest gives tests a fresh database on a real PostgreSQL.
//
// The server is the one MARTINELLA_TEST_POSTGRES names (a DSN that may create
// databases; "make test" sets it), else one that the test process starts for
// itself with scripts/postgres-test.sh and that goes when the process goes,
// however it ends. A test that cannot have PostgreSQL fails: it never skips.
package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Variable names the environment variable with the DSN of a server to use.
const Variable = "MARTINELLA_TEST_POSTGRES"

// DSN makes an empty database for this test and returns its DSN. The database
// is dropped when the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	return clone(t, "template0")
}

// From makes a database that is a copy of one that prepare filled, and returns
// its DSN. What prepare does happens once for each key on a server, also when
// several test processes ask at once; a copy costs some 20 ms. Use as key what
// the content depends on, such as the text of all migrations.
func From(t testing.TB, key string, prepare func(dsn string) error) string {
	t.Helper()
	sum := sha256.Sum256([]byte(key))
	name := "template_" + hex.EncodeToString(sum[:12])
	if err := onServer(t, func(ctx context.Context, c *pgx.Conn) error {
		return template(ctx, c, name, func() error { return prepare(dsnOf(t, name)) })
	}); err != nil {
		t.Fatalf("preparing the PostgreSQL template: %v", err)
	}
	return clone(t, name)
}

func clone(t testing.TB, source string) string {
	t.Helper()
	name := "test_" + strings.ToLower(randomText())
	err := onServer(t, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(source))
		return err
	})
	if err != nil {
		t.Fatalf("making a PostgreSQL test database: %v", err)
	}
	t.Cleanup(func() { drop(t, name) })
	return dsnOf(t, name)
}

func drop(t testing.TB, name string) {
	err := onServer(t, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
		return err
	})
	if err != nil {
		t.Errorf("dropping a PostgreSQL test database: %v", err)
	}
}

// template makes the database name once. The advisory lock keeps other
// processes waiting; an unfinished one of a killed process is made again.
func template(ctx context.Context, c *pgx.Conn, name string, prepare func() error) error {
	const lock = 7302114
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return err
	}
	finished := false
	err := c.QueryRow(ctx, "SELECT datistemplate FROM pg_database WHERE datname = $1", name).Scan(&finished)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if finished {
		return nil
	}
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + quote(name) + " WITH (FORCE)",
		"CREATE DATABASE " + quote(name) + " TEMPLATE template0",
	} {
		if _, err := c.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := prepare(); err != nil {
		return err
	}
	_, err = c.Exec(ctx, "ALTER DATABASE "+quote(name)+" IS_TEMPLATE true")
	return err
}

// onServer runs f on a connection to the server's own database; closing it
// also frees the locks f took.
func onServer(t testing.TB, f func(context.Context, *pgx.Conn) error) error {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, serverDSN(t))
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	return errors.Join(f(ctx, c), c.Close(ctx))
}

// dsnOf is the server's DSN with another database.
func dsnOf(t testing.TB, database string) string {
	t.Helper()
	u, err := url.Parse(serverDSN(t))
	if err != nil {
		t.Fatalf("%s must be a postgres:// address: %v", Variable, err)
	}
	u.Path = "/" + database
	return u.String()
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

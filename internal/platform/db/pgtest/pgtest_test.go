// SPDX-License-Identifier: EUPL-1.2

package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"martinella/internal/platform/db/pgtest"
)

func run(t *testing.T, dsn, query string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	var out string
	if err := c.QueryRow(t.Context(), query).Scan(&out); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return out
}

func TestEveryTestHasItsOwnDatabase(t *testing.T) {
	first, second := pgtest.DSN(t), pgtest.DSN(t)
	run(t, first, "CREATE TABLE only_here (a INT)")
	if got := run(t, second, "SELECT coalesce(to_regclass('only_here')::text, 'absent')"); got != "absent" {
		t.Errorf("the table of one database shows in the other: %s", got)
	}
}

func TestTheDatabaseGoesWithTheTest(t *testing.T) {
	var name string
	t.Run("inner", func(t *testing.T) { name = run(t, pgtest.DSN(t), "SELECT current_database()") })
	got := run(t, pgtest.DSN(t), "SELECT count(*)::text FROM pg_database WHERE datname = '"+name+"'")
	if name == "" || got != "0" {
		t.Errorf("%q is still there (%s)", name, got)
	}
}

func TestTemplateIsPreparedOnceAndCopied(t *testing.T) {
	prepared := 0
	prepare := func(dsn string) error {
		prepared++
		run(t, dsn, "CREATE TABLE shelf (a TEXT)")
		run(t, dsn, "INSERT INTO shelf VALUES ('book')")
		return nil
	}
	key := t.TempDir() // differs at every run: a server may outlive one
	first := pgtest.From(t, key, prepare)
	run(t, first, "INSERT INTO shelf VALUES ('second book')")
	second := pgtest.From(t, key, prepare)
	if got := run(t, second, "SELECT string_agg(a, ',') FROM shelf"); got != "book" || prepared != 1 {
		t.Errorf("prepared %d times, the second copy holds %q", prepared, got)
	}
}

func TestTextIsUTF8AndSortedByCodePoint(t *testing.T) {
	got := run(t, pgtest.DSN(t), "SELECT string_agg(x, '' ORDER BY x) FROM (VALUES ('b'),('A'),('à')) v(x)")
	if got != "Abà" {
		t.Errorf("got %q: the database does not have the C.UTF-8 collation", got)
	}
}

// The whole life of the server that a test process starts for itself.
func TestServerEndsWhenItsCallerDoes(t *testing.T) {
	cmd := exec.Command("bash", "../../../../scripts/postgres-test.sh", "--serve")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dsn, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the script gave no DSN: %v", err)
	}
	config, err := pgx.ParseConfig(strings.TrimSpace(dsn))
	if err != nil {
		t.Fatal(err)
	}
	run(t, strings.TrimSpace(dsn), "SELECT 'alive'")
	if err := errors.Join(stdin.Close(), cmd.Wait()); err != nil {
		t.Fatalf("the script did not end well: %v", err)
	}
	if _, err := os.Stat(config.Host); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left behind (%v)", config.Host, err)
	}
}

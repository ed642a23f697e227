// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
)

func schema(files map[string]string) []db.Migration {
	m := fstest.MapFS{}
	for name, text := range files {
		m["migrations/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return []db.Migration{{Module: "test", FS: m}}
}

var notes = schema(map[string]string{
	"0001_note.sql": `CREATE TABLE note (id {{id}}, a TEXT NOT NULL, b TEXT NOT NULL UNIQUE, at BIGINT, raw {{blob}}, done BOOLEAN NOT NULL DEFAULT FALSE);`,
})

// The driver for SQLite binds $2 before $1 by order of appearance; we must not.
func TestPlaceholdersBindByNumber(t *testing.T) {
	dbtest.Each(t, notes, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if _, err := d.Exec(ctx, "INSERT INTO note (b, a) VALUES ($2, $1)", "first", "second"); err != nil {
			t.Fatal(err)
		}
		var a, b, twice string
		err := d.QueryRow(ctx, "SELECT a, b, CAST($1 AS TEXT) || CAST($1 AS TEXT) FROM note WHERE b = $2 AND a = $1 AND a <> '$1'", "first", "second").Scan(&a, &b, &twice)
		if err != nil || a != "first" || b != "second" || twice != "firstfirst" {
			t.Errorf("a=%q b=%q twice=%q err=%v", a, b, twice, err)
		}
	})
}

func TestTransactionIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, notes, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		woken := false
		err := d.Tx(ctx, func(tx *db.Tx) error {
			tx.AfterCommit(func() { woken = true })
			if _, err := tx.Exec(ctx, "INSERT INTO note (a, b) VALUES ('x','y')"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("err = %v", err)
		}
		if n := count(t, d); n != 0 || woken {
			t.Errorf("%d rows stayed, woken=%v", n, woken)
		}
	})
}

// A context that ends within a transaction undoes it in the driver, and who works
// in it hears no more than that it is over: the reason is told all the same.
func TestATransactionUndoneByItsContextSaysSo(t *testing.T) {
	dbtest.Each(t, notes, func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(context.Background())
		err := d.Tx(ctx, func(tx *db.Tx) error {
			stop()
			for { // until the driver has noticed
				if _, err := tx.Exec(context.Background(), "SELECT 1"); err != nil {
					return err
				}
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("err = %v", err)
		}
	})
}

func TestBulkInsertAndUpsert(t *testing.T) {
	dbtest.Each(t, notes, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		at := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
		var rows [][]any
		for i := range 2001 {
			rows = append(rows, []any{"a", string(rune('A'+i%26)) + time.Duration(i).String(), db.Ms(at), []byte{0, 1, byte(i)}, i%2 == 0})
		}
		cols := []string{"a", "b", "at", "raw", "done"}
		err := d.Tx(ctx, func(tx *db.Tx) error { return tx.BulkInsert(ctx, "note", cols, rows) })
		if err != nil || count(t, d) != len(rows) {
			t.Fatalf("count=%d err=%v", count(t, d), err)
		}
		err = d.Tx(ctx, func(tx *db.Tx) error { return tx.BulkInsert(ctx, "note", cols, rows[:1]) })
		if !db.Unique(err) {
			t.Errorf("a repeated value must be a unique violation, got %v", err)
		}
		rows[0][0] = "changed"
		err = d.Tx(ctx, func(tx *db.Tx) error {
			return tx.BulkUpsert(ctx, "note", cols, rows, "ON CONFLICT (b) DO UPDATE SET a = excluded.a")
		})
		var got time.Time
		var raw []byte
		if err == nil {
			err = d.QueryRow(ctx, "SELECT at, raw FROM note WHERE a = 'changed'").Scan(db.Time(&got), &raw)
		}
		if err != nil || !got.Equal(at) || len(raw) != 3 {
			t.Errorf("at=%v raw=%v err=%v", got, raw, err)
		}
	})
}

func TestMigrationsRunOnceAndRefuseGaps(t *testing.T) {
	dbtest.Each(t, notes, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if n, err := d.Migrate(ctx, notes); n != 0 || err != nil {
			t.Errorf("second run applied %d, err %v", n, err)
		}
		if n, err := d.Pending(ctx, notes); n != 0 || err != nil {
			t.Errorf("pending %d, err %v", n, err)
		}
		gap := schema(map[string]string{"0001_a.sql": "SELECT 1;", "0003_c.sql": "SELECT 1;"})
		if _, err := d.Migrate(ctx, gap); err == nil {
			t.Error("a gap must be refused")
		}
	})
}

func TestForeignKeysHoldOnEveryConnection(t *testing.T) {
	child := schema(map[string]string{"0001_pair.sql": `CREATE TABLE parent (id BIGINT PRIMARY KEY);
		CREATE TABLE child (parent_id BIGINT NOT NULL REFERENCES parent(id));`})
	dbtest.Each(t, child, func(t *testing.T, d *db.DB) {
		if _, err := d.Exec(context.Background(), "INSERT INTO child (parent_id) VALUES (7)"); err == nil {
			t.Error("an orphan was accepted")
		}
	})
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.QueryRow(context.Background(), "SELECT count(*) FROM note").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

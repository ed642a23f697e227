// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// What a whole database is made of, for copying it to another one of either engine.

// Snapshot runs f on the database as it is at one moment, however long f reads.
func (d *DB) Snapshot(ctx context.Context, f func(q Querier) error) (err error) {
	o := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("taking a connection: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tx, err := conn.BeginTx(ctx, o)
	if err != nil {
		return fmt.Errorf("beginning a snapshot: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return f(&Tx{tx: tx, conn: conn, db: d})
}

// Tables lists the tables of the program, sorted; what the engine or Migrate keeps for itself is not among them.
func Tables(ctx context.Context, q Querier) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'schema_migration'"
	if q.Dialect() == Postgres {
		query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'schema_migration'"
	}
	names, err := texts(ctx, q, query)
	slices.Sort(names)
	return names, err
}

// Columns lists a table's columns, sorted. The name is one that Tables gave.
func Columns(ctx context.Context, q Querier, table string) ([]string, error) {
	query := "SELECT name FROM pragma_table_info($1)"
	if q.Dialect() == Postgres {
		query = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1"
	}
	names, err := texts(ctx, q, query, table)
	slices.Sort(names)
	return names, err
}

func texts(ctx context.Context, q Querier, query string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, query, args...)
	return Collect(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
}

// Schema gives the steps that were applied: the highest number of each module.
func Schema(ctx context.Context, q Querier) (map[string]int, error) {
	rows, err := q.Query(ctx, "SELECT module, MAX(number) FROM schema_migration GROUP BY module")
	type step struct {
		module string
		number int
	}
	all, err := Collect(rows, err, func(r *sql.Rows) (s step, err error) { return s, r.Scan(&s.module, &s.number) })
	out := map[string]int{}
	for _, s := range all {
		out[s.module] = s.number
	}
	return out, err
}

// Counters gives, for each table whose ids the engine counts, the highest id it
// ever gave: ids of rows that are gone are not given again.
func Counters(ctx context.Context, q Querier) (map[string]int64, error) {
	out := map[string]int64{}
	if q.Dialect() == Postgres {
		tables, err := identities(ctx, q)
		for _, t := range tables {
			var last sql.NullInt64
			err := q.QueryRow(ctx, "SELECT pg_sequence_last_value(pg_get_serial_sequence($1, 'id')::regclass)", quoted(t)).Scan(&last)
			if err != nil {
				return nil, fmt.Errorf("reading the counter of %s: %w", t, err)
			}
			if last.Valid {
				out[t] = last.Int64
			}
		}
		return out, err
	}
	rows, err := q.Query(ctx, "SELECT name, seq FROM sqlite_sequence")
	type counter struct {
		table string
		last  int64
	}
	all, err := Collect(rows, err, func(r *sql.Rows) (c counter, err error) { return c, r.Scan(&c.table, &c.last) })
	for _, c := range all {
		out[c.table] = c.last
	}
	return out, err
}

// identities lists the tables with a column id that PostgreSQL counts.
func identities(ctx context.Context, q Querier) ([]string, error) {
	return texts(ctx, q, "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES'")
}

// SetCounters makes the engine go on counting after what Counters gave elsewhere.
func (t *Tx) SetCounters(ctx context.Context, counters map[string]int64) error {
	for table, last := range counters {
		if err := t.setCounter(ctx, table, last); err != nil {
			return fmt.Errorf("setting the counter of %s: %w", table, err)
		}
	}
	return nil
}

func (t *Tx) setCounter(ctx context.Context, table string, last int64) error {
	if t.db.dialect == Postgres {
		var set int64
		return t.QueryRow(ctx, "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", quoted(table), last).Scan(&set)
	}
	if _, err := t.Exec(ctx, "DELETE FROM sqlite_sequence WHERE name = $1", table); err != nil {
		return err
	}
	_, err := t.Exec(ctx, "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", table, last)
	return err
}

// LooseForeignKeys lets f write rows in any order; that every reference leads
// somewhere is checked at the end, at the latest at the commit.
func (t *Tx) LooseForeignKeys(ctx context.Context, f func() error) error {
	if t.db.dialect == SQLite {
		if _, err := t.Exec(ctx, "PRAGMA defer_foreign_keys = ON"); err != nil {
			return err
		}
		return f()
	}
	keys, err := t.foreignKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := t.Exec(ctx, "ALTER TABLE "+k.table+" DROP CONSTRAINT "+quoted(k.name)); err != nil {
			return fmt.Errorf("loosening %s: %w", k.name, err)
		}
	}
	if err := f(); err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := t.Exec(ctx, "ALTER TABLE "+k.table+" ADD CONSTRAINT "+quoted(k.name)+" "+k.definition); err != nil {
			return fmt.Errorf("a reference leads nowhere (%s): %w", k.name, err)
		}
	}
	return nil
}

type foreignKey struct{ table, name, definition string }

func (t *Tx) foreignKeys(ctx context.Context) ([]foreignKey, error) {
	rows, err := t.Query(ctx, `SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
		WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY oid`)
	return Collect(rows, err, func(r *sql.Rows) (k foreignKey, err error) { return k, r.Scan(&k.table, &k.name, &k.definition) })
}

// StandStill keeps everybody else from writing to tables until the transaction
// ends. On SQLite a write transaction does so by itself, for all tables.
func (t *Tx) StandStill(ctx context.Context, tables ...string) error {
	if t.db.dialect == SQLite {
		return nil
	}
	for _, table := range tables {
		if _, err := t.Exec(ctx, "LOCK TABLE "+quoted(table)+" IN SHARE MODE"); err != nil {
			return fmt.Errorf("locking %s: %w", table, err)
		}
	}
	return nil
}

// SelectAll is the statement that reads columns of every row of a table.
func SelectAll(table string, columns []string) string {
	list := ""
	for i, c := range columns {
		if i > 0 {
			list += ", "
		}
		list += quoted(c)
	}
	return "SELECT " + list + " FROM " + quoted(table)
}

// Empty removes every row of a table.
func (t *Tx) Empty(ctx context.Context, table string) error {
	_, err := t.Exec(ctx, "DELETE FROM "+quoted(table))
	return err
}

// quoted writes an identifier; those of the program have no quotes in them.
func quoted(name string) string { return `"` + name + `"` }

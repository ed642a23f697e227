// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// sqliteVariables bounds the placeholders of one statement; more gains nothing.
const sqliteVariables = 900

// BulkInsert inserts rows into columns of table: COPY-fast where the engine can,
// in as few statements as it may elsewhere. All rows or none, with the transaction.
func (t *Tx) BulkInsert(ctx context.Context, table string, columns []string, rows [][]any) error {
	if t.db.dialect == Postgres {
		return t.copyFrom(ctx, table, columns, rows)
	}
	return t.bulk(ctx, table, columns, rows, "")
}

func (t *Tx) copyFrom(ctx context.Context, table string, columns []string, rows [][]any) error {
	err := t.conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("%T is not a pgx connection", driverConn)
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
	if err != nil {
		return fmt.Errorf("copying into %s: %w", table, err)
	}
	return nil
}

// BulkUpsert is BulkInsert with a conflict clause, for example
// "ON CONFLICT (id) DO UPDATE SET score = excluded.score".
func (t *Tx) BulkUpsert(ctx context.Context, table string, columns []string, rows [][]any, onConflict string) error {
	return t.bulk(ctx, table, columns, rows, onConflict)
}

func (t *Tx) bulk(ctx context.Context, table string, columns []string, rows [][]any, suffix string) error {
	perStatement := max(1, sqliteVariables/max(1, len(columns)))
	var stmt *sql.Stmt
	defer func() {
		if stmt != nil {
			_ = stmt.Close()
		}
	}()
	for len(rows) > 0 {
		n := min(perStatement, len(rows))
		args := flatten(rows[:n], len(columns))
		var err error
		switch {
		case n < perStatement:
			_, err = t.Exec(ctx, insertSQL(table, columns, n, suffix), args...)
		default:
			if stmt == nil {
				if stmt, err = t.Prepare(ctx, insertSQL(table, columns, n, suffix)); err != nil {
					return fmt.Errorf("preparing bulk insert into %s: %w", table, err)
				}
			}
			_, err = stmt.ExecContext(ctx, args...)
		}
		if err != nil {
			return fmt.Errorf("bulk insert into %s: %w", table, err)
		}
		rows = rows[n:]
	}
	return nil
}

// BulkReturning inserts rows as BulkUpsert does, and reads what the end of the
// statement returns: "ON CONFLICT (name) DO NOTHING RETURNING id, name". In which
// order the rows come back is the engine's affair.
func (t *Tx) BulkReturning(ctx context.Context, table string, columns []string, rows [][]any, suffix string, scan func(*sql.Rows) error) error {
	perStatement := max(1, sqliteVariables/max(1, len(columns)))
	for len(rows) > 0 {
		n := min(perStatement, len(rows))
		back, err := t.Query(ctx, insertSQL(table, columns, n, suffix), flatten(rows[:n], len(columns))...)
		_, err = Collect(back, err, func(r *sql.Rows) (struct{}, error) { return struct{}{}, scan(r) })
		if err != nil {
			return fmt.Errorf("bulk insert into %s: %w", table, err)
		}
		rows = rows[n:]
	}
	return nil
}

func insertSQL(table string, columns []string, rows int, suffix string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteString(In(1+r*len(columns), len(columns)))
	}
	if suffix != "" {
		b.WriteByte(' ')
		b.WriteString(suffix)
	}
	return b.String()
}

func flatten(rows [][]any, width int) []any {
	out := make([]any, 0, len(rows)*width)
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

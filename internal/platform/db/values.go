// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// Ms gives t as it is stored: milliseconds since 1970 UTC; NULL for the zero time.
func Ms(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// Time scans a stored time into t, in UTC; NULL becomes the zero time.
func Time(t *time.Time) sql.Scanner { return &timeScanner{t} }

type timeScanner struct{ t *time.Time }

// Scan implements sql.Scanner.
func (s *timeScanner) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s.t = time.Time{}
	case int64:
		*s.t = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("a time is stored as milliseconds, not as %T", src)
	}
	return nil
}

// NotFound reports that a query found no row.
func NotFound(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// Unique reports that a write was refused because it would repeat a unique value.
func Unique(err error) bool {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return lite.ExtendedCode == sqlite3.ErrConstraintUnique || lite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
	}
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}

// Like escapes q for use in LIKE '…' ESCAPE '\'.
func Like(q string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q)
}

// In writes "($n,$n+1,…)" for count values from placeholder number from on.
// For lists that may be long, pass the values as JSON instead (JSONList).
func In(from, count int) string {
	b := make([]byte, 0, 2+6*count)
	b = append(b, '(')
	for i := range count {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '$'), int64(from+i), 10)
	}
	return string(append(b, ')'))
}

// Args makes a slice of any of a typed one, for variadic queries.
func Args[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// ForUpdate locks the selected rows on PostgreSQL; SQLite's single writer needs no lock.
func ForUpdate(q Querier) string {
	if q.Dialect() == Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked is FOR UPDATE SKIP LOCKED on PostgreSQL, nothing on SQLite.
func SkipLocked(q Querier) string {
	if q.Dialect() == Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// Collect reads every row with scan and closes rows.
func Collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("scanning: %w", err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// JSONEach names, as a part of FROM, the values of a column's JSON array: alias.value, as text or number.
func JSONEach(q Querier, column, alias string) string {
	if q.Dialect() == Postgres {
		return "jsonb_array_elements_text(" + column + "::jsonb) AS " + alias + "(value)"
	}
	return "json_each(" + column + ") AS " + alias
}

// JSONNumbers is a subquery that gives the numbers of a column's JSON array.
func JSONNumbers(q Querier, column string) string {
	return "(SELECT CAST(j.value AS BIGINT) FROM " + JSONEach(q, column, "j") + ")"
}

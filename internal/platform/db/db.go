// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the PostgreSQL driver
	_ "github.com/mattn/go-sqlite3"    // registers the SQLite driver
)

// Dialect tells the engines apart where SQL must differ.
type Dialect uint8

// The engines.
const (
	SQLite Dialect = iota
	Postgres
)

// String names the dialect as migration files do.
func (d Dialect) String() string {
	if d == Postgres {
		return "postgres"
	}
	return "sqlite"
}

// Querier is what stores need of a database or of a transaction.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
	Exec(ctx context.Context, query string, args ...any) (sql.Result, error)
	Dialect() Dialect
}

// DB is an open database: a pool for reading and one for writing, which on SQLite is a single writer.
type DB struct {
	read    *sql.DB
	write   *sql.DB
	dialect Dialect
	dsn     string
	onQuery func(string)
}

// Open opens the database a DSN names: "postgres://…" or the path of an SQLite
// file ("sqlite:" prefix optional), which is made when missing. The connection is tried.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return openSQLite(ctx, strings.TrimPrefix(dsn, "sqlite:"))
}

// lines is how many connections a pool has at most.
func lines() int { return max(4, 2*runtime.NumCPU()) }

// openPostgres opens a pool for transactions and one for reading: what is read
// beside a transaction by who holds one never waits for a transaction to end, or
// as many as there are lines could wait for each other for ever.
func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	write, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("opening PostgreSQL: %w", err)
	}
	write.SetMaxOpenConns(lines())
	write.SetMaxIdleConns(lines())
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reaching PostgreSQL: %w", err), write.Close())
	}
	read, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening PostgreSQL: %w", err), write.Close())
	}
	read.SetMaxOpenConns(lines())
	read.SetMaxIdleConns(lines())
	return &DB{read: read, write: write, dialect: Postgres, dsn: dsn}, nil
}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("making the database folder: %w", err)
	}
	write, err := sql.Open("sqlite3", sqliteDSN(path, "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("opening SQLite: %w", err)
	}
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), write.Close())
	}
	read, err := sql.Open("sqlite3", sqliteDSN(path, "_query_only=true"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening SQLite: %w", err), write.Close())
	}
	read.SetMaxOpenConns(lines())
	read.SetMaxIdleConns(lines())
	return &DB{read: read, write: write, dialect: SQLite, dsn: path}, nil
}

// sqliteDSN puts every pragma in the DSN, because they hold per connection, and
// lets each connection keep the statements it prepared: understanding a statement
// cost more than running it on most pages.
// synchronous=FULL in WAL mode: a commit that was answered survives a power cut.
func sqliteDSN(path string, extra string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on&_busy_timeout=10000&_cache_size=-32000&_stmt_cache_size=100&" + extra
}

// Dialect tells which engine answers.
func (d *DB) Dialect() Dialect { return d.dialect }

// Close closes the pools.
func (d *DB) Close() error {
	return errors.Join(d.read.Close(), d.write.Close())
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return d.QueryRow(ctx, "SELECT 1").Scan(&one)
}

// OnQuery makes f see every statement: tests count queries with it. Set it before use.
func (d *DB) OnQuery(f func(query string)) { d.onQuery = f }

func (d *DB) prepare(query string) string {
	if d.onQuery != nil {
		d.onQuery(query)
	}
	return rebind(d.dialect, query)
}

// Query reads rows from the reading pool.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if j, ok := d.joinedTx(ctx); ok {
		return j.tx.Query(ctx, query, args...)
	}
	return d.read.QueryContext(ctx, d.prepare(query), args...)
}

// QueryRow reads one row from the reading pool.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	if j, ok := d.joinedTx(ctx); ok {
		return j.tx.QueryRow(ctx, query, args...)
	}
	return d.read.QueryRowContext(ctx, d.prepare(query), args...)
}

// Exec writes one statement outside a transaction.
func (d *DB) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if j, ok := d.joinedTx(ctx); ok {
		return j.tx.Exec(ctx, query, args...)
	}
	return d.write.ExecContext(ctx, d.prepare(query), args...)
}

// Tx is a write transaction.
type Tx struct {
	tx   *sql.Tx
	conn *sql.Conn
	db   *DB
	// after holds what to do once the commit has been answered.
	after []func()
}

// Tx runs f in a write transaction: committed when f returns nil, else rolled
// back whole. f must not keep tx. Inside of Within it is a part of that transaction.
func (d *DB) Tx(ctx context.Context, f func(tx *Tx) error) (err error) {
	if j, ok := d.joinedTx(ctx); ok {
		return j.savepoint(ctx, f)
	}
	// A connection of its own, because COPY speaks to the driver beneath the transaction.
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("taking a connection: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	sqlTx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	tx := &Tx{tx: sqlTx, conn: conn, db: d}
	// Undone also when f panics: the single SQLite writer is never left locked.
	// After a commit this does nothing (sql.ErrTxDone).
	defer func() { _ = sqlTx.Rollback() }()
	if err := f(tx); err != nil {
		return undoneBy(ctx, err)
	}
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", undoneBy(ctx, err))
	}
	for _, do := range tx.after {
		do()
	}
	return nil
}

// undoneBy adds why the driver had rolled back already: a context that ended
// while the transaction was open undoes it, and the statement after that, or the
// commit, may only hear that there is no transaction any more.
func undoneBy(ctx context.Context, err error) error {
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		return fmt.Errorf("%w (%w)", context.Cause(ctx), err)
	}
	return err
}

// AfterCommit makes f run once the transaction is committed, to wake what
// waits for its effect. What f does may be lost in a crash: it must only hasten.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// Dialect tells which engine answers.
func (t *Tx) Dialect() Dialect { return t.db.dialect }

// Query reads rows inside the transaction.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, t.db.prepare(query), args...)
}

// QueryRow reads one row inside the transaction.
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, t.db.prepare(query), args...)
}

// Exec writes inside the transaction.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(ctx, t.db.prepare(query), args...)
}

// Prepare prepares a statement for a loop inside the transaction. The caller closes it.
func (t *Tx) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	return t.tx.PrepareContext(ctx, t.db.prepare(query))
}

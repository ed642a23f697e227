// SPDX-License-Identifier: EUPL-1.2

// Package audit keeps the log of who did what: append-only and hash-chained, so
// that an entry changed, removed or slipped in later shows (feature F3).
//
// Each entry's hash is SHA-256 over the entry and the hash before it. The
// database refuses updates and deletes; the chain shows tampering by who can
// overrule the database. Cutting off the newest entries shows only against a
// head hash kept elsewhere, which is why Verify returns it and the operator's
// page shows it to be written down.
package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"martinella/internal/platform/db"
)

// Migrations holds the schema of the log.
//
//go:embed migrations
var Migrations embed.FS

// Entry is one line of the log.
type Entry struct {
	Seq          int64           `json:"seq"`
	At           int64           `json:"at"` // milliseconds since 1970 UTC
	Actor        string          `json:"actor"`
	Organisation int64           `json:"organisation"` // 0: none
	Action       string          `json:"action"`
	Object       string          `json:"object"`
	Detail       json.RawMessage `json:"detail"`
	Previous     string          `json:"previous"`
	Hash         string          `json:"-"`
}

// Time is when the entry was written.
func (e Entry) Time() time.Time { return time.UnixMilli(e.At).UTC() }

func (e Entry) digest() (string, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("hashing audit entry %d: %w", e.Seq, err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Log writes and reads the audit log.
type Log struct {
	db  *db.DB
	now func() time.Time
}

// New makes the log on d; now tells the time.
func New(d *db.DB, now func() time.Time) *Log { return &Log{db: d, now: now} }

// Append writes an entry in the transaction of what it tells of. Detail is
// marshalled as JSON and must hold no secret.
func (l *Log) Append(ctx context.Context, tx *db.Tx, actor string, organisation int64, action, object string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("audit detail of %s: %w", action, err)
	}
	e := Entry{At: l.now().UnixMilli(), Actor: actor, Organisation: organisation, Action: action, Object: object, Detail: text}
	err = tx.QueryRow(ctx, "SELECT seq, hash FROM audit_head WHERE one = 1"+db.ForUpdate(tx)).Scan(&e.Seq, &e.Previous)
	if err != nil {
		return fmt.Errorf("reading the audit head: %w", err)
	}
	e.Seq++
	if e.Hash, err = e.digest(); err != nil {
		return err
	}
	return insert(ctx, tx, e)
}

func insert(ctx context.Context, tx *db.Tx, e Entry) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_entry (seq, at, actor, organisation_id, action, object, detail, previous, hash)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`, e.Seq, e.At, e.Actor, e.Organisation, e.Action, e.Object, string(e.Detail), e.Previous, e.Hash)
	if err != nil {
		return fmt.Errorf("writing audit entry %d: %w", e.Seq, err)
	}
	if _, err := tx.Exec(ctx, "UPDATE audit_head SET seq = $1, hash = $2 WHERE one = 1", e.Seq, e.Hash); err != nil {
		return fmt.Errorf("writing the audit head: %w", err)
	}
	return nil
}

const columns = "seq, at, actor, organisation_id, action, object, detail, previous, hash"

// Query filters a listing.
type Query struct {
	Organisation int64  // 0: all
	Action       string // a prefix; "" for all
	Before       int64  // entries older than this sequence number; 0: from the newest
	Limit        int
}

// List gives entries, newest first.
func (l *Log) List(ctx context.Context, q Query) ([]Entry, error) {
	rows, err := l.db.Query(ctx, "SELECT "+columns+` FROM audit_entry
		WHERE ($1 = 0 OR organisation_id = $1) AND ($2 = '' OR action LIKE $3 ESCAPE '\') AND ($4 = 0 OR seq < $4)
		ORDER BY seq DESC LIMIT $5`, q.Organisation, q.Action, db.Like(q.Action)+"%", q.Before, q.Limit)
	return db.Collect(rows, err, scan)
}

func scan(r *sql.Rows) (e Entry, err error) {
	var detail string
	err = r.Scan(&e.Seq, &e.At, &e.Actor, &e.Organisation, &e.Action, &e.Object, &detail, &e.Previous, &e.Hash)
	e.Detail = json.RawMessage(detail)
	return e, err
}

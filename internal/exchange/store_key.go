// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const keyColumns = "k.id, k.organisation_id, k.name, k.door, k.upto, k.allow, k.version, k.created_at, k.created_by, k.old_until, k.used_at, k.used_from"

func scanKey(r interface{ Scan(...any) error }) (k Key, err error) {
	var allow string
	err = r.Scan(&k.ID, &k.Organisation, &k.Name, &k.Door, (*string)(&k.Upto), &allow, &k.Version, db.Time(&k.CreatedAt), &k.CreatedBy,
		db.Time(&k.OldUntil), db.Time(&k.UsedAt), &k.UsedFrom)
	k.Allow, _ = readNetworks(allow) // written by writeNetworks
	return k, err
}

// owner is whose keys a scope looks after: its organisation's, or the
// neighbours' (0) where it holds for the territory.
func owner(s access.Scope) (int64, error) {
	if s.Territory() == nil {
		return 0, nil
	}
	return s.Organisation()
}

// Filter says which keys a list is of.
type Filter struct {
	After string
	Limit int // default 50, at most 200
}

// Keys gives those of the scope's organisation, or the neighbours', the newest first.
func (m *Module) Keys(ctx context.Context, s access.Scope, f Filter) (keys []Key, next string, err error) {
	if err := s.Require(access.HookRead); err != nil {
		return nil, "", err
	}
	org, err := owner(s)
	if err != nil {
		return nil, "", err
	}
	before, err := strconv.ParseInt(f.After, 10, 64)
	if err != nil {
		before = 0
	}
	limit := bounded(f.Limit)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+keyColumns+" FROM exchange_key k WHERE k.organisation_id = $1 AND ($2 = 0 OR k.id < $2) ORDER BY k.id DESC LIMIT $3", org, before, limit+1)
	keys, err = db.Collect(rows, err, func(r *sql.Rows) (Key, error) { return scanKey(r) })
	if err != nil {
		return nil, "", fmt.Errorf("exchange: listing keys: %w", err)
	}
	if len(keys) > limit {
		keys = keys[:limit]
		next = strconv.FormatInt(keys[limit-1].ID, 10)
	}
	return keys, next, nil
}

func bounded(limit int) int {
	if limit <= 0 || limit > 200 {
		return 50
	}
	return limit
}

// Key gives one of the keys the scope looks after.
func (m *Module) Key(ctx context.Context, s access.Scope, id int64) (Key, error) {
	if err := s.Require(access.HookRead); err != nil {
		return Key{}, err
	}
	return m.key(ctx, m.deps.DB, s, id, "")
}

// key reads one; lock is what db.ForUpdate gives, or "".
func (m *Module) key(ctx context.Context, q db.Querier, s access.Scope, id int64, lock string) (Key, error) {
	org, err := owner(s)
	if err != nil {
		return Key{}, err
	}
	k, err := scanKey(q.QueryRow(ctx, "SELECT "+keyColumns+" FROM exchange_key k WHERE k.id = $1 AND k.organisation_id = $2"+lock, id, org))
	if db.NotFound(err) {
		return Key{}, fault.New(fault.NotFound, "exchange.none")
	}
	return k, err
}

// keyByHash gives the key a secret opens now; db.NotFound for none.
func (m *Module) keyByHash(ctx context.Context, _ access.Scope, hash string) (Key, error) {
	return scanKey(m.deps.DB.QueryRow(ctx, "SELECT "+keyColumns+" FROM exchange_key k WHERE k.hash = $1 OR (k.old_hash = $1 AND k.old_until > $2)", hash, db.Ms(m.now())))
}

func insertKey(ctx context.Context, tx *db.Tx, k *Key, hash string) error {
	k.Version = 1
	err := tx.QueryRow(ctx, `INSERT INTO exchange_key (organisation_id, name, door, upto, allow, version, hash, created_at, created_by)
		VALUES ($1,$2,$3,$4,$5,1,$6,$7,$8) RETURNING id`, k.Organisation, k.Name, k.Door, string(k.Upto), writeNetworks(k.Allow), hash, db.Ms(k.CreatedAt), k.CreatedBy).Scan(&k.ID)
	if err != nil {
		return fmt.Errorf("exchange: adding a key: %w", err)
	}
	return nil
}

func updateKey(ctx context.Context, tx *db.Tx, k Key) error {
	if _, err := tx.Exec(ctx, "UPDATE exchange_key SET name = $2, upto = $3, allow = $4, version = $5 WHERE id = $1", k.ID, k.Name, string(k.Upto), writeNetworks(k.Allow), k.Version); err != nil {
		return fmt.Errorf("exchange: changing key %d: %w", k.ID, err)
	}
	return nil
}

// setSecret gives a key another secret; the one before opens until a moment (zero: no longer).
func setSecret(ctx context.Context, tx *db.Tx, k Key, hash string, until time.Time) error {
	old := "hash"
	if until.IsZero() {
		old = "''"
	}
	if _, err := tx.Exec(ctx, "UPDATE exchange_key SET old_hash = "+old+", hash = $2, old_until = $3 WHERE id = $1", k.ID, hash, db.Ms(until)); err != nil {
		return fmt.Errorf("exchange: a new secret for key %d: %w", k.ID, err)
	}
	return nil
}

// usedStep is how exactly the last use of a key is known: firewalls ask every
// minute, and a write for each would be for nothing.
const usedStep = 5 * time.Minute

// noteUse remembers that a key was used.
func (m *Module) noteUse(ctx context.Context, _ access.Scope, k Key, from string) error {
	now := m.now()
	if now.Sub(k.UsedAt) < usedStep && k.UsedFrom == from {
		return nil
	}
	_, err := m.deps.DB.Exec(ctx, "UPDATE exchange_key SET used_at = $2, used_from = $3 WHERE id = $1", k.ID, db.Ms(now), from)
	return err
}

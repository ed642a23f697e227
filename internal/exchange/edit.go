// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// oldLife is how long the secret before opens too after it was exchanged: time
// to go round the firewalls.
const oldLife = 24 * time.Hour

// Create makes a key for the scope's organisation, or for a neighbour. The
// secret is shown this once.
func (m *Module) Create(ctx context.Context, s access.Scope, f Form) (k Key, secret string, err error) {
	if err := s.Require(access.HookEdit); err != nil {
		return k, "", err
	}
	org, err := owner(s)
	if err != nil {
		return k, "", err
	}
	f, allow, err := f.check(org == 0)
	if err != nil {
		return k, "", err
	}
	k = Key{Organisation: org, Name: f.Name, Door: f.Door, Upto: f.Upto, Allow: allow, CreatedAt: m.now(), CreatedBy: s.Actor()}
	secret = newSecret()
	hash, _ := hashOf(secret)
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := room(ctx, tx, org); err != nil {
			return err
		}
		if err := insertKey(ctx, tx, &k, hash); err != nil {
			return err
		}
		return m.note(ctx, tx, s, k, "exchange.key_made")
	})
	return k, secret, err
}

func room(ctx context.Context, tx *db.Tx, org int64) error {
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM exchange_key WHERE organisation_id = $1", org).Scan(&n); err != nil {
		return fmt.Errorf("exchange: counting keys: %w", err)
	}
	if n >= maxKeys {
		return fault.New(fault.Conflict, "exchange.many", fault.P{"limit": maxKeys})
	}
	return nil
}

func (m *Module) note(ctx context.Context, tx *db.Tx, s access.Scope, k Key, action string) error {
	return m.deps.Audit.Append(ctx, tx, s.Actor(), k.Organisation, action, "exchange_key:"+strconv.FormatInt(k.ID, 10),
		map[string]any{"name": k.Name, "door": k.Door, "upto": k.Upto, "allow": writeNetworks(k.Allow)})
}

// change does something to a key the scope looks after, in a transaction.
func (m *Module) change(ctx context.Context, s access.Scope, id int64, action string, do func(*db.Tx, *Key) error) (k Key, err error) {
	if err := s.Require(access.HookEdit); err != nil {
		return k, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if k, err = m.key(ctx, tx, s, id, db.ForUpdate(tx)); err != nil {
			return err
		}
		if err := do(tx, &k); err != nil {
			return err
		}
		return m.note(ctx, tx, s, k, action)
	})
	return k, err
}

// Edit writes what is said of a key; the door stays. version is the one the asker saw.
func (m *Module) Edit(ctx context.Context, s access.Scope, id, version int64, f Form) (Key, error) {
	return m.change(ctx, s, id, "exchange.key_changed", func(tx *db.Tx, k *Key) error {
		if k.Version != version {
			return fault.New(fault.Conflict, "exchange.changed_meanwhile")
		}
		f.Door = k.Door
		f, allow, err := f.check(k.Organisation == 0)
		if err != nil {
			return err
		}
		k.Name, k.Upto, k.Allow = f.Name, f.Upto, allow
		k.Version++
		return updateKey(ctx, tx, *k)
	})
}

// Rotate gives a key a new secret, shown this once. The old one opens too for a
// day, unless it must end at once.
func (m *Module) Rotate(ctx context.Context, s access.Scope, id int64, atOnce bool) (k Key, secret string, err error) {
	secret = newSecret()
	hash, _ := hashOf(secret)
	k, err = m.change(ctx, s, id, "exchange.key_rotated", func(tx *db.Tx, k *Key) error {
		if k.OldUntil = m.now().Add(oldLife); atOnce {
			k.OldUntil = time.Time{}
		}
		return setSecret(ctx, tx, *k, hash, k.OldUntil)
	})
	return k, secret, err
}

// Revoke ends a key: from now on it opens nothing.
func (m *Module) Revoke(ctx context.Context, s access.Scope, id int64) error {
	_, err := m.change(ctx, s, id, "exchange.key_revoked", func(tx *db.Tx, k *Key) error {
		if _, err := tx.Exec(ctx, "DELETE FROM exchange_key WHERE id = $1", k.ID); err != nil {
			return fmt.Errorf("exchange: revoking key %d: %w", k.ID, err)
		}
		return nil
	})
	return err
}

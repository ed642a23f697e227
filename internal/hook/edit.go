// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Create registers an address for the scope's organisation, or for the CSIRT.
// The secret is shown this once.
func (m *Module) Create(ctx context.Context, s access.Scope, f Form) (h Hook, secret string, err error) {
	if err := s.Require(access.HookEdit); err != nil {
		return h, "", err
	}
	org, err := owner(s)
	if err != nil {
		return h, "", err
	}
	if f, err = m.check(s, f); err != nil {
		return h, "", err
	}
	h = Hook{Organisation: org, State: Active, CreatedAt: m.now(), CreatedBy: s.Actor()}.with(f)
	secret = newSecret()
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := room(ctx, tx, org); err != nil {
			return err
		}
		if err := insertHook(ctx, tx, &h); err != nil {
			return err
		}
		if err := m.seal(ctx, tx, h, secret, time.Time{}); err != nil {
			return err
		}
		return m.note(ctx, tx, s, h, "hook.made", map[string]any{"name": h.Name, "host": h.Host(), "kinds": h.Kinds})
	})
	return h, secret, err
}

func (h Hook) with(f Form) Hook {
	h.Name, h.URL, h.Contact, h.Language, h.Kinds = f.Name, f.URL, f.Contact, f.Language, f.Kinds
	return h
}

func room(ctx context.Context, tx *db.Tx, org int64) error {
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM hook WHERE organisation_id = $1", org).Scan(&n); err != nil {
		return fmt.Errorf("hook: counting: %w", err)
	}
	if n >= maxHooks {
		return fault.New(fault.Conflict, "hook.many", fault.P{"limit": maxHooks})
	}
	return nil
}

func (m *Module) note(ctx context.Context, tx *db.Tx, s access.Scope, h Hook, action string, detail any) error {
	return m.deps.Audit.Append(ctx, tx, s.Actor(), h.Organisation, action, objectName(h.ID), detail)
}

// Edit writes a hook whole; version is the one the asker saw.
func (m *Module) Edit(ctx context.Context, s access.Scope, id, version int64, f Form) (h Hook, err error) {
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if h, err = m.locked(ctx, tx, s, id); err != nil {
			return err
		}
		if h.Version != version {
			return fault.New(fault.Conflict, "hook.changed_meanwhile")
		}
		if f, err = m.check(s, f); err != nil {
			return err
		}
		before := h
		h = h.with(f)
		h.Version++
		if err := updateHook(ctx, tx, h); err != nil {
			return err
		}
		return m.note(ctx, tx, s, h, "hook.changed", map[string]any{"name": h.Name, "host": h.Host(), "kinds": h.Kinds,
			"url_changed": before.URL != h.URL, "kinds_changed": !slices.Equal(before.Kinds, h.Kinds)})
	})
	return h, err
}

// Rotate gives a hook a new secret, shown this once. The old one signs too for
// a day, unless it must end at once.
func (m *Module) Rotate(ctx context.Context, s access.Scope, id int64, atOnce bool) (h Hook, secret string, err error) {
	secret = newSecret()
	until := m.now().Add(oldLife)
	if atOnce {
		until = time.Time{}
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if h, err = m.locked(ctx, tx, s, id); err != nil {
			return err
		}
		if err := m.seal(ctx, tx, h, secret, until); err != nil {
			return err
		}
		h.OldUntil = until
		return m.note(ctx, tx, s, h, "hook.rotated", map[string]any{"at_once": atOnce})
	})
	return h, secret, err
}

// Pause stops sending; what is announced meanwhile is not sent later.
func (m *Module) Pause(ctx context.Context, s access.Scope, id int64) error {
	return m.turn(ctx, s, id, Paused, "hook.paused")
}

// Resume sends again, whatever stopped it.
func (m *Module) Resume(ctx context.Context, s access.Scope, id int64) error {
	return m.turn(ctx, s, id, Active, "hook.resumed")
}

func (m *Module) turn(ctx context.Context, s access.Scope, id int64, to State, action string) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		h, err := m.locked(ctx, tx, s, id)
		if err != nil || h.State == to {
			return err
		}
		if err := setState(ctx, tx, id, to); err != nil {
			return err
		}
		return m.note(ctx, tx, s, h, action, map[string]any{"was": h.State})
	})
}

// Delete forgets a hook and its log.
func (m *Module) Delete(ctx context.Context, s access.Scope, id int64) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		h, err := m.locked(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM hook WHERE id = $1", id); err != nil {
			return fmt.Errorf("hook: deleting %d: %w", id, err)
		}
		return m.note(ctx, tx, s, h, "hook.deleted", map[string]any{"name": h.Name, "host": h.Host()})
	})
}

// Test sends a message of no event, also to an address that is paused.
func (m *Module) Test(ctx context.Context, s access.Scope, id int64) (delivery int64, err error) {
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		h, err := m.locked(ctx, tx, s, id)
		if err != nil {
			return err
		}
		msg := message{Type: testKind, Timestamp: m.now().UTC().Truncate(time.Millisecond)}
		if h.Organisation != 0 {
			orgs, err := m.deps.Organisations.Organisations(ctx, access.System("hook"), []int64{h.Organisation})
			if err != nil {
				return err
			}
			for _, o := range orgs {
				msg.Data.Organisation = o.Code
			}
		}
		if delivery, err = m.post(ctx, tx, h, msg, true); err != nil {
			return err
		}
		return m.note(ctx, tx, s, h, "hook.tested", map[string]any{"delivery": delivery})
	})
	return delivery, err
}

// Again sends a delivery once more, with the same id and the same body, whatever
// became of it.
func (m *Module) Again(ctx context.Context, s access.Scope, id, delivery int64) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		h, err := m.locked(ctx, tx, s, id)
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, "UPDATE hook_delivery SET state = 'pending', by_hand = $3, tries = 0, next_at = $4, ended_at = NULL WHERE id = $1 AND hook_id = $2",
			delivery, h.ID, true, db.Ms(m.now()))
		if err != nil {
			return fmt.Errorf("hook: sending %d again: %w", delivery, err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.NotFound, "hook.no_delivery").Because(err)
		}
		if err := m.enqueue(ctx, tx, delivery, time.Time{}); err != nil {
			return err
		}
		return m.note(ctx, tx, s, h, "hook.sent_again", map[string]any{"delivery": delivery})
	})
}

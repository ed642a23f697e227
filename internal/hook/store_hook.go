// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// hookColumns read a hook whole, with its kinds and what waits for it.
const hookColumns = `h.id, h.organisation_id, h.name, h.url, h.contact, h.language, h.state, h.version, h.secret, h.old_secret, h.old_until,
	h.created_at, h.created_by, h.failures, h.failing_since, h.hold_until, h.succeeded_at,
	(SELECT count(*) FROM hook_delivery d WHERE d.hook_id = h.id AND d.state = 'pending')`

func scanHook(r interface{ Scan(...any) error }) (h Hook, err error) {
	return h, r.Scan(&h.ID, &h.Organisation, &h.Name, &h.URL, &h.Contact, &h.Language, &h.State, &h.Version, &h.secret, &h.oldSecret, db.Time(&h.OldUntil),
		db.Time(&h.CreatedAt), &h.CreatedBy, &h.Failures, db.Time(&h.FailingSince), db.Time(&h.HoldUntil), db.Time(&h.SucceededAt), &h.Pending)
}

// owner is whose hooks a scope looks after: its organisation's, or the CSIRT's
// own (0) where it holds for the territory.
func owner(s access.Scope) (int64, error) {
	if s.Territory() == nil {
		return 0, nil
	}
	return s.Organisation()
}

// Filter says which hooks a list is of.
type Filter struct {
	All   bool // of the whole territory; for the CSIRT
	After string
	Limit int // default 50, at most 200
}

// Page is a part of a list, the newest first.
type Page struct {
	Hooks []Hook
	Next  string
}

// List gives the hooks of the scope's organisation, the CSIRT's own, or all.
func (m *Module) List(ctx context.Context, s access.Scope, f Filter) (Page, error) {
	if err := s.Require(access.HookRead); err != nil {
		return Page{}, err
	}
	org, err := owner(s)
	if err != nil {
		return Page{}, err
	}
	where, args := "h.organisation_id = $1", []any{org}
	if f.All {
		if err := s.Territory(); err != nil {
			return Page{}, err
		}
		where, args = "h.organisation_id >= $1", []any{0}
	}
	if before, err := strconv.ParseInt(f.After, 10, 64); err == nil {
		args = append(args, before)
		where += " AND h.id < $2"
	}
	limit := bounded(f.Limit)
	args = append(args, limit+1)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+hookColumns+" FROM hook h WHERE "+where+" ORDER BY h.id DESC LIMIT $"+strconv.Itoa(len(args)), args...)
	hooks, err := db.Collect(rows, err, func(r *sql.Rows) (Hook, error) { return scanHook(r) })
	if err != nil {
		return Page{}, fmt.Errorf("hook: listing: %w", err)
	}
	hooks, next := cut(hooks, limit, func(h Hook) int64 { return h.ID })
	return Page{Hooks: hooks, Next: next}, m.addKinds(ctx, m.deps.DB, hooks)
}

func bounded(limit int) int {
	if limit <= 0 || limit > 200 {
		return 50
	}
	return limit
}

// cut takes off the one thing more that was asked for, as the sign of a next page.
func cut[T any](all []T, limit int, id func(T) int64) ([]T, string) {
	if len(all) <= limit {
		return all, ""
	}
	return all[:limit], strconv.FormatInt(id(all[limit-1]), 10)
}

// addKinds reads what hooks want, in one statement for all of them.
func (m *Module) addKinds(ctx context.Context, q db.Querier, hooks []Hook) error {
	if len(hooks) == 0 {
		return nil
	}
	place := map[int64]*Hook{}
	ids := make([]int64, len(hooks))
	for i := range hooks {
		ids[i], place[hooks[i].ID] = hooks[i].ID, &hooks[i]
	}
	rows, err := q.Query(ctx, "SELECT hook_id, kind FROM hook_kind WHERE hook_id IN "+db.In(1, len(ids))+" ORDER BY kind", db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var id int64
		var kind string
		err := r.Scan(&id, &kind)
		if h := place[id]; err == nil && h != nil {
			h.Kinds = append(h.Kinds, kind)
		}
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("hook: what they want: %w", err)
	}
	return nil
}

// Hook gives one of the hooks the scope looks after.
func (m *Module) Hook(ctx context.Context, s access.Scope, id int64) (Hook, error) {
	if err := s.Require(access.HookRead); err != nil {
		return Hook{}, err
	}
	return m.hook(ctx, m.deps.DB, s, id, "")
}

// hook reads one; lock is what db.ForUpdate gives, or "".
func (m *Module) hook(ctx context.Context, q db.Querier, s access.Scope, id int64, lock string) (Hook, error) {
	org, err := owner(s)
	if err != nil {
		return Hook{}, err
	}
	h, err := scanHook(q.QueryRow(ctx, "SELECT "+hookColumns+" FROM hook h WHERE h.id = $1 AND h.organisation_id = $2"+lock, id, org))
	if db.NotFound(err) {
		return Hook{}, fault.New(fault.NotFound, "hook.none")
	}
	if err != nil {
		return Hook{}, fmt.Errorf("hook: reading %d: %w", id, err)
	}
	one := []Hook{h}
	err = m.addKinds(ctx, q, one)
	return one[0], err
}

// locked reads a hook to change it.
func (m *Module) locked(ctx context.Context, tx *db.Tx, s access.Scope, id int64) (Hook, error) {
	if err := s.Require(access.HookEdit); err != nil {
		return Hook{}, err
	}
	return m.hook(ctx, tx, s, id, db.ForUpdate(tx))
}

func insertHook(ctx context.Context, tx *db.Tx, h *Hook) error {
	err := tx.QueryRow(ctx, `INSERT INTO hook (organisation_id, name, url, contact, language, state, version, secret, created_at, created_by)
		VALUES ($1,$2,$3,$4,$5,$6,1,$7,$8,$9) RETURNING id`,
		h.Organisation, h.Name, h.URL, h.Contact, h.Language, string(h.State), []byte{}, db.Ms(h.CreatedAt), h.CreatedBy).Scan(&h.ID)
	if err != nil {
		return fmt.Errorf("hook: adding: %w", err)
	}
	h.Version = 1
	return setKinds(ctx, tx, h.ID, h.Kinds)
}

func updateHook(ctx context.Context, tx *db.Tx, h Hook) error {
	_, err := tx.Exec(ctx, "UPDATE hook SET name = $2, url = $3, contact = $4, language = $5, version = $6 WHERE id = $1",
		h.ID, h.Name, h.URL, h.Contact, h.Language, h.Version)
	if err != nil {
		return fmt.Errorf("hook: changing %d: %w", h.ID, err)
	}
	return setKinds(ctx, tx, h.ID, h.Kinds)
}

func setKinds(ctx context.Context, tx *db.Tx, id int64, kinds []string) error {
	if _, err := tx.Exec(ctx, "DELETE FROM hook_kind WHERE hook_id = $1", id); err != nil {
		return fmt.Errorf("hook: what %d wants: %w", id, err)
	}
	for _, k := range kinds {
		if _, err := tx.Exec(ctx, "INSERT INTO hook_kind (hook_id, kind) VALUES ($1,$2)", id, k); err != nil {
			return fmt.Errorf("hook: what %d wants: %w", id, err)
		}
	}
	return nil
}

// setState changes how a hook is; what went wrong before is forgotten when it is active again.
func setState(ctx context.Context, tx *db.Tx, id int64, to State) error {
	query := "UPDATE hook SET state = $2, version = version + 1"
	if to == Active {
		query += ", failures = 0, failing_since = NULL, hold_until = NULL"
	}
	if _, err := tx.Exec(ctx, query+" WHERE id = $1", id, string(to)); err != nil {
		return fmt.Errorf("hook: %d to %s: %w", id, to, err)
	}
	return nil
}

// Waiting counts the hooks of the territory that were stopped because their
// addresses do not answer, for the control room.
func (m *Module) Waiting(ctx context.Context, s access.Scope) (n int, err error) {
	if err := s.Territory(); err != nil {
		return 0, err
	}
	err = m.deps.DB.QueryRow(ctx, "SELECT count(*) FROM hook WHERE state IN ('failing', 'gone')").Scan(&n)
	return n, err
}

// objectName names a hook in the audit log.
func objectName(id int64) string { return "hook:" + strconv.FormatInt(id, 10) }

// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const sourceColumns = `id, name, kind, address, settings, secret, owner, language, every_minutes, active, tlp, alert_language, version, created_at, created_by,
	progress, run_at, ok_at, item_at, next_at, failures, failing_since, told, error_code, error_params, seen, fresh, revised, refused`

func scanSource(r interface{ Scan(...any) error }) (x Source, err error) {
	var settings, params string
	var minutes int64
	err = r.Scan(&x.ID, &x.Name, &x.Kind, &x.Address, &settings, &x.secret, &x.Owner, &x.Language, &minutes, &x.Active, &x.TLP, &x.AlertLanguage, &x.Version,
		db.Time(&x.CreatedAt), &x.CreatedBy, &x.progress, db.Time(&x.RunAt), db.Time(&x.OKAt), db.Time(&x.ItemAt), db.Time(&x.NextAt), &x.Failures, db.Time(&x.FailingSince),
		&x.Told, &x.Code, &params, &x.Seen, &x.Fresh, &x.Revised, &x.Health.Refused)
	if err != nil {
		return x, err
	}
	x.Every, x.HasSecret, x.Params = time.Duration(minutes)*time.Minute, len(x.secret) > 0, unpack(params)
	if err := json.Unmarshal([]byte(settings), &x.Settings); err != nil {
		return x, fmt.Errorf("intake: the settings of source %d: %w", x.ID, err)
	}
	return x, nil
}

// reads says whether the scope may see the sources and what came of them.
func reads(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.AdvisoryRead)
}

// Filter says which sources a list is of.
type Filter struct {
	Failing bool
	After   string
	Limit   int // default 50, at most 200
}

// List gives the sources, the newest first, and where the next page begins.
func (m *Module) List(ctx context.Context, s access.Scope, f Filter) ([]Source, string, error) {
	if err := reads(s); err != nil {
		return nil, "", err
	}
	where, args := "id > 0", []any{}
	if before, err := strconv.ParseInt(f.After, 10, 64); err == nil {
		where, args = "id < $1", []any{before}
	}
	if f.Failing {
		where += " AND failures > 0"
	}
	limit := bounded(f.Limit)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+sourceColumns+" FROM intake_source WHERE "+where+" ORDER BY id DESC LIMIT "+strconv.Itoa(limit+1), args...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Source, error) { return scanSource(r) })
	if err != nil {
		return nil, "", fmt.Errorf("intake: listing: %w", err)
	}
	next := ""
	if len(all) > limit {
		all, next = all[:limit], strconv.FormatInt(all[limit-1].ID, 10)
	}
	return all, next, nil
}

func bounded(limit int) int {
	if limit <= 0 || limit > 200 {
		return 50
	}
	return limit
}

// Source gives one.
func (m *Module) Source(ctx context.Context, s access.Scope, id int64) (Source, error) {
	if err := reads(s); err != nil {
		return Source{}, err
	}
	return m.source(ctx, m.deps.DB, s, id, "")
}

// source reads one; lock is what db.ForUpdate gives, or "".
func (m *Module) source(ctx context.Context, q db.Querier, _ access.Scope, id int64, lock string) (Source, error) {
	x, err := scanSource(q.QueryRow(ctx, "SELECT "+sourceColumns+" FROM intake_source WHERE id = $1"+lock, id))
	if db.NotFound(err) {
		return Source{}, fault.New(fault.NotFound, "intake.none")
	}
	if err != nil {
		return Source{}, fmt.Errorf("intake: reading source %d: %w", id, err)
	}
	return x, nil
}

// locked reads a source to change it.
func (m *Module) locked(ctx context.Context, tx *db.Tx, s access.Scope, p access.Permission, id int64) (Source, error) {
	if err := s.Territory(); err != nil {
		return Source{}, err
	}
	if err := s.Require(p); err != nil {
		return Source{}, err
	}
	return m.source(ctx, tx, s, id, db.ForUpdate(tx))
}

func (m *Module) insert(ctx context.Context, tx *db.Tx, _ access.Scope, x *Source) error {
	settings, err := json.Marshal(x.Settings)
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `INSERT INTO intake_source (name, kind, address, settings, owner, language, every_minutes, active, tlp, alert_language, version, created_at, created_by, next_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,1,$11,$12,$13) RETURNING id`,
		x.Name, string(x.Kind), x.Address, string(settings), x.Owner, x.Language, int64(x.Every.Minutes()), x.Active, string(x.TLP), x.AlertLanguage,
		db.Ms(x.CreatedAt), x.CreatedBy, db.Ms(x.NextAt)).Scan(&x.ID)
	x.Version = 1
	return named(err)
}

// named tells the one thing that may be wrong with a good form: its name is another's.
func named(err error) error {
	switch {
	case err == nil:
		return nil
	case db.Unique(err):
		return fault.New(fault.Invalid, "intake.invalid").Field("name", "intake.name.taken")
	}
	return fmt.Errorf("intake: writing a source: %w", err)
}

func (m *Module) update(ctx context.Context, tx *db.Tx, _ access.Scope, x Source) error {
	settings, err := json.Marshal(x.Settings)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE intake_source SET name = $2, address = $3, settings = $4, owner = $5, language = $6, every_minutes = $7, active = $8,
		tlp = $9, alert_language = $10, version = $11, progress = $12, next_at = $13 WHERE id = $1`,
		x.ID, x.Name, x.Address, string(settings), x.Owner, x.Language, int64(x.Every.Minutes()), x.Active,
		string(x.TLP), x.AlertLanguage, x.Version, x.progress, db.Ms(x.NextAt))
	return named(err)
}

// setSecret seals a secret for the one source it is of; an empty one is forgotten.
func (m *Module) setSecret(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, secret string) error {
	var sealed []byte
	if secret != "" {
		sealed = m.deps.Seal.Seal([]byte(secret), use(id))
	}
	if _, err := tx.Exec(ctx, "UPDATE intake_source SET secret = $2 WHERE id = $1", id, sealed); err != nil {
		return fmt.Errorf("intake: sealing the secret of source %d: %w", id, err)
	}
	return nil
}

func use(id int64) string { return "intake:" + objectName(id) }

// objectName names a source in the audit log.
func objectName(id int64) string { return "alert_source:" + strconv.FormatInt(id, 10) }

// Waiting counts the sources that are on and fail, for the control room, and says
// since when the first of them does.
func (m *Module) Waiting(ctx context.Context, s access.Scope) (n int, oldest time.Time, err error) {
	if err := reads(s); err != nil {
		return 0, oldest, err
	}
	err = m.deps.DB.QueryRow(ctx, "SELECT count(*), min(failing_since) FROM intake_source WHERE failures > 0 AND active").Scan(&n, db.Time(&oldest))
	return n, oldest, err
}

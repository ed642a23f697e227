// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// templates gives those of a condition.
func (m *Module) templates(ctx context.Context, q db.Querier, _ access.Scope, where string, args ...any) ([]Template, error) {
	rows, err := q.Query(ctx, "SELECT id, version, name, note, kind, severity, tlp, pap, content, audience, ack_minutes, changed_at, changed_name FROM advisory_template WHERE "+where, args...)
	out, err := db.Collect(rows, err, scanTemplate)
	if err != nil {
		return nil, fmt.Errorf("advisory: templates: %w", err)
	}
	return out, nil
}

func scanTemplate(r *sql.Rows) (t Template, err error) {
	var content string
	var minutes int64
	err = r.Scan(&t.ID, &t.Version, &t.Name, &t.Note, &t.Kind, &t.Severity, (*string)(&t.TLP), &t.PAP, &content, &t.Audience, &minutes, db.Time(&t.Changed.At), &t.Changed.Name)
	if err != nil {
		return t, err
	}
	t.AckWithin = time.Duration(minutes) * time.Minute
	return t, json.Unmarshal([]byte(content), &t.Content)
}

func (m *Module) oneTemplate(ctx context.Context, q db.Querier, s access.Scope, id int64, lock string) (Template, error) {
	all, err := m.templates(ctx, q, s, "id = $1"+lock, id)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "advisory.template.unknown")
	}
	if err != nil {
		return Template{}, err
	}
	return all[0], nil
}

// templateAt gives one for writing, at the version its editor saw.
func (m *Module) templateAt(ctx context.Context, tx *db.Tx, s access.Scope, id, version int64) (Template, error) {
	t, err := m.oneTemplate(ctx, tx, s, id, db.ForUpdate(tx))
	if err == nil && t.Version != version {
		err = fault.New(fault.Conflict, "advisory.changed_meanwhile")
	}
	return t, err
}

func (m *Module) writeTemplate(ctx context.Context, tx *db.Tx, s access.Scope, who Author, t Template) (id int64, err error) {
	content, _, err := t.pack()
	if err != nil {
		return 0, err
	}
	values := []any{t.Name, t.Note, t.Kind, t.Severity, string(t.TLP), t.PAP, content, t.Audience, int64(t.AckWithin / time.Minute), db.Ms(m.now()), who.Name}
	if t.ID == 0 {
		return m.insertTemplate(ctx, tx, s, values)
	}
	if _, err := m.templateAt(ctx, tx, s, t.ID, t.Version); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE advisory_template SET version = version + 1, name = $1, note = $2, kind = $3, severity = $4, tlp = $5, pap = $6, content = $7,
		audience = $8, ack_minutes = $9, changed_at = $10, changed_name = $11 WHERE id = $12`, append(values, t.ID)...)
	return t.ID, templateTaken(err)
}

func (m *Module) insertTemplate(ctx context.Context, tx *db.Tx, _ access.Scope, values []any) (id int64, err error) {
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM advisory_template").Scan(&n); err != nil {
		return 0, err
	}
	if n >= maxTemplates {
		return 0, fault.New(fault.Conflict, "advisory.templates_many", fault.P{"limit": maxTemplates})
	}
	err = tx.QueryRow(ctx, `INSERT INTO advisory_template (version, name, note, kind, severity, tlp, pap, content, audience, ack_minutes, changed_at, changed_name)
		VALUES (1,$1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) RETURNING id`, values...).Scan(&id)
	return id, templateTaken(err)
}

func templateTaken(err error) error {
	if db.Unique(err) {
		return fault.New(fault.Conflict, "advisory.template").Field("name", "advisory.template.taken").Because(err)
	}
	return err
}

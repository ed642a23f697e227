// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"encoding/json"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// mapping gives what an organisation said the columns of a table with such
// headings mean; nil when it has not.
func (m *Module) mapping(ctx context.Context, org int64, shape string) (out intake.Mapping, err error) {
	var text string
	err = m.deps.DB.QueryRow(ctx, "SELECT mapping FROM item_mapping WHERE organisation_id = $1 AND shape = $2", org, shape).Scan(&text)
	if db.NotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what columns mean: %w", err)
	}
	return out, json.Unmarshal([]byte(text), &out)
}

// rememberMapping keeps what a person said of a table's columns, once the table was taken.
func (m *Module) rememberMapping(ctx context.Context, tx *db.Tx, imp Import, who string) error {
	shape := imp.Layout.Shape()
	if len(imp.Mapping) == 0 || shape == "" {
		return nil
	}
	text, err := json.Marshal(imp.Mapping)
	if err != nil {
		return fmt.Errorf("keeping what columns mean: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO item_mapping (organisation_id, shape, mapping, updated_by, updated_at) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (organisation_id, shape) DO UPDATE SET mapping = excluded.mapping, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		imp.Organisation, shape, string(text), who, db.Ms(m.now()))
	return err
}

// AnotherReading says how an import is to be read again.
type AnotherReading struct {
	Kind    Source
	Mapping intake.Mapping // nil: what the headings say
	Sheet   string
	Asset   string
}

// ReadAgain reads an import as a person says: in another format, with other
// meanings of its columns. Nothing was written by then.
func (m *Module) ReadAgain(ctx context.Context, s access.Scope, id int64, how AnotherReading) (Import, error) {
	imp, err := m.Import(ctx, s, id)
	if err != nil {
		return imp, err
	}
	if imp.State != Ready && imp.State != Refused {
		return imp, fault.New(fault.Conflict, "inventory.import.not_ready")
	}
	if err := how.check(); err != nil {
		return imp, err
	}
	mapping := ""
	if how.Mapping != nil {
		text, err := json.Marshal(how.Mapping)
		if err != nil {
			return imp, fmt.Errorf("keeping what columns mean: %w", err)
		}
		mapping = string(text)
	}
	inline := imp.Size <= m.deps.Limits.Inline
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE item_import SET state = $1, kind = $2, mapping = $3, sheet = $4, asset = $5, fault_code = '', fault_params = '',
			fresh = 0, changed = 0, same = 0, gone = 0 WHERE id = $6 AND state IN ('ready','refused')`,
			string(Uploaded), string(how.Kind), mapping, how.Sheet, how.Asset, id)
		if err != nil || inline {
			return err
		}
		return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobRead, Key: fmt.Sprintf("%s:%d", jobRead, id), Payload: importJob{id}})
	})
	if err == nil && inline {
		err = m.readImport(ctx, id)
	}
	if err != nil {
		return imp, err
	}
	return m.Import(ctx, s, id)
}

// check refuses a reading nobody could do.
func (r *AnotherReading) check() error {
	r.Asset, r.Sheet = intake.Tidy(r.Asset), intake.Tidy(r.Sheet)
	if !known(append(intake.Formats(), intake.FormatAuto, intake.FormatPaste, intake.FormatZip), intake.Format(r.Kind)) {
		return fault.New(fault.Invalid, "inventory.import.format")
	}
	f := fault.New(fault.Invalid, "inventory.entry")
	tooLong(f, "asset", r.Asset, intake.Asset.Limit())
	seen := map[intake.Field]bool{}
	for _, field := range r.Mapping {
		if field == "" {
			continue
		}
		if !known(intake.Fields(), field) {
			return fault.New(fault.Invalid, "inventory.import.column")
		}
		if seen[field] {
			return fault.New(fault.Invalid, "inventory.import.column_twice", fault.P{"field": string(field)})
		}
		seen[field] = true
	}
	return f.OrNil()
}

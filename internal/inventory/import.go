// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// ImportState is how far an import is.
type ImportState string

// The states of an import.
const (
	Uploading ImportState = "uploading" // being handed over
	Uploaded  ImportState = "uploaded"  // waits to be read
	Reading   ImportState = "reading"
	Ready     ImportState = "ready"    // read without a fault: waits for a person to say go
	Refused   ImportState = "refused"  // cannot be read, or has bad lines
	Applying  ImportState = "applying" // waits to be written
	Done      ImportState = "done"
)

// Import is a list handed over.
type Import struct {
	ID           int64
	Organisation int64
	Kind         Source // Auto until it is read
	Filename     string
	Size         int64
	State        ImportState
	Asset        string
	SourceRef    string
	Layout       intake.Layout
	Fault        *fault.Error // why the whole was refused; nil when lines were, or nothing was
	Read         int64        // rows read so far
	Rows         int64
	Problems     int64
	Fresh        int64 // items that are new
	Changed      int64
	Same         int64
	Gone         int64 // items of the same source that the list has no more
	Hosts        int64 // assets the list tells of
	HostsNew     int64 // those that are new
	RemoveGone   bool
	Mapping      intake.Mapping // what columns mean, as a person said; nil: what their headings say
	Sheet        string         // of a workbook, as a person chose
	CreatedBy    string
	CreatedAt    time.Time
}

// Document says whether a program wrote the list, all there is on a system: what
// it has no more is gone.
func (i Import) Document() bool { return intake.Format(i.Kind).Document() }

// Tabular says whether the list is a table, whose columns a person may assign.
func (i Import) Tabular() bool { return len(i.Layout.Headings) > 0 }

// Working says whether a job is at it.
func (i Import) Working() bool {
	return i.State == Uploading || i.State == Uploaded || i.State == Reading || i.State == Applying
}

const importColumns = `id, organisation_id, kind, filename, size, state, asset, source_ref, layout, fault_code, fault_params,
	read_count, rows, problems, fresh, changed, same, gone, remove_gone,
	hosts, hosts_new, mapping, sheet, created_by, created_at`

func scanImport(r interface{ Scan(...any) error }) (i Import, err error) {
	var layout, code, params, mapping string
	err = r.Scan(&i.ID, &i.Organisation, &i.Kind, &i.Filename, &i.Size, &i.State, &i.Asset, &i.SourceRef, &layout, &code, &params,
		&i.Read, &i.Rows, &i.Problems, &i.Fresh, &i.Changed, &i.Same, &i.Gone, &i.RemoveGone,
		&i.Hosts, &i.HostsNew, &mapping, &i.Sheet, &i.CreatedBy, db.Time(&i.CreatedAt))
	if err != nil {
		return i, err
	}
	if code != "" {
		i.Fault = fault.New(fault.Invalid, code, fault.P{})
		err = json.Unmarshal([]byte(params), &i.Fault.Params)
	}
	if layout != "" {
		err = errors.Join(err, json.Unmarshal([]byte(layout), &i.Layout))
	}
	if mapping != "" {
		err = errors.Join(err, json.Unmarshal([]byte(mapping), &i.Mapping))
	}
	return i, err
}

// chunkSize is how much of a file one row of the database holds.
const chunkSize = 256 << 10

// Upload stores a list as it is handed over. kind may be Auto: the content tells. A small one is read at once, a
// larger one by a job. asset is the system the list is of, where its lines name none.
func (m *Module) Upload(ctx context.Context, s access.Scope, kind Source, filename, asset string, body io.Reader) (Import, error) {
	return m.take(ctx, s, kind, filename, asset, body, m.deps.Limits.Inline)
}

// UploadNow is Upload for who waits for it: whatever the size, the list is read before it returns.
func (m *Module) UploadNow(ctx context.Context, s access.Scope, kind Source, filename, asset string, body io.Reader) (Import, error) {
	return m.take(ctx, s, kind, filename, asset, body, math.MaxInt64)
}

func (m *Module) take(ctx context.Context, s access.Scope, kind Source, filename, asset string, body io.Reader, atOnce int64) (Import, error) {
	org, err := editor(s)
	if err != nil {
		return Import{}, err
	}
	asset = intake.Tidy(asset)
	if len([]rune(asset)) > intake.Asset.Limit() {
		return Import{}, fault.New(fault.Invalid, "inventory.entry").Field("asset", "inventory.field_long", fault.P{"limit": intake.Asset.Limit(), "length": len([]rune(asset))})
	}
	id, err := m.beginImport(ctx, s, org, kind, filename, asset)
	if err != nil {
		return Import{}, err
	}
	size, err := m.store(ctx, id, body, m.limitOf(kind))
	if err != nil {
		return Import{}, errors.Join(err, m.dropImport(ctx, id))
	}
	inline := size <= atOnce
	if err := m.uploaded(ctx, id, size, !inline); err != nil {
		return Import{}, err
	}
	if inline {
		if err := m.readImport(ctx, id); err != nil {
			return Import{}, err
		}
	}
	return m.Import(ctx, s, id)
}

func (m *Module) limitOf(kind Source) int64 {
	if kind == Auto || intake.Format(kind).Document() {
		return m.deps.Limits.Document
	}
	return m.deps.Limits.List
}

func (m *Module) beginImport(ctx context.Context, s access.Scope, org int64, kind Source, filename, asset string) (id int64, err error) {
	filename = intake.Tidy(path.Base(strings.ReplaceAll(filename, `\`, "/")))
	if runes := []rune(filename); len(runes) > 200 {
		filename = string(runes[:200])
	}
	now := db.Ms(m.now())
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.forgetOldImports(ctx, tx, org); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO item_import (organisation_id, kind, filename, size, state, asset, source_ref, layout, fault_code, fault_params,
			read_count, rows, problems, fresh, changed, same, gone, remove_gone, created_by, created_at, updated_at)
			VALUES ($1,$2,$3,0,$4,$5,'','','','',0,0,0,0,0,0,0,$6,$7,$8,$8) RETURNING id`,
			org, string(kind), filename, string(Uploading), asset, kind != FromPaste, s.Actor(), now).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("beginning an import: %w", err)
	}
	return id, nil
}

// store keeps the body in chunks and gives its size.
func (m *Module) store(ctx context.Context, id int64, body io.Reader, limit int64) (size int64, err error) {
	buf := make([]byte, chunkSize)
	for seq := 0; ; seq++ {
		n, err := io.ReadFull(body, buf)
		size += int64(n)
		if size > limit {
			return 0, fault.New(fault.TooLarge, "inventory.import.large", fault.P{"limit": fmt.Sprintf("%d MB", limit>>20)})
		}
		if n > 0 {
			if _, err := m.deps.DB.Exec(ctx, "INSERT INTO item_import_chunk (import_id, seq, data) VALUES ($1,$2,$3)", id, seq, buf[:n]); err != nil {
				return 0, fmt.Errorf("storing an import: %w", err)
			}
		}
		switch {
		case err == io.EOF, err == io.ErrUnexpectedEOF:
			if size == 0 {
				return 0, fault.New(fault.Invalid, "inventory.import.empty")
			}
			return size, nil
		case err != nil:
			return 0, fmt.Errorf("receiving an import: %w", err)
		}
	}
}

func (m *Module) uploaded(ctx context.Context, id, size int64, byJob bool) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE item_import SET size = $1, state = $2 WHERE id = $3", size, string(Uploaded), id); err != nil {
			return fmt.Errorf("storing an import: %w", err)
		}
		if !byJob {
			return nil
		}
		return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobRead, Key: fmt.Sprintf("%s:%d", jobRead, id), Payload: importJob{id}})
	})
}

// Import gives an import of the scope's organisation.
func (m *Module) Import(ctx context.Context, s access.Scope, id int64) (Import, error) {
	org, err := editor(s)
	if err != nil {
		return Import{}, err
	}
	i, err := scanImport(m.deps.DB.QueryRow(ctx, "SELECT "+importColumns+" FROM item_import WHERE organisation_id = $1 AND id = $2", org, id))
	if db.NotFound(err) {
		return i, fault.New(fault.NotFound, "inventory.import.gone")
	}
	return i, err
}

// Discard forgets an import that was not applied.
func (m *Module) Discard(ctx context.Context, s access.Scope, id int64) error {
	i, err := m.Import(ctx, s, id)
	if err != nil {
		return err
	}
	if i.State == Applying {
		return fault.New(fault.Conflict, "inventory.import.applying")
	}
	return m.dropImport(ctx, i.ID)
}

// dropImport removes an import and all that was kept of it.
func (m *Module) dropImport(ctx context.Context, id int64) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := emptyImport(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "DELETE FROM item_import WHERE id = $1", id)
		return err
	})
}

func emptyImport(ctx context.Context, tx *db.Tx, id int64) error {
	for _, table := range append([]string{"item_import_chunk"}, readTables...) {
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE import_id = $1", id); err != nil {
			return fmt.Errorf("emptying an import: %w", err)
		}
	}
	return nil
}

// keptImports is how many unfinished imports an organisation may have lying about.
const keptImports = 5

// forgetOldImports drops what nobody came back for when something new is handed over.
func (m *Module) forgetOldImports(ctx context.Context, tx *db.Tx, org int64) error {
	rows, err := tx.Query(ctx, `SELECT id FROM item_import WHERE organisation_id = $1 AND state IN ('ready','refused')
		ORDER BY id DESC LIMIT 1000 OFFSET $2`, org, keptImports-1)
	old, err := db.Collect(rows, err, scanID)
	if err != nil {
		return err
	}
	for _, id := range old {
		if err := emptyImport(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM item_import WHERE id = $1", id); err != nil {
			return err
		}
	}
	return nil
}

// LastImports lists the organisation's imports, the newest first.
func (m *Module) LastImports(ctx context.Context, s access.Scope, limit int) ([]Import, error) {
	org, err := editor(s)
	if err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+importColumns+" FROM item_import WHERE organisation_id = $1 ORDER BY id DESC LIMIT $2", org, limit)
	return db.Collect(rows, err, func(r *sql.Rows) (Import, error) { return scanImport(r) })
}

// Text gives the beginning of what was pasted, to be corrected.
func (m *Module) Text(ctx context.Context, i Import) (string, error) {
	src, err := m.stored(ctx, i)()
	if err != nil {
		return "", err
	}
	defer src.Close()
	text, err := io.ReadAll(io.LimitReader(src, 1<<20))
	return strings.ToValidUTF8(string(text), "\uFFFD"), err
}

// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"martinella/internal/inventory/intake"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// staged is a row of an import, identified, as it waits in the database.
type staged struct {
	Values   map[intake.Field]string `json:"v"`
	Identity Identity                `json:"i"`
	Label    string                  `json:"l,omitempty"` // when the row has none of its own
	NameKey  string                  `json:"k,omitempty"`
	Ref      string                  `json:"r,omitempty"` // what its source knows the system by
	Source   Source                  `json:"s,omitempty"` // when it is another than the import's
}

// keptProblems bounds how many bad lines are shown; all are counted.
const keptProblems = 500

// batchSize is how many rows are in memory at a time.
const batchSize = 500

// importReader reads one import.
type importReader struct {
	m        *Module
	imp      Import
	index    *names.Index
	batch    []intake.Row
	rows     int64
	problems int64
	seen     map[pairKey]bool
	hosts    hostList
}

// readTables are what the reading of an import fills.
var readTables = []string{"item_import_row", "item_import_problem", "item_import_host"}

// readImport reads what was handed over into rows. It begins anew whenever it
// is called, so that a job killed half-way does no harm.
func (m *Module) readImport(ctx context.Context, id int64) error {
	imp, err := scanImport(m.deps.DB.QueryRow(ctx, "SELECT "+importColumns+" FROM item_import WHERE id = $1", id))
	if db.NotFound(err) {
		return nil // discarded meanwhile
	}
	if err != nil || (imp.State != Uploaded && imp.State != Reading) {
		return err
	}
	x, err := m.index(ctx)
	if err != nil {
		return err
	}
	r := &importReader{m: m, imp: imp, index: x, seen: map[pairKey]bool{}, hosts: newHostList()}
	if err := r.begin(ctx); err != nil {
		return err
	}
	err = r.parse(ctx)
	if err == nil {
		err = r.flush(ctx)
	}
	if err == nil {
		err = r.hosts.save(ctx, m.deps.DB, imp.ID)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return r.refuse(ctx, f)
	}
	if err != nil {
		return err
	}
	return r.finish(ctx)
}

func (r *importReader) begin(ctx context.Context) error {
	return r.m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, table := range readTables {
			if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE import_id = $1", r.imp.ID); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE item_import SET state = $1, read_count = 0, rows = 0, problems = 0 WHERE id = $2", string(Reading), r.imp.ID)
		return err
	})
}

// parse reads the source with the reader of its format.
func (r *importReader) parse(ctx context.Context) (err error) {
	src := r.m.stored(ctx, r.imp)
	if r.imp.Kind == Auto {
		format, err := intake.Detect(src)
		if err != nil {
			return err
		}
		r.imp.Kind = Source(format)
		if limit := r.m.limitOf(r.imp.Kind); r.imp.Size > limit {
			return fault.New(fault.TooLarge, "inventory.import.large", fault.P{"limit": fmt.Sprintf("%d MB", limit>>20)})
		}
	}
	sink := intake.Sink{
		Row:     func(row intake.Row) error { return r.take(ctx, row) },
		Problem: func(p intake.Problem) error { return r.problem(ctx, p) },
		Host:    func(h intake.Host) error { return r.hosts.tell(ctx, r.m.deps.DB, r.imp.Organisation, h) },
	}
	if err := r.document(src); err != nil {
		return err
	}
	o := intake.Options{Format: intake.Format(r.imp.Kind), Mapping: r.imp.Mapping, Sheet: r.imp.Sheet}
	o.Remembered = func(shape string) (intake.Mapping, error) { return r.m.mapping(ctx, r.imp.Organisation, shape) }
	r.imp.Layout, err = intake.Read(src, o, sink)
	return err
}

// document learns what a bill of materials is about before it is read, because
// that is the system its components are on.
func (r *importReader) document(src intake.Source) error {
	if r.imp.Kind != FromSBOM && r.imp.Kind != FromSPDX {
		return nil
	}
	about, err := intake.Subject(src, intake.Format(r.imp.Kind))
	if err != nil {
		return err
	}
	about = firstOf(about, r.imp.Filename)
	if r.imp.Asset == "" {
		r.imp.Asset = about
	}
	r.imp.SourceRef = about + "\n" + r.imp.Asset
	r.hosts.document(r.imp.Asset, r.imp.SourceRef)
	return nil
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func (r *importReader) take(ctx context.Context, row intake.Row) error {
	if named := row.Values[intake.Asset]; named != "" {
		called, err := r.hosts.called(ctx, r.m.deps.DB, r.imp.Organisation, named)
		if err != nil {
			return err
		}
		row.Values[intake.Asset] = called
	}
	r.rows++
	if r.rows > int64(r.m.deps.Limits.Items) {
		return fault.New(fault.Invalid, "inventory.import.many", fault.P{"limit": r.m.deps.Limits.Items})
	}
	r.batch = append(r.batch, row)
	if len(r.batch) < batchSize {
		return nil
	}
	return r.flush(ctx)
}

func (r *importReader) problem(ctx context.Context, p intake.Problem) error {
	r.problems++
	if r.problems > keptProblems {
		return nil
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("keeping a bad line: %w", err)
	}
	_, err = r.m.deps.DB.Exec(ctx, "INSERT INTO item_import_problem (import_id, seq, line, problem) VALUES ($1,$2,$3,$4)",
		r.imp.ID, r.problems, p.Line, string(text))
	return err
}

// flush identifies the rows at hand and stores them.
func (r *importReader) flush(ctx context.Context) error {
	contents := make([]Content, len(r.batch))
	var keys []string
	for i, row := range r.batch {
		contents[i] = merge(r.blank(), row)
		contents[i].SourceRef = r.hosts.ref(contents[i].Asset, r.imp.SourceRef)
		if k := contents[i].nameKey(); k != "" {
			keys = append(keys, k)
		}
	}
	verdicts, err := r.m.verdicts(ctx, r.m.deps.DB, r.imp.Organisation, keys)
	if err != nil {
		return err
	}
	rows := make([][]any, 0, len(r.batch))
	for i, row := range r.batch {
		c, err := r.identify(contents[i], verdicts)
		if p, bad := problemOf(row.Line, err); bad {
			if err := r.problem(ctx, p); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if r.twin(c) {
			continue
		}
		payload, err := json.Marshal(staged{Values: row.Values, Identity: c.Identity, Label: c.Label, NameKey: c.NameKey, Ref: c.SourceRef, Source: Source(row.Format)})
		if err != nil {
			return fmt.Errorf("keeping a line: %w", err)
		}
		rows = append(rows, []any{r.imp.ID, row.Line, c.key(), c.Version, string(payload), ""})
	}
	r.batch = r.batch[:0]
	return r.m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.BulkInsert(ctx, "item_import_row", []string{"import_id", "line", "item_key", "version", "payload", "action"}, rows); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE item_import SET read_count = $1, updated_at = $2 WHERE id = $3", r.rows, db.Ms(r.m.now()), r.imp.ID)
		return err
	})
}

// twin says whether a document has had the same component before, as documents
// do: nested, or once for each path it is needed by.
func (r *importReader) twin(c Content) bool {
	if !r.imp.Document() {
		return false
	}
	k := keyOf(c.key(), c.Version)
	if r.seen[k] {
		return true
	}
	r.seen[k] = true
	return false
}

// blank is an item about which the list says nothing.
func (r *importReader) blank() Content {
	return Content{Asset: r.imp.Asset, Quantity: 1, Exposure: ExposureUnknown, Criticality: Medium, Source: r.imp.Kind, SourceRef: r.imp.SourceRef}
}

// identify identifies a row. What a program wrote wrong into a document nobody
// can mend: a bad name in it is left aside.
func (r *importReader) identify(c Content, verdicts map[string]verdict) (Content, error) {
	out, err := r.m.identify(r.index, c, verdicts, "")
	if err == nil || !r.imp.Document() {
		return out, err
	}
	c.CPE = ""
	if out, err = r.m.identify(r.index, c, verdicts, ""); err == nil || c.Label == "" {
		return out, err
	}
	c.PURL = ""
	return r.m.identify(r.index, c, verdicts, "")
}

// problemOf turns what is wrong with an item into what is wrong with its line.
func problemOf(line int, err error) (intake.Problem, bool) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return intake.Problem{}, false
	}
	return intake.Problem{Line: line, Field: intake.Field(f.Fields[0].Name), Code: f.Fields[0].Code, Params: f.Fields[0].Params}, true
}

// refuse notes why the whole cannot be read.
func (r *importReader) refuse(ctx context.Context, f *fault.Error) error {
	params, err := json.Marshal(f.Params)
	if err != nil {
		return fmt.Errorf("refusing an import: %w", err)
	}
	return r.close(ctx, Refused, f.Code, string(params))
}

// finish ends the reading: bad lines refuse the whole, else it is ready.
func (r *importReader) finish(ctx context.Context) error {
	state := Ready
	switch {
	case r.problems > 0:
		state = Refused
	case r.rows == 0 && len(r.hosts.list) == 0:
		return r.refuse(ctx, fault.New(fault.Invalid, "inventory.import.nothing", fault.P{}))
	}
	return r.close(ctx, state, "", "")
}

func (r *importReader) close(ctx context.Context, state ImportState, code, params string) error {
	layout, err := json.Marshal(r.imp.Layout)
	if err != nil {
		return fmt.Errorf("ending an import's reading: %w", err)
	}
	return r.m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		hosts, fresh := r.hosts.count()
		_, err := tx.Exec(ctx, `UPDATE item_import SET state = $1, asset = $2, source_ref = $3, layout = $4, fault_code = $5, fault_params = $6,
			problems = $7, rows = (SELECT count(*) FROM item_import_row WHERE import_id = $8), updated_at = $9, kind = $10, hosts = $11, hosts_new = $12 WHERE id = $8`,
			string(state), r.imp.Asset, r.imp.SourceRef, string(layout), code, params, r.problems, r.imp.ID, db.Ms(r.m.now()),
			string(r.imp.Kind), hosts, fresh)
		if err != nil || state != Ready {
			return err
		}
		_, err = r.m.plan(ctx, tx, r.imp)
		return err
	})
}

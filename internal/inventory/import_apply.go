// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// gone are the items of the same source that it has no more: those of the
// documents, and of the hosts, of which the import lists all there is.
const gone = ` FROM item WHERE organisation_id = $1 AND source_ref <> '' AND source_ref IN
	(SELECT h.source_ref FROM item_import_host h WHERE h.import_id = $2 AND h.complete)
	AND NOT EXISTS (SELECT 1 FROM item_import_row x WHERE x.import_id = $2 AND x.item_id = item.id)`

// plan pairs the rows with the items there are now, notes what would become of
// each, and gives the import with the counts.
func (m *Module) plan(ctx context.Context, tx *db.Tx, imp Import) (Import, error) {
	if err := pair(ctx, tx, imp); err != nil {
		return imp, fmt.Errorf("pairing an import: %w", err)
	}
	imp.Changed, imp.Same, imp.Gone = 0, 0, 0
	if err := m.eachRow(ctx, tx, imp, "item_id IS NOT NULL", func(rows []plannedRow) error { return noteActions(ctx, tx, &imp, rows) }); err != nil {
		return imp, err
	}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM item_import_row WHERE import_id = $1 AND action = 'add'", imp.ID).Scan(&imp.Fresh); err != nil {
		return imp, fmt.Errorf("planning an import: %w", err)
	}
	if err := tx.QueryRow(ctx, "SELECT count(*)"+gone, imp.Organisation, imp.ID).Scan(&imp.Gone); err != nil {
		return imp, fmt.Errorf("planning an import: %w", err)
	}
	_, err := tx.Exec(ctx, "UPDATE item_import SET fresh = $1, changed = $2, same = $3, gone = $4 WHERE id = $5",
		imp.Fresh, imp.Changed, imp.Same, imp.Gone, imp.ID)
	return imp, err
}

// noteActions tells rows that change their item from those that do not.
func noteActions(ctx context.Context, tx *db.Tx, imp *Import, rows []plannedRow) error {
	lines := map[string][]int64{}
	for _, r := range rows {
		action := "change"
		if r.after == r.before.Content {
			action = "same"
		}
		lines[action] = append(lines[action], r.line)
	}
	imp.Changed += int64(len(lines["change"]))
	imp.Same += int64(len(lines["same"]))
	for action, list := range lines {
		args := append([]any{action, imp.ID}, db.Args(list)...)
		if _, err := tx.Exec(ctx, "UPDATE item_import_row SET action = $1 WHERE import_id = $2 AND line IN "+db.In(3, len(list)), args...); err != nil {
			return fmt.Errorf("planning an import: %w", err)
		}
	}
	return nil
}

// plannedRow is a row with the item it is and what that item becomes.
type plannedRow struct {
	line   int64
	action string
	item   int64 // 0: none
	before Item
	after  Content
}

// eachRow goes through an import's rows in batches, in the order of their lines.
func (m *Module) eachRow(ctx context.Context, q db.Querier, imp Import, cond string, f func([]plannedRow) error) error {
	for after := int64(-1); ; {
		rows, err := m.rowsAfter(ctx, q, imp, cond, after, batchSize)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := f(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].line
	}
}

func (m *Module) rowsAfter(ctx context.Context, q db.Querier, imp Import, cond string, after int64, limit int) ([]plannedRow, error) {
	rows, err := q.Query(ctx, `SELECT line, action, COALESCE(item_id, 0), payload FROM item_import_row
		WHERE import_id = $1 AND line > $2 AND `+cond+" ORDER BY line LIMIT $3", imp.ID, after, limit)
	type raw struct {
		plannedRow
		staged
	}
	list, err := db.Collect(rows, err, func(r *sql.Rows) (w raw, err error) {
		var payload string
		if err := r.Scan(&w.line, &w.action, &w.item, &payload); err != nil {
			return w, err
		}
		return w, json.Unmarshal([]byte(payload), &w.staged)
	})
	if err != nil {
		return nil, fmt.Errorf("reading an import's rows: %w", err)
	}
	ids := make([]int64, 0, len(list))
	for _, r := range list {
		if r.item != 0 {
			ids = append(ids, r.item)
		}
	}
	items, err := itemsByID(ctx, q, imp.Organisation, ids)
	if err != nil {
		return nil, err
	}
	out := make([]plannedRow, len(list))
	for i, r := range list {
		r.before = items[r.item]
		if r.after, err = m.become(imp, r.before, r.staged); err != nil {
			return nil, err
		}
		out[i] = r.plannedRow
	}
	return out, nil
}

// byID is organisation_id as a condition the engines use no index for: with a
// list of ids SQLite would else go through all items of the organisation
// (measured: 19 ms for 400 of 200,000).
const byID = "organisation_id + 0"

func itemsByID(ctx context.Context, q db.Querier, org int64, ids []int64) (map[int64]Item, error) {
	out := make(map[int64]Item, len(ids))
	for chunk := range slices.Chunk(ids, 400) {
		rows, err := q.Query(ctx, "SELECT "+itemList+" FROM item WHERE "+byID+" = $1 AND id IN "+db.In(2, len(chunk)),
			append([]any{org}, db.Args(chunk)...)...)
		list, err := db.Collect(rows, err, scanItemRow)
		if err != nil {
			return nil, fmt.Errorf("reading items: %w", err)
		}
		for _, i := range list {
			out[i.ID] = i
		}
	}
	return out, nil
}

// become is what an item becomes by a row: a new one, or the one there was with
// the fields the list has. What a person chose for an item stays chosen.
func (m *Module) become(imp Import, was Item, r staged) (Content, error) {
	row := intake.Row{Values: r.Values}
	source := Source(firstOf(string(r.Source), string(imp.Kind)))
	if was.ID == 0 {
		reader := importReader{imp: imp}
		c := merge(reader.blank(), row)
		c.Label, c.NameKey, c.Identity, c.Source, c.SourceRef = r.Label, r.NameKey, r.Identity, source, r.Ref
		return c, nil
	}
	c := merge(was.Content, row)
	if imp.Document() && (was.SourceRef == "" || was.SourceRef == r.Ref || sameSource(was.SourceRef, r.Ref)) {
		// What another source told of as well stays that one's: only it can say that it is gone.
		c.Source, c.SourceRef = source, r.Ref
	}
	if c.Label == "" {
		c.Label = r.Label
	}
	switch {
	case was.Reason == reasonPick || was.Reason == reasonGive && !row.Has(intake.CPE):
		return m.upgraded(c, was, r)
	case row.Has(intake.Version) || r.Identity.Version != "":
		c.Identity = r.Identity
	default:
		// The list says nothing of the version: what is known of it stays.
		version, update, edition, target := was.Version, was.Update, was.Edition, was.TargetSW
		c.Identity = r.Identity
		c.Version, c.Update, c.Edition, c.TargetSW = version, update, edition, target
		if c.Product != "" {
			base, err := m.deps.CPE.Parse(c.CPE)
			if err != nil {
				return c, fmt.Errorf("the CPE name of a row: %w", err)
			}
			c.CPE, err = m.compose(c.Identity, base)
			return c, err
		}
	}
	return c, nil
}

// sameSource says whether two references are of the same source: an agent that
// was set up anew knows its machine by another one.
func sameSource(a, b string) bool {
	kindA, _, okA := strings.Cut(a, ":")
	kindB, _, okB := strings.Cut(b, ":")
	return okA && okB && kindA == kindB || !okA && !okB
}

// upgraded keeps an item's product and takes the row's version.
func (m *Module) upgraded(c Content, was Item, r staged) (Content, error) {
	c.Identity = was.Identity
	if r.Identity.Version == "" || r.Identity.Version == was.Version || was.Product == "" {
		return c, nil
	}
	c.Version, c.Update = r.Identity.Version, r.Identity.Update
	base, err := m.deps.CPE.Parse(was.CPE)
	if err != nil {
		return c, fmt.Errorf("the CPE name of item %d: %w", was.ID, err)
	}
	c.CPE, err = m.compose(c.Identity, base)
	return c, err
}

// inlineRows is how many rows are written at once, not by a job.
const inlineRows = 2000

// Apply writes an import that is ready into the stack, whole or not at all. A
// large one is written by a job. Applying it twice does nothing more.
func (m *Module) Apply(ctx context.Context, s access.Scope, id int64, removeGone bool) (Import, error) {
	return m.commit(ctx, s, id, removeGone, inlineRows)
}

// ApplyNow is Apply for who waits for it: whatever the size, the list is written before it returns.
func (m *Module) ApplyNow(ctx context.Context, s access.Scope, id int64, removeGone bool) (Import, error) {
	return m.commit(ctx, s, id, removeGone, math.MaxInt64)
}

func (m *Module) commit(ctx context.Context, s access.Scope, id int64, removeGone bool, atOnce int64) (Import, error) {
	imp, err := m.Import(ctx, s, id)
	if err != nil {
		return imp, err
	}
	if imp.State == Done || imp.State == Applying {
		return imp, nil
	}
	if imp.State != Ready {
		return imp, fault.New(fault.Conflict, "inventory.import.not_ready")
	}
	inline := imp.Rows+imp.Gone <= atOnce
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(ctx, "UPDATE item_import SET state = $1, remove_gone = $2, updated_at = $3 WHERE id = $4 AND state = $5",
			string(Applying), removeGone, db.Ms(m.now()), id, string(Ready))
		if err != nil {
			return fmt.Errorf("applying an import: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // somebody else was quicker
		}
		if inline {
			return m.apply(ctx, tx, id, s.Actor())
		}
		return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobApply, Key: fmt.Sprintf("%s:%d", jobApply, id), Payload: importJob{id}})
	})
	if err != nil {
		return imp, err
	}
	return m.Import(ctx, s, id)
}

// applyJob writes an import in one transaction, with the end of its job.
func (m *Module) applyJob(ctx context.Context, run jobs.Run, id int64) error {
	err := m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.apply(ctx, tx, id, ""); err != nil {
			return err
		}
		return run.Complete(ctx, tx)
	})
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	// There is no room for it any more: the person is told on the import's page.
	f := fault.Of(err)
	params, marshalErr := json.Marshal(f.Params)
	if marshalErr != nil {
		return marshalErr
	}
	_, err = m.deps.DB.Exec(ctx, "UPDATE item_import SET state = $1, fault_code = $2, fault_params = $3 WHERE id = $4", string(Refused), f.Code, string(params), id)
	return err
}

// apply writes the rows. who is "" when the person is the one who handed the list over.
func (m *Module) apply(ctx context.Context, tx *db.Tx, id int64, who string) error {
	imp, err := scanImport(tx.QueryRow(ctx, "SELECT "+importColumns+" FROM item_import WHERE id = $1", id))
	if err != nil || imp.State != Applying {
		return err
	}
	who = firstOf(who, imp.CreatedBy)
	if imp, err = m.plan(ctx, tx, imp); err != nil {
		return err
	}
	if err := m.roomFor(ctx, tx, imp.Organisation, int(imp.Fresh)); err != nil {
		return err
	}
	change, now := newChange(), m.now()
	if err := m.writeHosts(ctx, tx, imp, now, who); err != nil {
		return err
	}
	// Before the new items come, which no row is paired with yet.
	if err := m.removeGone(ctx, tx, imp, now, who); err != nil {
		return err
	}
	err = m.eachRow(ctx, tx, imp, "action <> 'same'", func(rows []plannedRow) error { return writeRows(ctx, tx, imp.Organisation, rows, now, who, change) })
	if err != nil {
		return err
	}
	if err := record(ctx, tx, change, changeImported, who); err != nil {
		return err
	}
	return m.applied(ctx, tx, imp, who)
}

// writeRows adds new items in bulk and changes the others one by one.
func writeRows(ctx context.Context, tx *db.Tx, org int64, rows []plannedRow, now time.Time, who string, change int64) error {
	var fresh [][]any
	for _, r := range rows {
		if r.item != 0 {
			if err := updateItem(ctx, tx, org, r.item, r.after, now, who, change); err != nil {
				return err
			}
			continue
		}
		fresh = append(fresh, append([]any{org, db.Ms(now), db.Ms(now), who, change}, r.after.values()...))
	}
	cols := append([]string{"organisation_id", "created_at", "updated_at", "updated_by", "change_id"}, contentColumns...)
	return tx.BulkInsert(ctx, "item", cols, fresh)
}

func (m *Module) removeGone(ctx context.Context, tx *db.Tx, imp Import, now time.Time, who string) error {
	if !imp.RemoveGone || imp.Gone == 0 {
		return nil
	}
	change := newChange()
	_, err := tx.Exec(ctx, "UPDATE item SET revision = revision + 1, updated_at = CASE WHEN updated_at > $3 THEN updated_at ELSE $3 END, change_id = $4 WHERE id IN (SELECT id"+gone+")",
		imp.Organisation, imp.ID, db.Ms(now), change)
	if err != nil {
		return fmt.Errorf("removing what is gone: %w", err)
	}
	return removeMarked(ctx, tx, imp.Organisation, change, who)
}

// applied ends the import: state, audit, event; what was kept of the list is dropped.
func (m *Module) applied(ctx context.Context, tx *db.Tx, imp Import, who string) error {
	if err := emptyImport(ctx, tx, imp.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE item_import SET state = $1, updated_at = $2 WHERE id = $3", string(Done), db.Ms(m.now()), imp.ID)
	if err != nil {
		return fmt.Errorf("ending an import: %w", err)
	}
	if err := m.rememberMapping(ctx, tx, imp, who); err != nil {
		return err
	}
	detail := map[string]any{"file": imp.Filename, "assets": imp.Hosts, "kind": imp.Kind, "added": imp.Fresh, "changed": imp.Changed, "removed": imp.Gone * b2i(imp.RemoveGone)}
	if err := m.deps.Audit.Append(ctx, tx, who, imp.Organisation, "inventory.imported", fmt.Sprintf("import:%d", imp.ID), detail); err != nil {
		return err
	}
	return m.announce(ctx, tx, imp.Organisation)
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// PreviewRow is a line of an import as it would be written.
type PreviewRow struct {
	Line   int64
	Action string // add, change, same
	Before Content
	After  Content
}

// Preview gives rows of an import that is ready, from the line after on.
func (m *Module) Preview(ctx context.Context, imp Import, after int64, limit int) ([]PreviewRow, error) {
	rows, err := m.rowsAfter(ctx, m.deps.DB, imp, "line > 0", after, limit)
	out := make([]PreviewRow, len(rows))
	for i, r := range rows {
		out[i] = PreviewRow{r.line, r.action, r.before.Content, r.after}
	}
	return out, err
}

// BadLines gives the first bad lines of an import.
func (m *Module) BadLines(ctx context.Context, imp Import) ([]intake.Problem, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT problem FROM item_import_problem WHERE import_id = $1 ORDER BY line, seq", imp.ID)
	return db.Collect(rows, err, func(r *sql.Rows) (p intake.Problem, err error) {
		var text string
		if err := r.Scan(&text); err != nil {
			return p, err
		}
		return p, json.Unmarshal([]byte(text), &p)
	})
}

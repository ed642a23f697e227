// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// contentColumns are the columns item and item_version share, in the order of
// Content.values and Content.targets.
var contentColumns = []string{
	"asset", "label", "publisher", "name_key", "item_key", "part", "vendor", "product", "version", "update_tag", "edition",
	"target_sw", "cpe", "purl", "state", "confidence", "reason", "settled", "quantity", "owner", "exposure", "criticality",
	"notes", "source", "source_ref", "search", "own_exposure", "own_criticality",
}

var contentList = strings.Join(contentColumns, ", ")

func (c Content) values() []any {
	return []any{
		c.Asset, c.Label, c.Publisher, c.NameKey, c.key(), c.Part, c.Vendor, c.Product, c.Version, c.Update, c.Edition,
		c.TargetSW, c.CPE, c.PURL, string(c.State), c.Confidence, c.Reason, c.Settled, c.Quantity, c.Owner, string(c.Exposure), string(c.Criticality),
		c.Notes, string(c.Source), c.SourceRef, c.searchText(), c.OwnExposure, c.OwnCriticality,
	}
}

// targets are where to scan contentColumns; key and search follow from the rest and are dropped.
func (c *Content) targets() []any {
	var key, search string
	return []any{
		&c.Asset, &c.Label, &c.Publisher, &c.NameKey, &key, &c.Part, &c.Vendor, &c.Product, &c.Version, &c.Update, &c.Edition,
		&c.TargetSW, &c.CPE, &c.PURL, &c.State, &c.Confidence, &c.Reason, &c.Settled, &c.Quantity, &c.Owner, &c.Exposure, &c.Criticality,
		&c.Notes, &c.Source, &c.SourceRef, &search, &c.OwnExposure, &c.OwnCriticality,
	}
}

var itemList = "id, organisation_id, created_at, updated_at, updated_by, revision, " + contentList

func scanItem(r interface{ Scan(...any) error }) (i Item, err error) {
	head := []any{&i.ID, &i.Organisation, db.Time(&i.CreatedAt), db.Time(&i.UpdatedAt), &i.UpdatedBy, &i.Revision}
	return i, r.Scan(append(head, i.targets()...)...)
}

func scanItemRow(r *sql.Rows) (Item, error) { return scanItem(r) }

// newChange gives the number that marks what one change touched.
func newChange() int64 { return rand.Int64() }

// insertItem adds an item and gives its id.
func insertItem(ctx context.Context, tx *db.Tx, org int64, c Content, now time.Time, who string, change int64) (int64, error) {
	cols := append([]string{"organisation_id", "created_at", "updated_at", "updated_by", "change_id"}, contentColumns...)
	args := append([]any{org, db.Ms(now), db.Ms(now), who, change}, c.values()...)
	var id int64
	err := tx.QueryRow(ctx, "INSERT INTO item ("+strings.Join(cols, ", ")+") VALUES "+db.In(1, len(args))+" RETURNING id", args...).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("adding an item: %w", err)
	}
	return id, nil
}

// touched begins what every change of an item sets: its next revision, and the
// moment, which is now ($1) or, when the clock has been put back, that of its last change.
const touched = "revision = revision + 1, updated_at = CASE WHEN updated_at > $1 THEN updated_at ELSE $1 END"

// updateSQL writes a content over an item; $5.. are the values.
var updateSQL = func() string {
	var set []string
	for i, c := range contentColumns {
		set = append(set, fmt.Sprintf("%s = $%d", c, 6+i))
	}
	return "UPDATE item SET " + touched + ", updated_by = $2, change_id = $3, " + strings.Join(set, ", ") +
		" WHERE organisation_id = $4 AND id = $5"
}()

func updateItem(ctx context.Context, tx *db.Tx, org, id int64, c Content, now time.Time, who string, change int64) error {
	_, err := tx.Exec(ctx, updateSQL, append([]any{db.Ms(now), who, change, org, id}, c.values()...)...)
	if err != nil {
		return fmt.Errorf("changing item %d: %w", id, err)
	}
	return nil
}

// record closes the current versions of the items a change touched and opens
// their next ones.
func record(ctx context.Context, tx *db.Tx, change int64, kind, who string) error {
	if err := settleAssets(ctx, tx, change, who); err != nil {
		return err
	}
	if err := closeVersions(ctx, tx, change, who); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO item_version (item_id, organisation_id, change, valid_from, who, "+contentList+
		") SELECT id, organisation_id, $2, updated_at, $3, "+contentList+" FROM item WHERE change_id = $1", change, kind, who)
	if err != nil {
		return fmt.Errorf("recording a change: %w", err)
	}
	return nil
}

func closeVersions(ctx context.Context, tx *db.Tx, change int64, who string) error {
	_, err := tx.Exec(ctx, `UPDATE item_version SET valid_to = (SELECT i.updated_at FROM item i WHERE i.id = item_version.item_id), ended_by = $2
		WHERE valid_to IS NULL AND item_id IN (SELECT id FROM item WHERE change_id = $1)`, change, who)
	if err != nil {
		return fmt.Errorf("closing versions: %w", err)
	}
	return nil
}

// removeMarked removes the items a change marked; their history stays.
func removeMarked(ctx context.Context, tx *db.Tx, org, change int64, who string) error {
	if err := closeVersions(ctx, tx, change, who); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM item WHERE organisation_id = $1 AND change_id = $2", org, change); err != nil {
		return fmt.Errorf("removing items: %w", err)
	}
	return nil
}

// Item gives an item of the scope's organisation; NotFound when there is none.
func (m *Module) Item(ctx context.Context, s access.Scope, id int64) (Item, error) {
	if err := s.Require(access.StackRead); err != nil {
		return Item{}, err
	}
	org, err := s.Organisation()
	if err != nil {
		return Item{}, err
	}
	return findItem(ctx, m.deps.DB, org, id)
}

func findItem(ctx context.Context, q db.Querier, org, id int64) (Item, error) {
	i, err := scanItem(q.QueryRow(ctx, "SELECT "+itemList+" FROM item WHERE organisation_id = $1 AND id = $2", org, id))
	if db.NotFound(err) {
		return Item{}, fault.New(fault.NotFound, "inventory.item_gone")
	}
	if err != nil {
		return Item{}, fmt.Errorf("reading item %d: %w", id, err)
	}
	return i, nil
}

// Items gives all items of the scope's organisation, for the matcher, in the order of their ids.
func (m *Module) Items(ctx context.Context, s access.Scope) ([]Item, error) {
	if err := s.Require(access.StackRead); err != nil {
		return nil, err
	}
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+itemList+" FROM item WHERE organisation_id = $1 ORDER BY id", org)
	return db.Collect(rows, err, scanItemRow)
}

// EachOrganisation calls f for every organisation that has items, with all of
// them. Only one organisation's are in memory at a time. Territory only.
func (m *Module) EachOrganisation(ctx context.Context, s access.Scope, f func(organisation int64, items []Item) error) error {
	if err := s.Territory(); err != nil {
		return err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+itemList+" FROM item ORDER BY organisation_id, id")
	if err != nil {
		return fmt.Errorf("reading all items: %w", err)
	}
	defer rows.Close()
	var batch []Item
	for rows.Next() {
		i, err := scanItem(rows)
		if err != nil {
			return fmt.Errorf("reading all items: %w", err)
		}
		if len(batch) > 0 && batch[0].Organisation != i.Organisation {
			if err := f(batch[0].Organisation, batch); err != nil {
				return err
			}
			batch = nil
		}
		batch = append(batch, i)
	}
	if err := rows.Err(); err != nil || len(batch) == 0 {
		return err
	}
	return f(batch[0].Organisation, batch)
}

// Counts says how complete an organisation's stack is.
type Counts struct {
	Total, Resolved, Guessed, Unknown int
	// Settled of the unknown are no product anybody knows, or come along with one: nothing is left to do for them.
	Settled int
	// NoVersion is how many of the resolved or guessed lack a version: their matches can only be possible ones.
	NoVersion int
	UpdatedAt time.Time // of the last change; zero when there is no item
}

// Waiting is how many items wait for a person to say what they are.
func (c Counts) Waiting() int { return c.Guessed + c.Unknown - c.Settled }

// Counts counts the items of the scope's organisation.
func (m *Module) Counts(ctx context.Context, s access.Scope) (Counts, error) {
	var c Counts
	if err := s.Require(access.StackRead); err != nil {
		return c, err
	}
	org, err := s.Organisation()
	if err != nil {
		return c, err
	}
	rows, err := m.deps.DB.Query(ctx, `SELECT state, (settled OR reason = 'accessory'), version = '' AS bare, count(*), max(updated_at) FROM item
		WHERE organisation_id = $1 GROUP BY state, (settled OR reason = 'accessory'), version = ''`, org)
	if err != nil {
		return c, fmt.Errorf("counting items: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := c.add(rows); err != nil {
			return c, fmt.Errorf("counting items: %w", err)
		}
	}
	return c, rows.Err()
}

func (c *Counts) add(r *sql.Rows) error {
	var state State
	var settled, bare bool
	var n int
	var at time.Time
	if err := r.Scan(&state, &settled, &bare, &n, db.Time(&at)); err != nil {
		return err
	}
	c.Total += n
	switch state {
	case Resolved:
		c.Resolved += n
	case Guessed:
		c.Guessed += n
	default:
		c.Unknown += n
	}
	if settled {
		c.Settled += n
	}
	if bare && state != Unknown {
		c.NoVersion += n
	}
	if at.After(c.UpdatedAt) {
		c.UpdatedAt = at
	}
	return nil
}

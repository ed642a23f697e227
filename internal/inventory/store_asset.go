// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const assetFacts = "name, kind, owner, exposure, criticality, location, supplier, model, os, addresses, hostnames, serial, notes"

const assetColumns = "id, organisation_id, " + assetFacts + ", source, last_seen, retired_at, created_at, updated_at, updated_by"

func (f *AssetFacts) targets() []any {
	return []any{&f.Name, &f.Kind, &f.Owner, &f.Exposure, &f.Criticality, &f.Location, &f.Supplier, &f.Model, &f.OS, &f.Addresses, &f.Hostnames, &f.Serial, &f.Notes}
}

func (f AssetFacts) values() []any {
	return []any{f.Name, string(f.Kind), f.Owner, string(f.Exposure), string(f.Criticality), f.Location, f.Supplier, f.Model, f.OS, f.Addresses, f.Hostnames, f.Serial, f.Notes}
}

func scanAsset(r interface{ Scan(...any) error }) (a Asset, err error) {
	targets := append([]any{&a.ID, &a.Organisation}, a.AssetFacts.targets()...)
	return a, r.Scan(append(targets, &a.Source, db.Time(&a.LastSeen), db.Time(&a.RetiredAt), db.Time(&a.CreatedAt), db.Time(&a.UpdatedAt), &a.UpdatedBy)...)
}

func scanAssetRow(r *sql.Rows) (Asset, error) { return scanAsset(r) }

// Asset gives an asset of the scope's organisation; NotFound when there is none.
func (m *Module) Asset(ctx context.Context, s access.Scope, id int64) (Asset, error) {
	if err := s.Require(access.StackRead); err != nil {
		return Asset{}, err
	}
	org, err := s.Organisation()
	if err != nil {
		return Asset{}, err
	}
	return findAsset(ctx, m.deps.DB, org, id)
}

func findAsset(ctx context.Context, q db.Querier, org, id int64) (Asset, error) {
	a, err := scanAsset(q.QueryRow(ctx, "SELECT "+assetColumns+" FROM asset WHERE organisation_id = $1 AND id = $2", org, id))
	if db.NotFound(err) {
		return a, fault.New(fault.NotFound, "inventory.asset_gone")
	}
	if err != nil {
		return a, fmt.Errorf("reading asset %d: %w", id, err)
	}
	return a, nil
}

// assetNamed gives the asset of a name; id 0 when there is none.
func assetNamed(ctx context.Context, q db.Querier, org int64, name string) (Asset, error) {
	a, err := scanAsset(q.QueryRow(ctx, "SELECT "+assetColumns+" FROM asset WHERE organisation_id = $1 AND name_key = $2", org, assetKey(name)))
	if db.NotFound(err) {
		return Asset{}, nil
	}
	return a, err
}

func insertAsset(ctx context.Context, tx *db.Tx, a Asset) (id int64, err error) {
	args := append([]any{a.Organisation}, a.AssetFacts.values()...)
	args = append(args, string(a.Source), seenMs(a.LastSeen), assetKey(a.Name), a.searchText(), db.Ms(a.CreatedAt), db.Ms(a.UpdatedAt), a.UpdatedBy)
	err = tx.QueryRow(ctx, "INSERT INTO asset (organisation_id, "+assetFacts+", source, last_seen, name_key, search, created_at, updated_at, updated_by) VALUES "+
		db.In(1, len(args))+" RETURNING id", args...).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("adding an asset: %w", err)
	}
	return id, nil
}

// seenMs is a moment that may be none.
func seenMs(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return db.Ms(t)
}

var updateAssetSQL = func() string {
	var set []string
	for i, c := range strings.Split(assetFacts, ", ") {
		set = append(set, fmt.Sprintf("%s = $%d", c, 9+i))
	}
	return "UPDATE asset SET source = $3, last_seen = $4, retired_at = $5, name_key = $6, search = $7, updated_at = $8, updated_by = $" +
		fmt.Sprint(9+len(set)) + ", " + strings.Join(set, ", ") + " WHERE organisation_id = $1 AND id = $2"
}()

func updateAsset(ctx context.Context, tx *db.Tx, a Asset) error {
	args := []any{a.Organisation, a.ID, string(a.Source), seenMs(a.LastSeen), seenMs(a.RetiredAt), assetKey(a.Name), a.searchText(), db.Ms(a.UpdatedAt)}
	args = append(append(args, a.AssetFacts.values()...), a.UpdatedBy)
	if _, err := tx.Exec(ctx, updateAssetSQL, args...); err != nil {
		return fmt.Errorf("changing asset %d: %w", a.ID, err)
	}
	return nil
}

// The kinds of change an asset's history tells of.
const (
	assetAdded    = "added"
	assetEdited   = "edited"
	assetImported = "imported"
	assetMerged   = "merged"
	assetRetired  = "retired"
	assetReturned = "returned"
)

// noteAsset writes an asset's history.
func noteAsset(ctx context.Context, tx *db.Tx, a Asset, at time.Time, who, change string, diff []AssetDiff) error {
	detail, err := json.Marshal(diff)
	if err != nil {
		return fmt.Errorf("an asset's history: %w", err)
	}
	_, err = tx.Exec(ctx, "INSERT INTO asset_change (asset_id, organisation_id, at, who, change, detail) VALUES ($1,$2,$3,$4,$5,$6)",
		a.ID, a.Organisation, db.Ms(at), who, change, string(detail))
	return err
}

// AssetChange is an entry of an asset's history.
type AssetChange struct {
	ID     int64
	At     time.Time
	Who    string
	Change string
	Diff   []AssetDiff
}

// AssetHistory gives what was done to an asset before a change, the newest first.
func (m *Module) AssetHistory(ctx context.Context, s access.Scope, id, before int64, limit int) ([]AssetChange, error) {
	if err := s.Require(access.StackRead); err != nil {
		return nil, err
	}
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT id, at, who, change, detail FROM asset_change WHERE organisation_id = $1 AND asset_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4", org, id, before, limit)
	return db.Collect(rows, err, func(r *sql.Rows) (c AssetChange, err error) {
		var detail string
		if err := r.Scan(&c.ID, db.Time(&c.At), &c.Who, &c.Change, &detail); err != nil {
			return c, err
		}
		return c, json.Unmarshal([]byte(detail), &c.Diff)
	})
}

// keepKeys notes what a source knows an asset by.
func keepKeys(ctx context.Context, tx *db.Tx, org, asset int64, keys ...string) error {
	for _, k := range keys {
		_, err := tx.Exec(ctx, `INSERT INTO asset_key (organisation_id, source_key, asset_id) VALUES ($1,$2,$3)
			ON CONFLICT (organisation_id, source_key) DO UPDATE SET asset_id = excluded.asset_id`, org, k, asset)
		if err != nil {
			return fmt.Errorf("noting what an asset is known by: %w", err)
		}
	}
	return nil
}

// keysOf lists what a host is known by, the surest first.
func keysOf(h intake.Host) (out []string) {
	if h.Key != "" {
		out = append(out, h.Key)
	}
	if h.Serial != "" {
		out = append(out, "serial:"+strings.ToLower(h.Serial))
	}
	return out
}

// assetOf finds the asset a host is: what its source knows it by, its serial
// number, its name. Two machines of one name are told apart by their serial numbers.
func assetOf(ctx context.Context, q db.Querier, org int64, h intake.Host) (Asset, error) {
	for _, k := range append(keysOf(h), "name:"+assetKey(h.Name)) {
		var id int64
		err := q.QueryRow(ctx, "SELECT asset_id FROM asset_key WHERE organisation_id = $1 AND source_key = $2", org, k).Scan(&id)
		if db.NotFound(err) {
			continue
		}
		if err != nil {
			return Asset{}, fmt.Errorf("looking for an asset: %w", err)
		}
		return findAsset(ctx, q, org, id)
	}
	a, err := assetNamed(ctx, q, org, h.Name)
	if err == nil && a.ID != 0 && a.Serial != "" && h.Serial != "" && !strings.EqualFold(a.Serial, h.Serial) {
		return Asset{}, nil
	}
	return a, err
}

// freeName gives a name no asset has: the host's, else with what tells it from others.
func freeName(ctx context.Context, q db.Querier, org int64, h intake.Host, taken map[string]bool) (string, error) {
	tries := []string{h.Name}
	for _, more := range append([]string{h.Serial}, append(slices.Clone(h.Addresses), h.Key)...) {
		if more != "" {
			tries = append(tries, h.Name+" ("+more+")")
		}
	}
	for n := 2; n < 100; n++ {
		tries = append(tries, fmt.Sprintf("%s (%d)", h.Name, n))
	}
	for _, name := range tries {
		if runes := []rune(name); len(runes) > intake.Asset.Limit() {
			continue
		}
		a, err := assetNamed(ctx, q, org, name)
		if err != nil || a.ID == 0 && !taken[assetKey(name)] {
			return name, err
		}
	}
	return h.Name, nil
}

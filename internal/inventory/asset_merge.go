// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// twinItems are the items of one asset that another has as well, in the same version.
func twinItems(ctx context.Context, tx *db.Tx, from, to Asset) (map[int64]bool, error) {
	out := map[int64]bool{}
	if from.ID == to.ID {
		return out, nil
	}
	rows, err := tx.Query(ctx, `SELECT a.id FROM item a WHERE a.organisation_id = $1 AND a.asset_id = $2 AND EXISTS (SELECT 1 FROM item b
		WHERE b.organisation_id = $1 AND b.asset_id = $3 AND b.name_key = a.name_key AND b.version = a.version)`, from.Organisation, from.ID, to.ID)
	ids, err := db.Collect(rows, err, scanID)
	if err != nil {
		return nil, fmt.Errorf("looking for items both assets have: %w", err)
	}
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

// MergeAssets makes one asset of two that are the same machine or system: what
// is on the second goes to the first, and sources that know the second know the
// first from now on. What both have is kept once.
func (m *Module) MergeAssets(ctx context.Context, s access.Scope, keep, drop int64) error {
	org, err := editor(s)
	if err != nil {
		return err
	}
	if keep == drop {
		return fault.New(fault.Invalid, "inventory.asset.itself")
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		to, err := findAsset(ctx, tx, org, keep)
		if err != nil {
			return err
		}
		from, err := findAsset(ctx, tx, org, drop)
		if err != nil {
			return err
		}
		if err := m.emptyInto(ctx, tx, s, from, to); err != nil {
			return err
		}
		return m.absorb(ctx, tx, s, from, to)
	})
}

// emptyInto moves the items of an asset; those the other has already end here.
func (m *Module) emptyInto(ctx context.Context, tx *db.Tx, s access.Scope, from, to Asset) error {
	now, change := m.now(), newChange()
	if err := m.moveItems(ctx, tx, from, to, now, s.Actor(), change); err != nil {
		return err
	}
	if err := record(ctx, tx, change, changeEdited, s.Actor()); err != nil {
		return err
	}
	return m.endItems(ctx, tx, from, s.Actor())
}

// endItems removes the items that are still on an asset; their history stays.
func (m *Module) endItems(ctx context.Context, tx *db.Tx, a Asset, who string) error {
	change := newChange()
	_, err := tx.Exec(ctx, "UPDATE item SET "+touched+", updated_by = $2, change_id = $3 WHERE organisation_id = $4 AND asset_id = $5",
		db.Ms(m.now()), who, change, a.Organisation, a.ID)
	if err != nil {
		return fmt.Errorf("ending an asset's items: %w", err)
	}
	return removeMarked(ctx, tx, a.Organisation, change, who)
}

// absorb adds what was known of an asset to the one it was merged into, and removes it.
func (m *Module) absorb(ctx context.Context, tx *db.Tx, s access.Scope, from, to Asset) error {
	was := to
	a, b := to.texts(), from.texts()
	for i := range a {
		if *a[i].value == "" {
			*a[i].value = *b[i].value
		}
	}
	to.Addresses, to.Hostnames = joinWords(was.Addresses, from.Addresses, 1000), joinWords(was.Hostnames, from.Hostnames, 1000)
	if to.Kind == "" {
		to.Kind = from.Kind
	}
	if from.LastSeen.After(to.LastSeen) {
		to.LastSeen, to.Source = from.LastSeen, from.Source
	}
	to.UpdatedAt, to.UpdatedBy = notBefore(m.now(), was.UpdatedAt), s.Actor()
	if err := updateAsset(ctx, tx, to); err != nil {
		return err
	}
	for _, q := range []string{"UPDATE asset_key SET asset_id = $1 WHERE asset_id = $2", "UPDATE asset_change SET asset_id = $1 WHERE asset_id = $2"} {
		if _, err := tx.Exec(ctx, q, to.ID, from.ID); err != nil {
			return fmt.Errorf("merging assets: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM asset WHERE organisation_id = $1 AND id = $2", from.Organisation, from.ID); err != nil {
		return fmt.Errorf("merging assets: %w", err)
	}
	if err := keepKeys(ctx, tx, to.Organisation, to.ID, "name:"+assetKey(from.Name)); err != nil {
		return err
	}
	diff := append([]AssetDiff{{"name", from.Name, to.Name}}, was.diff(to.AssetFacts)...)
	if err := noteAsset(ctx, tx, to, m.now(), s.Actor(), assetMerged, diff); err != nil {
		return err
	}
	return m.tell(ctx, tx, s, to.Organisation, "inventory.assets_merged", assetObject(to.ID), map[string]any{"kept": to.Name, "merged": from.Name})
}

// joinWords joins two lists of words, each word once, within a limit of bytes.
func joinWords(a, b string, limit int) string {
	seen := map[string]bool{}
	var out []string
	size := 0
	for _, w := range append(strings.Fields(a), strings.Fields(b)...) {
		if size += len(w) + 1; !seen[w] && size <= limit {
			seen[w] = true
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// RetireAsset takes an asset out of service: what was on it ends, its history
// stays. A source that tells of it again brings it back.
func (m *Module) RetireAsset(ctx context.Context, s access.Scope, id int64) error {
	return m.turn(ctx, s, id, true)
}

// ReturnAsset puts an asset back into service, empty.
func (m *Module) ReturnAsset(ctx context.Context, s access.Scope, id int64) error {
	return m.turn(ctx, s, id, false)
}

func (m *Module) turn(ctx context.Context, s access.Scope, id int64, retire bool) error {
	org, err := editor(s)
	if err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		a, err := findAsset(ctx, tx, org, id)
		if err != nil || a.Retired() == retire {
			return err
		}
		kind, action := assetReturned, "inventory.asset_returned"
		a.UpdatedAt, a.UpdatedBy = notBefore(m.now(), a.UpdatedAt), s.Actor()
		a.RetiredAt = time.Time{}
		if retire {
			kind, action = assetRetired, "inventory.asset_retired"
			a.RetiredAt = m.now()
			if err := m.endItems(ctx, tx, a, s.Actor()); err != nil {
				return err
			}
		}
		if err := updateAsset(ctx, tx, a); err != nil {
			return err
		}
		if err := noteAsset(ctx, tx, a, m.now(), s.Actor(), kind, nil); err != nil {
			return err
		}
		return m.tell(ctx, tx, s, org, action, assetObject(id), map[string]any{"name": a.Name})
	})
}

// ClassifyAssets sets exposure or criticality of several assets; "" leaves it.
// Items that follow their asset follow. It gives how many there were.
func (m *Module) ClassifyAssets(ctx context.Context, s access.Scope, ids []int64, exposure Exposure, criticality Criticality) (n int64, err error) {
	org, err := editor(s)
	if err != nil {
		return 0, err
	}
	if err := bounded(ids); err != nil {
		return 0, err
	}
	if exposure == "" && criticality == "" || exposure != "" && !known(Exposures(), exposure) || criticality != "" && !known(Criticalities(), criticality) {
		return 0, fault.New(fault.Invalid, "inventory.bulk_nothing")
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT "+assetColumns+" FROM asset WHERE organisation_id = $1 AND id IN "+db.In(2, len(ids))+" ORDER BY id",
			append([]any{org}, db.Args(ids)...)...)
		list, err := db.Collect(rows, err, func(r *sql.Rows) (Asset, error) { return scanAsset(r) })
		if err != nil {
			return fmt.Errorf("reading assets: %w", err)
		}
		for _, a := range list {
			f := a.AssetFacts
			f.Exposure, f.Criticality = Exposure(firstOf(string(exposure), string(f.Exposure))), Criticality(firstOf(string(criticality), string(f.Criticality)))
			if err := m.changeAsset(ctx, tx, s, a, f); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// AddAsset declares an asset. A name that is there already is a Conflict.
func (m *Module) AddAsset(ctx context.Context, s access.Scope, f AssetFacts) (Asset, error) {
	org, err := editor(s)
	if err != nil {
		return Asset{}, err
	}
	f.tidy()
	if err := f.check(); err != nil {
		return Asset{}, err
	}
	var a Asset
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.roomForAsset(ctx, tx, org); err != nil {
			return err
		}
		if err := nameFree(ctx, tx, org, 0, f.Name); err != nil {
			return err
		}
		if a, err = addAsset(ctx, tx, Asset{Organisation: org, AssetFacts: f, Source: Manual}, m.now(), s.Actor()); err != nil {
			return err
		}
		return m.tell(ctx, tx, s, org, "inventory.asset_added", assetObject(a.ID), map[string]any{"name": a.Name})
	})
	return a, err
}

func assetObject(id int64) string { return "asset:" + strconv.FormatInt(id, 10) }

// roomForAsset refuses an asset over the limit, which is that of items.
func (m *Module) roomForAsset(ctx context.Context, q db.Querier, org int64) error {
	var n int
	if err := q.QueryRow(ctx, "SELECT count(*) FROM asset WHERE organisation_id = $1", org).Scan(&n); err != nil {
		return fmt.Errorf("counting assets: %w", err)
	}
	if n >= m.deps.Limits.Items {
		return fault.New(fault.Conflict, "inventory.too_many", fault.P{"limit": m.deps.Limits.Items, "have": n, "more": 1})
	}
	return nil
}

// nameFree refuses a name another asset than id has.
func nameFree(ctx context.Context, q db.Querier, org, id int64, name string) error {
	a, err := assetNamed(ctx, q, org, name)
	if err != nil {
		return fmt.Errorf("looking for an asset: %w", err)
	}
	if a.ID != 0 && a.ID != id {
		return fault.New(fault.Conflict, "inventory.asset").Field("name", "inventory.asset.twice", fault.P{"asset": a.Name})
	}
	return nil
}

// EditAsset changes an asset. seen is its UpdatedAt as the person had it before
// him; somebody else's change since then is a Conflict, the zero time skips that.
// Items without exposure or criticality of their own follow, and so does their system's name.
func (m *Module) EditAsset(ctx context.Context, s access.Scope, id int64, f AssetFacts, seen time.Time) (Asset, error) {
	org, err := editor(s)
	if err != nil {
		return Asset{}, err
	}
	f.tidy()
	if err := f.check(); err != nil {
		return Asset{}, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		was, err := findAsset(ctx, tx, org, id)
		if err != nil {
			return err
		}
		if !seen.IsZero() && !was.UpdatedAt.Equal(seen) {
			return fault.New(fault.Conflict, "inventory.changed_meanwhile")
		}
		if err := nameFree(ctx, tx, org, id, f.Name); err != nil {
			return err
		}
		return m.changeAsset(ctx, tx, s, was, f)
	})
	if err != nil {
		return Asset{}, err
	}
	return m.Asset(ctx, s, id)
}

// changeAsset writes what is said of an asset, and what follows for its items.
func (m *Module) changeAsset(ctx context.Context, tx *db.Tx, s access.Scope, was Asset, f AssetFacts) error {
	diff := was.diff(f)
	if len(diff) == 0 {
		return nil
	}
	a, now := was, m.now()
	a.AssetFacts, a.UpdatedAt, a.UpdatedBy = f, notBefore(now, was.UpdatedAt), s.Actor()
	if err := updateAsset(ctx, tx, a); err != nil {
		return err
	}
	if err := noteAsset(ctx, tx, a, now, s.Actor(), assetEdited, diff); err != nil {
		return err
	}
	if err := m.itemsFollow(ctx, tx, s, was, a, now); err != nil {
		return err
	}
	return m.tell(ctx, tx, s, a.Organisation, "inventory.asset_edited", assetObject(a.ID), map[string]any{"name": a.Name, "changed": diff})
}

// notBefore keeps an asset's times from running backwards, and two changes apart.
func notBefore(now, was time.Time) time.Time {
	if now.After(was) {
		return now
	}
	return was.Add(time.Millisecond)
}

// itemsFollow makes an asset's items follow a change of its name, exposure or criticality.
func (m *Module) itemsFollow(ctx context.Context, tx *db.Tx, s access.Scope, was, is Asset, now time.Time) error {
	change := newChange()
	switch {
	case was.Name != is.Name:
		if err := m.moveItems(ctx, tx, was, is, now, s.Actor(), change); err != nil {
			return err
		}
	case was.Exposure != is.Exposure || was.Criticality != is.Criticality:
		_, err := tx.Exec(ctx, "UPDATE item SET "+touched+`, updated_by = $2, change_id = $3 WHERE organisation_id = $4 AND asset_id = $5
			AND NOT (own_exposure AND own_criticality)`, db.Ms(now), s.Actor(), change, was.Organisation, was.ID)
		if err != nil {
			return fmt.Errorf("changing an asset's items: %w", err)
		}
	default:
		return nil
	}
	return record(ctx, tx, change, changeEdited, s.Actor())
}

// moveItems puts all items of one asset on another, or under its new name. An
// item the other asset has already, in the same version, is left out.
func (m *Module) moveItems(ctx context.Context, tx *db.Tx, from, to Asset, now time.Time, who string, change int64) error {
	twins, err := twinItems(ctx, tx, from, to)
	if err != nil {
		return err
	}
	for after := int64(0); ; {
		rows, err := tx.Query(ctx, "SELECT "+itemList+" FROM item WHERE organisation_id = $1 AND asset_id = $2 AND id > $3 ORDER BY id LIMIT 500",
			from.Organisation, from.ID, after)
		items, err := db.Collect(rows, err, scanItemRow)
		if err != nil {
			return fmt.Errorf("moving items: %w", err)
		}
		if len(items) == 0 {
			return nil
		}
		after = items[len(items)-1].ID
		for _, i := range items {
			if twins[i.ID] {
				continue
			}
			c := i.Content
			c.Asset = to.Name
			if err := updateItem(ctx, tx, from.Organisation, i.ID, c, now, who, change); err != nil {
				return err
			}
		}
	}
}

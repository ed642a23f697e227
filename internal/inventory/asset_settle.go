// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/platform/db"
)

// onAsset is the key of the system an item is on: what item_key begins with.
const onAsset = "substr(item.item_key, 1, length(item.item_key) - length(item.name_key) - 1)"

// settleAssets puts the items a change touched on their assets: makes those
// there are none of yet, and gives items without exposure or criticality of their
// own their asset's. It is called before the change is recorded.
func settleAssets(ctx context.Context, tx *db.Tx, change int64, who string) error {
	if err := makeAssets(ctx, tx, change, who); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE item SET asset_id = COALESCE((SELECT a.id FROM asset a
		WHERE a.organisation_id = item.organisation_id AND a.name_key = `+onAsset+`), 0) WHERE change_id = $1`, change)
	if err != nil {
		return fmt.Errorf("putting items on their assets: %w", err)
	}
	return inherit(ctx, tx, change)
}

// inherit gives the items a change touched their asset's exposure and criticality.
func inherit(ctx context.Context, tx *db.Tx, change int64) error {
	_, err := tx.Exec(ctx, `UPDATE item SET
		exposure = CASE WHEN own_exposure THEN exposure ELSE (SELECT a.exposure FROM asset a WHERE a.id = item.asset_id) END,
		criticality = CASE WHEN own_criticality THEN criticality ELSE (SELECT a.criticality FROM asset a WHERE a.id = item.asset_id) END
		WHERE change_id = $1 AND asset_id <> 0 AND NOT (own_exposure AND own_criticality)`, change)
	if err != nil {
		return fmt.Errorf("giving items what their assets have: %w", err)
	}
	return nil
}

// makeAssets adds the assets that items of a change name and that are not there,
// with the exposure and criticality all of these items were said to have.
func makeAssets(ctx context.Context, tx *db.Tx, change int64, who string) error {
	const exposure, criticality = "CASE WHEN own_exposure THEN exposure ELSE '' END", "CASE WHEN own_criticality THEN criticality ELSE '' END"
	rows, err := tx.Query(ctx, `SELECT organisation_id, MIN(asset), MIN(source), MAX(updated_at),
		CASE WHEN MIN(`+exposure+`) = MAX(`+exposure+`) THEN MIN(`+exposure+`) ELSE '' END, CASE WHEN MIN(`+criticality+`) = MAX(`+criticality+`) THEN MIN(`+criticality+`) ELSE '' END FROM item WHERE change_id = $1 AND asset <> ''
		AND NOT EXISTS (SELECT 1 FROM asset a WHERE a.organisation_id = item.organisation_id AND a.name_key = `+onAsset+`)
		GROUP BY organisation_id, `+onAsset+` ORDER BY 1, 2`, change)
	missing, err := db.Collect(rows, err, func(r *sql.Rows) (a Asset, err error) {
		err = r.Scan(&a.Organisation, &a.Name, &a.Source, db.Time(&a.CreatedAt), &a.Exposure, &a.Criticality)
		a.AssetFacts.tidy()
		return a, err
	})
	if err != nil {
		return fmt.Errorf("looking for new assets: %w", err)
	}
	for _, a := range missing {
		if _, err := addAsset(ctx, tx, a, a.CreatedAt, who); err != nil {
			return err
		}
	}
	return nil
}

// addAsset adds an asset with the beginning of its history.
func addAsset(ctx context.Context, tx *db.Tx, a Asset, now time.Time, who string) (Asset, error) {
	a.CreatedAt, a.UpdatedAt, a.UpdatedBy = now, now, who
	var err error
	if a.ID, err = insertAsset(ctx, tx, a); err != nil {
		return a, err
	}
	return a, noteAsset(ctx, tx, a, now, who, assetAdded, nil)
}

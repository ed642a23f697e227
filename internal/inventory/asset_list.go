// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"martinella/internal/access"
	"martinella/internal/inventory/intake"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// AssetFilter says which assets a list shows, in what order and from where.
type AssetFilter struct {
	Text          string // words all of which must be found
	Kind          intake.Kind
	AnyKind       bool // false with Kind "": those whose kind nobody knows
	Exposure      Exposure
	Criticality   Criticality
	Retired       bool // those out of service instead of those in service
	Sort          string
	Descending    bool
	After, Before string
	Limit         int // default 50, at most 1000
}

// AssetPage is a part of the list of assets.
type AssetPage struct {
	Assets     []Asset
	Total      int
	Prev, Next string
}

// assetOrder are what the list can be ordered by.
var assetOrder = map[string]string{
	"name": "name_key", "kind": "kind", "owner": "owner", "location": "location", "os": "os",
	"exposure":    sortColumns["exposure"],
	"criticality": sortColumns["criticality"],
	"seen":        "COALESCE(last_seen, 0)",
}

func (f *AssetFilter) normal() {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 1000)
	if _, ok := assetOrder[f.Sort]; !ok {
		f.Sort = "name"
	}
}

func (f AssetFilter) where(org int64) (cond string, args []any) {
	cond, args = "organisation_id = $1", []any{org}
	add := func(text string, arg any) {
		args = append(args, arg)
		cond += " AND " + strings.ReplaceAll(text, "?", fmt.Sprintf("$%d", len(args)))
	}
	if f.Retired {
		cond += " AND retired_at IS NOT NULL"
	} else {
		cond += " AND retired_at IS NULL"
	}
	if !f.AnyKind {
		add("kind = ?", string(f.Kind))
	}
	if f.Exposure != "" {
		add("exposure = ?", string(f.Exposure))
	}
	if f.Criticality != "" {
		add("criticality = ?", string(f.Criticality))
	}
	for i, w := range names.Words(f.Text) {
		if i < 8 {
			add(`search LIKE ? ESCAPE '\'`, "%"+db.Like(w)+"%")
		}
	}
	return cond, args
}

// Assets gives a page of the assets of the scope's organisation.
func (m *Module) Assets(ctx context.Context, s access.Scope, f AssetFilter) (p AssetPage, err error) {
	if err := s.Require(access.StackRead); err != nil {
		return p, err
	}
	org, err := s.Organisation()
	if err != nil {
		return p, err
	}
	f.normal()
	cond, args := f.where(org)
	if err := m.deps.DB.QueryRow(ctx, "SELECT count(*) FROM asset WHERE "+cond, args...).Scan(&p.Total); err != nil {
		return p, fmt.Errorf("counting assets: %w", err)
	}
	if err := m.fillAssets(ctx, &p, f, cond, args); err != nil || len(p.Assets) == 0 {
		return p, err
	}
	return p, m.countItems(ctx, org, p.Assets)
}

func (m *Module) fillAssets(ctx context.Context, p *AssetPage, f AssetFilter, cond string, args []any) error {
	order, back := assetOrder[f.Sort], f.Before != ""
	at, placed := parseCursor(f.After)
	if back {
		at, placed = parseCursor(f.Before)
	}
	if (f.After != "" || back) && !placed {
		return fault.New(fault.NotFound, "access.page")
	}
	direction, sign := " ASC", ">"
	if f.Descending != back {
		direction, sign = " DESC", "<"
	}
	if placed {
		value := any(at.Value)
		if f.Sort == "seen" {
			value = parseID(at.Value)
		}
		cond += fmt.Sprintf(" AND (%s, id) %s ($%d, $%d)", order, sign, len(args)+1, len(args)+2)
		args = append(args, value, at.ID)
	}
	rows, err := m.deps.DB.Query(ctx, fmt.Sprintf("SELECT %s FROM asset WHERE %s ORDER BY %s%s, id%s LIMIT %d", assetColumns, cond, order, direction, direction, f.Limit+1), args...)
	if p.Assets, err = db.Collect(rows, err, scanAssetRow); err != nil {
		return fmt.Errorf("listing assets: %w", err)
	}
	more := len(p.Assets) > f.Limit
	p.Assets = p.Assets[:min(len(p.Assets), f.Limit)]
	if back {
		slices.Reverse(p.Assets)
	}
	if len(p.Assets) == 0 {
		return nil
	}
	if more || back {
		p.Next = f.place(p.Assets[len(p.Assets)-1])
	}
	if back && more || !back && placed {
		p.Prev = f.place(p.Assets[0])
	}
	return nil
}

// place is the cursor of an asset in the filter's order.
func (f AssetFilter) place(a Asset) string {
	value := map[string]string{
		"name": assetKey(a.Name), "kind": string(a.Kind), "owner": a.Owner, "location": a.Location, "os": a.OS,
		"exposure":    Filter{Sort: "exposure"}.sortValue(Item{Content: Content{Exposure: a.Exposure}}),
		"criticality": Filter{Sort: "criticality"}.sortValue(Item{Content: Content{Criticality: a.Criticality}}),
		"seen":        "0",
	}[f.Sort]
	if f.Sort == "seen" && !a.LastSeen.IsZero() {
		value = fmt.Sprint(a.LastSeen.UnixMilli())
	}
	return cursor{value, a.ID}.String()
}

// countItems counts what is on the assets of a page, in one query.
func (m *Module) countItems(ctx context.Context, org int64, list []Asset) error {
	ids := make([]int64, len(list))
	at := map[int64]int{}
	for i, a := range list {
		ids[i], at[a.ID] = a.ID, i
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT asset_id, count(*) FROM item WHERE "+byID+" = $1 AND asset_id IN "+db.In(2, len(ids))+" GROUP BY asset_id",
		append([]any{org}, db.Args(ids)...)...)
	if err != nil {
		return fmt.Errorf("counting items: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return err
		}
		list[at[id]].Items = n
	}
	return rows.Err()
}

// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Filter says which items a list shows, in what order and from where.
type Filter struct {
	Text        string // words all of which must be found
	State       State  // "" for all
	Waiting     bool   // only those that wait for a person to say what they are
	Exposure    Exposure
	Criticality Criticality
	Asset       string // part of the system's name
	AssetID     int64  // only what is on this asset; 0 for all
	Sort        string // one of SortColumns; "" by name
	Descending  bool
	After       string // cursor of the last item of the page before
	Before      string // cursor of the first item of the page after
	Limit       int    // default 50, at most 1000
	At          time.Time
}

// Page is a part of a list.
type Page struct {
	Items      []Item
	Total      int // with these filters
	Prev, Next string
}

// sortColumns are what a list can be ordered by; urgent things rank high.
var sortColumns = map[string]string{
	"label":       "name_key",
	"product":     "vendor || ':' || product",
	"version":     "version",
	"asset":       "asset",
	"owner":       "owner",
	"state":       "CASE state WHEN 'unknown' THEN '0' WHEN 'guessed' THEN '1' ELSE '2' END",
	"exposure":    "CASE exposure WHEN 'internet' THEN '0' WHEN 'unknown' THEN '1' WHEN 'internal' THEN '2' ELSE '3' END",
	"criticality": "CASE criticality WHEN 'critical' THEN '0' WHEN 'high' THEN '1' WHEN 'medium' THEN '2' ELSE '3' END",
}

func (f *Filter) normal() {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 1000)
	if _, ok := sortColumns[f.Sort]; !ok {
		f.Sort = "label"
	}
}

// from is where a list reads: the items of now, or those of a moment.
type from struct {
	table, id, columns string
	cond               string
	args               []any
}

func (f Filter) from(org int64) from {
	if f.At.IsZero() {
		return from{"item", "id", itemList, "organisation_id = $1", []any{org}}
	}
	return from{"item_version", "item_id", "item_id, organisation_id, valid_from, valid_from, who, 0, " + contentList,
		"organisation_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)", []any{org, db.Ms(f.At)}}
}

// where adds the filter's conditions.
func (f Filter) where(src *from) {
	add := func(cond string, arg any) {
		src.args = append(src.args, arg)
		src.cond += " AND " + strings.ReplaceAll(cond, "?", fmt.Sprintf("$%d", len(src.args)))
	}
	if f.State != "" {
		add("state = ?", string(f.State))
	}
	if f.Waiting {
		src.cond += " AND " + waitingNames
	}
	if f.Exposure != "" {
		add("exposure = ?", string(f.Exposure))
	}
	if f.Criticality != "" {
		add("criticality = ?", string(f.Criticality))
	}
	if f.AssetID != 0 {
		add("asset_id = ?", f.AssetID)
	}
	if f.Asset != "" {
		add(`LOWER(asset) LIKE ? ESCAPE '\'`, "%"+db.Like(strings.ToLower(f.Asset))+"%")
	}
	for i, w := range names.Words(f.Text) {
		if i < 8 {
			add(`search LIKE ? ESCAPE '\'`, "%"+db.Like(w)+"%")
		}
	}
}

// cursor is a place in a list: the value ordered by, and the id.
type cursor struct {
	Value string `json:"v"`
	ID    int64  `json:"i"`
}

func (c cursor) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parseCursor(s string) (c cursor, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	return c, err == nil && json.Unmarshal(raw, &c) == nil
}

// List gives a page of the items of the scope's organisation, as they are or,
// with At, as they were.
func (m *Module) List(ctx context.Context, s access.Scope, f Filter) (Page, error) {
	if err := s.Require(access.StackRead); err != nil {
		return Page{}, err
	}
	org, err := s.Organisation()
	if err != nil {
		return Page{}, err
	}
	f.normal()
	src := f.from(org)
	f.where(&src)
	var p Page
	if err := m.deps.DB.QueryRow(ctx, "SELECT count(*) FROM "+src.table+" WHERE "+src.cond, src.args...).Scan(&p.Total); err != nil {
		return p, fmt.Errorf("counting items: %w", err)
	}
	return p, m.fill(ctx, &p, f, src)
}

// fill reads the page and finds out whether there are pages before and after.
func (m *Module) fill(ctx context.Context, p *Page, f Filter, src from) error {
	order, back := sortColumns[f.Sort], f.Before != ""
	at, placed := parseCursor(f.After)
	if back {
		at, placed = parseCursor(f.Before)
	}
	down := f.Descending != back
	if (f.After != "" || back) && !placed {
		return fault.New(fault.NotFound, "access.page")
	}
	if placed {
		n, sign := len(src.args), ">"
		if down {
			sign = "<"
		}
		src.cond += fmt.Sprintf(" AND (%s, %s) %s ($%d, $%d)", order, src.id, sign, n+1, n+2)
		src.args = append(src.args, at.Value, at.ID)
	}
	direction := " ASC"
	if down {
		direction = " DESC"
	}
	rows, err := m.deps.DB.Query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY %s%s, %s%s LIMIT %d",
		src.columns, src.table, src.cond, order, direction, src.id, direction, f.Limit+1), src.args...)
	if p.Items, err = db.Collect(rows, err, scanItemRow); err != nil {
		return fmt.Errorf("listing items: %w", err)
	}
	more := len(p.Items) > f.Limit
	p.Items = p.Items[:min(len(p.Items), f.Limit)]
	if back {
		slices.Reverse(p.Items)
	}
	if len(p.Items) == 0 {
		return nil
	}
	if more || back {
		p.Next = f.place(p.Items[len(p.Items)-1])
	}
	if back && more || !back && placed {
		p.Prev = f.place(p.Items[0])
	}
	return nil
}

// place is the cursor of an item in the filter's order.
func (f Filter) place(i Item) string {
	return cursor{f.sortValue(i), i.ID}.String()
}

func (f Filter) sortValue(i Item) string {
	rank := func(list ...string) string {
		for n, v := range list[1:] {
			if v == list[0] {
				return fmt.Sprint(n)
			}
		}
		return fmt.Sprint(len(list) - 1)
	}
	switch f.Sort {
	case "product":
		return i.Vendor + ":" + i.Product
	case "version":
		return i.Version
	case "asset":
		return i.Asset
	case "owner":
		return i.Owner
	case "state":
		return rank(string(i.State), "unknown", "guessed")
	case "exposure":
		return rank(string(i.Exposure), "internet", "unknown", "internal")
	case "criticality":
		return rank(string(i.Criticality), "critical", "high", "medium")
	}
	return i.NameKey
}

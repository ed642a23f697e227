// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
)

// Name is a name nobody resolved. It does not say whose it is.
type Name struct {
	Key           string
	Label         string // as somebody typed it
	Publisher     string
	Organisations int // how many have it
	Items         int
	Proposals     int // how many organisations said what it means to them
}

// query is what the index is asked about a name.
func (n Name) query() names.Query {
	if purl := purlOf(n.Key); purl != "" {
		return names.Query{Label: purl}
	}
	return names.Query{Label: n.Label, Publisher: n.Publisher}
}

func scanID(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) }

// Names gives the names nobody resolved, those that most organisations have
// first, and how many there are. Territory only.
func (m *Module) Names(ctx context.Context, s access.Scope, text string, offset, limit int) (list []Name, total int, err error) {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return nil, 0, err
	}
	cond := "state <> 'resolved' AND NOT settled"
	args := []any{}
	if text != "" {
		cond += ` AND search LIKE $1 ESCAPE '\'`
		args = append(args, "%"+db.Like(text)+"%")
	}
	if err := m.deps.DB.QueryRow(ctx, "SELECT count(DISTINCT name_key) FROM item WHERE "+cond, args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("counting unresolved names: %w", err)
	}
	rows, err := m.deps.DB.Query(ctx, fmt.Sprintf(`SELECT n.name_key, n.label, n.organisations, n.items,
		(SELECT count(*) FROM name_alias a WHERE a.name_key = n.name_key AND a.organisation_id <> 0) FROM (
			SELECT name_key, min(label) AS label, count(DISTINCT organisation_id) AS organisations, count(*) AS items
			FROM item WHERE %s GROUP BY name_key) n
		ORDER BY n.organisations DESC, n.items DESC, n.name_key LIMIT %d OFFSET %d`, cond, limit, offset), args...)
	list, err = db.Collect(rows, err, scanName)
	return list, total, err
}

func scanName(r *sql.Rows) (n Name, err error) {
	return n, r.Scan(&n.Key, &n.Label, &n.Organisations, &n.Items, &n.Proposals)
}

// NamesWaiting counts the names nobody resolved, for the control room. Territory only.
func (m *Module) NamesWaiting(ctx context.Context, s access.Scope) (int, error) {
	if err := s.Territory(); err != nil {
		return 0, err
	}
	var n int
	err := m.deps.DB.QueryRow(ctx, "SELECT count(DISTINCT name_key) FROM item WHERE state <> 'resolved' AND NOT settled").Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting unresolved names: %w", err)
	}
	return n, nil
}

// unknownNames gives names no product fits, in the order of their keys.
func (m *Module) unknownNames(ctx context.Context, after string, limit int) ([]Name, error) {
	rows, err := m.deps.DB.Query(ctx, `SELECT name_key, min(label), 0, 0, 0 FROM item
		WHERE state = 'unknown' AND NOT settled AND name_key > $1 GROUP BY name_key ORDER BY name_key LIMIT $2`, after, limit)
	return db.Collect(rows, err, scanName)
}

// Proposal is what organisations said a name means, counted, not named.
type Proposal struct {
	Part, Vendor, Product string // all "" : no known product
	Organisations         int
}

// Proposals gives what organisations said a name means, the most frequent first. Territory only.
func (m *Module) Proposals(ctx context.Context, s access.Scope, key string) ([]Proposal, error) {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, `SELECT part, vendor, product, count(*) FROM name_alias
		WHERE name_key = $1 AND organisation_id <> 0 GROUP BY part, vendor, product ORDER BY count(*) DESC, vendor, product`, key)
	return db.Collect(rows, err, func(r *sql.Rows) (p Proposal, err error) {
		return p, r.Scan(&p.Part, &p.Vendor, &p.Product, &p.Organisations)
	})
}

// nameOf gives one name of the work list; nil when nothing has it any more.
func (m *Module) nameOf(ctx context.Context, key string) (*Name, error) {
	n, err := scanNameRow(m.deps.DB.QueryRow(ctx, `SELECT name_key, min(label), count(DISTINCT organisation_id), count(*), 0
		FROM item WHERE name_key = $1 GROUP BY name_key`, key))
	if db.NotFound(err) {
		return nil, nil
	}
	return &n, err
}

func scanNameRow(r *sql.Row) (n Name, err error) {
	return n, r.Scan(&n.Key, &n.Label, &n.Organisations, &n.Items, &n.Proposals)
}

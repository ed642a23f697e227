// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Name is a name nobody resolved. It does not say whose it is.
type Name struct {
	Key           string
	Label         string // as somebody typed it
	Publisher     string
	Organisations int // how many have it
	Items         int
	Proposals     int               // how many organisations said what it means to them
	Best          []names.Candidate // what it may be, the best first
}

// query is what the index is asked about a name.
func (n Name) query() names.Query {
	if purl := purlOf(n.Key); purl != "" {
		return names.Query{Label: purl}
	}
	return names.Query{Label: n.Label, Publisher: n.Publisher}
}

// NameQuery says which names of the work list are wanted.
type NameQuery struct {
	Text        string // folded words, one blank between, that label or key must have
	Accessories bool   // also what comes along with a product and is none
	After       string // NamePage.Next of the page before; "" for the first
	Limit       int
}

// NamePage is a page of the work list.
type NamePage struct {
	Names []Name
	Total int    // of all pages
	Next  string // "" on the last
}

// namePlace is a place in the work list.
type namePlace struct {
	Organisations, Items int
	Key                  string
}

// Names gives the names nobody resolved, those that most organisations have
// first, then those of most items. What was confirmed a moment ago and is still
// being applied is not among them. Territory only.
func (m *Module) Names(ctx context.Context, s access.Scope, q NameQuery) (p NamePage, err error) {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return p, err
	}
	cond, args := q.cond()
	err = m.deps.DB.QueryRow(ctx, "SELECT count(*) FROM (SELECT name_key FROM item WHERE "+cond+" GROUP BY name_key) n WHERE "+unsaid, args...).Scan(&p.Total)
	if err != nil {
		return p, fmt.Errorf("counting unresolved names: %w", err)
	}
	places, err := m.namePlaces(ctx, q, cond, args)
	if err != nil {
		return p, err
	}
	if len(places) > q.Limit {
		places = places[:q.Limit]
		p.Next = encodePlace(places[q.Limit-1])
	}
	p.Names, err = m.describeNames(ctx, places)
	return p, err
}

// unsaid leaves out names the CSIRT has said something of.
const unsaid = "NOT EXISTS (SELECT 1 FROM name_alias a WHERE a.name_key = n.name_key AND a.organisation_id = 0)"

// waitingNames is what an item is whose name waits; index item_worklist says the same.
const waitingNames = "state <> 'resolved' AND NOT settled AND reason <> 'accessory'"

func (q NameQuery) cond() (cond string, args []any) {
	cond = waitingNames
	if q.Accessories {
		cond = "state <> 'resolved' AND NOT settled"
	}
	if q.Text != "" {
		cond += ` AND search LIKE $1 ESCAPE '\'`
		args = append(args, "%"+db.Like(q.Text)+"%")
	}
	return cond, args
}

// namePlaces gives one place more than the limit, read from the index alone.
func (m *Module) namePlaces(ctx context.Context, q NameQuery, cond string, args []any) ([]namePlace, error) {
	after := ""
	if q.After != "" {
		at, ok := decodePlace(q.After)
		if !ok {
			return nil, fault.New(fault.NotFound, "access.page")
		}
		n := len(args)
		after = fmt.Sprintf(" AND (n.organisations < $%d OR n.organisations = $%d AND (n.items < $%d OR n.items = $%d AND n.name_key > $%d))", n+1, n+1, n+2, n+2, n+3)
		args = append(args, at.Organisations, at.Items, at.Key)
	}
	rows, err := m.deps.DB.Query(ctx, fmt.Sprintf(`SELECT n.organisations, n.items, n.name_key FROM (
			SELECT name_key, count(DISTINCT organisation_id) AS organisations, count(*) AS items FROM item WHERE %s GROUP BY name_key) n
		WHERE %s%s ORDER BY n.organisations DESC, n.items DESC, n.name_key LIMIT %d`, cond, unsaid, after, q.Limit+1), args...)
	return db.Collect(rows, err, func(r *sql.Rows) (p namePlace, err error) {
		return p, r.Scan(&p.Organisations, &p.Items, &p.Key)
	})
}

// candidatesInList is how many candidates the work list offers of each name.
const candidatesInList = 3

// describeNames adds what names look like, what was proposed and what they may be.
func (m *Module) describeNames(ctx context.Context, places []namePlace) ([]Name, error) {
	if len(places) == 0 {
		return nil, nil
	}
	x, err := m.index(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(places))
	for i, p := range places {
		keys[i] = p.Key
	}
	looks, err := m.nameLooks(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make([]Name, len(places))
	for i, p := range places {
		n := looks[p.Key]
		n.Key, n.Organisations, n.Items = p.Key, p.Organisations, p.Items
		n.Best = x.Resolve(n.query(), candidatesInList).Candidates
		out[i] = n
	}
	return out, nil
}

// nameLooks gives a label, publisher and the number of proposals of each name.
func (m *Module) nameLooks(ctx context.Context, keys []string) (map[string]Name, error) {
	rows, err := m.deps.DB.Query(ctx, `SELECT name_key, min(label), min(publisher),
		(SELECT count(*) FROM name_alias a WHERE a.name_key = item.name_key AND a.organisation_id <> 0)
		FROM item WHERE name_key IN `+db.In(1, len(keys))+" GROUP BY name_key", db.Args(keys)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (n Name, err error) {
		return n, r.Scan(&n.Key, &n.Label, &n.Publisher, &n.Proposals)
	})
	out := make(map[string]Name, len(list))
	for _, n := range list {
		out[n.Key] = n
	}
	return out, err
}

// NamesWaiting counts the names nobody resolved, for the control room. Territory only.
func (m *Module) NamesWaiting(ctx context.Context, s access.Scope) (int, error) {
	if err := s.Territory(); err != nil {
		return 0, err
	}
	var n int
	err := m.deps.DB.QueryRow(ctx, "SELECT count(*) FROM (SELECT name_key FROM item WHERE "+waitingNames+" GROUP BY name_key) n WHERE "+unsaid).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("counting unresolved names: %w", err)
	}
	return n, nil
}

// unknownNames gives names no product fits, in the order of their keys.
func (m *Module) unknownNames(ctx context.Context, after string, limit int) ([]Name, error) {
	rows, err := m.deps.DB.Query(ctx, `SELECT name_key, min(label), min(publisher) FROM item
		WHERE state = 'unknown' AND NOT settled AND name_key > $1 GROUP BY name_key ORDER BY name_key LIMIT $2`, after, limit)
	return db.Collect(rows, err, func(r *sql.Rows) (n Name, err error) { return n, r.Scan(&n.Key, &n.Label, &n.Publisher) })
}

func scanID(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) }

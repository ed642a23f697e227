// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

func encodePlace(p namePlace) string {
	text, err := json.Marshal(p)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func decodePlace(s string) (p namePlace, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	return p, err == nil && json.Unmarshal(raw, &p) == nil
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
	n := Name{Key: key}
	err := m.deps.DB.QueryRow(ctx, `SELECT min(label), min(publisher), count(DISTINCT organisation_id), count(*)
		FROM item WHERE name_key = $1 GROUP BY name_key`, key).Scan(&n.Label, &n.Publisher, &n.Organisations, &n.Items)
	if db.NotFound(err) {
		return nil, nil
	}
	return &n, err
}

// placeOf gives a name's place in the work list.
func (m *Module) placeOf(ctx context.Context, key string) (string, error) {
	p := namePlace{Key: key}
	err := m.deps.DB.QueryRow(ctx, "SELECT count(DISTINCT organisation_id), count(*) FROM item WHERE name_key = $1 AND "+waitingNames, key).Scan(&p.Organisations, &p.Items)
	if err != nil {
		return "", fmt.Errorf("placing a name: %w", err)
	}
	return encodePlace(p), nil
}

// Holder is an organisation that has a name.
type Holder struct {
	Organisation int64
	Name         string
	Code         string
	Items        int
}

// Holders gives the organisations that have a name, those of most items first.
// It is for the CSIRT's people alone: members are never told whose a name is. Territory only.
func (m *Module) Holders(ctx context.Context, s access.Scope, key string, limit int) ([]Holder, error) {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, fmt.Sprintf(`SELECT organisation_id, count(*) FROM item WHERE name_key = $1
		GROUP BY organisation_id ORDER BY count(*) DESC, organisation_id LIMIT %d`, limit), key)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (h Holder, err error) { return h, r.Scan(&h.Organisation, &h.Items) })
	if err != nil || m.deps.Organisations == nil || len(list) == 0 {
		return list, err
	}
	ids := make([]int64, len(list))
	for i, h := range list {
		ids[i] = h.Organisation
	}
	known, err := m.deps.Organisations(ctx, s, ids)
	for i := range list {
		o := known[list[i].Organisation]
		list[i].Name, list[i].Code = o.Name, o.Code
	}
	return list, err
}

// NameConfirmed is what the CSIRT said a name means.
type NameConfirmed struct {
	Key, Label            string
	Part, Vendor, Product string // all "" : no known product
	By                    string // "person:12"
	At                    time.Time
	id                    int64
}

// ConfirmedNames gives what was said for everyone, the newest first, and the
// place of the next page ("" for none). Territory only.
func (m *Module) ConfirmedNames(ctx context.Context, s access.Scope, after string, limit int) (list []NameConfirmed, next string, err error) {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return nil, "", err
	}
	cond, args := "organisation_id = 0", []any{}
	if after != "" {
		at, ok := parseCursor(after)
		if !ok {
			return nil, "", fault.New(fault.NotFound, "access.page")
		}
		cond, args = cond+" AND (confirmed_at, id) < ($1, $2)", []any{parseID(at.Value), at.ID}
	}
	rows, err := m.deps.DB.Query(ctx, fmt.Sprintf(`SELECT id, name_key, label, part, vendor, product, confirmed_by, confirmed_at FROM name_alias
		WHERE %s ORDER BY confirmed_at DESC, id DESC LIMIT %d`, cond, limit+1), args...)
	list, err = db.Collect(rows, err, scanConfirmed)
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = cursor{fmt.Sprint(db.Ms(last.At)), last.id}.String()
	}
	return list, next, err
}

func scanConfirmed(r *sql.Rows) (c NameConfirmed, err error) {
	var at int64
	err = r.Scan(&c.id, &c.Key, &c.Label, &c.Part, &c.Vendor, &c.Product, &c.By, &at)
	c.At = time.UnixMilli(at).UTC()
	return c, err
}

// ForgetName takes back what was said of a name for everyone; a job identifies
// anew the items that followed it. Taking it back again changes nothing. Territory only.
func (m *Module) ForgetName(ctx context.Context, s access.Scope, key string) error {
	if err := errorsOf(s.Territory(), s.Require(access.NameConfirm)); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		var p names.Product
		err := tx.QueryRow(ctx, "DELETE FROM name_alias WHERE organisation_id = 0 AND name_key = $1 RETURNING part, vendor, product", key).Scan(&p.Part, &p.Vendor, &p.Product)
		if db.NotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("forgetting a name: %w", err)
		}
		detail := map[string]string{"name": key, "product": p.Ref()}
		if err := m.deps.Audit.Append(ctx, tx, s.Actor(), everyone, "inventory.name_forgotten", "name:"+key, detail); err != nil {
			return err
		}
		return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: jobApplyName, Key: jobApplyName + ":" + key, Payload: nameJob{key}})
	})
}

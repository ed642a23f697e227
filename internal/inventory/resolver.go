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

// Resolver says what names mean, as the CSIRT confirmed them for everyone and
// as the dictionary knows them. It never changes and is safe for concurrent use.
type Resolver struct {
	index     *names.Index
	confirmed map[string]verdict
}

// Meaning is what a name means.
type Meaning struct {
	State                 State
	Part, Vendor, Product string // "" while unknown
	Version, Update       string
	Confidence            int    // 0-100
	Reason                string // "everyone", "exact", "alias", …; "" for none
	Candidates            []names.Candidate
}

// Resolver loads the dictionary and what was confirmed for everyone. Territory only.
func (m *Module) Resolver(ctx context.Context, s access.Scope) (*Resolver, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	x, err := m.index(ctx)
	if err != nil {
		return nil, err
	}
	r := &Resolver{x, map[string]verdict{}}
	rows, err := m.deps.DB.Query(ctx, "SELECT organisation_id, name_key, part, vendor, product FROM name_alias WHERE organisation_id = $1", everyone)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (a alias, err error) {
		return a, r.Scan(&a.organisation, &a.key, &a.part, &a.vendor, &a.product)
	})
	if err != nil {
		return nil, fmt.Errorf("reading confirmed names: %w", err)
	}
	for _, a := range list {
		r.confirmed[a.key] = verdict{a.part, a.vendor, a.product, reasonAll}
	}
	return r, nil
}

// Products is how many products the dictionary has; Confirmed how many names people confirmed.
func (r *Resolver) Products() int { return r.index.Len() }

// Confirmed is how many names were confirmed for everyone.
func (r *Resolver) Confirmed() int { return len(r.confirmed) }

// Resolve says what a name means, with up to limit candidates (at least one is looked for).
func (r *Resolver) Resolve(q names.Query, limit int) Meaning {
	a := r.index.Resolve(q, limit)
	out := Meaning{State: Unknown, Version: names.Stated(q.Version), Candidates: a.Candidates}
	if out.Version == "" {
		out.Version = names.Version(q.Label)
	}
	if a.Accessory {
		out.Reason = reasonAccessory
	}
	best, ok := a.Best()
	if ok {
		out.take(best, a.Certain)
	}
	if v, said := r.confirmed[names.Key(q.Label, q.Publisher)]; said {
		out.State, out.Confidence, out.Reason = Resolved, 100, v.reason
		if v.product == "" {
			out.State, out.Confidence = Unknown, 0
		}
		out.Part, out.Vendor, out.Product = v.part, v.vendor, v.product
	}
	return out
}

func (r *Meaning) take(c names.Candidate, certain bool) {
	r.State, r.Confidence, r.Reason = Guessed, c.Confidence, string(c.Reason)
	if certain {
		r.State = Resolved
	}
	r.Part, r.Vendor, r.Product = c.Part, c.Vendor, c.Product.Product
	r.Version, r.Update = c.Version, c.Update
}

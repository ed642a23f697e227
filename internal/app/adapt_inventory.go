// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"sync/atomic"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory"
	"martinella/internal/inventory/names"
	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/match"
)

// cpeNames is the vulnerability room's reader of CPE names, for the inventory.
type cpeNames struct{}

// Parse implements inventory.CPE.
func (cpeNames) Parse(text string) (out inventory.CPEName, err error) {
	n, err := cpe.Parse(text)
	if err != nil {
		return out, err
	}
	for i := range out {
		out[i] = string(n[i])
		if n[i].IsAny() {
			out[i] = "*"
		}
	}
	return out, nil
}

// Quote implements inventory.CPE.
func (cpeNames) Quote(text string) (string, error) {
	v, err := cpe.Quote(text)
	if v.IsAny() {
		return "*", err
	}
	return string(v), err
}

// dictionary is the corpus's list of products, for the inventory.
type dictionary struct{ r *rooms }

// Generation implements inventory.Dictionary.
func (x dictionary) Generation(ctx context.Context) (int64, error) {
	return x.r.corpus.Seq(ctx, access.System("dictionary"))
}

// Products implements inventory.Dictionary. What stands there only in a CNA's
// words is no CPE product: it is matched through confirmed aliases instead. The
// names that come with the program are there also before the first feed.
func (x dictionary) Products(ctx context.Context, s access.Scope) ([]names.Product, error) {
	all, _, err := x.r.corpus.Products(ctx, s, 0)
	if err != nil {
		return nil, err
	}
	out := make([]names.Product, 0, len(all))
	for _, p := range all {
		if p.CVEs > 0 && p.Part != "n" {
			out = append(out, names.Product{Part: p.Part, Vendor: p.Vendor, Product: p.Product, Title: "", Count: p.CVEs})
		}
	}
	return names.WithShipped(out)
}

// organisationNames names organisations, for the inventory's operators.
func (a *App) organisationNames(ctx context.Context, s access.Scope, ids []int64) (map[int64]gate.Organisation, error) {
	list, err := a.rooms.constituency.OrganisationsByID(ctx, s, ids)
	out := make(map[int64]gate.Organisation, len(list))
	for _, o := range list {
		out[o.ID] = o
	}
	return out, err
}

// aliases gives the matcher what people confirmed of CNAs' names.
type aliases struct {
	r     *rooms
	known atomic.Pointer[inventory.Aliases]
}

// Resolve implements match.Aliases.
func (x *aliases) Resolve(vendor, product string) []match.VendorProduct {
	known := x.known.Load()
	if known == nil {
		return nil
	}
	var out []match.VendorProduct
	for _, t := range known.Resolve(vendor, product) {
		out = append(out, match.VendorProduct{Vendor: t.Vendor, Product: t.Product})
	}
	return out
}

// Refresh implements vulnerability.Aliases.
func (x *aliases) Refresh(ctx context.Context) error {
	known, err := x.r.inventory.Aliases(ctx, access.System("aliases"))
	if err == nil {
		x.known.Store(&known)
	}
	return err
}

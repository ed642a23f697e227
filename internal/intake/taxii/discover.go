// SPDX-License-Identifier: EUPL-1.2

package taxii

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
)

const (
	maxRoots       = 10
	maxCollections = 50
)

// CodeCollection is the fault of a collection that is not there, or may not be read.
const CodeCollection = "intake.taxii.collection"

// resource is any of what an address may lead to (TAXII 2.1, 4.1, 4.2, 5.1, 5.2).
type resource struct {
	Default     string       `json:"default"`
	Roots       []string     `json:"api_roots"`
	Versions    []string     `json:"versions"`
	Collections []collection `json:"collections"`
	collection
}

type collection struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Alias      string   `json:"alias"`
	CanRead    *bool    `json:"can_read"`
	MediaTypes []string `json:"media_types"`

	address string // ends with /
}

// readable says whether the collection may be read and has objects of STIX.
func (c collection) readable() bool {
	isSTIX := func(t string) bool { return strings.HasPrefix(t, "application/stix+json") || t == "*/*" }
	return c.ID != "" && c.CanRead != nil && *c.CanRead && (len(c.MediaTypes) == 0 || slices.ContainsFunc(c.MediaTypes, isSTIX))
}

func (c collection) is(name string) bool {
	return c.ID == name || c.Alias != "" && c.Alias == name || strings.EqualFold(c.Title, name)
}

// collections finds what to read from the address on.
func (p *puller) collections(ctx context.Context) ([]collection, error) {
	start := slashed(p.o.Address)
	if u, err := url.Parse(start); err == nil && u.Path == "/" {
		start = absolute(start, "/taxii2/") // where discovery is (4.1)
	}
	var r resource
	if err := p.read(ctx, start, &r); err != nil {
		return nil, err
	}
	all, err := p.below(ctx, start, r)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c collection) bool { return !c.readable() || p.o.Collection != "" && !c.is(p.o.Collection) })
	switch {
	case len(all) == 0:
		return nil, fault.New(fault.Unavailable, CodeCollection, fault.P{"host": pull.Host(start)})
	case len(all) > maxCollections:
		return nil, fault.New(fault.Unavailable, pull.CodeMany, fault.P{"limit": maxCollections})
	}
	return all, nil
}

// below lists the collections of a resource, whatever it is.
func (p *puller) below(ctx context.Context, address string, r resource) ([]collection, error) {
	switch {
	case r.CanRead != nil:
		r.collection.address = address
		return []collection{r.collection}, nil
	case r.Collections != nil:
		return placed(address, r.Collections), nil
	case len(r.Versions) > 0:
		return p.listed(ctx, address)
	case len(r.Roots) == 0 && r.Default == "":
		return nil, pull.Form(address, errors.New("no discovery, API root or collection"))
	}
	roots := r.Roots
	if r.Default != "" && !slices.Contains(roots, r.Default) {
		roots = append(roots, r.Default)
	}
	var all []collection
	var failed error
	for _, root := range roots[:min(len(roots), maxRoots)] {
		found, err := p.listed(ctx, slashed(absolute(address, root)))
		failed = errors.Join(failed, err)
		all = append(all, found...)
	}
	if len(all) > 0 {
		return all, nil // a root that is closed to us is no reason not to read another
	}
	return nil, failed
}

func (p *puller) listed(ctx context.Context, root string) ([]collection, error) {
	var r resource
	address := root + "collections/"
	if err := p.read(ctx, address, &r); err != nil {
		return nil, err
	}
	return placed(address, r.Collections), nil
}

func placed(list string, all []collection) []collection {
	for i := range all {
		all[i].address = list + url.PathEscape(all[i].ID) + "/"
	}
	return all
}

// slashed gives an address that ends with a slash, as all of TAXII do, without a query.
func slashed(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery, u.Fragment = "", ""
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u.String()
}

// absolute reads an address where it stands.
func absolute(base, address string) string {
	b, err := url.Parse(base)
	if err != nil {
		return address
	}
	u, err := b.Parse(address)
	if err != nil {
		return address
	}
	return u.String()
}

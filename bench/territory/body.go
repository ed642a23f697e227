// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"

	"martinella/bench/draw"
	"martinella/internal/app/demo"
	"martinella/internal/vulnerability/cpe"
)

// body is an accredited organisation with what it runs.
type body struct {
	Code, Name, Type, Province, Tier, Language string
	Patron                                     string   // "06-24"; may be empty
	Contacts                                   []string // addresses that get the digest
	Items                                      []piece
}

// piece is one item of a stack.
type piece struct {
	Label, Asset, Owner, Exposure, Criticality string
	Quantity                                   int
	Name                                       cpe.Name
}

// itemsPerSystem is how many items run together on one system, as in bench/match.
const itemsPerSystem = 20

// drawBodies makes n bodies with stacks drawn as the corpus is made; behind of a
// hundred items are not up to date.
func drawBodies(n, items, behind int, seed uint64) ([]body, error) {
	files, err := draw.BaseFiles()
	if err != nil {
		return nil, err
	}
	g, err := draw.New(files, seed)
	if err != nil {
		return nil, err
	}
	out := make([]body, n)
	for i := range out {
		out[i] = numbered(i)
		for k := range items {
			out[i].Items = append(out[i].Items, drawn(g.Declared(behind), k))
		}
	}
	return out, nil
}

var (
	exposures     = []string{"internal", "internal", "internet", "internal", "unknown"}
	criticalities = []string{"medium", "high", "low", "critical"}
)

func drawn(n cpe.Name, k int) piece {
	return piece{
		Label: n[cpe.Vendor].Text() + " " + n[cpe.Product].Text(), Asset: fmt.Sprintf("Sistema %02d", k/itemsPerSystem+1), Owner: "Servizi informatici",
		Exposure: exposures[k%len(exposures)], Criticality: criticalities[k%len(criticalities)], Quantity: 1 + k%7, Name: n,
	}
}

func numbered(i int) body {
	code := fmt.Sprintf("c_t%04d", i+1)
	host := "ente" + code[3:] + ".example"
	return body{
		Code: code, Name: fmt.Sprintf("Comune di Prova %04d", i+1), Type: "municipality", Province: []string{"FI", "PO", "PT", "AR", "SI"}[i%5],
		Tier: []string{"basic", "full"}[i%2], Language: "it", Contacts: []string{"rtd@" + host, "ced@" + host},
	}
}

// demoBodies are the accredited bodies of the demonstration with the products
// they declare one by one; the two lists they import are left out.
func demoBodies() ([]body, error) {
	territory, err := demo.Load()
	if err != nil {
		return nil, err
	}
	var out []body
	for _, o := range territory.Organisations {
		tier := accredited(o)
		if tier == "" {
			continue
		}
		b := body{Code: o.Code, Name: o.Name, Type: o.Type, Province: o.Province, Tier: tier, Language: "it", Patron: o.Patron}
		for _, c := range o.Contacts {
			if c.Digest {
				b.Contacts = append(b.Contacts, c.Email)
			}
		}
		if b.Items, err = declaredBy(o); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Code, err)
		}
		out = append(out, b)
	}
	return out, nil
}

// accredited gives the tier of a body that is accredited at the end of its story.
func accredited(o demo.Organisation) (tier string) {
	for _, d := range o.Story {
		switch d.Action {
		case "approve":
			tier = d.Tier
		case "suspend", "reject", "withdraw":
			tier = ""
		}
	}
	return tier
}

// declaredBy gives what has a product; a name nobody has resolved is matched with nothing.
func declaredBy(o demo.Organisation) (out []piece, err error) {
	for _, it := range o.Items {
		if it.Product == "" {
			continue
		}
		p := piece{Label: it.Label, Asset: it.Asset, Owner: it.Owner, Exposure: it.Exposure, Criticality: it.Criticality, Quantity: max(1, it.Quantity)}
		version, err := cpe.Quote(it.Version)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.Label, err)
		}
		if p.Name, err = cpe.Parse(fmt.Sprintf("cpe:2.3:%s:%s:*:*:*:*:*:*:*", it.Product, version)); err != nil {
			return nil, fmt.Errorf("%s: %w", it.Label, err)
		}
		out = append(out, p)
	}
	return out, nil
}

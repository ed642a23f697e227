// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"fmt"
	"os"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cpe"
)

// body is an accredited organisation with what it runs.
type body struct {
	Code, Name, Type, Province, Tier, Language string
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

// demoBodies reads the accredited bodies of the demonstration.
func demoBodies(path string) ([]body, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Organisations []struct {
			Code, Name, Type, Province, Tier, State, Language string
			People                                            []struct{ Email, Contact string }
			Items                                             []struct {
				Label, Part, Vendor, Product, Version, Asset, Exposure, Criticality, Owner string
				Quantity                                                                   int
			}
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []body
	for _, o := range file.Organisations {
		if o.State != "approved" {
			continue
		}
		b := body{Code: o.Code, Name: o.Name, Type: o.Type, Province: o.Province, Tier: o.Tier, Language: o.Language}
		for _, p := range o.People {
			if p.Contact != "" || len(o.People) == 1 {
				b.Contacts = append(b.Contacts, p.Email)
			}
		}
		if len(b.Contacts) == 0 {
			b.Contacts = append(b.Contacts, o.People[0].Email)
		}
		for _, it := range o.Items {
			version, err := cpe.Quote(it.Version)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", it.Label, err)
			}
			n, err := cpe.Parse(fmt.Sprintf("cpe:2.3:%s:%s:%s:%s:*:*:*:*:*:*:*", it.Part, it.Vendor, it.Product, version))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", it.Label, err)
			}
			b.Items = append(b.Items, piece{Label: it.Label, Asset: it.Asset, Owner: it.Owner, Exposure: it.Exposure,
				Criticality: it.Criticality, Quantity: it.Quantity, Name: n})
		}
		out = append(out, b)
	}
	return out, nil
}

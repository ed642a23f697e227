// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/version"
)

// products are what the real corpus names, with their versions in order. What is
// drawn of them is the same every time.
type products struct {
	rnd      *rand.Rand
	names    []cpe.Name          // one for each criterion: a product comes as often as it has criteria
	versions map[string][]string // of each product, the oldest first
}

func keyOf(n cpe.Name) string {
	return string(n[cpe.Part] + ":" + n[cpe.Vendor] + ":" + n[cpe.Product])
}

// readProducts reads the real corpus.
func readProducts(seed uint64) (*products, error) {
	files, err := realFiles()
	if err != nil {
		return nil, err
	}
	p := &products{rnd: rand.New(rand.NewPCG(seed, seed)), versions: map[string][]string{}}
	err = draw.EachRecord(files, func(r *cve.Record) {
		for _, c := range r.Configurations {
			for _, n := range c.Nodes {
				for i := range n.Criteria {
					p.add(&n.Criteria[i])
				}
			}
		}
	})
	for key, list := range p.versions {
		p.versions[key] = inOrder(list)
	}
	p.names = slices.DeleteFunc(p.names, func(n cpe.Name) bool { return len(p.versions[keyOf(n)]) == 0 })
	return p, err
}

func (p *products) add(m *cve.Criterion) {
	name, err := cpe.Parse(m.Criteria)
	if err != nil || name[cpe.Product].HasWildcard() || !m.Vulnerable {
		return
	}
	key := keyOf(name)
	for _, v := range [...]string{name[cpe.Version].Text(), m.StartIncluding, m.StartExcluding, m.EndIncluding, m.EndExcluding} {
		if v != "" {
			p.versions[key] = append(p.versions[key], v)
		}
	}
	for a := cpe.Version; a <= cpe.Other; a++ {
		name[a] = cpe.Any
	}
	p.names = append(p.names, name)
}

func inOrder(versions []string) []string {
	slices.Sort(versions)
	versions = slices.Compact(versions)
	keys := make(map[string]version.Key, len(versions))
	for _, v := range versions {
		keys[v] = version.Parse(v)
	}
	slices.SortFunc(versions, func(a, b string) int { return keys[a].Compare(keys[b]) })
	return versions
}

// item draws a product as somebody declares it: one release after the newest
// the corpus names, or, when it is behind, one of the newest quarter.
func (p *products) item(behind bool) cpe.Name {
	n := p.names[p.rnd.IntN(len(p.names))]
	versions := p.versions[keyOf(n)]
	v := versions[len(versions)-1] + ".1"
	if behind {
		recent := max(1, len(versions)/4)
		v = versions[len(versions)-1-p.rnd.IntN(recent)]
	}
	if quoted, err := cpe.Quote(v); err == nil {
		n[cpe.Version] = quoted
	}
	return n
}

// sizes are how many items organisations have, one after the other: 200 on average.
var sizes = []int{60, 100, 140, 180, 240, 480}

// body draws the n-th organisation; of a thousand items, behind are not up to date.
func (p *products) body(n, behind int) body {
	b := numbered(n)
	b.Name = fmt.Sprintf("Comune di Prova %05d", n+1)
	for k := range sizes[n%len(sizes)] {
		b.Items = append(b.Items, drawn(p.item(p.rnd.IntN(1000) < behind), k))
	}
	return b
}

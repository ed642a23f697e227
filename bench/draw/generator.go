// SPDX-License-Identifier: EUPL-1.2

package draw

import (
	"math/rand/v2"

	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/version"
)

// Generator draws CPE names as the corpus is made: a criterion is drawn
// evenly, so that a product comes as often as it has criteria; its version is one
// the corpus names for that product (exact, or a bound). Three names in four carry the criterion's
// edition and target, the others leave them ANY, as inventories do.
type Generator struct {
	rnd      *rand.Rand
	criteria []drawn
	versions map[string][]string
	newest   map[string]string
}

type drawn struct {
	name cpe.Name
	key  string
}

// New reads the corpus. The same seed gives the same stacks.
func New(files []string, seed uint64) (*Generator, error) {
	g := &Generator{rnd: rand.New(rand.NewPCG(seed, seed)), versions: map[string][]string{}, newest: map[string]string{}}
	err := EachRecord(files, func(r *cve.Record) {
		for _, c := range r.Configurations {
			for _, n := range c.Nodes {
				for i := range n.Criteria {
					g.add(&n.Criteria[i])
				}
			}
		}
	})
	return g, err
}

func (g *Generator) add(m *cve.Criterion) {
	name, err := cpe.Parse(m.Criteria)
	if err != nil || name[cpe.Product].HasWildcard() || !m.Vulnerable {
		return
	}
	key := string(name[cpe.Part] + ":" + name[cpe.Vendor] + ":" + name[cpe.Product])
	for _, v := range [...]string{name[cpe.Version].Text(), m.StartIncluding, m.StartExcluding, m.EndIncluding, m.EndExcluding} {
		if v != "" {
			g.versions[key] = append(g.versions[key], v)
		}
	}
	g.criteria = append(g.criteria, drawn{name: name, key: key})
}

// Name draws one CPE name.
func (g *Generator) Name() cpe.Name {
	d := g.criteria[g.rnd.IntN(len(g.criteria))]
	n := d.name
	if g.rnd.IntN(4) == 0 {
		for a := cpe.Update; a <= cpe.Other; a++ {
			n[a] = cpe.Any
		}
	}
	n[cpe.Version] = g.version(d.key)
	return n
}

func (g *Generator) version(key string) cpe.Value {
	known := g.versions[key]
	if len(known) == 0 {
		return cpe.NA // the corpus names no version of it: hardware, mostly
	}
	v, err := cpe.Quote(known[g.rnd.IntN(len(known))])
	if err != nil {
		return cpe.Any
	}
	return v
}

// Declared draws a name as an organisation declares it: of a product that has
// versions, which leaves out the chips whose firmware the corpus names by the
// hundred. In behind of a hundred cases the version is drawn as Name draws it, else it
// is one release after the newest the corpus names: then what touches it says nothing of versions.
func (g *Generator) Declared(behind int) cpe.Name {
	for {
		d := g.criteria[g.rnd.IntN(len(g.criteria))]
		if len(g.versions[d.key]) == 0 {
			continue
		}
		n := d.name
		for a := cpe.Update; a <= cpe.Other; a++ {
			n[a] = cpe.Any
		}
		if g.rnd.IntN(100) < behind {
			n[cpe.Version] = g.version(d.key)
		} else {
			n[cpe.Version] = g.next(d.key)
		}
		return n
	}
}

// next gives one release after the newest version the corpus names.
func (g *Generator) next(key string) cpe.Value {
	newest, known := g.newest[key]
	if !known {
		for _, v := range g.versions[key] {
			if order, comparable := version.Compare(v, newest); newest == "" || comparable && order > 0 {
				newest = v
			}
		}
		g.newest[key] = newest
	}
	v, err := cpe.Quote(newest + ".1")
	if err != nil {
		return cpe.Any
	}
	return v
}

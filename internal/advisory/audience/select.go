// SPDX-License-Identifier: EUPL-1.2

package audience

import (
	"slices"
	"strings"
)

// Body is an organisation, as far as an audience can choose it. All words are compared in lower case.
type Body struct {
	ID       int64
	Code     string
	Tier     string
	Sector   string
	Province string
	// SectorNames are what the sector is called, in any language.
	SectorNames []string
	Town        []string // the municipality's official number and its name
	Group       []string // the codes of the bodies it belongs to, the nearest first
	Tags        []string
	Lists       []string
}

// Evidence is what an organisation runs of a question's technology.
type Evidence struct {
	Items   int  // that answer it
	Certain bool // one of them does so for certain; else versions are not known
}

// Technology answers a question about technology for the whole territory, by organisation.
type Technology func(question string) (map[int64]Evidence, error)

// Reason is a term that chose an organisation.
type Reason struct {
	Term     Expr
	Evidence Evidence // of Uses
}

// Chosen is an organisation of the audience.
type Chosen struct {
	ID      int64
	Reasons []Reason // the terms that hold and that the choice rests on
	Certain bool     // false: only because it may run something in a version that is not known
}

// Select gives the bodies the audience means, in the order they came. Every
// question is asked once. Its error is that of Technology.
func (e Expr) Select(bodies []Body, runs Technology) ([]Chosen, error) {
	s := selection{answers: map[string]map[int64]Evidence{}}
	for _, t := range e.Terms() {
		if t.Key != Uses || s.answers[t.Value] != nil {
			continue
		}
		found, err := runs(t.Value)
		if err != nil {
			return nil, err
		}
		if found == nil {
			found = map[int64]Evidence{}
		}
		s.answers[t.Value] = found
	}
	var out []Chosen
	for i := range bodies {
		if v := s.of(e, &bodies[i]); v.holds != no {
			out = append(out, Chosen{ID: bodies[i].ID, Reasons: v.reasons, Certain: v.holds == yes})
		}
	}
	return out, nil
}

// truth is three-valued: a version nobody declared may or may not be meant.
type truth uint8

const (
	no truth = iota
	maybe
	yes
)

type selection struct{ answers map[string]map[int64]Evidence }

// verdict is whether an expression holds of a body, and by which terms.
type verdict struct {
	holds   truth
	reasons []Reason
}

func (s selection) of(e Expr, b *Body) verdict {
	switch e.Op {
	case Term:
		return s.term(e, b)
	case Not:
		return verdict{holds: yes - s.of(e.Parts[0], b).holds}
	}
	out := verdict{holds: yes}
	if e.Op == Or {
		out.holds = no
	}
	for _, p := range e.Parts {
		v := s.of(p, b)
		if e.Op == And {
			out.holds = min(out.holds, v.holds)
		} else {
			out.holds = max(out.holds, v.holds)
		}
		out.reasons = append(out.reasons, v.reasons...)
	}
	if out.holds == no {
		out.reasons = nil
	}
	return out
}

func (s selection) term(e Expr, b *Body) verdict {
	if e.Key == Uses {
		found, ok := s.answers[e.Value][b.ID]
		switch {
		case !ok || found.Items == 0:
			return verdict{}
		case !found.Certain:
			return verdict{holds: maybe, reasons: []Reason{{e, found}}}
		}
		return verdict{holds: yes, reasons: []Reason{{e, found}}}
	}
	if !b.has(e.Key, e.Value) {
		return verdict{}
	}
	return verdict{holds: yes, reasons: []Reason{{Term: e}}}
}

func (b *Body) has(key Key, value string) bool {
	switch key {
	case Everyone:
		return true
	case Code:
		return strings.EqualFold(b.Code, value)
	case Tier:
		return strings.EqualFold(b.Tier, value)
	case Sector:
		return strings.EqualFold(b.Sector, value) || containsFold(b.SectorNames, value)
	case Province:
		return strings.EqualFold(b.Province, value)
	case Town:
		return containsFold(b.Town, value)
	case Group:
		return strings.EqualFold(b.Code, value) || containsFold(b.Group, value)
	case Tag:
		return containsFold(b.Tags, value)
	case List:
		return containsFold(b.Lists, value)
	}
	return false
}

func containsFold(list []string, value string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, value) })
}

// SPDX-License-Identifier: EUPL-1.2

// Package completeness says how complete a member's record is, from 0 to 100, and what it lacks.
//
// What counts, and how much, is data (data/completeness): each item names a fact about the
// member, and how much of it is enough. A fact is a whole number that the rooms count: the
// number of products declared, 1 for a field that is filled in. Nothing here knows where facts
// come from: the package is pure.
package completeness

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"martinella/internal/constituency/word"
)

// Item is something a complete record has.
type Item struct {
	ID        string    `json:"id"`
	Weight    int       `json:"weight"`
	Fact      string    `json:"fact"`
	Least     int       `json:"least"` // how much of the fact is enough; 1 when zero
	Of        string    `json:"of"`    // a fact to compare with: the part counts in proportion
	Countries []string  `json:"countries"`
	Href      string    `json:"href"` // where to add it, inside the organisation: "/stack"
	Name      word.Text `json:"name"`
	Why       word.Text `json:"why"` // why it counts
}

// Model is a version of what counts.
type Model struct {
	Version string `json:"version"`
	Items   []Item `json:"items"`
}

// Facts are what is known of a member, by name.
type Facts map[string]int

// Line is an item as it stands for a member.
type Line struct {
	Item
	Have, Need int
	Points     float64 // of Weight
}

// Missing says whether something can be added.
func (l Line) Missing() bool { return l.Points < float64(l.Weight) }

// Score is how complete a record is.
type Score struct {
	Version string // of the model
	Value   int    // 0-100
	Lines   []Line // in the model's order
}

// Load reads the newest model from the files of package data.
func Load(files fs.FS) (Model, error) {
	var m Model
	names, err := fs.Glob(files, "completeness/*.json")
	if err != nil || len(names) == 0 {
		return m, fmt.Errorf("completeness: no model (%w)", err)
	}
	text, err := fs.ReadFile(files, slices.Max(names))
	if err != nil {
		return m, fmt.Errorf("completeness: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("completeness: %w", err)
	}
	return m, m.check()
}

func (m Model) check() error {
	seen := map[string]bool{}
	for _, i := range m.Items {
		if i.ID == "" || i.Fact == "" || i.Weight <= 0 || i.Name.In("it") == "" || i.Why.In("it") == "" || seen[i.ID] {
			return fmt.Errorf("completeness %s: item %q is not whole, or there twice", m.Version, i.ID)
		}
		seen[i.ID] = true
	}
	return nil
}

// Of computes the score of a member in a country. Items that compare with a fact of zero do not
// count: nobody can have a part of nothing.
func (m Model) Of(country string, facts Facts) Score {
	s := Score{Version: m.Version}
	var points, weights float64
	for _, i := range m.Items {
		if len(i.Countries) > 0 && !slices.Contains(i.Countries, country) || i.Of != "" && facts[i.Of] <= 0 {
			continue
		}
		l := i.line(facts)
		s.Lines = append(s.Lines, l)
		points, weights = points+l.Points, weights+float64(l.Weight)
	}
	if weights > 0 {
		s.Value = int(math.Floor(100*points/weights + 1e-9)) // 100 only when nothing is missing
	}
	return s
}

func (i Item) line(facts Facts) Line {
	l := Line{Item: i, Have: facts[i.Fact], Need: max(1, i.Least)}
	if i.Of != "" {
		l.Need = facts[i.Of]
	}
	l.Have = max(0, l.Have)
	l.Points = float64(i.Weight) * float64(min(l.Have, l.Need)) / float64(l.Need)
	return l
}

// Missing gives what can be added, what weighs most first.
func (s Score) Missing() []Line {
	var out []Line
	for _, l := range s.Lines {
		if l.Missing() {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		lack := func(l Line) float64 { return float64(l.Weight) - l.Points }
		switch {
		case lack(a) > lack(b):
			return -1
		case lack(a) < lack(b):
			return 1
		}
		return 0
	})
	return out
}

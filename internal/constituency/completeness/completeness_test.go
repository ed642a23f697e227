// SPDX-License-Identifier: EUPL-1.2

package completeness_test

import (
	"testing"

	"pgregory.net/rapid"

	"martinella/data"
	. "martinella/internal/constituency/completeness"
)

func model() Model {
	return Model{Version: "t", Items: []Item{
		{ID: "mail", Weight: 10, Fact: "mail"}, {ID: "stack", Weight: 20, Fact: "items", Least: 4},
		{ID: "known", Weight: 20, Fact: "known", Of: "items"}, {ID: "pec", Weight: 50, Fact: "pec", Countries: []string{"IT"}},
	}}
}

func TestScores(t *testing.T) {
	for name, c := range map[string]struct {
		country string
		facts   Facts
		want    int
		missing string // the first
	}{
		"nothing, and no part of nothing": {"IT", nil, 0, "pec"},
		"everything":                      {"IT", Facts{"mail": 1, "items": 4, "known": 4, "pec": 1}, 100, ""},
		"more than enough":                {"IT", Facts{"mail": 7, "items": 900, "known": 900, "pec": 1}, 100, ""},
		"half of the names":               {"IT", Facts{"mail": 1, "items": 4, "known": 2, "pec": 1}, 90, "known"},
		"another country":                 {"NO", Facts{"mail": 1, "items": 4, "known": 4}, 100, ""},
		"one of 1,000 unknown is not 100": {"NO", Facts{"mail": 1, "items": 1000, "known": 999}, 99, "known"},
		"less than nothing":               {"NO", Facts{"mail": -3}, 0, "stack"},
	} {
		t.Run(name, func(t *testing.T) {
			s := model().Of(c.country, c.facts)
			first := ""
			if m := s.Missing(); len(m) > 0 {
				first = m[0].ID
			}
			if s.Value != c.want || first != c.missing {
				t.Errorf("%d, first missing %q: %+v", s.Value, first, s.Lines)
			}
		})
	}
}

func TestMoreIsNeverLess(t *testing.T) {
	m := model()
	rapid.Check(t, func(r *rapid.T) {
		facts := Facts{}
		for _, f := range []string{"mail", "items", "known", "pec"} {
			facts[f] = rapid.IntRange(0, 6).Draw(r, f)
		}
		before := m.Of("IT", facts).Value
		grown := rapid.SampledFrom([]string{"mail", "pec", "known"}).Draw(r, "grown") // more products may be more unknown ones
		facts[grown]++
		after := m.Of("IT", facts)
		if after.Value < before || after.Value < 0 || after.Value > 100 || (after.Value == 100) != (len(after.Missing()) == 0) {
			r.Fatalf("%d became %d: %+v", before, after.Value, after.Lines)
		}
	})
}

func TestTheShippedModelIsWhole(t *testing.T) {
	m, err := Load(data.Files)
	if err != nil || len(m.Items) < 10 {
		t.Fatalf("%d items, %v", len(m.Items), err)
	}
	for _, i := range m.Items {
		for _, lang := range []string{"it", "en", "nb"} {
			if i.Name[lang] == "" || i.Why[lang] == "" {
				t.Errorf("%s lacks words in %s", i.ID, lang)
			}
		}
	}
}

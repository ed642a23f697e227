// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func anyBox(depth int) *rapid.Generator[OrgBox] {
	return rapid.Custom(func(t *rapid.T) OrgBox {
		b := OrgBox{Title: rapid.StringMatching(`[a-z]{1,30}( [a-z]{1,12}){0,5}`).Draw(t, "title"), Empty: "Manca: aggiungetelo"}
		for range rapid.IntRange(0, 3).Draw(t, "people") {
			p := OrgPerson{Name: rapid.StringMatching(`[A-Z][a-z]{1,40}( [A-Z][a-z]{1,12}){0,2}`).Draw(t, "name"), Lines: []OrgLine{{Text: "055 123456"}}}
			if rapid.Bool().Draw(t, "substitute") {
				p.Substitute = &OrgPerson{Name: "Vice", Lines: []OrgLine{{Text: "lun-ven 08:30-13:30; mar, gio 15:00-18:00"}}}
			}
			b.People = append(b.People, p)
		}
		if depth > 0 {
			b.Under = rapid.SliceOfN(anyBox(depth-1), 0, 3).Draw(t, "under")
		}
		return b
	})
}

// Whatever is drawn: everything is on the sheet, boxes of different roles do not
// touch, and no text leaves the box it stands in.
func TestOrgChartFitsItsSheet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := layoutOrgChart(rapid.SliceOfN(anyBox(2), 1, 6).Draw(t, "boxes"))
		var frames []orgRect
		for _, r := range d.Rects {
			if r.X < 0 || r.Y < 0 || r.X+r.W > d.Width+0.01 || r.Y+r.H > d.Height+0.01 || r.H <= 0 {
				t.Fatalf("%+v is not on a sheet of %v x %v", r, d.Width, d.Height)
			}
			inside := false
			for _, f := range frames {
				inside = inside || f.holds(r.X+1, r.Y+1)
			}
			if !inside {
				for _, f := range frames {
					if r.X < f.X+f.W && f.X < r.X+r.W && r.Y < f.Y+f.H && f.Y < r.Y+r.H {
						t.Fatalf("%+v lies on %+v", r, f)
					}
				}
				frames = append(frames, r)
			}
		}
		for _, text := range d.Texts {
			ok := false
			for _, f := range frames {
				right := text.X + float64(utf8.RuneCountInString(text.Text))*5.5
				ok = ok || f.holds(text.X, text.Y) && right <= f.X+f.W+0.01
			}
			if !ok {
				t.Fatalf("%+v is in no box", text)
			}
		}
	})
}

func (r orgRect) holds(x, y float64) bool {
	return x >= r.X && x <= r.X+r.W && y >= r.Y && y <= r.Y+r.H
}

func TestWrapText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, n := rapid.String().Draw(t, "text"), rapid.IntRange(1, 40).Draw(t, "n")
		lines := wrapText(text, n)
		for _, l := range lines {
			if utf8.RuneCountInString(l) > n || l == "" {
				t.Fatalf("line %q of %d letters at most", l, n)
			}
		}
		join := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if join(strings.Join(lines, "")) != join(strings.ToValidUTF8(text, "\uFFFD")) {
			t.Fatalf("%q became %q", text, lines)
		}
	})
}

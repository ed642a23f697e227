// SPDX-License-Identifier: EUPL-1.2

package pdf

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

//go:embed fonts/*.ttf
var files embed.FS

// face is one of the fonts, with what of it was used.
type face struct {
	name   string
	data   []byte
	font   *sfnt.Font
	buffer sfnt.Buffer
	used   map[sfnt.GlyphIndex]rune
	stem   int
}

// unit is the size glyphs are measured at: PDF counts in thousandths.
var unit = fixed.I(1000)

// load gives the fonts: for text, and for headings.
func load() (out [2]*face, err error) {
	for i, of := range []struct {
		name string
		stem int
	}{{"NotoSans-Regular", 80}, {"NotoSans-Bold", 140}} {
		f := &face{name: of.name, stem: of.stem, used: map[sfnt.GlyphIndex]rune{}}
		if f.data, err = files.ReadFile("fonts/" + of.name + ".ttf"); err != nil {
			return out, err
		}
		if f.font, err = sfnt.Parse(f.data); err != nil {
			return out, fmt.Errorf("%s: %w", of.name, err)
		}
		out[i] = f
	}
	return out, nil
}

// missing stands for letters the fonts have not.
const missing = '\uFFFD'

// glyph gives the form of a letter and how wide it is.
func (f *face) glyph(r rune) (sfnt.GlyphIndex, int) {
	g, err := f.font.GlyphIndex(&f.buffer, r)
	if err != nil || g == 0 {
		r = missing
		g, _ = f.font.GlyphIndex(&f.buffer, r) // it is in the fonts, as a test says
	}
	if _, seen := f.used[g]; !seen {
		f.used[g] = r
	}
	width, err := f.font.GlyphAdvance(&f.buffer, g, unit, font.HintingNone)
	if err != nil {
		return g, 0
	}
	return g, width.Round()
}

// width of a text, in points.
func (f *face) width(text string, size float64) float64 {
	sum := 0
	for _, r := range text {
		_, w := f.glyph(r)
		sum += w
	}
	return float64(sum) * size / 1000
}

// hex writes a text as the numbers of its glyphs.
func (f *face) hex(text string) string {
	var b strings.Builder
	for _, r := range text {
		g, _ := f.glyph(r)
		fmt.Fprintf(&b, "%04X", g)
	}
	return b.String()
}

// glyphs lists those that were used.
func (f *face) glyphs() []sfnt.GlyphIndex {
	out := make([]sfnt.GlyphIndex, 0, len(f.used))
	for g := range f.used {
		out = append(out, g)
	}
	slices.Sort(out)
	return out
}

// widths writes how wide the used glyphs are, as a CIDFont has it (ISO 32000-1, 9.7.4.3).
func (f *face) widths() string {
	var b strings.Builder
	for _, g := range f.glyphs() {
		w, _ := f.font.GlyphAdvance(&f.buffer, g, unit, font.HintingNone)
		fmt.Fprintf(&b, "%d [%d] ", g, w.Round())
	}
	return b.String()
}

// unicode maps the used glyphs back to letters, for who copies, searches or reads aloud.
func (f *face) unicode() string {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for some := range slices.Chunk(f.glyphs(), 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(some))
		for _, g := range some {
			fmt.Fprintf(&b, "<%04X> <%04X>\n", g, f.used[g]) // all letters of the fonts are in the first plane
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.String()
}

// SPDX-License-Identifier: EUPL-1.2

package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
)

// A4, in points.
const (
	paperWidth  = 595.28
	paperHeight = 841.89
	margin      = 68.0
	bottom      = 72.0
	footAt      = 40.0
	textWidth   = paperWidth - 2*margin
)

// style is how a level looks.
type style struct {
	bold          int // 1: the font for headings
	size, leading float64
	before        float64
}

func styleOf(level int) style {
	switch level {
	case 0:
		return style{size: 10.5, leading: 15, before: 5}
	case 1:
		return style{bold: 1, size: 20, leading: 26}
	case 2:
		return style{bold: 1, size: 14.5, leading: 19, before: 20}
	case 3:
		return style{bold: 1, size: 11.5, leading: 16, before: 12}
	}
	return style{bold: 1, size: 10.5, leading: 15, before: 10}
}

// element is one of the structure tree: a heading, a paragraph or a link.
type element struct {
	tag, lang, title string
	level            int
	parent           int // -1: the document
	kids             []kid
}

// kid is a part of an element: another one, marked content of a page, or an annotation.
type kid struct{ element, page, mark, annotation int }

// page is a sheet.
type page struct {
	content     bytes.Buffer
	marks       []int // the element of each marked content
	annotations []int
}

// annotation is the place of a link.
type annotation struct {
	page, element          int
	left, low, right, high float64
	href, text             string
}

// layout sets the document.
type layout struct {
	doc         Document
	fonts       [2]*face
	pages       []*page
	y           float64
	elements    []element
	annotations []annotation
}

func (l *layout) turn() {
	l.pages = append(l.pages, &page{})
	l.y = paperHeight - margin
}

// plainText is a text without what has no form on paper.
func plainText(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }), " ")
}

// block sets a heading or a paragraph. A heading stays with the two lines after it.
func (l *layout) block(b Block) {
	st := styleOf(b.Level)
	lines := l.wrap(plainText(b.Text), st)
	if len(lines) == 0 {
		return
	}
	need := st.before + float64(min(len(lines), 2))*st.leading
	if b.Level > 0 {
		need = st.before + float64(len(lines))*st.leading + 40
	}
	switch {
	case len(l.pages) == 0 || l.y-need < bottom:
		l.turn()
	default:
		l.y -= st.before
	}
	e := l.element(b)
	open := false
	for _, line := range lines {
		if l.y-st.leading < bottom {
			l.close(&open)
			l.turn()
		}
		if !open {
			l.open(e)
			open = true
		}
		l.y -= st.leading
		l.line(e, line, st, b)
	}
	l.close(&open)
}

// element adds what the block is to the structure; the one its marks belong to is given.
func (l *layout) element(b Block) int {
	x := element{tag: "P", parent: -1, level: b.Level, title: plainText(b.Text)}
	if b.Level > 0 {
		x.tag = fmt.Sprintf("H%d", min(b.Level, 6))
	}
	if b.Lang != l.doc.Lang {
		x.lang = b.Lang
	}
	l.elements = append(l.elements, x)
	n := len(l.elements) - 1
	if b.Href == "" {
		return n
	}
	l.elements = append(l.elements, element{tag: "Link", parent: n})
	l.elements[n].kids = append(l.elements[n].kids, kid{element: n + 1, page: -1, annotation: -1})
	return n + 1
}

func (l *layout) sheet() *page { return l.pages[len(l.pages)-1] }

func (l *layout) open(e int) {
	p := l.sheet()
	tag := l.elements[e].tag
	fmt.Fprintf(&p.content, "/%s << /MCID %d >> BDC\n", tag, len(p.marks))
	l.elements[e].kids = append(l.elements[e].kids, kid{element: -1, page: len(l.pages) - 1, mark: len(p.marks), annotation: -1})
	p.marks = append(p.marks, e)
}

func (l *layout) close(open *bool) {
	if *open {
		l.sheet().content.WriteString("EMC\n")
	}
	*open = false
}

// line sets one line, and where it is a link the place to press.
func (l *layout) line(e int, text string, st style, b Block) {
	f, p := l.fonts[st.bold], l.sheet()
	colour := "0 g"
	if b.Href != "" {
		colour = "0 0.25 0.6 rg"
	}
	base := l.y + (st.leading-st.size)/2 + st.size*0.2
	fmt.Fprintf(&p.content, "BT %s /F%d %.4g Tf %.2f %.2f Td <%s> Tj ET\n", colour, st.bold, st.size, margin, base, f.hex(text))
	if b.Href == "" {
		return
	}
	right := margin + f.width(strings.TrimRight(text, " "), st.size)
	fmt.Fprintf(&p.content, "0 0.25 0.6 RG 0.6 w %.2f %.2f m %.2f %.2f l S\n", margin, base-1.8, right, base-1.8)
	l.elements[e].kids = append(l.elements[e].kids, kid{element: -1, page: -1, annotation: len(l.annotations)})
	p.annotations = append(p.annotations, len(l.annotations))
	l.annotations = append(l.annotations, annotation{len(l.pages) - 1, e, margin, l.y, right, l.y + st.leading, b.Href, plainText(b.Text)})
}

// wrap breaks a text between words; a word that is longer than a line, anywhere.
// The blank between two words stays at the end of the first line: who reads aloud or copies needs it.
func (l *layout) wrap(text string, st style) (lines []string) {
	f, line := l.fonts[st.bold], ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && f.width(line+" "+word, st.size) <= textWidth {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line+" ")
		}
		for line = word; f.width(line, st.size) > textWidth; {
			head, rest := f.fitting(line, st.size)
			lines = append(lines, head)
			line = rest
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// fitting divides a long word where the line ends.
func (f *face) fitting(word string, size float64) (head, rest string) {
	sum := 0.0
	for i, r := range word {
		_, w := f.glyph(r)
		if sum += float64(w) * size / 1000; sum > textWidth && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}

// feet writes what stands at the foot of each page: not part of the text.
func (l *layout) feet() {
	if len(l.pages) == 0 {
		l.turn() // a document has a page
	}
	if l.doc.Foot == nil {
		return
	}
	for n, p := range l.pages {
		text := plainText(l.doc.Foot(n+1, len(l.pages)))
		if lines := l.wrap(text, style{size: 8.5}); len(lines) > 0 {
			fmt.Fprintf(&p.content, "/Artifact << /Type /Pagination /Subtype /Footer >> BDC\nBT 0.3 g /F0 8.5 Tf %.2f %.2f Td <%s> Tj ET\nEMC\n", margin, footAt, l.fonts[0].hex(lines[0]))
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"io"
	"strings"
	"unicode/utf8"
)

// OrgChart draws who does what in an organisation: the first box is the head,
// the boxes under it hang in up to three columns. It is drawn for a sheet of A4
// held upright, where a unit is a CSS pixel. Put the same in a table beside it.
type OrgChart struct {
	// ID is unique on the page.
	ID string
	// Title and Summary are what a screen reader says of the drawing.
	Title, Summary string
	Roots          []OrgBox
}

// OrgBox is a role with who has it.
type OrgBox struct {
	Title  string
	People []OrgPerson
	// Empty says what to do when nobody has the role; EmptyHref where.
	Empty, EmptyHref string
	Under            []OrgBox
}

// OrgPerson is somebody in a box.
type OrgPerson struct {
	Name, Href string
	Lines      []OrgLine
	// Substitute hangs on a dashed line.
	Substitute *OrgPerson
}

// OrgLine is a line of text under a name: a number to dial, the hours.
type OrgLine struct {
	Text, Href string
	Tone       Tone // Warning stands out; anything else is plain
}

// Render writes the drawing.
func (c OrgChart) Render(ctx context.Context, w io.Writer) error {
	return orgChart(c, layoutOrgChart(c.Roots)).Render(ctx, w)
}

// The drawing's measures, in its own units. Text is 12.5 units high at least:
// on a sheet of A4, 182 mm between the margins, that is 9 points.
const (
	orgWidth   = 704.0
	orgGap     = 16.0 // between columns
	orgIndent  = 18.0 // of a box under another
	orgRow     = 17.0 // a line of text
	orgPad     = 9.0
	orgSpace   = 12.0 // between boxes
	orgColumns = 3
	orgChar    = 6.9 // the mean width of a letter of a 12.5 unit text, on the safe side
)

// orgText is one line of text in the drawing.
type orgText struct {
	X, Y        float64
	Class, Text string
	Href        string
}

// orgRect is a rectangle.
type orgRect struct {
	X, Y, W, H float64
	Class      string
}

// orgDrawing is the chart with every place computed.
type orgDrawing struct {
	Width, Height float64
	Rects         []orgRect
	Texts         []orgText
	Lines, Dashes []string // paths
}

func layoutOrgChart(roots []OrgBox) orgDrawing {
	d := orgDrawing{Width: orgWidth}
	if len(roots) == 0 {
		return d
	}
	top, columns := roots[0], roots[1:]
	width := (orgWidth - (orgColumns-1)*orgGap) / orgColumns
	x := (orgWidth - width) / 2
	bottom := d.box(top, x, 1, width)
	d.Height = bottom + 1
	if columns = append(top.Under, columns...); len(columns) == 0 {
		return d
	}
	bus := bottom + orgSpace
	d.line(orgWidth/2, bottom, orgWidth/2, bus)
	heads := d.columns(packColumns(columns, width), bus, width)
	d.line(min(heads[0], orgWidth/2), bus, max(heads[len(heads)-1], orgWidth/2), bus)
	d.Height++
	return d
}

// columns draws the boxes that hang from the bus and gives where each column's trunk begins.
func (d *orgDrawing) columns(columns [][]OrgBox, bus, width float64) (heads []float64) {
	for i, boxes := range columns {
		x := float64(i) * (width + orgGap)
		heads = append(heads, x+orgPad)
		end := d.hang(boxes, x, bus, x+orgPad, width)
		d.Height = max(d.Height, end)
	}
	return heads
}

// hang draws boxes under one another, each on an elbow of the trunk that comes down from (trunk, from).
func (d *orgDrawing) hang(boxes []OrgBox, x, from, trunk, width float64) float64 {
	y, last := from, from
	for _, b := range boxes {
		y += orgSpace
		last = y + orgRow
		d.line(trunk, last, x+orgIndent, last)
		bottom := d.box(b, x+orgIndent, y, width-orgIndent)
		y = bottom
		if len(b.Under) > 0 {
			y = d.hang(b.Under, x+orgIndent, bottom, x+orgIndent+orgPad, width-orgIndent)
		}
	}
	d.line(trunk, from, trunk, last)
	return y
}

// packColumns deals boxes out to at most three columns, in the order they come,
// each to the column that is the shortest so far.
func packColumns(boxes []OrgBox, width float64) [][]OrgBox {
	n := min(orgColumns, len(boxes))
	columns, heights := make([][]OrgBox, n), make([]float64, n)
	for _, b := range boxes {
		least := 0
		for i := range heights {
			if heights[i] < heights[least] {
				least = i
			}
		}
		columns[least] = append(columns[least], b)
		var trial orgDrawing
		heights[least] += trial.hang([]OrgBox{b}, 0, 0, orgPad, width)
	}
	return columns
}

// box draws one box and gives where it ends.
func (d *orgDrawing) box(b OrgBox, x, y, width float64) float64 {
	class := "oc-box"
	if len(b.People) == 0 {
		class = "oc-empty"
	}
	frame := len(d.Rects)
	d.Rects = append(d.Rects, orgRect{X: x, Y: y, W: width, Class: class})
	at := d.text(x+orgPad, y+orgPad/2, width-2*orgPad, "oc-role", b.Title, "")
	if len(b.People) > 0 {
		d.Rects = append(d.Rects, orgRect{X: x, Y: y, W: width, H: at - y + orgPad/2, Class: "oc-head"})
		at += orgPad / 2
	}
	for _, p := range b.People {
		at = d.person(p, x+orgPad, at+orgPad/2, width-2*orgPad)
	}
	if len(b.People) == 0 {
		at = d.text(x+orgPad, at, width-2*orgPad, "oc-text", b.Empty, b.EmptyHref)
	}
	d.Rects[frame].H = at + orgPad - y
	return at + orgPad
}

// person writes a name with its lines, and the substitute in a box on a dashed line.
func (d *orgDrawing) person(p OrgPerson, x, y, width float64) float64 {
	at := d.text(x, y, width*0.84, "oc-name", p.Name, p.Href)
	for _, l := range p.Lines {
		class := "oc-note"
		if l.Tone == Warning {
			class = "oc-warn"
		}
		at = d.text(x, at, width, class, l.Text, l.Href)
	}
	if p.Substitute == nil {
		return at
	}
	frame, top := len(d.Rects), at+orgPad*0.9
	d.Rects = append(d.Rects, orgRect{X: x + orgIndent, Y: top, W: width - orgIndent, Class: "oc-box"})
	end := d.person(*p.Substitute, x+orgIndent+orgPad*0.7, top+orgPad/4, width-orgIndent-orgPad*1.4) + orgPad/2
	d.Rects[frame].H = end - top
	d.Dashes = append(d.Dashes, "M"+coord(x+orgIndent/2)+" "+coord(at+2)+"V"+coord(top+orgRow)+"H"+coord(x+orgIndent))
	return end
}

// text writes a text in as many lines as the width needs and gives where it ends.
func (d *orgDrawing) text(x, y, width float64, class, text, href string) float64 {
	for _, line := range wrapText(text, int(width/orgChar)) {
		y += orgRow
		d.Texts = append(d.Texts, orgText{X: x, Y: y - 4, Class: class, Text: line, Href: href})
	}
	return y
}

func (d *orgDrawing) line(x1, y1, x2, y2 float64) {
	d.Lines = append(d.Lines, "M"+coord(x1)+" "+coord(y1)+"L"+coord(x2)+" "+coord(y2))
}

// wrapText breaks a text at spaces into lines of at most n letters; a word that is longer is broken.
func wrapText(text string, n int) []string {
	n = max(n, 1)
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		for utf8.RuneCountInString(word) > n {
			runes := []rune(word)
			if line != "" {
				lines, line = append(lines, line), ""
			}
			lines, word = append(lines, string(runes[:n])), string(runes[n:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= n:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

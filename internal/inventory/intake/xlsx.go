// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"martinella/internal/platform/fault"
)

// Bounds on what a workbook keeps in memory while it is read: the texts its cells share.
const (
	maxShared     = 64 << 20 // bytes
	maxSharedList = 4_000_000
	maxCell       = MaxLine
)

// XLSX reads a sheet of a workbook (ECMA-376) as a table whose first line names
// the columns. Only the shared texts are in memory; rows come one by one.
func XLSX(src Source, o Options, sink Sink) (Layout, error) {
	a, err := openArchive(src)
	if err != nil {
		return Layout{}, err
	}
	defer a.Close()
	b := workbook{archive: a}
	layout := Layout{Encoding: "XLSX"}
	if err := b.contents(); err != nil {
		return layout, err
	}
	for _, s := range b.sheets {
		layout.Sheets = append(layout.Sheets, clip(Asset, s.name))
	}
	if err := b.readShared(); err != nil {
		return layout, err
	}
	return b.read(layout, o, sink)
}

// workbook is what is known of a workbook besides its rows.
type workbook struct {
	*archive
	sheets []sheet
	shared []string
}

type sheet struct{ name, file string }

// read reads the sheet asked for, else the first one that has rows.
func (b *workbook) read(layout Layout, o Options, sink Sink) (Layout, error) {
	var last error = fault.New(fault.Invalid, "inventory.import.empty")
	for _, s := range b.sheets {
		if o.Sheet != "" && clip(Asset, s.name) != o.Sheet {
			continue
		}
		out := layout
		out.Sheet = clip(Asset, s.name)
		err := b.sheet(s, &out, o, sink)
		if fault.Of(err).Code != "inventory.import.empty" {
			return out, err
		}
		last = err
	}
	return layout, last
}

func (b *workbook) sheet(s sheet, layout *Layout, o Options, sink Sink) error {
	f := b.named(s.file)
	if f == nil {
		return fault.New(fault.Invalid, "inventory.import.archive")
	}
	x, err := openXML(b.source(f))
	if err != nil {
		return err
	}
	defer x.Close()
	r := &sheetRows{xmlWalk: x, b: b}
	if err := r.begin(); err != nil {
		return x.readable(err)
	}
	return readTable(r, layout, o, sink)
}

// contents finds the sheets and their files.
func (b *workbook) contents() error {
	targets := map[string]string{}
	err := b.eachElement("xl/_rels/workbook.xml.rels", func(e xml.StartElement) {
		if e.Name.Local == "Relationship" {
			t := attr(e, "Target")
			if !strings.HasPrefix(t, "/") {
				t = path.Join("xl", t)
			}
			targets[attr(e, "Id")] = strings.TrimPrefix(t, "/")
		}
	})
	if err != nil {
		return err
	}
	return b.eachElement("xl/workbook.xml", func(e xml.StartElement) {
		if e.Name.Local == "sheet" && len(b.sheets) < 200 {
			b.sheets = append(b.sheets, sheet{attr(e, "name"), targets[attr(e, "id")]})
		}
	})
}

// eachElement goes through all elements of one file of the workbook.
func (b *workbook) eachElement(name string, on func(xml.StartElement)) error {
	f := b.named(name)
	if f == nil {
		return fault.New(fault.Invalid, "inventory.import.archive")
	}
	x, err := openXML(b.source(f))
	if err != nil {
		return err
	}
	defer x.Close()
	for {
		t, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return x.readable(err)
		}
		if e, ok := t.(xml.StartElement); ok {
			on(e)
		}
	}
}

// readShared reads the texts cells refer to by number.
func (b *workbook) readShared() error {
	f := b.named("xl/sharedStrings.xml")
	if f == nil {
		return nil // every text stands in its cell
	}
	x, err := openXML(b.source(f))
	if err != nil {
		return err
	}
	defer x.Close()
	if _, err := x.root(); err != nil {
		return x.readable(err)
	}
	size := 0
	return x.readable(x.children(func(xml.StartElement) error {
		s, err := x.richText()
		if size += len(s) + 16; size > maxShared || len(b.shared) >= maxSharedList {
			return fault.New(fault.Invalid, "inventory.import.workbook_large")
		}
		b.shared = append(b.shared, s)
		return err
	}))
}

// richText joins the <t> parts of a text, without reading aids (<rPh>).
func (x *xmlWalk) richText() (string, error) {
	var out strings.Builder
	err := x.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "t":
			s, err := x.rawText()
			if out.Len() < maxCell {
				out.WriteString(s)
			}
			return err
		case "r":
			s, err := x.richText()
			if out.Len() < maxCell {
				out.WriteString(s)
			}
			return err
		}
		return x.skip()
	})
	return out.String(), err
}

// rawText is an element's text with its blanks.
func (x *xmlWalk) rawText() (string, error) {
	var b strings.Builder
	err := x.inner(&b)
	return b.String(), err
}

// sheetRows gives a sheet's rows as records.
type sheetRows struct {
	*xmlWalk
	b    *workbook
	line int
	done bool
}

func (r *sheetRows) at() int { return r.line }

// begin goes to the first row.
func (r *sheetRows) begin() error {
	if _, err := r.root(); err != nil {
		return err
	}
	for {
		t, err := r.next()
		if err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local == "sheetData" {
				return nil
			}
			if err := r.skip(); err != nil {
				return err
			}
		case xml.EndElement:
			r.done = true
			return nil
		}
	}
}

// read implements rowReader.
func (r *sheetRows) read() (record, error) {
	for !r.done {
		t, err := r.next()
		if err != nil {
			return record{}, r.readable(err)
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local != "row" {
				if err := r.skip(); err != nil {
					return record{}, r.readable(err)
				}
				continue
			}
			return r.row(e)
		case xml.EndElement:
			r.done = true
		}
	}
	return record{}, io.EOF
}

func (r *sheetRows) row(e xml.StartElement) (record, error) {
	r.line++
	if n := number(attr(e, "r")); n > r.line {
		r.line = n
	}
	var rec record
	size := 0
	err := r.children(func(e xml.StartElement) error {
		if e.Name.Local != "c" {
			return r.skip()
		}
		at := len(rec.fields)
		if n, ok := columnOf(attr(e, "r")); ok {
			at = n
		}
		s, err := r.cell(attr(e, "t"))
		if err != nil || at >= maxColumns {
			return err
		}
		for len(rec.fields) <= at {
			rec.fields = append(rec.fields, "")
		}
		rec.fields[at] = s
		if size += len(s); size > MaxLine {
			rec.tooLong = true
		}
		return nil
	})
	rec.text = strings.Join(rec.fields, " ")
	return rec, r.readable(err)
}

// cell reads a cell's value as text.
func (r *sheetRows) cell(kind string) (out string, err error) {
	err = r.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "v":
			return r.into(&out)
		case "is":
			s, err := r.richText()
			out = s
			return err
		}
		return r.skip()
	})
	switch kind {
	case "s":
		if n, convErr := strconv.Atoi(out); convErr == nil && n >= 0 && n < len(r.b.shared) {
			return r.b.shared[n], err
		}
		return "", err
	case "e":
		return "", err
	case "", "n":
		return plainNumber(out), err
	}
	return out, err
}

// plainNumber writes a number as the person typed it: 7.2 and not 7.2000000000000002.
func plainNumber(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || len(s) < 16 && !strings.ContainsAny(s, "eE") {
		return s
	}
	return strconv.FormatFloat(f, 'g', 15, 64)
}

// columnOf reads the column out of a cell's name: "C7" is 2.
func columnOf(name string) (int, bool) {
	n := 0
	for i, c := range name {
		if c < 'A' || c > 'Z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<20 {
			return 0, false
		}
	}
	return 0, false
}

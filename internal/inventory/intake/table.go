// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"martinella/internal/platform/fault"
)

// Mapping says what the columns of a table mean, in their order; "" for a
// column to be left aside.
type Mapping []Field

// Layout says how a list was understood.
type Layout struct {
	Format    Format   `json:",omitempty"`
	Encoding  Encoding `json:",omitempty"`
	Separator string   `json:",omitempty"` // ";", "," or "tab"
	Sheet     string   `json:",omitempty"` // of a workbook: the one that was read
	Sheets    []string `json:",omitempty"` // those there are
	Columns   []Field  // in the file's order; "" for a column nobody knows
	Headings  []string `json:",omitempty"` // as the file writes them, cut short
	Sample    []string `json:",omitempty"` // the first line's values, cut short
	Unknown   []string `json:",omitempty"`
	Hosts     int      `json:",omitempty"`
}

// Shape is what a table's headings are remembered by.
func (l Layout) Shape() string {
	if len(l.Headings) == 0 {
		return ""
	}
	var b strings.Builder
	for _, h := range l.Headings {
		b.WriteString(plain(h))
		b.WriteByte('\n')
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

// maxColumns bounds how wide a table may be.
const maxColumns = 500

// rowReader gives the records of a table, one after the other; io.EOF at the end.
type rowReader interface {
	read() (record, error)
	at() int // the line of the record last read
}

// at implements rowReader.
func (rs *records) at() int { return rs.line }

// readTable reads headings and rows. The layout is filled in as far as it is known, also when reading fails.
func readTable(rs rowReader, layout *Layout, o Options, sink Sink) error {
	head, err := heading(rs)
	if err != nil {
		return err
	}
	if len(head.fields) > maxColumns {
		return fault.New(fault.Invalid, "inventory.import.wide", fault.P{"limit": maxColumns})
	}
	layout.Headings = layout.Headings[:0]
	for _, f := range head.fields {
		layout.Headings = append(layout.Headings, excerpt(f))
	}
	layout.Columns, layout.Unknown = columns(head.fields)
	if glpiHeading(head.fields) {
		layout.Columns = glpiColumns(layout.Columns)
	}
	mapping := o.Mapping
	if mapping == nil && o.Remembered != nil {
		if mapping, err = o.Remembered(layout.Shape()); err != nil {
			return err
		}
	}
	if len(mapping) == len(head.fields) {
		layout.Columns, layout.Unknown = mapping, nil
	}
	if !identifies(layout.Columns) {
		if first, err := rs.read(); err == nil {
			layout.sample(first)
		}
		return fault.New(fault.Invalid, "inventory.import.heading", fault.P{"found": excerpt(head.text)})
	}
	return readRows(rs, layout, sink)
}

func (l *Layout) sample(rec record) {
	l.Sample = l.Sample[:0]
	for i, f := range rec.fields {
		if i < maxColumns {
			l.Sample = append(l.Sample, excerpt(f))
		}
	}
}

// heading finds the first line that is not blank.
func heading(rs rowReader) (record, error) {
	for {
		rec, err := rs.read()
		switch {
		case err == io.EOF:
			return rec, fault.New(fault.Invalid, "inventory.import.empty")
		case err != nil:
			return rec, fmt.Errorf("reading a list: %w", err)
		case rec.tooLong:
			return rec, fault.New(fault.Invalid, "inventory.import.heading_long", fault.P{"limit": MaxLine})
		case strings.TrimSpace(rec.text) != "":
			return rec, nil
		}
	}
}

// columns recognises the headings. Of two columns with the same meaning the first counts.
func columns(names []string) (found []Field, unknown []string) {
	seen := map[Field]bool{}
	for _, n := range names {
		f := words().Columns[plain(n)]
		if f == "" || seen[f] {
			if n = tidy(n); n != "" {
				unknown = append(unknown, excerpt(n))
			}
			found = append(found, "")
			continue
		}
		seen[f] = true
		found = append(found, f)
	}
	return found, unknown
}

// identifies says whether the columns tell what product a line is about: by
// name, or by the operating system of a machine.
func identifies(columns []Field) bool {
	asset, os := false, false
	for _, f := range columns {
		switch f {
		case Label, CPE, PURL:
			return true
		case Asset:
			asset = true
		case HostOS:
			os = true
		}
	}
	return asset && os
}

// readRows reads what stands below the headings.
func readRows(rs rowReader, layout *Layout, sink Sink) error {
	for {
		rec, err := rs.read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return readFault(err)
		}
		if layout.Sample == nil && !rec.tooLong {
			layout.sample(rec)
		}
		if rec.tooLong {
			err = sink.Problem(Problem{rs.at(), "", "inventory.line_long", fault.P{"limit": MaxLine}, excerpt(rec.text)})
		} else if strings.TrimSpace(rec.text) != "" {
			err = row(rs.at(), rec, layout.Columns, sink)
		}
		if err != nil {
			return err
		}
	}
}

// readFault leaves a fault as it is and names every other failure.
func readFault(err error) error {
	if fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.TooLarge {
		return err
	}
	return fmt.Errorf("reading a list: %w", err)
}

// row checks every field of a record; all that is wrong is reported, not only the first.
func row(line int, rec record, columns []Field, sink Sink) error {
	out := Row{Line: line, Values: make(map[Field]string, len(columns))}
	good := true
	for i, f := range columns {
		if f == "" || i >= len(rec.fields) {
			continue
		}
		value, problem := check(line, f, rec.fields[i])
		if problem != nil {
			good = false
			if err := sink.Problem(*problem); err != nil {
				return err
			}
			continue
		}
		if value == "" && (f == Exposure || f == Criticality) {
			continue
		}
		out.Values[f] = value
	}
	if !good {
		return nil
	}
	if err := systemOf(&out, sink); err != nil {
		return err
	}
	if out.Values[Label] == "" && out.Values[CPE] == "" && out.Values[PURL] == "" {
		return sink.Problem(Problem{line, Label, "inventory.line_nameless", nil, excerpt(rec.text)})
	}
	return sink.Row(out)
}

// systemOf takes what a row says of its system out of it. A row that names no
// product but a system's operating system is about that.
func systemOf(r *Row, sink Sink) error {
	h := Host{Name: r.Values[Asset], Kind: Kind(r.Values[HostKind]), OS: r.Values[HostOS], Model: r.Values[HostModel], Serial: r.Values[HostSerial],
		Location: r.Values[HostLocation], Supplier: r.Values[HostSupplier], Addresses: addressesIn(r.Values[HostAddress])}
	release, told := r.Values[HostRelease], false
	for f := range r.Values {
		if f.ofHost() {
			told = true
			delete(r.Values, f)
		}
	}
	if r.Values[Label] == "" && r.Values[CPE] == "" && r.Values[PURL] == "" && h.OS != "" {
		r.Values[Label], r.Values[Version] = h.OS, release
		delete(r.Values, Publisher)
	}
	if release != "" && !strings.Contains(h.OS, release) {
		h.OS = strings.TrimSpace(h.OS + " " + release)
	}
	if !told || h.Name == "" {
		return nil
	}
	return sink.host(h)
}

func addressesIn(text string) (out []string) {
	for _, f := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ';' || c == ' ' || c == '\n' }) {
		out = union(out, []string{address(f)})
	}
	return out
}

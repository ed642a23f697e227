// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"martinella/internal/platform/fault"
)

// Layout says how a list was understood.
type Layout struct {
	Encoding  Encoding
	Separator string  // ";", "," or "tab"
	Columns   []Field // in the file's order; "" for a column nobody knows
	Unknown   []string
}

// CSV reads a file whose first line names the columns.
func CSV(src Source, sink Sink) (Layout, error) {
	text, enc, err := open(src)
	if err != nil {
		return Layout{}, err
	}
	defer text.Close()
	r := bufio.NewReaderSize(text, 2*MaxLine)
	comma, err := separator(r)
	if err != nil {
		return Layout{}, err
	}
	rs := newRecords(r, comma, true)
	head, err := heading(rs)
	if err != nil {
		return Layout{}, err
	}
	layout := Layout{Encoding: enc, Separator: separatorName(comma)}
	layout.Columns, layout.Unknown = columns(head.fields)
	if !identifies(layout.Columns) {
		return layout, fault.New(fault.Invalid, "inventory.import.heading", fault.P{"found": excerpt(head.text)})
	}
	return layout, readRows(rs, layout.Columns, sink)
}

func separatorName(c byte) string {
	if c == '\t' {
		return "tab"
	}
	return string(rune(c))
}

// separator takes the one that is most often in the first line, outside of quotes.
func separator(r *bufio.Reader) (byte, error) {
	head, err := r.Peek(MaxLine)
	if err != nil && err != io.EOF {
		return 0, fmt.Errorf("reading a list: %w", err)
	}
	head = bytes.TrimLeft(head, "\r\n ")
	if i := bytes.IndexAny(head, "\r\n"); i >= 0 {
		head = head[:i]
	}
	count := map[byte]int{}
	quoted := false
	for _, c := range head {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			count[c]++
		}
	}
	best := byte(';')
	for _, c := range []byte{',', '\t'} {
		if count[c] > count[best] {
			best = c
		}
	}
	return best, nil
}

// heading finds the first line that is not blank.
func heading(rs *records) (record, error) {
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

// identifies says whether the columns tell what product a line is about.
func identifies(columns []Field) bool {
	for _, f := range columns {
		if f == Label || f == CPE || f == PURL {
			return true
		}
	}
	return false
}

func readRows(rs *records, columns []Field, sink Sink) error {
	for {
		rec, err := rs.read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading a list: %w", err)
		}
		if rec.tooLong {
			err = sink.Problem(Problem{rs.line, "", "inventory.line_long", fault.P{"limit": MaxLine}, excerpt(rec.text)})
		} else if strings.TrimSpace(rec.text) != "" {
			err = row(rs.line, rec, columns, sink)
		}
		if err != nil {
			return err
		}
	}
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
		out.Values[f] = value
	}
	if good && out.Values[Label] == "" && out.Values[CPE] == "" && out.Values[PURL] == "" {
		return sink.Problem(Problem{line, Label, "inventory.line_nameless", nil, excerpt(rec.text)})
	}
	if !good {
		return nil
	}
	return sink.Row(out)
}

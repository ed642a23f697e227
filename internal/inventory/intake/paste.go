// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"bytes"
	"strings"

	"martinella/internal/platform/fault"
)

// pasted is the order of the parts of a pasted line.
var pasted = []Field{Label, Version, Asset, Quantity}

// Paste reads pasted lines, one product each: free text, a CPE name, a package
// URL, or "product; version; system; quantity" parted by semicolons or tabs.
// When the first line names columns, it is read as a CSV file would be.
func Paste(src Source, sink Sink) (Layout, error) {
	text, enc, err := open(src)
	if err != nil {
		return Layout{}, err
	}
	defer text.Close()
	r := bufio.NewReaderSize(text, 2*MaxLine)
	head, _ := r.Peek(MaxLine)
	first, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n "), []byte("\n"))
	if named, _ := columns(strings.FieldsFunc(string(first), func(c rune) bool { return c == ';' || c == '\t' || c == ',' })); count(named) >= 2 && identifies(named) {
		return CSV(src, Options{}, sink)
	}
	layout := Layout{Encoding: enc, Columns: pasted}
	rs := newRecords(r, 0, false)
	return layout, eachLine(rs, sink)
}

func count(fields []Field) (n int) {
	for _, f := range fields {
		if f != "" {
			n++
		}
	}
	return n
}

func eachLine(rs *records, sink Sink) error {
	for {
		rec, err := rs.read()
		if err != nil {
			return endOfFile(err)
		}
		line := strings.TrimLeft(tidyLine(rec.text), "-*• ")
		switch {
		case rec.tooLong:
			err = sink.Problem(Problem{rs.line, "", "inventory.line_long", fault.P{"limit": MaxLine}, excerpt(rec.text)})
		case strings.TrimSpace(line) != "":
			fields, cols := split(line)
			err = row(rs.line, record{fields: fields, text: line}, cols, sink)
		}
		if err != nil {
			return err
		}
	}
}

// tidyLine keeps tabs: they part the fields.
func tidyLine(s string) string {
	parts := strings.Split(s, "\t")
	for i, p := range parts {
		parts[i] = tidy(p)
	}
	return strings.Join(parts, "\t")
}

// split cuts a pasted line. A CPE name may hold quoted separators and is taken whole.
func split(line string) ([]string, []Field) {
	trimmed := strings.TrimSpace(line)
	switch low := strings.ToLower(trimmed); {
	case strings.HasPrefix(low, "cpe:"):
		return []string{trimmed}, []Field{CPE}
	case strings.HasPrefix(low, "pkg:"):
		return []string{trimmed}, []Field{PURL}
	case strings.Contains(line, "\t"):
		return strings.SplitN(line, "\t", len(pasted)), pasted
	case strings.Contains(line, ";"):
		return strings.SplitN(line, ";", len(pasted)), pasted
	}
	return []string{trimmed}, pasted
}

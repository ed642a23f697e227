// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// CSV reads a file whose first line names the columns. They mean what a person
// said, else what their headings say.
func CSV(src Source, o Options, sink Sink) (Layout, error) {
	rs, layout, done, err := openCSV(src, MaxLine)
	if err != nil {
		return layout, err
	}
	defer done.Close()
	return layout, readTable(rs, &layout, o, sink)
}

// openCSV opens a file as records and says how it is written.
func openCSV(src Source, limit int) (*records, Layout, io.Closer, error) {
	text, enc, err := open(src)
	if err != nil {
		return nil, Layout{}, nil, err
	}
	r := bufio.NewReaderSize(text, 2*MaxLine)
	comma, err := separator(r)
	if err != nil {
		return nil, Layout{}, nil, errors.Join(err, text.Close())
	}
	rs := newRecords(r, comma, true)
	rs.limit = limit
	return rs, Layout{Encoding: enc, Separator: separatorName(comma)}, text, nil
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

// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// MaxLine bounds one line of a list, in bytes.
const MaxLine = 16 << 10

// records cuts a text into records of fields (RFC 4180 with any separator). A
// record that is too long is reported as such and reading goes on behind its
// line end, so a file of one endless line costs no memory.
type records struct {
	r     *bufio.Reader
	comma byte
	quote bool // quotes enclose fields that may hold separators and line ends
	limit int  // bytes of one record
	line  int  // of the record last read
	next  int
}

// record is what read found.
type record struct {
	fields  []string
	tooLong bool
	text    string // the beginning, for reports
}

func newRecords(r io.Reader, comma byte, quote bool) *records {
	return &records{r: bufio.NewReaderSize(r, 64<<10), comma: comma, quote: quote, limit: MaxLine, next: 1}
}

// read gives the next record; io.EOF at the end. Blank lines are records of one empty field.
func (rs *records) read() (record, error) {
	rs.line = rs.next
	var rec record
	var field strings.Builder
	size, quoted, started := 0, false, false
	for {
		c, err := rs.r.ReadByte()
		if err == io.EOF && (started || size > 0) {
			return rec.with(&field), nil
		}
		if err != nil {
			return rec, err
		}
		size++
		if size > rs.limit {
			rec.tooLong, rec.text = true, strings.Join(append(rec.fields, field.String()), string(rs.comma))
			return rec, rs.skipLine(c)
		}
		switch {
		case c == '\n':
			rs.next++
			if quoted {
				field.WriteByte('\n')
				continue
			}
			return rec.with(&field), nil
		case c == '\r' && !quoted:
			if err := rs.endCR(); err != nil {
				return rec, err
			}
			return rec.with(&field), nil
		case quoted && c == '"':
			if more, err := rs.r.Peek(1); err == nil && more[0] == '"' {
				_, _ = rs.r.Discard(1)
				field.WriteByte('"')
				continue
			}
			quoted = false
		case c == '"' && rs.quote && strings.TrimSpace(field.String()) == "":
			quoted, started = true, true
			field.Reset()
		case c == rs.comma && !quoted:
			rec.fields = append(rec.fields, field.String())
			field.Reset()
			started = true
		default:
			field.WriteByte(c)
		}
	}
}

// endCR ends a line at CR LF or, as old programs write, at CR alone.
func (rs *records) endCR() error {
	rs.next++
	if more, err := rs.r.Peek(1); err == nil && more[0] == '\n' {
		_, err = rs.r.Discard(1)
		return err
	}
	return nil
}

func (rec record) with(field *strings.Builder) record {
	rec.fields = append(rec.fields, field.String())
	rec.text = strings.Join(rec.fields, " ")
	return rec
}

// skipLine drops the rest of a line without keeping it; c is its last byte read.
func (rs *records) skipLine(c byte) error {
	for c != '\n' {
		var err error
		if c, err = rs.r.ReadByte(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
	rs.next++
	return nil
}

// endOfFile makes the ordinary end of a text no error.
func endOfFile(err error) error {
	if err == io.EOF {
		return nil
	}
	return fmt.Errorf("reading a list: %w", err)
}

// SPDX-License-Identifier: EUPL-1.2

package claim

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Line is a line of a list, read or not.
type Line struct {
	N     int    // counted from 1
	Text  string // as it came, shortened
	Note  string // the second column: what it is for
	Value Value
	Err   error // nil when Value can be claimed
}

// What a list may have.
const (
	MaxLines = 2000
	maxNote  = 200
)

// Why a line is not taken, beside what Parse says.
var (
	ErrRepeated = errors.New("the same as a line above")
	ErrTooMany  = errors.New("more lines than a list may have")
)

// ReadLines reads a list that was pasted or came as CSV: a line each, the
// claim first, then what it is for; separated by a semicolon, a comma or a tab.
// Empty lines, comments (#) and a first line of titles are passed over.
func ReadLines(text string) []Line {
	var out []Line
	seen := map[string]bool{}
	n := 0
	for raw := range strings.Lines(strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\uFEFF")) {
		n++
		first, note := columns(raw)
		if first == "" || strings.HasPrefix(first, "#") {
			continue
		}
		if len(out) == MaxLines {
			return append(out, Line{N: n, Err: ErrTooMany})
		}
		l := Line{N: n, Text: shorten(first), Note: shorten(note)}
		l.Value, l.Err = Parse(first)
		if l.Err == nil && seen[string(l.Value.Kind)+l.Value.Text] {
			l.Err = ErrRepeated
		}
		if l.Err != nil && len(out) == 0 && n == 1 && note != "" && !strings.ContainsAny(first, ".:/") {
			continue // titles
		}
		if l.Err == nil {
			seen[string(l.Value.Kind)+l.Value.Text] = true
		}
		out = append(out, l)
	}
	return out
}

func columns(line string) (first, note string) {
	line = strings.ToValidUTF8(strings.TrimSpace(line), "\uFFFD")
	at := strings.IndexAny(line, ";,\t")
	if at < 0 {
		return cell(line), ""
	}
	note, _, _ = strings.Cut(line[at+1:], line[at:at+1])
	return cell(line[:at]), cell(note)
}

func cell(s string) string {
	s = strings.Trim(strings.TrimSpace(s), `"'`)
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}

func shorten(s string) string {
	for len(s) > maxNote {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"martinella/internal/platform/fault"
)

// Field names a column of a list.
type Field string

// The fields a list may have.
const (
	Asset       Field = "asset"
	Label       Field = "label"
	Publisher   Field = "publisher"
	Version     Field = "version"
	CPE         Field = "cpe"
	PURL        Field = "purl"
	Quantity    Field = "quantity"
	Owner       Field = "owner"
	Exposure    Field = "exposure"
	Criticality Field = "criticality"
	Notes       Field = "notes"
)

// The fields of a list that are about the system a line names, not about the product.
const (
	HostKind     Field = "kind"
	HostOS       Field = "os"
	HostRelease  Field = "os_version"
	HostModel    Field = "model"
	HostSerial   Field = "serial"
	HostLocation Field = "location"
	HostSupplier Field = "supplier"
	HostAddress  Field = "address"
)

// Fields lists what a column may mean, in the order pages show them.
func Fields() []Field {
	return []Field{Asset, Label, Publisher, Version, CPE, PURL, Quantity, Owner, Exposure, Criticality, Notes,
		HostKind, HostOS, HostRelease, HostModel, HostSerial, HostLocation, HostSupplier, HostAddress}
}

func (f Field) ofHost() bool {
	switch f {
	case HostKind, HostOS, HostRelease, HostModel, HostSerial, HostLocation, HostSupplier, HostAddress:
		return true
	}
	return false
}

// limits of each field, in characters.
var fieldLimit = map[Field]int{
	Asset: 200, Label: 300, Publisher: 200, Version: 100, CPE: 1000, PURL: 1000,
	Quantity: 12, Owner: 200, Exposure: 40, Criticality: 40, Notes: 2000,
	HostKind: 100, HostOS: 200, HostRelease: 100, HostModel: 200, HostSerial: 200, HostLocation: 200, HostSupplier: 200, HostAddress: 500,
}

// Limit is how many characters a field may have.
func (f Field) Limit() int { return fieldLimit[f] }

// Row is one line of a list. Only the fields that were there are in Values, so
// that reading a list again does not wipe what it does not speak of.
type Row struct {
	Line   int // 1 for the first line of the file, or the component's ordinal
	Values map[Field]string
	Format Format // of the file it stands in, when that is one of several; "" otherwise
}

// Has says whether the list gave the field.
func (r Row) Has(f Field) bool { _, ok := r.Values[f]; return ok }

// Problem is what is wrong with one line. Code is the sentence, under
// "fault."; Field is "" when the whole line is wrong.
type Problem struct {
	Line   int     `json:"line"`
	Field  Field   `json:"field,omitempty"`
	Code   string  `json:"code"`
	Params fault.P `json:"params,omitempty"`
	Text   string  `json:"text,omitempty"` // the beginning of what was there
}

// Sink takes what was read. An error of either ends the reading and is returned.
type Sink struct {
	Row     func(Row) error
	Problem func(Problem) error
	Host    func(Host) error // told before the host's rows; nil when nobody asks
}

// excerpt is enough of a text to recognise it by.
func excerpt(s string) string {
	s = tidy(s)
	if utf8.RuneCountInString(s) <= 80 {
		return s
	}
	return string([]rune(s)[:80]) + "…"
}

// tidy removes what no text field has use for: control characters, marks that
// turn the writing direction round, surrounding blanks.
func tidy(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || r == '\u00a0':
			return ' '
		case unicode.IsControl(r), turns(r), r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// turns says whether a letter is a mark that changes the writing direction
// (Unicode Bidi_Control): with one, a name can be made to read as another.
func turns(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// Tidy cleans a text of one line as every field is cleaned.
func Tidy(s string) string { return tidy(s) }

// check cleans a field and says what is wrong with it.
func check(line int, f Field, raw string) (string, *Problem) {
	value := tidy(raw)
	if n := utf8.RuneCountInString(value); n > f.Limit() {
		return "", &Problem{line, f, "inventory.field_long", fault.P{"limit": f.Limit(), "length": n}, excerpt(value)}
	}
	switch f {
	case Quantity:
		return quantity(line, value)
	case Exposure:
		return choice(line, f, value, words().Exposure)
	case Criticality:
		return choice(line, f, value, words().Criticality)
	case HostKind:
		return string(words().Kind[plain(value)]), nil
	}
	return value, nil
}

// MaxQuantity bounds how many of one thing an item may stand for.
const MaxQuantity = 1_000_000

func quantity(line int, value string) (string, *Problem) {
	if value == "" {
		return "1", nil
	}
	n, err := strconv.Atoi(strings.NewReplacer(".", "", " ", "", "'", "").Replace(value))
	if err != nil || n < 1 || n > MaxQuantity {
		return "", &Problem{line, Quantity, "inventory.quantity", fault.P{"max": MaxQuantity}, excerpt(value)}
	}
	return strconv.Itoa(n), nil
}

// choice turns a word of any of our languages into the one value meant.
func choice(line int, f Field, value string, meanings map[string]string) (string, *Problem) {
	if value == "" {
		return "", nil // nothing said: as its system, or as it was
	}
	meant, ok := meanings[plain(value)]
	if !ok {
		return "", &Problem{line, f, "inventory." + string(f), nil, excerpt(value)}
	}
	return meant, nil
}

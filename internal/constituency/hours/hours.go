// SPDX-License-Identifier: EUPL-1.2

// Package hours says in which hours of the week somebody can be reached.
//
// Hours are written the way people write them on a door: days, then from-to,
// more spans separated by semicolons: "lun-ven 8:30-13:30; mar, gio 15-18". Day
// names are read in Italian, English and Norwegian, and kept in English
// two-letter form. A span may end at 24:00 but does not cross midnight.
package hours

import (
	"fmt"
	"strings"
	"time"
)

// Days is a set of days of the week; bit 0 is Monday.
type Days uint8

// Everyday is the whole week.
const Everyday Days = 1<<7 - 1

// Has says whether the set holds d.
func (s Days) Has(d time.Weekday) bool { return s&dayBit(d) != 0 }

// dayBit counts from Monday, as a working week does; time.Weekday counts from Sunday.
func dayBit(d time.Weekday) Days { return 1 << ((int(d) + 6) % 7) }

// Span is the same stretch of some days.
type Span struct {
	Days Days
	From int // minutes since midnight, included
	To   int // minutes since midnight, excluded; up to 1440
}

// Hours are the spans of a week; none means that nothing is known.
type Hours []Span

// Always is round the clock.
func Always() Hours { return Hours{{Days: Everyday, From: 0, To: 24 * 60}} }

// Cover says whether t, in its own zone, lies in the hours.
func (h Hours) Cover(t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	for _, s := range h {
		if s.Days.Has(t.Weekday()) && s.From <= minute && minute < s.To {
			return true
		}
	}
	return false
}

var canonicalNames = [7]string{"mo", "tu", "we", "th", "fr", "sa", "su"}

// String writes the hours in the form that is kept: "mo-fr 08:30-13:30; tu,th 15:00-18:00".
func (h Hours) String() string { return h.format(canonicalNames, "-", ",") }

// Format writes the hours for people, "lun–ven 08:30–13:30; mar, gio 15:00–18:00",
// with the given names of the days, Monday first, and what to write for "round the
// clock"; "" writes that as any other span. Parse reads it back.
func (h Hours) Format(names [7]string, always string) string {
	if always != "" && len(h) == 1 && h[0] == Always()[0] {
		return always
	}
	return h.format(names, "–", ", ")
}

func (h Hours) format(names [7]string, to, and string) string {
	parts := make([]string, len(h))
	for i, s := range h {
		parts[i] = s.Days.format(names, to, and) + " " + hhmm(s.From) + to + hhmm(s.To)
	}
	return strings.Join(parts, "; ")
}

func hhmm(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }

// format joins runs of three days or more: "mo-fr,su".
func (s Days) format(names [7]string, to, and string) string {
	var out []string
	for d := 0; d < 7; d++ {
		if s&(1<<d) == 0 {
			continue
		}
		end := d
		for end+1 < 7 && s&(1<<(end+1)) != 0 {
			end++
		}
		switch {
		case end-d >= 2:
			out = append(out, names[d]+to+names[end])
			d = end
		default:
			out = append(out, names[d])
		}
	}
	return strings.Join(out, and)
}

// SPDX-License-Identifier: EUPL-1.2

package hours

import (
	"errors"
	"strconv"
	"strings"
)

// ErrShape is what Parse answers to text that is not hours.
var ErrShape = errors.New("hours are written like \"mo-fr 08:30-13:30; tu,th 15:00-18:00\"")

// maxSpans bounds a week: more is not opening hours.
const maxSpans = 14

// dayNames tells the days by the first letters of their names in Italian,
// English and Norwegian, without accents. Every prefix is unique to one day
// among the three languages: "ma" alone would be Tuesday in Italian and Monday
// in Norwegian, hence three letters.
var dayNames = [7][]string{
	{"mo", "lu", "man"}, {"tu", "mar", "tir"}, {"we", "mer", "ons"}, {"th", "gi", "tor"},
	{"fr", "ve"}, {"sa", "lor"}, {"su", "do", "son"},
}

// Parse reads hours. Empty text is no hours; "24h", "24/7" and "h24" are round the clock.
func Parse(s string) (Hours, error) {
	if s == "" { // as most contacts have it
		return nil, nil
	}
	s = plain(s)
	switch s {
	case "":
		return nil, nil
	case "24h", "h24", "24/7", "24x7":
		return Always(), nil
	}
	parts := strings.Split(strings.Trim(s, "; "), ";")
	if len(parts) > maxSpans {
		return nil, ErrShape
	}
	var out Hours
	for _, part := range parts {
		span, err := parseSpan(part)
		if err != nil {
			return nil, err
		}
		out = append(out, span)
	}
	return out, nil
}

// plain folds case and the accents and dashes that day names and keyboards bring.
func plain(s string) string {
	return strings.NewReplacer("ì", "i", "ø", "o", "–", "-", "—", "-", "\n", ";", "\r", "").Replace(strings.ToLower(strings.TrimSpace(s)))
}

// parseSpan reads days and times: the times begin at the first digit.
func parseSpan(s string) (Span, error) {
	at := strings.IndexAny(s, "0123456789")
	if at < 0 {
		return Span{}, ErrShape
	}
	days, ok := parseDays(s[:at])
	if !ok {
		return Span{}, ErrShape
	}
	from, to, ok := strings.Cut(s[at:], "-")
	if !ok {
		return Span{}, ErrShape
	}
	span := Span{Days: days}
	var okFrom, okTo bool
	span.From, okFrom = parseTime(from)
	span.To, okTo = parseTime(to)
	if !okFrom || !okTo || span.From >= span.To {
		return Span{}, ErrShape
	}
	return span, nil
}

func parseDays(s string) (Days, bool) {
	var out Days
	for part := range strings.SplitSeq(strings.Trim(s, " ,:"), ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, ok := parseDay(first)
		if !ok {
			return 0, false
		}
		to := from
		if isRange {
			if to, ok = parseDay(last); !ok {
				return 0, false
			}
		}
		for d := from; ; d = (d + 1) % 7 { // "fri-mon" goes round
			out |= 1 << d
			if d == to {
				break
			}
		}
	}
	return out, true
}

func parseDay(s string) (int, bool) {
	s = strings.Trim(s, " .")
	for d, prefixes := range dayNames {
		for _, p := range prefixes {
			if strings.HasPrefix(s, p) && len(s) <= len("wednesday") && letters(s) {
				return d, true
			}
		}
	}
	return 0, false
}

func letters(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

// parseTime reads "8", "8:30", "08.30" as minutes since midnight.
func parseTime(s string) (int, bool) {
	h, m, hasMinutes := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), ".", ":"), ":")
	hour, ok := number(h)
	if !ok {
		return 0, false
	}
	minute := 0
	if hasMinutes {
		if minute, ok = number(m); !ok || len(m) != 2 {
			return 0, false
		}
	}
	return hour*60 + minute, minute < 60 && hour*60+minute <= 24*60
}

func number(s string) (int, bool) {
	if len(s) == 0 || len(s) > 2 || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

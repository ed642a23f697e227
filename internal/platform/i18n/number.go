// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"math"
	"strconv"
	"strings"
)

const noBreakSpace = "\u00a0"

// separators returns how a language marks thousands and decimals.
func separators(lang string) (group, decimal string) {
	switch lang {
	case Italian:
		return ".", ","
	case Norwegian:
		return noBreakSpace, ","
	}
	return ",", "."
}

// Number writes a whole number with its thousands marked: "1.234".
func (l *Localizer) Number(n int64) string {
	group, _ := separators(l.lang)
	digits, sign := strconv.FormatInt(n, 10), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	return sign + grouped(digits, group)
}

// Decimal writes a number with a fixed count of decimals: Decimal(1234.5, 1)
// is "1.234,5". With -1 it writes as many decimals as the number has.
func (l *Localizer) Decimal(f float64, decimals int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "–"
	}
	group, decimal := separators(l.lang)
	digits, fraction, has := strings.Cut(strconv.FormatFloat(math.Abs(f), 'f', decimals, 64), ".")
	out := grouped(digits, group)
	if has {
		out += decimal + fraction
	}
	if f < 0 && strings.Trim(out, "0.,") != "" {
		out = "-" + out
	}
	return out
}

// Percent writes a fraction of one as a percentage without decimals: "94%". A
// share that is neither nothing nor everything never rounds to 0 % or 100 %.
func (l *Localizer) Percent(fraction float64) string {
	p := math.Round(fraction * 100)
	switch {
	case p <= 0 && fraction > 0:
		p = 1
	case p >= 100 && fraction < 1:
		p = 99
	}
	out := l.Decimal(p, 0)
	if l.lang == Norwegian {
		return out + noBreakSpace + "%"
	}
	return out + "%"
}

// Percentile words a rank given as a fraction of one: 0.943 is "94º percentile"
// (the whole percentile reached, never rounded up).
func (l *Localizer) Percentile(fraction float64) string {
	// The small allowance undoes binary fractions: 0.29*100 is 28.999….
	n := int64(math.Floor(min(max(fraction, 0), 1)*100 + 1e-9))
	switch l.lang {
	case Italian:
		return strconv.FormatInt(n, 10) + "º percentile"
	case Norwegian:
		return strconv.FormatInt(n, 10) + ". persentil"
	}
	return strconv.FormatInt(n, 10) + englishOrdinal(n) + " percentile"
}

func englishOrdinal(n int64) string {
	if n%100 >= 11 && n%100 <= 13 {
		return "th"
	}
	switch n % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}

// Bytes writes a size in decimal units (1 kB = 1,000 bytes): "1,5 MB".
func (l *Localizer) Bytes(n int64) string {
	if n < 1000 && n > -1000 {
		return l.Number(n) + noBreakSpace + "B"
	}
	f := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB", "PB"} {
		f /= 1000
		// 999.95 would be written "1,000.0": it belongs to the next unit.
		if math.Abs(f) < 999.95 || unit == "PB" {
			return strings.TrimSuffix(l.Decimal(f, 1), l.zeroDecimal()) + noBreakSpace + unit
		}
	}
	return ""
}

// zeroDecimal is the ",0" that a round size does not need.
func (l *Localizer) zeroDecimal() string {
	_, decimal := separators(l.lang)
	return decimal + "0"
}

// grouped puts sep between groups of three digits.
func grouped(digits, sep string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	head := len(digits) % 3
	b.WriteString(digits[:head])
	for i := head; i < len(digits); i += 3 {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

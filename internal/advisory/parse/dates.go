// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	dateOf = regexp.MustCompile(`(?i)\b(\d{4})-(\d{2})-(\d{2})\b|\b(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})\b|\b(\d{1,2})[°º]?\.?\s+(` + monthNames + `)\s+(\d{4})\b`)
	// What stands before a day and says what day it is.
	isUpdated   = regexp.MustCompile(`(?i)\b(aggiornat[oa]|aggiornamento|modificat[oa]|ultima modifica|updated|last update|modified|oppdatert)\b`)
	isPublished = regexp.MustCompile(`(?i)\b(data|pubblicat[oa]|pubblicazione|apertura|emissione|emess[oa]|creazione|creat[oa]|rilasciat[oa]|published|released?|issued|date|publisert|dato)\b`)
)

const monthNames = `gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|` +
	`january|february|march|april|may|june|july|august|september|october|november|december|` +
	`januar|februar|mars|mai|juni|juli|oktober|desember`

// monthOf gives the month of a name in one of three languages, which first letters tell apart.
func monthOf(name string) int {
	heads := [...]string{"gen jan", "feb", "mar", "apr", "mag may mai", "giu jun", "lug jul", "ago aug", "set sep", "ott oct okt", "nov", "dic dec des"}
	head := strings.ToLower(name[:3])
	for i, h := range heads {
		if strings.Contains(h, head) {
			return i + 1
		}
	}
	return 0
}

// day reads a date of dateOf's groups; zero when there is no such day.
func day(g []string) time.Time {
	y, m, d := g[1], g[2], g[3]
	switch {
	case g[4] != "":
		y, m, d = g[6], g[5], g[4]
	case g[7] != "":
		y, m, d = g[9], strconv.Itoa(monthOf(g[8])), g[7]
	}
	if len(y) == 2 {
		y = "20" + y
	}
	year, _ := strconv.Atoi(y) // digits all, by the expression
	month, _ := strconv.Atoi(m)
	of, _ := strconv.Atoi(d)
	t := time.Date(year, time.Month(month), of, 0, 0, 0, 0, time.UTC)
	if t.Day() != of || int(t.Month()) != month || year < 1990 || year > 2200 {
		return time.Time{}
	}
	return t
}

// dates reads the days of a line that says what they are, or that is a day and
// nothing else. It reports whether the line is about dates.
func (b *builder) dates(line string) bool {
	places := dateOf.FindAllStringSubmatchIndex(line, 4)
	if len(places) == 0 {
		return false
	}
	from, read := 0, false
	for _, at := range places {
		t, before := day(submatches(line, at)), line[from:at[0]]
		from = at[1]
		switch {
		case t.IsZero():
		case isUpdated.MatchString(before):
			read = true
			if t.After(b.doc.Updated) {
				b.doc.Updated = t
			}
		case isPublished.MatchString(before), strings.Trim(before+line[at[1]:], " \t-–|:.") == "":
			read = true
			if b.doc.Published.IsZero() {
				b.doc.Published = t
			}
		}
	}
	return read
}

func submatches(s string, at []int) []string {
	out := make([]string, len(at)/2)
	for i := range out {
		if at[2*i] >= 0 {
			out[i] = s[at[2*i]:at[2*i+1]]
		}
	}
	return out
}

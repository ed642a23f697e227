// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"strings"
	"time"
)

// elided are the Italian articles and what becomes of them before a vowel.
var elided = [...][2]string{
	{"il ", "l'"}, {"al ", "all'"}, {"dal ", "dall'"}, {"del ", "dell'"}, {"nel ", "nell'"}, {"sul ", "sull'"},
	{"Il ", "L'"}, {"Al ", "All'"}, {"Dal ", "Dall'"}, {"Del ", "Dell'"}, {"Nel ", "Nell'"}, {"Sul ", "Sull'"},
}

// elide joins the text before a written date to it as Italian does: the 8th and
// the 11th begin with a vowel, "l'8 marzo", "dall'11 novembre 2026, ore 09:00".
func elide(text, value string) string {
	day, rest, _ := strings.Cut(value, " ")
	if day != "8" && day != "11" || !startsWithMonth(rest) {
		return text
	}
	for _, e := range elided {
		before, found := strings.CutSuffix(text, e[0])
		if found && (before == "" || strings.HasSuffix(before, " ") || strings.HasSuffix(before, "(")) {
			return before + e[1]
		}
	}
	return text
}

func startsWithMonth(s string) bool {
	word, _, _ := strings.Cut(s, " ")
	for m := time.January; m <= time.December; m++ {
		if strings.TrimRight(word, ",.") == monthName(Italian, m) {
			return true
		}
	}
	return false
}

// SPDX-License-Identifier: EUPL-1.2

package check

import "strings"

// The countries whose codes are known.
const (
	Italy  = "IT"
	Norway = "NO"
)

// Code reads the code that names a body in its country: in Norway the
// organisation number, elsewhere a code of IndicePA's shape ("c_d612"). Codes
// are compared without regard to case, so they are given in lower case; they are safe in a URL path.
func Code(country, s string) (string, bool) {
	if country == Norway {
		return organisationNumber(s)
	}
	return IPACode(s)
}

// IPACode reads a code of IndicePA's shape: letters, digits, underscores and
// inner hyphens. IndicePA publishes no stricter rule.
func IPACode(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) < 2 || len(s) > 32 || s[0] == '-' {
		return "", false
	}
	for i := range len(s) {
		if c := s[i]; c != '_' && c != '-' && !alphanumeric(c) {
			return "", false
		}
	}
	return s, true
}

// organisationNumber reads the nine digits Brønnøysundregistrene give, the
// last of which checks the others (weights 3 2 7 6 5 4 3 2, modulus 11).
func organisationNumber(s string) (string, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if len(s) != 9 || !allDigits(s) {
		return "", false
	}
	sum := 0
	for i, w := range []int{3, 2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(s[i]-'0')
	}
	check := (11 - sum%11) % 11
	return s, check < 10 && check == int(s[8]-'0')
}

// FiscalCode reads the codice fiscale of a body: eleven digits, the last of
// which checks the others (d.m. 23 December 1976, as for the partita IVA). A
// leading "IT" is dropped.
func FiscalCode(s string) (string, bool) {
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), " ", ""))
	s = strings.TrimPrefix(s, "IT")
	if len(s) != 11 || !allDigits(s) || s == "00000000000" {
		return "", false
	}
	sum := 0
	for i := range 10 {
		d := int(s[i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return s, (10-sum%10)%10 == int(s[10]-'0')
}

// MonthDay reads a day of the year, as the day of a patron saint is, written MM-DD
// or as people do, DD/MM or DD.MM. The 29th of February is a day.
func MonthDay(s string) (string, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), ".")
	if len(s) == 5 && (s[2] == '/' || s[2] == '.') {
		s = s[3:] + "-" + s[:2]
	}
	if len(s) != 5 || s[2] != '-' || !allDigits(s[:2]) || !allDigits(s[3:]) {
		return "", false
	}
	days := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	month := int(s[0]-'0')*10 + int(s[1]-'0')
	day := int(s[3]-'0')*10 + int(s[4]-'0')
	return s, month >= 1 && month <= 12 && day >= 1 && day <= days[month-1]
}

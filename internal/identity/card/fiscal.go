// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"strings"
)

// FiscalCode is an Italian natural person's Codice Fiscale whose structure and
// check character are right.
type FiscalCode string

const fiscalLength = 16

// Where digits stand in it. One of them may be a letter instead, so that two
// people with the same data have different codes (omocodia).
const digitPlaces = "\x06\x07\x09\x0a\x0c\x0d\x0e"

// omocodia are the letters that stand for 0 to 9.
const omocodia = "LMNPQRSTUV"

// months are the letters of January to December.
const months = "ABCDEHLMPRST"

// oddValues are the weights of 0-9 and A-Z in the first, third, … place
// (decree of the Minister of Finance of 23 December 1976, article 6).
const oddValues = "\x01\x00\x05\x07\x09\x0d\x0f\x11\x13\x15" +
	"\x01\x00\x05\x07\x09\x0d\x0f\x11\x13\x15\x02\x04\x12\x14\x0b\x03\x06\x08\x0c\x0e\x10\x0a\x16\x19\x18\x17"

// ParseFiscalCode reads a Codice Fiscale: blanks around it and small letters are
// forgiven, all else must be right. Codes with omocodia stay as they are: they
// are another person's than the one without.
func ParseFiscalCode(text string) (FiscalCode, bool) {
	s := strings.ToUpper(strings.TrimSpace(text))
	if len(s) != fiscalLength {
		return "", false
	}
	for i := range fiscalLength {
		if !placeHolds(i, s[i]) {
			return "", false
		}
	}
	if !dayHolds(s) || s[15] != checkCharacter(s) {
		return "", false
	}
	return FiscalCode(s), true
}

// placeHolds says whether a character may stand in a place.
func placeHolds(place int, c byte) bool {
	if strings.IndexByte(digitPlaces, byte(place)) >= 0 {
		return digitOf(c) >= 0
	}
	if place == 8 {
		return strings.IndexByte(months, c) >= 0
	}
	return c >= 'A' && c <= 'Z'
}

// digitOf gives the digit a character stands for, -1 when for none.
func digitOf(c byte) int {
	if c >= '0' && c <= '9' {
		return int(c - '0')
	}
	return strings.IndexByte(omocodia, c)
}

// dayHolds says whether the day of birth is one: 40 is added to a woman's.
func dayHolds(s string) bool {
	day := digitOf(s[9])*10 + digitOf(s[10])
	if day > 40 {
		day -= 40
	}
	return day >= 1 && day <= 31
}

// checkCharacter computes the last character from the fifteen before it.
func checkCharacter(s string) byte {
	sum := 0
	for i := range fiscalLength - 1 {
		v := valueOf(s[i])
		if i%2 == 0 { // the first place is odd: people count from one
			v = int(oddValues[v])
		} else if v >= 10 {
			v -= 10
		}
		sum += v
	}
	return 'A' + byte(sum%26)
}

// valueOf puts 0-9 and A-Z in one row.
func valueOf(c byte) int {
	if c <= '9' {
		return int(c - '0')
	}
	return int(c-'A') + 10
}

// Masked shows enough of the code for its owner to know it, and not enough to
// know the owner: RSS••••••••••••U.
func (f FiscalCode) Masked() string {
	if len(f) != fiscalLength {
		return ""
	}
	return string(f[:3]) + strings.Repeat("•", fiscalLength-4) + string(f[fiscalLength-1:])
}

// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"martinella/internal/platform/fault"
)

// The lengths a password may have, in characters. 64 is the least upper limit
// NIST allows; a sentence should fit as well.
const (
	MinLength = 12
	MaxLength = 256
)

// Check says whether a password is good enough for somebody about whom the
// words of the context are known: his name and address, his organisation, the
// service. It returns an Invalid fault on the form field, or nil.
func Check(field, password string, context ...string) error {
	bad := fault.New(fault.Invalid, "web.form")
	n := utf8.RuneCountInString(normal(password))
	switch {
	case !utf8.ValidString(password):
		return bad.Field(field, "identity.password_unreadable")
	case n < MinLength:
		return bad.Field(field, "identity.password_short", fault.P{"n": MinLength})
	case n > MaxLength:
		return bad.Field(field, "identity.password_long", fault.P{"n": MaxLength})
	case isCommon(password):
		return bad.Field(field, "identity.password_common")
	case isPattern(fold(password)):
		return bad.Field(field, "identity.password_pattern")
	case isContext(fold(password), context):
		return bad.Field(field, "identity.password_context")
	}
	return nil
}

// fold makes equal what a guesser tries together.
func fold(s string) string { return strings.ToLower(normal(s)) }

// plainLetters reads the digits and signs people write for letters.
var plainLetters = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "@", "a", "$", "s", "!", "i", "€", "e")

// isCommon looks the password up: as it is, with its letters made plain, and
// without the digits and signs around the word.
func isCommon(password string) bool {
	whole := fold(password)
	core := strings.TrimFunc(whole, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, s := range []string{whole, plainLetters.Replace(whole), core, plainLetters.Replace(core)} {
		if listed(s) {
			return true
		}
	}
	return false
}

// fewDistinct is under how many different characters a password is a pattern.
const fewDistinct = 5

// isPattern says whether it is a repetition, a run of neighbours, or made of
// hardly any different characters.
func isPattern(s string) bool {
	runes := []rune(s)
	distinct := map[rune]bool{}
	steps := 0
	for i, r := range runes {
		distinct[r] = true
		if i > 0 && neighbours(runes[i-1], r) {
			steps++
		}
	}
	return len(distinct) < fewDistinct || steps*4 >= (len(runes)-1)*3 || repeats(runes)
}

// neighbours are the same, one apart in the alphabet, or beside each other on a keyboard.
func neighbours(a, b rune) bool {
	if d := a - b; d >= -1 && d <= 1 {
		return true
	}
	const rows = "1234567890 qwertyuiop asdfghjkl zxcvbnm 0987654321 poiuytrewq lkjhgfdsa mnbvcxz"
	return a != ' ' && b != ' ' && strings.Contains(rows, string([]rune{a, b}))
}

// repeats says whether a shorter string twice or more makes the whole.
func repeats(runes []rune) bool {
	for period := 1; period <= len(runes)/2; period++ {
		same := true
		for i := period; i < len(runes) && same; i++ {
			same = runes[i] == runes[i-period]
		}
		if same {
			return true
		}
	}
	return false
}

const (
	shortestWord = 4 // shorter words of the context are in too many good passwords
	enoughBeside = 6 // characters that must remain beside the words of the context
)

// isContext says whether hardly anything remains when the words an attacker
// would try first are taken out.
func isContext(folded string, context []string) bool {
	words := strings.FieldsFunc(fold(strings.Join(append(context, "martinella"), " ")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	rest, found := folded, false
	for _, word := range words {
		if utf8.RuneCountInString(word) < shortestWord {
			continue
		}
		for _, form := range []string{rest, plainLetters.Replace(rest)} {
			if strings.Contains(form, word) {
				rest, found = strings.ReplaceAll(form, word, ""), true
				break
			}
		}
	}
	return found && utf8.RuneCountInString(rest) < enoughBeside
}

// SPDX-License-Identifier: EUPL-1.2

package check

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold gives s in lower case without accents and punctuation, words separated
// by one space: what two spellings of a name have in common, and what a search compares.
func Fold(s string) string {
	s = strings.ToValidUTF8(s, " ")
	stripped, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		stripped = s
	}
	words := strings.FieldsFunc(strings.ToLower(stripped), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return strings.Join(words, " ")
}

// filler are words that tell no two bodies apart.
var filler = []string{"di", "del", "dello", "della", "dei", "degli", "delle", "d", "l", "in", "e", "ed", "la", "il", "i", "le", "lo", "gli", "comune"}

// NameKey gives what identifies a body's name within its territory: folded,
// without articles, prepositions and the word "comune". "Comune di Firenze"
// and "FIRENZE" are the same; "Provincia di Siena" and "Comune di Siena" are not.
func NameKey(name string) string {
	words := strings.Fields(Fold(name))
	kept := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(filler, w) })
	if len(kept) == 0 {
		kept = words // a name of nothing but filler is still a name
	}
	return strings.Join(kept, " ")
}

// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// MaxText bounds the text that is looked at, in bytes: no product's name is longer.
const MaxText = 512

// fold writes s as names are compared: lower case, without accents, marks that
// are not seen (right-to-left marks, joiners) and trade-mark signs.
func fold(s string) string {
	s = clip(s)
	if ascii(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.NewReplacer("™", " ", "®", " ", "©", " ", "\uFFFD", " ").Replace(s)) {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

func clip(s string) string {
	if len(s) <= MaxText {
		return s
	}
	return strings.ToValidUTF8(s[:MaxText], "")
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// words cuts a folded text into words: runs of letters and digits. A run of
// plus signs or a hash right behind a word belongs to it (notepad++, c#).
func words(folded string) []string {
	var out []string
	start := -1
	for i, r := range folded {
		inside := unicode.IsLetter(r) || unicode.IsDigit(r)
		if (r == '+' || r == '#') && start >= 0 {
			continue
		}
		switch {
		case inside && start < 0:
			start = i
		case inside && (folded[i-1] == '+' || folded[i-1] == '#'):
			out, start = append(out, folded[start:i]), i
		case !inside && start >= 0:
			out, start = append(out, folded[start:i]), -1
		}
	}
	if start >= 0 {
		out = append(out, folded[start:])
	}
	return out
}

// Words cuts any text into the words it is compared by.
func Words(s string) []string { return words(fold(s)) }

// compact joins words, so that "7-Zip" and "7zip" are one name.
func compact(ws []string) string { return strings.Join(ws, "") }

// Text gives a canonical CPE value as people write it: no quoting, blanks for underscores.
func Text(value string) string {
	if value == "*" || value == "-" {
		return ""
	}
	if strings.IndexByte(value, '\\') < 0 {
		return strings.ReplaceAll(value, "_", " ")
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && i+1 < len(value):
			i++
			b.WriteByte(value[i])
		case c == '_':
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

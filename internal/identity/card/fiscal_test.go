// SPDX-License-Identifier: EUPL-1.2

package card_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"martinella/internal/identity/card"
)

func TestFiscalCodes(t *testing.T) {
	for text, good := range map[string]bool{
		"RSSMRA80A01H501U":  true,  // the example of every manual
		"rssmra80a01h501u ": true,  // as people type
		"RSSMRA80A41H501Y":  true,  // a woman: the day is 41
		"RSSMRA80A01H50MM":  true,  // omocodia: M stands for 1
		"RSSMRA80A01H501X":  false, // another check character
		"RSSMRA80A00H501T":  false, // no day 0
		"RSSMRA80F01H501Z":  false, // no month F
		"RSSMRA80A32H501C":  false, // no day 32
		"12345678901":       false, // a company's
		"":                  false,
		"RSSMRA80A01H501U/": false,
		"RSSMRA8OA01H501U":  false, // the letter O is no digit, nor stands for one
		"ÀSSMRA80A01H501":   false, // sixteen bytes, not characters
	} {
		if got, ok := card.ParseFiscalCode(text); ok != good {
			t.Errorf("%q: %v, want %v (%s)", text, ok, good, got)
		}
	}
}

// Any single character mistyped into another of its kind is noticed where the
// check character's weights differ; any change at all never gives a shorter or
// longer code.
func TestFiscalCodesStayThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]`).Draw(t, "code")
		got, ok := card.ParseFiscalCode(text)
		if !ok {
			return
		}
		if again, ok := card.ParseFiscalCode(strings.ToLower(string(got))); !ok || again != got {
			t.Fatalf("%q is read as %q", got, again)
		}
		other := []byte(text)
		other[15] = 'A' + (other[15]-'A'+1)%26
		if _, ok := card.ParseFiscalCode(string(other)); ok {
			t.Fatalf("%q and %q are both right", text, other)
		}
		if m := got.Masked(); strings.Contains(m, string(got[3:15])) || len([]rune(m)) != 16 {
			t.Fatalf("masked %q", m)
		}
	})
}

func FuzzFiscalCode(f *testing.F) {
	f.Add("RSSMRA80A01H501U")
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, text string) {
		if fc, ok := card.ParseFiscalCode(text); ok && len(fc) != 16 {
			t.Errorf("%q becomes %q", text, fc)
		}
	})
}

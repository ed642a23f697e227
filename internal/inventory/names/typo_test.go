// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// distance is the whole table, as it stands in books.
func distance(a, b string, prefix bool) int {
	if prefix && len(b) > len(a)+2 {
		b = b[:len(a)+2]
	}
	t := make([][]int, len(a)+1)
	for i := range t {
		t[i] = make([]int, len(b)+1)
		for j := range t[i] {
			switch {
			case i == 0 || j == 0:
				t[i][j] = i + j
			case a[i-1] == b[j-1]:
				t[i][j] = t[i-1][j-1]
			default:
				t[i][j] = 1 + min(t[i-1][j-1], t[i-1][j], t[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				t[i][j] = min(t[i][j], t[i-2][j-2]+1)
			}
		}
	}
	if prefix {
		return slices.Min(t[len(a)])
	}
	return t[len(a)][len(b)]
}

func TestApartIsTheDistanceUpToTheLimit(t *testing.T) {
	word := rapid.StringMatching(`[abc]{1,12}|[a-z]{1,40}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if rapid.Bool().Draw(t, "alike") { // a few letters off, as typing errors are
			at := rapid.IntRange(0, len(a)).Draw(t, "at")
			b = a[:at] + rapid.StringMatching(`[abc]{0,2}`).Draw(t, "more") + a[min(len(a), at+rapid.IntRange(0, 2).Draw(t, "less")):]
		}
		limit, prefix := rapid.IntRange(1, 2).Draw(t, "limit"), rapid.Bool().Draw(t, "prefix")
		if len(b) > maxTypoLength {
			return
		}
		if got, want := apart(a, b, limit, prefix), min(distance(a, b, prefix), limit+1); got != want {
			t.Fatalf("%q and %q (limit %d, prefix %v): %d, not %d", a, b, limit, prefix, got, want)
		}
	})
}

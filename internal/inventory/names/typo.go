// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"slices"
	"sort"
)

// gram is three bytes of a word; the first of a word has a zero in front.
type gram [3]byte

func gramsOf(w string) []gram {
	if len(w) < 2 {
		return nil
	}
	out := make([]gram, 0, len(w))
	out = append(out, gram{0, w[0], w[1]})
	for i := 0; i+2 < len(w); i++ {
		out = append(out, gram{w[i], w[i+1], w[i+2]})
	}
	return out
}

func (x *Index) buildGrams() {
	x.grams = map[gram][]int32{}
	for id, w := range x.vocab {
		if len(w) < 3 || len(w) > maxTypoLength {
			continue
		}
		for _, g := range gramsOf(w) {
			if have := x.grams[g]; len(have) == 0 || have[len(have)-1] != int32(id) {
				x.grams[g] = append(have, int32(id))
			}
		}
	}
}

const maxTypoLength = 40

// tally counts how many grams the words of the vocabulary share with another;
// it is the working memory of one comparison.
type tally struct {
	of      []uint8
	touched []int32
}

func (t *tally) count(id int32) {
	if t.of[id] == 0 {
		t.touched = append(t.touched, id)
	}
	t.of[id]++
}

func (t *tally) reset() {
	for _, id := range t.touched {
		t.of[id] = 0
	}
	t.touched = t.touched[:0]
}

// typos forgiven in a word of so many letters.
func typos(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 8:
		return 1
	}
	return 2
}

// near is a word of the vocabulary that resembles another.
type near struct {
	word     int32
	distance int
}

// similar finds the words of the vocabulary within the forgiven distance of w,
// nearest first; with prefix, words that begin like it.
func (x *Index) similar(w string, prefix bool) []near {
	forgiven := typos(len(w))
	if forgiven == 0 || len(w) > maxTypoLength {
		return nil
	}
	var out []near
	for _, id := range x.resembling(w, forgiven) {
		switch d := apart(w, x.vocab[id], forgiven, false); {
		case d <= forgiven:
			out = append(out, near{id, d})
		case prefix && apart(w, x.vocab[id], forgiven, true) <= forgiven:
			out = append(out, near{id, forgiven + 1}) // only its beginning resembles
		}
	}
	slices.SortFunc(out, func(a, b near) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return len(x.postings[b.word]) - len(x.postings[a.word])
	})
	return out[:min(len(out), 12)]
}

// resembling gives the words worth comparing: those that share enough grams
// or, because two letters swapped in a short word leave none, those of about
// the same length that begin with the same letter.
func (x *Index) resembling(w string, forgiven int) []int32 {
	grams := gramsOf(w)
	t := x.tallies.Get().(*tally)
	defer func() { t.reset(); x.tallies.Put(t) }()
	for _, g := range grams {
		for _, id := range x.grams[g] {
			t.count(id)
		}
	}
	var out []int32
	need := uint8(max(1, len(grams)-3*forgiven))
	for _, id := range t.touched {
		if t.of[id] >= need {
			out = append(out, id)
		}
	}
	if len(w) > 5 {
		return out
	}
	for i := sort.SearchStrings(x.vocab, w[:1]); i < len(x.vocab) && x.vocab[i][0] == w[0]; i++ {
		if n := len(x.vocab[i]); n >= len(w)-1 && n <= len(w)+1 && t.of[i] < need {
			out = append(out, int32(i))
		}
	}
	return out
}

// apart is the number of letters added, dropped, changed or swapped with a
// neighbour between a and b, or, with prefix, between a and the nearest
// beginning of b; limit+1 when there are more than limit. Knowing the limit, it
// looks at a narrow band and mostly stops after a few letters: an unknown word
// is compared with thousands.
func apart(a, b string, limit int, prefix bool) int {
	if prefix && len(b) > len(a)+2 {
		b = b[:len(a)+2]
	}
	if len(a) > maxTypoLength || len(b) > maxTypoLength+2 || len(a)-len(b) > limit || !prefix && len(b)-len(a) > limit {
		return limit + 1
	}
	var c comparison
	least := c.first(len(b), limit)
	for i := 1; i <= len(a); i++ {
		before := least
		// A swap reaches back two letters, so two rows must be beyond the limit.
		if least = c.next(i, a, b, limit); least > limit && before > limit {
			return limit + 1
		}
	}
	last := &c.rows[len(a)%3]
	if prefix {
		return min(limit+1, least)
	}
	return min(limit+1, last[len(b)])
}

// comparison holds three rows of the table of distances; cells off the band of
// the limit are not worked out and count as beyond it.
type comparison struct {
	rows [3][maxTypoLength + 4]int
}

// beyond is more than any limit.
const beyond = 2 * maxTypoLength

func (c *comparison) first(length, limit int) (least int) {
	for j := range min(length, limit) + 1 {
		c.rows[0][j] = j
	}
	c.rows[0][min(length, limit)+1] = beyond
	return 0
}

// next works out row i and gives the least in it.
func (c *comparison) next(i int, a, b string, limit int) (least int) {
	row, above, above2 := &c.rows[i%3], &c.rows[(i-1)%3], &c.rows[(i+1)%3]
	from, to := max(1, i-limit), min(len(b), i+limit)
	row[from-1] = beyond
	if from == 1 {
		row[0] = i
	}
	least = row[from-1]
	for j := from; j <= to; j++ {
		cost := 1
		if a[i-1] == b[j-1] {
			cost = 0
		}
		d := min(above[j]+1, row[j-1]+1, above[j-1]+cost)
		if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
			d = min(d, above2[j-2]+1)
		}
		row[j] = d
		least = min(least, d)
	}
	row[to+1] = beyond
	return least
}

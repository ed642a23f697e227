// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"math"
	"math/bits"
	"sort"
	"strings"
)

// Hit is one line of the type-ahead.
type Hit struct {
	Product
	Score float32
}

// maxQueryWords bounds the words of a query that count.
const maxQueryWords = 8

// scratch is the working memory of one search.
type scratch struct {
	score   []float32
	last    []float32 // the weight counted for the word at hand
	mask    []uint16  // which words of the query were found
	touched []int32
}

func newScratch(n int) *scratch {
	return &scratch{score: make([]float32, n), last: make([]float32, n), mask: make([]uint16, n)}
}

func (s *scratch) reset() {
	for _, id := range s.touched {
		s.score[id], s.last[id], s.mask[id] = 0, 0, 0
	}
	s.touched = s.touched[:0]
}

// add counts weight w for bit of product id, once: the best one.
func (s *scratch) add(id int32, bit uint16, w float32) {
	switch {
	case s.mask[id] == 0:
		s.touched = append(s.touched, id)
		fallthrough
	case s.mask[id]&bit == 0:
		s.mask[id] |= bit
		s.score[id] += w
		s.last[id] = w
	case w > s.last[id]:
		s.score[id] += w - s.last[id]
		s.last[id] = w
	}
}

// Search gives up to limit products for what was typed so far, best first:
// every word begins a word of the vendor or product; where nothing does, words
// with a typo are tried, then products that have only some of the words.
func (x *Index) Search(query string, limit int) []Hit {
	ws := Words(query)
	if len(ws) == 0 || limit <= 0 {
		return nil
	}
	ws = ws[:min(len(ws), maxQueryWords)]
	s := x.scratch.Get().(*scratch)
	defer func() { s.reset(); x.scratch.Put(s) }()
	for i, w := range ws {
		if !x.addPrefix(s, w, 1<<i, 1) {
			x.addSimilar(s, w, 1<<i, i == len(ws)-1)
		}
	}
	whole := compact(ws)
	if len(ws) > 1 {
		// "libre office" is also "libreoffice".
		x.addPrefix(s, whole, 1<<len(ws)-1, float32(len(ws)))
	}
	return x.best(s, whole, len(ws), limit)
}

// addPrefix counts the words that begin with w; false when there is none.
func (x *Index) addPrefix(s *scratch, w string, bit uint16, factor float32) bool {
	from := sort.SearchStrings(x.vocab, w)
	i := from
	for ; i < len(x.vocab) && strings.HasPrefix(x.vocab[i], w); i++ {
		x.addPostings(s, int32(i), bit, factor*(0.6+0.4*float32(len(w))/float32(len(x.vocab[i]))))
	}
	return i > from
}

func (x *Index) addSimilar(s *scratch, w string, bit uint16, prefix bool) {
	for _, n := range x.similar(w, prefix) {
		x.addPostings(s, n.word, bit, max(0.9-0.3*float32(n.distance), 0.1))
	}
}

func (x *Index) addPostings(s *scratch, word int32, bit uint16, w float32) {
	for _, p := range x.postings[word] {
		if p.isVendor() {
			s.add(p.id(), bit, 0.8*w)
		} else {
			s.add(p.id(), bit, w)
		}
	}
}

// best picks the limit best of those that have the most words of the query,
// which must be at least half of them.
func (x *Index) best(s *scratch, whole string, count, limit int) []Hit {
	most := 0
	for _, id := range s.touched {
		most = max(most, bits.OnesCount16(s.mask[id]))
	}
	if 2*most < count {
		return nil
	}
	var out []Hit
	for _, id := range s.touched {
		if bits.OnesCount16(s.mask[id]) < most {
			continue
		}
		out = insert(out, Hit{x.products[id], s.score[id] + x.bonus(id, whole)}, limit)
	}
	return out
}

// bonus favours the popular, names said in full and short names.
func (x *Index) bonus(id int32, whole string) float32 {
	e := &x.entries[id]
	b := 0.12 * float32(math.Log2(float64(1+x.products[id].Count)))
	switch {
	case e.compactName == whole:
		b += 1.2
	case e.compactVen+e.compactName == whole:
		b += 1.5
	case strings.HasPrefix(e.compactName, whole):
		b += 0.4
	}
	return b - 0.05*float32(len(e.product))
}

// insert keeps out sorted, best first, at most limit long.
func insert(out []Hit, h Hit, limit int) []Hit {
	if len(out) == limit && h.Score <= out[limit-1].Score {
		return out
	}
	i := sort.Search(len(out), func(i int) bool { return out[i].Score < h.Score })
	if len(out) < limit {
		out = append(out, Hit{})
	}
	copy(out[i+1:], out[i:])
	out[i] = h
	return out
}

// Vendors gives up to limit vendors whose name has a word beginning like each
// word typed, those with most CVEs first.
func (x *Index) Vendors(query string, limit int) []Vendor {
	ws := Words(query)
	if len(ws) == 0 {
		return nil
	}
	whole := compact(ws)
	var out []Vendor
	for _, v := range x.vendors {
		if len(out) == limit {
			break
		}
		if strings.HasPrefix(compact(v.words), whole) || everyBegins(ws, v.words) {
			out = append(out, v)
		}
	}
	return out
}

func everyBegins(ws, of []string) bool {
	for _, w := range ws {
		if !anyBegins(w, of) {
			return false
		}
	}
	return true
}

func anyBegins(w string, of []string) bool {
	for _, o := range of {
		if strings.HasPrefix(o, w) {
			return true
		}
	}
	return false
}

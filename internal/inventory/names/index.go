// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Index answers Search and Suggest. It never changes and is safe for concurrent use.
type Index struct {
	products []Product // most popular first: an id is a rank
	entries  []entry
	vocab    []string // every word, sorted
	postings [][]posting
	weight   []float32 // of each word: the rarer the heavier
	grams    map[gram][]int32
	byName   map[string][]int32 // "vendor:product" -> ids (one for each part)
	sameName map[string][]int32 // compact product name -> ids
	vendors  []Vendor
	byVendor map[string]bool // vendors there are, their words run together
	lists    *lists
	packages *packageLists
	scratch  sync.Pool
	tallies  sync.Pool
}

// Vendor is a maker with how many products and CVEs the dictionary has of it.
type Vendor struct {
	Name     string // as CPE writes it
	Products int
	Count    int
	words    []string
}

// entry is a product cut into words.
type entry struct {
	product, vendor         []int32
	compactName, compactVen string
}

// posting is a product's id and whether the word is part of its vendor's name.
type posting uint32

func (p posting) id() int32      { return int32(p >> 1) }
func (p posting) isVendor() bool { return p&1 == 1 }

// Build makes an index of a dictionary. Doubles are joined. It fails only when
// the word lists shipped with the program are broken.
func Build(dictionary []Product) (*Index, error) {
	l, err := loadLists()
	if err != nil {
		return nil, err
	}
	p, err := loadPackages()
	if err != nil {
		return nil, err
	}
	x := &Index{packages: p, products: joined(dictionary), lists: l, byName: map[string][]int32{}, sameName: map[string][]int32{}, byVendor: map[string]bool{}}
	x.addWords()
	x.weigh()
	x.buildGrams()
	x.buildVendors()
	n := len(x.products)
	x.scratch.New = func() any { return newScratch(n) }
	x.tallies.New = func() any { return &tally{of: make([]uint8, len(x.vocab))} }
	return x, nil
}

// name is what tells products apart.
type name struct{ part, vendor, product string }

func nameOf(p Product) name { return name{p.Part, p.Vendor, p.Product} }

// joined drops doubles, adding their counts, and sorts by popularity.
func joined(dictionary []Product) []Product {
	at := make(map[name]int, len(dictionary))
	out := make([]Product, 0, len(dictionary))
	for _, p := range dictionary {
		if i, ok := at[nameOf(p)]; ok {
			out[i].Count += p.Count
			continue
		}
		at[nameOf(p)] = len(out)
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Product) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Part, b.Part), strings.Compare(a.Vendor, b.Vendor), strings.Compare(a.Product, b.Product))
	})
	return out
}

// KnowsAll says whether every product of a dictionary is in the index already.
func (x *Index) KnowsAll(dictionary []Product) bool {
	for _, p := range dictionary {
		known := func(q Product) bool { return q.Part == p.Part }
		if !slices.ContainsFunc(x.Known(p.Vendor, p.Product), known) {
			return false
		}
	}
	return true
}

// Len is how many products the index knows.
func (x *Index) Len() int { return len(x.products) }

// Known gives the dictionary's entries for vendor and product, as CPE writes
// them, the most popular part first.
func (x *Index) Known(vendor, product string) []Product {
	var out []Product
	for _, id := range x.byName[vendor+":"+product] {
		out = append(out, x.products[id])
	}
	return out
}

// addWords cuts every name into words and posts them.
func (x *Index) addWords() {
	lists := map[string][]posting{}
	cut := make([]struct{ product, vendor []string }, len(x.products))
	for i, p := range x.products {
		id := int32(i)
		pw, vw := Words(Text(p.Product)), Words(Text(p.Vendor))
		cut[i].product, cut[i].vendor = pw, vw
		post(lists, pw, posting(id)<<1)
		post(lists, vw, posting(id)<<1|1)
		x.byName[p.Vendor+":"+p.Product] = append(x.byName[p.Vendor+":"+p.Product], id)
		x.sameName[compact(pw)] = append(x.sameName[compact(pw)], id)
	}
	x.vocab = make([]string, 0, len(lists))
	for w := range lists {
		x.vocab = append(x.vocab, w)
	}
	sort.Strings(x.vocab)
	x.postings = make([][]posting, len(x.vocab))
	for i, w := range x.vocab {
		x.postings[i] = slices.Clip(lists[w])
	}
	x.entries = make([]entry, len(x.products))
	for i, c := range cut {
		x.entries[i] = entry{x.ids(c.product), x.ids(c.vendor), compact(c.product), compact(c.vendor)}
	}
}

// post adds one posting for each word and one for all of them run together.
func post(lists map[string][]posting, ws []string, p posting) {
	if len(ws) > 1 {
		ws = append(slices.Clone(ws), compact(ws))
	}
	for _, w := range ws {
		if have := lists[w]; len(have) == 0 || have[len(have)-1] != p {
			lists[w] = append(lists[w], p)
		}
	}
}

func (x *Index) ids(ws []string) []int32 {
	out := make([]int32, 0, len(ws))
	for _, w := range ws {
		if id, ok := x.word(w); ok && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// word finds a word of the vocabulary.
func (x *Index) word(w string) (int32, bool) {
	i, ok := slices.BinarySearch(x.vocab, w)
	return int32(i), ok
}

// weigh gives each word log(N/df): what it tells about which product is meant.
func (x *Index) weigh() {
	x.weight = make([]float32, len(x.vocab))
	for i, list := range x.postings {
		x.weight[i] = float32(math.Log(1 + float64(len(x.products))/float64(len(list))))
	}
}

// heaviest is the weight of a word no product has.
func (x *Index) heaviest() float32 { return float32(math.Log(2 + float64(len(x.products)))) }

func (x *Index) buildVendors() {
	at := map[string]int{}
	for _, p := range x.products {
		i, ok := at[p.Vendor]
		if !ok {
			i = len(x.vendors)
			at[p.Vendor] = i
			ws := Words(Text(p.Vendor))
			x.vendors = append(x.vendors, Vendor{Name: p.Vendor, words: ws})
			x.byVendor[compact(ws)] = true
		}
		x.vendors[i].Products++
		x.vendors[i].Count += p.Count
	}
	slices.SortStableFunc(x.vendors, func(a, b Vendor) int { return cmp.Compare(b.Count, a.Count) })
}

// All gives the dictionary, the most popular first. The caller must not change it.
func (x *Index) All() []Product { return x.products }

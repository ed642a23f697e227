// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Reason says why a candidate is one; each is an i18n suffix.
type Reason string

// The reasons, from certain to weak.
const (
	Exact    Reason = "exact"     // vendor and product named in full, nothing left over
	Alias    Reason = "alias"     // a usual name of the product, from the word list
	System   Reason = "system"    // the maker's own way of naming releases: Windows 10 22H2, Java 8 Update 371
	Package  Reason = "package"   // purl2cpe lists the package
	Project  Reason = "project"   // a package called like a product and its project
	NameOnly Reason = "name_only" // the product's name in full, its vendor not named
	Extra    Reason = "extra"     // the product's name and words that mean something else
	Similar  Reason = "similar"   // only with a spelling mistake forgiven
	Partial  Reason = "partial"   // a part of the product's name
)

// Candidate is a product a text may mean.
type Candidate struct {
	Product
	Confidence int // 0-100
	Reason     Reason
	Version    string // found in the text; "" when none
	Update     string // "update381"; "" when none
}

// Query is what is known of the name to be found.
type Query struct {
	Label     string // free text, or a package URL
	Publisher string // who publishes it, "" when unknown
	Version   string // stated apart; "" when it may be in Label
	ByMachine bool   // a program wrote the label: no spelling mistake is looked for
}

// considered bounds how many candidates are compared in detail.
const considered = 48

// Suggest gives up to limit candidates for a text, best first, none below
// confidence 20. It takes time in proportion to how many products share the
// text's words: about 50 microseconds.
func (x *Index) Suggest(q Query, limit int) []Candidate {
	if p, ok := ParsePURL(q.Label); ok {
		q = Query{Label: p.Name, Publisher: p.Namespace, Version: cmp.Or(q.Version, p.Version), ByMachine: true}
	}
	t := x.read(q)
	if len(t.words) == 0 {
		return nil
	}
	var out []Candidate
	for _, id := range x.retrieve(t) {
		if c, ok := x.judge(t, id); ok {
			out = append(out, c)
		}
	}
	byConfidence(out)
	literal := x.preferLiteral(out, t)
	preferUsual(out, t.alias)
	if !literal {
		settleTie(out)
	}
	out = onceEach(out)
	return out[:min(len(out), limit)]
}

// preferLiteral puts the product whose vendor and name are the very words of
// the text before others that are as certain; false when there is none.
func (x *Index) preferLiteral(out []Candidate, t text) bool {
	i := x.called(t.full, out)
	if i < 0 {
		i = x.called(t.whole, out)
	}
	if i < 0 {
		return false
	}
	if slices.ContainsFunc(out, func(c Candidate) bool { return c.Reason == Exact && c.Count > out[i].Count }) {
		uncertain(out) // the dictionary has the product twice: the better known is meant
		return true
	}
	first := out[i]
	first.Reason, first.Confidence = Exact, 100
	copy(out[1:i+1], out[:i])
	out[0] = first
	for j := range out[1:] {
		out[1+j].Confidence = min(out[1+j].Confidence, 99)
		if out[1+j].Reason == Exact && (out[1+j].Vendor != first.Vendor || out[1+j].Product.Product != first.Product.Product) {
			out[1+j].Reason = NameOnly
		}
	}
	return true
}

// onceEach keeps, of a product that stands in several parts of the dictionary
// (as application and as system), the first.
func onceEach(list []Candidate) []Candidate {
	type product struct{ vendor, product string }
	seen := make(map[product]bool, len(list))
	return slices.DeleteFunc(list, func(c Candidate) bool {
		p := product{c.Vendor, c.Product.Product}
		again := seen[p]
		seen[p] = true
		return again
	})
}

// preferUsual puts what people usually mean by a text before what it says to
// the letter: "Microsoft Edge" is the browser of today, not the one of 2015.
func preferUsual(out []Candidate, usual string) {
	is := func(c Candidate) bool { return c.Vendor+":"+c.Product.Product == usual }
	if !slices.ContainsFunc(out, is) {
		return
	}
	for i := range out {
		if out[i].Reason == Exact && !is(out[i]) {
			out[i].Reason, out[i].Confidence = NameOnly, 70
		}
	}
	byConfidence(out)
}

func byConfidence(out []Candidate) {
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Confidence, a.Confidence), cmp.Compare(b.Count, a.Count), strings.Compare(a.Ref(), b.Ref()))
	})
}

// settleTie takes certainty from candidates that are equally good and equally popular.
func settleTie(out []Candidate) {
	if len(out) < 2 || out[0].Reason != Exact {
		return
	}
	// The same name as application and as system is one product in two parts of the dictionary.
	i := slices.IndexFunc(out, func(c Candidate) bool {
		return c.Vendor != out[0].Vendor || c.Product.Product != out[0].Product.Product
	})
	if i < 0 || out[i].Reason != Exact {
		return
	}
	if out[0].Count < 5*max(out[i].Count, 1) {
		uncertain(out)
	}
}

// called finds the candidate whose vendor and name, run together, are text; -1 for none.
func (x *Index) called(text string, out []Candidate) int {
	return slices.IndexFunc(out, func(c Candidate) bool {
		en := &x.entries[x.byName[c.Vendor+":"+c.Product.Product][0]]
		return text == en.compactVen+en.compactName
	})
}

// uncertain makes guesses of what would be certain.
func uncertain(out []Candidate) {
	for i := range out {
		if out[i].Reason == Exact {
			out[i].Reason, out[i].Confidence = NameOnly, 70
		}
	}
	byConfidence(out)
}

// text is a query made ready for comparison.
type text struct {
	words   []string
	full    string            // all words run together
	whole   string            // the same without those that announce a version or state an architecture
	weights []float32         // of words; 0 for those that mean nothing left over
	nearby  []map[int32]bool  // for a word nobody has: the words it resembles
	joins   map[string][2]int // neighbouring words run together -> from, to
	vendors map[string][]int  // vendors named, run together -> the words that name them (nil: the publisher does)
	alias   string            // "vendor:product" the word list gives for the text
	parts   parts
	aside   int // words from here on stand behind a version or in brackets: they say less
	java    []string
}

var javaUpdate = regexp.MustCompile(`(?i)^java(?:\(tm\))?(?: se)?(?: runtime environment| jre)? (\d+) update (\d+)`)

func (x *Index) read(q Query) text {
	label := clip(q.Label)
	t := text{joins: map[string][2]int{}, vendors: map[string][]int{}}
	if t.java = javaUpdate.FindStringSubmatch(label); t.java != nil {
		t.words, t.weights, t.nearby = []string{"jre"}, []float32{1}, make([]map[int32]bool, 1)
		t.alias, t.vendors["oracle"] = "oracle:jre", nil
		return t
	}
	t.parts = splitVersion(label)
	if q.Version != "" {
		t.parts.version, t.parts.number = Stated(Upstream(strings.TrimSpace(q.Version))), ""
	}
	t.words = words(fold(t.parts.rest))
	t.full = compact(t.words)
	t.whole = compact(slices.DeleteFunc(slices.Clone(t.words), func(w string) bool { return declares(w) || x.lists.arch[w] }))
	t.words = slices.Compact(t.words) // "gitlab gitlab": the vendor said as well
	t.words = t.words[:min(len(t.words), 16)]
	t.weights = make([]float32, len(t.words))
	t.nearby = make([]map[int32]bool, len(t.words))
	t.aside = len(words(fold(t.parts.head)))
	for i, w := range t.words {
		x.weighWord(&t, i, w, q.ByMachine)
	}
	x.joinWords(&t)
	x.findVendors(&t, q.Publisher)
	t.alias = x.aliasOf(t.words)
	return t
}

func (x *Index) weighWord(t *text, i int, w string, exact bool) {
	id, known := x.word(w)
	switch {
	case x.lists.neutral[w] || x.lists.arch[w]:
	case known:
		t.weights[i] = x.weight[id]
	default:
		t.weights[i] = x.heaviest()
		if exact {
			break
		}
		t.nearby[i] = map[int32]bool{}
		for _, n := range x.similar(w, false) {
			t.nearby[i][n.word] = true
		}
	}
	if bareNumber.MatchString(w) {
		t.weights[i] = min(t.weights[i], 0.5)
	}
	if i > 0 && i >= t.aside {
		t.weights[i] *= 0.1
	}
	if slices.Contains(x.lists.suffixes, w) && i > 0 {
		t.weights[i] *= 0.3
	}
}

func (x *Index) joinWords(t *text) {
	for i := range t.words {
		for j := i + 2; j <= min(i+5, len(t.words)); j++ {
			t.joins[compact(t.words[i:j])] = [2]int{i, j}
		}
	}
}

// findVendors looks for vendors in the publisher and in the text.
func (x *Index) findVendors(t *text, publisher string) {
	if publisher != "" && !x.lists.packers[phrase(publisher)] {
		if v, ok := x.vendorOf(words(fold(publisher))); ok {
			t.vendors[v] = nil
		}
	}
	for i := range t.words {
		for j := i + 1; j <= min(i+4, len(t.words)); j++ {
			v, ok := x.vendorOf(t.words[i:j])
			if named := t.vendors[v]; !ok || len(named) > 0 {
				continue
			}
			for k := i; k < j; k++ {
				t.vendors[v] = append(t.vendors[v], k)
			}
		}
	}
}

// vendorOf gives the vendor that words name, run together, legal form left
// aside: palo_alto_networks and paloaltonetworks are one.
func (x *Index) vendorOf(ws []string) (string, bool) {
	for len(ws) > 1 && legal(ws[len(ws)-1]) {
		ws = ws[:len(ws)-1]
	}
	if name, ok := x.vendorExactly(ws); ok || len(ws) < 2 || !x.lists.firms[ws[len(ws)-1]] {
		return name, ok
	}
	return x.vendorOf(ws[:len(ws)-1])
}

func (x *Index) vendorExactly(ws []string) (string, bool) {
	if v, ok := x.lists.vendors[join(ws)]; ok {
		return compact(Words(Text(v))), true
	}
	return compact(ws), x.byVendor[compact(ws)]
}

// aliasOf looks the text up in the list of usual names, words that mean
// nothing dropped from its end one by one.
func (x *Index) aliasOf(ws []string) string {
	for n := len(ws); n > 0; n-- {
		for _, ref := range x.lists.products[join(ws[:n])] {
			if _, in := x.byName[ref]; in {
				return ref
			}
		}
		if w := ws[n-1]; !x.lists.neutral[w] && !x.lists.arch[w] && !bareNumber.MatchString(w) {
			return ""
		}
	}
	return ""
}

// retrieve gives the products that share most with the text.
func (x *Index) retrieve(t text) []int32 {
	s := x.scratch.Get().(*scratch)
	defer func() { s.reset(); x.scratch.Put(s) }()
	for i, w := range t.words {
		if id, ok := x.word(w); ok {
			x.addPostings(s, id, 1<<i, x.weight[id])
		}
		for id := range t.nearby[i] {
			x.addPostings(s, id, 1<<i, 0.6*x.weight[id])
		}
	}
	for w := range t.joins {
		if id, ok := x.word(w); ok {
			x.addPostings(s, id, 1<<15, 2*x.weight[id])
		}
	}
	var top []ranked
	for _, id := range s.touched {
		top = rank(top, ranked{id, s.score[id] - 0.3*float32(len(x.entries[id].product))})
	}
	out := make([]int32, 0, len(top)+1)
	out = append(out, x.byName[t.alias]...)
	for _, r := range top {
		if !slices.Contains(out, r.id) {
			out = append(out, r.id)
		}
	}
	return out
}

type ranked struct {
	id    int32
	score float32
}

// rank keeps the considered best; among equals the lower id, the more popular.
func rank(top []ranked, r ranked) []ranked {
	before := func(a, b ranked) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) }
	if len(top) == considered && before(top[len(top)-1], r) <= 0 {
		return top
	}
	i, _ := slices.BinarySearchFunc(top, r, before)
	top = slices.Insert(top, i, r)
	return top[:min(len(top), considered)]
}

// GuessFrom is the confidence from which a candidate is taken as a guess.
const GuessFrom = 50

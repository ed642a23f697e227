// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"slices"
)

// evidence is what the comparison of a text with one product found.
type evidence struct {
	name      float32 // how much of the product's name is in the text, 0-1
	text      float32 // how much of the text is in the product's or vendor's name, 0-1
	vendor    bool    // the text or the publisher names the vendor
	apart     bool    // by words that are not the product's as well
	other     bool    // it names another vendor instead
	typo      bool    // a word matched only with a mistake forgiven
	usesDigit bool    // the number in the text is part of the product's name
	distinct  bool    // the product's name has a word few products have, and it is the best known of that name
	share     float32 // of the CVEs of all products with this name, how many are this one's
}

// judge compares a text with a product.
func (x *Index) judge(t text, id int32) (Candidate, bool) {
	p := x.products[id]
	c := Candidate{Product: p, Version: t.parts.version}
	if t.java != nil {
		if p.Vendor+":"+p.Product != t.alias {
			return c, false
		}
		c.Version, c.Update = "1."+t.java[1]+".0", "update"+t.java[2]
		c.Confidence, c.Reason = 88, Alias
		return c, true
	}
	e := x.compare(t, id)
	c.Confidence, c.Reason = confidence(e)
	if t.alias == p.Vendor+":"+p.Product && c.Reason != Exact {
		c.Confidence, c.Reason = max(c.Confidence, 88), Alias
	}
	if c.Version == "" && !e.usesDigit {
		c.Version = t.parts.number
	}
	return c, c.Confidence >= 20
}

// compare gathers the evidence.
func (x *Index) compare(t text, id int32) evidence {
	en := &x.entries[id]
	var e evidence
	used := make([]bool, len(t.words))
	e.name = x.nameCovered(t, en, used, &e)
	e.share = x.shareOf(id, en)
	e.distinct = x.distinct(id, en)
	e.vendor, e.apart = x.vendorNamed(t, en, used)
	if !e.apart && e.share < 0.5 {
		e.vendor = false // the one word names the product; that a vendor is called like it proves little
	}
	e.other = !e.vendor && len(t.vendors) > 0
	var all, left float32
	for i, w := range t.weights {
		all += w
		if !used[i] {
			left += w
		}
		if used[i] && t.words[i] == t.parts.number {
			e.usesDigit = true
		}
	}
	e.text = 1
	if all > 0 {
		e.text = 1 - left/all
	}
	return e
}

// nameCovered weighs the words of the product's name that the text has, and
// marks the text's words it used.
func (x *Index) nameCovered(t text, en *entry, used []bool, e *evidence) float32 {
	if span, ok := t.joins[en.compactName]; ok {
		for i := span[0]; i < span[1]; i++ {
			used[i] = true
		}
		return 1
	}
	if i := slices.Index(t.words, en.compactName); i >= 0 {
		used[i] = true
		return 1
	}
	var all, found float32
	for _, word := range en.product {
		weight := max(x.weight[word], 1)
		all += weight
		i, typo := t.find(x.vocab[word], word)
		if i < 0 {
			continue
		}
		used[i] = true
		if typo {
			e.typo = true
		}
		found += weight
	}
	if all == 0 {
		return 0
	}
	return found / all
}

// find gives the text's word that is, or resembles, a word of the vocabulary; -1 for none.
func (t text) find(w string, id int32) (at int, typo bool) {
	if i := slices.Index(t.words, w); i >= 0 {
		return i, false
	}
	for i, near := range t.nearby {
		if near[id] {
			return i, true
		}
	}
	return -1, false
}

// vendorNamed says whether the vendor is named, and whether by words that are
// not the product's as well; it marks the words that do it.
func (x *Index) vendorNamed(t text, en *entry, used []bool) (named, apart bool) {
	at, named := t.vendors[en.compactVen]
	if named && at == nil {
		return true, true // by the publisher
	}
	if !named {
		if at, named = t.findAll(x, en.vendor); !named {
			return false, false
		}
	}
	for _, i := range at {
		apart = apart || !used[i]
	}
	for _, i := range at {
		used[i] = true
	}
	return true, apart
}

// findAll gives where every one of the words stands in the text; false when one is missing.
func (t text) findAll(x *Index, words []int32) (at []int, all bool) {
	for _, word := range words {
		i, _ := t.find(x.vocab[word], word)
		if i < 0 {
			return nil, false
		}
		at = append(at, i)
	}
	return at, len(at) > 0
}

// shareOf compares the product's popularity with all products of the same name.
func (x *Index) shareOf(id int32, en *entry) float32 {
	total := 0
	for _, other := range x.sameName[en.compactName] {
		total += x.products[other].Count + 1
	}
	return float32(x.products[id].Count+1) / float32(max(total, 1))
}

// fewProducts is how many products may have a word that still tells which is meant.
const fewProducts = 40

// distinct says whether a product's name alone tells it from all others. Often
// one product stands under several makers, old and new: the best known is meant.
func (x *Index) distinct(id int32, en *entry) bool {
	if len(en.compactName) < 5 || x.sameName[en.compactName][0] != id {
		return false
	}
	return slices.ContainsFunc(en.product, func(word int32) bool { return len(x.postings[word]) <= fewProducts })
}

const whole = 0.999 // rounding left aside, all of it

// confidence turns evidence into a number and its reason.
func confidence(e evidence) (int, Reason) {
	n, reason := grade(e)
	if e.typo {
		n, reason = n*0.55, Similar
		if e.vendor && e.apart {
			n *= 1.5
		}
	}
	if e.other {
		n *= 0.75
	}
	return int(n + 0.5), reason
}

func grade(e evidence) (float32, Reason) {
	switch full := e.name >= whole; {
	case full && e.text >= whole && e.vendor && !e.typo:
		return 100, Exact
	case full && e.text >= whole && !e.typo:
		if n := 45 + 40*e.share; !e.distinct {
			return n, NameOnly
		}
		return max(45+40*e.share, 60), NameOnly
	case full && e.vendor && e.apart:
		return 50 + 35*e.text, Extra
	case full:
		return (20 + 45*e.text) * (0.5 + 0.5*e.share), Extra
	case e.vendor && e.apart:
		return 15 + 55*e.name*e.text, Partial
	}
	return 55 * e.name * e.text, Partial
}

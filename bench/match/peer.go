// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"strings"

	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/version"
)

// peer restates cpe2cve's decisions for one name, from its behaviour, with a
// switch for each point on which Martinella decides otherwise. With all
// switches off it must give what cpe2cve gave, with all on what Martinella
// gave: then the switches that make the difference are its explanation.
type peer struct {
	on    map[class]bool
	probe func(c *cve.Criterion, n cpe.Name) bool // Martinella on one criterion, for classVersion
	rec   *cve.Record
}

// class is one point on which the two differ.
type class string

const (
	classPlatform   class = "platform: the list does not say on what it runs; Martinella says possible, cpe2cve nothing"
	classVulnerable class = "vulnerable:false: cpe2cve reports the platform itself as vulnerable"
	classCase       class = "letter case: the criterion is in capitals, cpe2cve compares bytes"
	classNA         class = "version NA: cpe2cve puts \"-\" below every bound of a range"
	classCommits    class = "commits: the record says the same of the product in versions; cpe2cve compares a version with a commit as text"
	classNoProduct  class = "product NA: the name names no product; Martinella refuses to guess"
	classQuote      class = "a double quote in the name, which cpe2cve's list reader refuses"
	classVersion    class = "version: the two orders or their reading of a version differ"
)

var classes = []class{classPlatform, classVulnerable, classCase, classNA, classCommits, classNoProduct, classQuote, classVersion}

// matches decides one name against one record.
func (p *peer) matches(r *cve.Record, n cpe.Name) bool {
	if r.Status == cve.StatusRejected || !p.on[classQuote] && strings.Contains(n.String(), `"`) {
		return false
	}
	if p.on[classNoProduct] && n[cpe.Product] == cpe.NA {
		return false
	}
	p.rec = r
	for i := range r.Configurations {
		if p.configuration(&r.Configurations[i], n) {
			return true
		}
	}
	return false
}

func (p *peer) configuration(c *cve.Configuration, n cpe.Name) bool {
	hits := 0
	finding := false
	for i := range c.Nodes {
		hit, vulnerable := p.node(&c.Nodes[i], n)
		if hit {
			hits++
		}
		finding = finding || vulnerable
	}
	if p.on[classVulnerable] && !finding {
		return false
	}
	if c.Operator != cve.And || p.on[classPlatform] {
		return hits > 0
	}
	return hits == len(c.Nodes)
}

// node reports whether any criterion holds, and whether a vulnerable one does. The corpus has OR nodes only.
func (p *peer) node(node *cve.Node, n cpe.Name) (hit, vulnerable bool) {
	for i := range node.Criteria {
		if p.criterion(&node.Criteria[i], n) {
			hit = true
			vulnerable = vulnerable || node.Criteria[i].Vulnerable
		}
	}
	return hit, vulnerable
}

func (p *peer) criterion(c *cve.Criterion, n cpe.Name) bool {
	raw := fields(c.Criteria)
	if len(raw) != cpe.Attributes {
		return false
	}
	for a := cpe.Part; a <= cpe.Other; a++ {
		ours := a == cpe.Update && p.on[classVersion] // read together with the version
		if a != cpe.Version && !ours && !p.attribute(raw[a], string(n[a])) {
			return false
		}
	}
	if p.on[classCommits] && p.repeated(c, n) {
		return false
	}
	if p.on[classVersion] {
		return p.versionOurs(c, raw[cpe.Version], n)
	}
	return p.version(c, raw[cpe.Version], string(n[cpe.Version]))
}

// attribute holds if either side is ANY, both are the same, or the criterion's pattern covers the item's.
func (p *peer) attribute(want, have string) bool {
	if p.on[classCase] {
		want = strings.ToLower(want)
	}
	if want == "*" || have == "*" || want == have {
		return true
	}
	if want == "-" || have == "-" {
		return false
	}
	if stem, ok := strings.CutSuffix(want, "*"); ok && !strings.HasSuffix(stem, `\`) {
		return strings.HasPrefix(have, stem)
	}
	return false
}

func (p *peer) version(c *cve.Criterion, want, have string) bool {
	ranged := c.StartIncluding+c.StartExcluding+c.EndIncluding+c.EndExcluding != ""
	if want == "*" && !ranged {
		return true
	}
	if want != "*" && p.attribute(want, have) || have == "*" {
		return true
	}
	if !ranged || have == "-" && p.on[classNA] {
		return false
	}
	v := unquoteFew(have)
	return (c.StartIncluding == "" || peerOrder(v, c.StartIncluding) >= 0) &&
		(c.StartExcluding == "" || peerOrder(v, c.StartExcluding) > 0) &&
		(c.EndIncluding == "" || peerOrder(v, c.EndIncluding) <= 0) &&
		(c.EndExcluding == "" || peerOrder(v, c.EndExcluding) < 0)
}

// versionOurs lets Martinella decide the version alone. A capital letter or an
// NA that is not switched on keeps cpe2cve's answer.
func (p *peer) versionOurs(c *cve.Criterion, want string, n cpe.Name) bool {
	if n[cpe.Version] == cpe.NA && !p.on[classNA] {
		return p.version(c, want, "-") && p.attribute(fields(c.Criteria)[cpe.Update], string(n[cpe.Update]))
	}
	return p.probe(c, n)
}

// repeated reports bounds in commits beside others in versions, for an item with an ordinary version.
func (p *peer) repeated(c *cve.Criterion, n cpe.Name) bool {
	if !boundsAre(c, version.Opaque) || version.Parse(n[cpe.Version].Text()).Kind() != version.Ordinary {
		return false
	}
	for _, conf := range p.rec.Configurations {
		for _, node := range conf.Nodes {
			for i := range node.Criteria {
				if sameProduct(&node.Criteria[i], c) && boundsAre(&node.Criteria[i], version.Ordinary) {
					return true
				}
			}
		}
	}
	return false
}

// boundsAre reports that some bound or version (Opaque), or every one there is (Ordinary), is of the kind.
func boundsAre(c *cve.Criterion, kind version.Kind) bool {
	some, all := false, true
	for _, v := range [...]string{cpe.Value(fields(c.Criteria)[cpe.Version]).Text(), c.StartIncluding, c.StartExcluding, c.EndIncluding, c.EndExcluding} {
		if k := version.Parse(v).Kind(); k != version.None {
			some, all = some || k == kind, all && k == kind
		}
	}
	return some && (all || kind == version.Opaque)
}

func sameProduct(a, b *cve.Criterion) bool {
	x, y := fields(a.Criteria), fields(b.Criteria)
	return len(x) > 2 && len(y) > 2 && strings.EqualFold(x[0]+":"+x[1]+":"+x[2], y[0]+":"+y[1]+":"+y[2])
}

// unquoteFew undoes the quoting of . - and _ only, as cpe2cve does.
func unquoteFew(v string) string {
	return strings.NewReplacer(`\.`, ".", `\-`, "-", `\_`, "_").Replace(v)
}

// peerOrder: parts between punctuation; a part's leading digits are padded
// with zeros to the same length and the parts compared as text; of two versions
// equal as far as both go, the longer text is higher.
func peerOrder(a, b string) int {
	restA, restB := a, b
	for restA != "" && restB != "" {
		var partA, partB string
		partA, restA = peerPart(restA)
		partB, restB = peerPart(restB)
		digitsA, digitsB := leadingDigits(partA), leadingDigits(partB)
		if digitsA < digitsB {
			partA = strings.Repeat("0", digitsB-digitsA) + partA
		} else {
			partB = strings.Repeat("0", digitsA-digitsB) + partB
		}
		if order := strings.Compare(partA, partB); order != 0 {
			return order
		}
	}
	return min(1, max(-1, len(a)-len(b)))
}

func peerPart(v string) (part, rest string) {
	for i := range len(v) {
		if c := v[i]; c >= '!' && c <= '~' && !alphanumeric(c) {
			return v[:i], v[i+1:]
		}
	}
	return v, ""
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func leadingDigits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// fields cuts a formatted string at its unquoted colons, as written.
func fields(s string) []string {
	s = strings.TrimPrefix(s, "cpe:2.3:")
	var out []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ':':
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

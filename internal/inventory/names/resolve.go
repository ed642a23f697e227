// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"regexp"
	"slices"
	"strings"
)

// Answer is what a name resolves to. It is never silent: Taken says whether the
// first candidate is to be believed, Certain whether without asking anybody.
type Answer struct {
	Candidates []Candidate // the best first
	Taken      bool
	Certain    bool
	Accessory  bool // the name is of something that comes along with a product and is none
}

// Best gives the candidate that is taken.
func (a Answer) Best() (Candidate, bool) {
	if !a.Taken {
		return Candidate{}, false
	}
	return a.Candidates[0], true
}

// Resolve says what product a name means, with up to limit candidates. What it
// takes in is bounded (MaxText); it is deterministic.
func (x *Index) Resolve(q Query, limit int) Answer {
	q.Label, q.Publisher, q.Version = plainText(q.Label), plainText(q.Publisher), plainText(q.Version)
	if p, ok := ParsePURL(q.Label); ok {
		return x.answerPackage(p, q, limit)
	}
	if c, ok := x.system(q); ok {
		return taken(x.beside(c, q, limit))
	}
	if p, ok := distroName(q); ok {
		return x.answerPackage(p, q, limit)
	}
	if a, ok := x.answerListed(q, limit); ok {
		return a
	}
	return x.answerText(q, limit)
}

// plainText drops what is not seen and what no name has (controls,
// right-to-left marks) and leaves one blank where there are several.
func plainText(s string) string {
	s = clip(s)
	if !ascii(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		s = strings.Map(seen, strings.ToValidUTF8(s, ""))
	}
	return strings.Join(strings.Fields(s), " ")
}

// seen maps a rune to what is seen of it.
func seen(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case r < ' ' || r == 0x7f || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfeff:
		return -1
	}
	return r
}

func taken(list []Candidate) Answer { return Answer{Candidates: list, Taken: true} }

// beside puts c before what the words suggest.
func (x *Index) beside(c Candidate, q Query, limit int) []Candidate {
	out := []Candidate{c}
	if limit > 1 {
		for _, other := range x.Suggest(q, limit) {
			if other.Ref() != c.Ref() {
				other.Confidence = min(other.Confidence, c.Confidence-1)
				out = append(out, other)
			}
		}
	}
	return out[:min(len(out), max(limit, 1))]
}

// distroVersion is a version only distributions write.
var distroVersion = regexp.MustCompile(`(?i)\.(?:fc|el|amzn|oe|mga|al)\d|deb\d+u\d|ubuntu|\+dfsg|~bpo|\.remi\b|nodesource|^\d+:\d`)

// distroName is a name as package managers write them, of a package: no blank,
// and publisher or version of a distribution.
func distroName(q Query) (PURL, bool) {
	if strings.ContainsAny(q.Label, " /()®™") || q.Label == "" {
		return PURL{}, false
	}
	return PURL{Type: "", Name: q.Label}, distributor(q.Publisher) || distroVersion.MatchString(q.Version) || libraryName.MatchString(q.Label)
}

// libraryName is a name that only a package has, whoever states it.
var libraryName = regexp.MustCompile(`^(?:lib[a-z0-9+.-]+\d|lib[a-z0-9+.-]+-(?:dev|devel|bin)|python3?-[a-z0-9.-]+|perl-[A-Za-z0-9-]+|linux-(?:image|headers|modules)-.+|[a-z0-9+.]+(?:-[a-z0-9+.]+)*-(?:dev|devel|libs|common))$`)

// distributors are words by which distributions and their packagers are known.
var distributors = regexp.MustCompile(`(?i)\b(?:fedora|debian|ubuntu|canonical|centos|red ?hat|suse|opensuse|rocky|almalinux|alma linux|amazon linux|arch linux|alpine|oracle linux|remi collet|rpm ?fusion|epel|copr|nodesource|mageia|gentoo|linux mint|proxmox server|maintainers?|kernel team|cloudlinux|raspbian|kali)\b`)

func distributor(publisher string) bool { return distributors.MatchString(publisher) }

// answerPackage resolves a package.
func (x *Index) answerPackage(p PURL, q Query, limit int) Answer {
	version := q.Version
	if version == "" {
		version = p.Version
	}
	f := x.resolvePackage(p)
	if len(f.ids) == 0 {
		return x.onlyAlike(q, limit, f.nothing)
	}
	var out []Candidate
	for i, id := range f.ids[:min(len(f.ids), max(limit, 1))] {
		out = append(out, Candidate{Product: x.products[id], Confidence: packageConfidence(f, i), Reason: f.reason, Version: upstreamOf(version)})
	}
	return taken(out)
}

// answerListed resolves a name written like a package's that nothing says to
// be one, when a list knows it: wazuh-agent of "Wazuh, Inc".
func (x *Index) answerListed(q Query, limit int) (Answer, bool) {
	if !packageName.MatchString(q.Label) {
		return Answer{}, false
	}
	f := x.distroPackage(q.Label)
	if len(f.ids) == 0 || f.reason != Alias {
		return Answer{}, false
	}
	return x.answerPackage(PURL{Name: q.Label}, q, limit), true
}

// packageName is a name written as packages' are.
var packageName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.]*(?:[-_][a-z0-9+.]+)+$`)

// packageConfidence says how sure a package's products are.
func packageConfidence(f finding, i int) int {
	n := map[Reason]int{Alias: 92, Package: 88, Project: 75}[f.reason]
	if f.reason == Package && len(f.ids) > 1 {
		n = 80
	}
	return max(n-12*i, 20)
}

// onlyAlike is the answer when nothing fits: what resembles the name is for
// whoever looks, and is not looked for when only the answer counts.
func (x *Index) onlyAlike(q Query, limit int, accessory bool) Answer {
	if limit < 2 {
		return Answer{Accessory: accessory}
	}
	q.ByMachine = true
	return Answer{Candidates: weak(x.Suggest(q, limit)), Accessory: accessory}
}

// weak keeps candidates from being taken.
func weak(list []Candidate) []Candidate {
	for i := range list {
		list[i].Confidence = min(list[i].Confidence, GuessFrom-1)
	}
	return list
}

// answerText resolves the name of a program or system as people and Windows write them.
func (x *Index) answerText(q Query, limit int) Answer {
	list := x.Suggest(q, max(limit, 2))
	if len(list) == 0 {
		return Answer{}
	}
	extra := accessory(q.Label)
	if extra && list[0].Reason != Exact {
		return Answer{Candidates: weak(list)[:min(len(list), limit)], Accessory: true}
	}
	a := Answer{Taken: list[0].Confidence >= GuessFrom, Certain: list[0].Reason == Exact}
	a.Candidates = slices.Clip(list[:min(len(list), max(limit, 1))])
	return a
}

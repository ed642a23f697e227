// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"bytes"
	"cmp"
	"slices"
	"sort"
	"strings"
)

// packageTargets gives the products purl2cpe lists for a package URL in the
// form of PURL.Key, as "part:vendor:product"; none when it has none.
func packageTargets(key string) []string {
	s, err := loadShipped()
	if err != nil {
		return nil
	}
	text := s.packages
	start := sort.Search(len(text), func(i int) bool {
		return string(lineKey(text[bytes.LastIndexByte(text[:i], '\n')+1:])) >= key
	})
	if !bytes.Equal(lineKey(text[start:]), []byte(key)) {
		return nil
	}
	line, _, _ := bytes.Cut(text[start:], []byte{'\n'})
	return strings.Split(string(line), "\t")[1:]
}

func lineKey(text []byte) []byte {
	if i := bytes.IndexAny(text[:min(len(text), MaxText*2)], "\t\n"); i >= 0 {
		return text[:i]
	}
	return text
}

// distributions are the sources of packages that purl2cpe names, those most often met first.
var distributions = []string{"pkg:deb/debian/", "pkg:deb/ubuntu/", "pkg:rpm/fedora/", "pkg:rpm/opensuse/", "pkg:rpm/centos/"}

// distroTargets gives what purl2cpe lists for a distribution's package, of all distributions.
func distroTargets(name string) (refs []string) {
	for _, d := range distributions {
		refs = append(refs, packageTargets(d+name)...)
	}
	return refs
}

// finding is what a package's name led to.
type finding struct {
	ids     []int32 // products, the best first
	reason  Reason
	nothing bool // it is known to be no product of its own
}

func (f finding) found() bool { return len(f.ids) > 0 || f.nothing }

// resolvePackage gives the products a package of a distribution or registry is.
func (x *Index) resolvePackage(p PURL) finding {
	switch p.Type {
	case "deb", "rpm", "apk", "alpine", "":
		return x.distroPackage(p.Name)
	}
	if f := x.listed(p.Key(), p.Name); f.found() {
		return f
	}
	namespace := strings.ToLower(p.Namespace)
	switch p.Type {
	case "golang", "github":
		return x.hosted(namespace + "/" + strings.ToLower(p.Name))
	case "maven", "composer":
		if f := x.grouped(namespace); f.found() {
			return f
		}
	}
	if ids := x.named(p.Namespace + ":" + p.Name); len(ids) > 0 {
		return finding{ids: ids, reason: Package}
	}
	return x.project(p.Name, p.Type == "pypi")
}

// listed asks purl2cpe. A name that has nothing in common with the package's is
// one of its slips for everything but distributions' packages.
func (x *Index) listed(key, name string) finding {
	return finding{ids: x.rankTargets(packageTargets(key), name, true), reason: Package}
}

// rankTargets puts products in the order of how well they fit a package's name, then of popularity.
func (x *Index) rankTargets(refs []string, name string, strict bool) []int32 {
	plain := compact(Words(name))
	type ranked struct {
		id  int32
		fit int
	}
	var all []ranked
	for _, ref := range refs {
		part, rest, _ := strings.Cut(ref, ":")
		for _, id := range x.byName[rest] {
			fit := x.fit(id, plain)
			if x.products[id].Part == part && (fit > 0 || !strict) && !slices.ContainsFunc(all, func(r ranked) bool { return r.id == id }) {
				all = append(all, ranked{id, fit})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Or(b.fit-a.fit, int(a.id-b.id)) })
	out := make([]int32, len(all))
	for i, r := range all {
		out[i] = r.id
	}
	return out
}

// fit says how much a product's name is like a package's: 3 the same, 2 one in the other, 1 the vendor's, 0 nothing.
func (x *Index) fit(id int32, plain string) int {
	en := &x.entries[id]
	switch product, vendor := en.compactName, en.compactVen; {
	case product == plain:
		return 3
	case inside(product, plain) || inside(plain, product):
		return 2
	case inside(vendor, plain) || inside(plain, vendor):
		return 1
	}
	return 0
}

// inside says whether a is a part of b long enough to mean something.
func inside(a, b string) bool { return len(a) >= 3 && strings.Contains(b, a) }

// named gives the products called "vendor:product".
func (x *Index) named(refs ...string) []int32 {
	for _, ref := range refs {
		if ids := x.byName[ref]; len(ids) > 0 {
			return ids
		}
	}
	return nil
}

// hosted resolves a Go module or a repository by its address, packages inside it included.
func (x *Index) hosted(path string) finding {
	for segments := strings.Split(path, "/"); len(segments) >= 2; segments = segments[:len(segments)-1] {
		path := strings.Join(segments, "/")
		if refs, ok := x.packages.groups[path]; ok {
			return finding{ids: x.named(refs...), reason: Alias, nothing: true}
		}
		for _, key := range []string{"pkg:golang/" + path, "pkg:" + strings.Replace(path, "github.com/", "github/", 1)} {
			if ids := x.rankTargets(packageTargets(key), segments[len(segments)-1], true); len(ids) > 0 && strings.Count(key, "/") > 1 {
				return finding{ids: ids, reason: Package}
			}
		}
	}
	return finding{}
}

// grouped resolves a module by its namespace: org.eclipse.jetty is one product in many modules.
func (x *Index) grouped(namespace string) finding {
	refs, ok := x.packages.groups[namespace]
	return finding{ids: x.named(refs...), reason: Alias, nothing: ok}
}

// project finds a product whose vendor is called after it: a project of its
// own. With any, also one called the same by CPE's newer style.
func (x *Index) project(name string, same bool) finding {
	plain := compact(Words(name))
	var ids []int32
	for _, id := range x.sameName[plain] {
		vendor := x.entries[id].compactVen
		if len(plain) > 2 && (vendor == plain+"project" || same && vendor == plain || same && vendor == plain+"team") {
			ids = append(ids, id)
		}
	}
	return finding{ids: ids, reason: Project}
}

// distroPackage resolves a package of Debian, Fedora, SUSE, Alpine and their kin.
func (x *Index) distroPackage(name string) finding {
	name = bare(name)
	if f, ok := x.listedName(name); ok {
		return f
	}
	if f, ok := x.languagePackage(name); ok {
		return f
	}
	if ids := x.rankTargets(distroTargets(name), name, true); len(ids) > 0 {
		return finding{ids: ids, reason: Package}
	}
	if x.packages.holdsNothing(name) {
		return finding{nothing: true}
	}
	for _, stem := range x.packages.stems(name) {
		if f := x.stem(stem); f.found() {
			return f
		}
	}
	for family := name; ; {
		i := strings.LastIndexByte(family, '-')
		if i <= 0 {
			return x.only(name)
		}
		if family = family[:i]; x.packages.families[family] {
			return x.stem(family)
		}
	}
}

// listedName looks a name up in the list kept by hand.
func (x *Index) listedName(name string) (finding, bool) {
	refs, ok := x.packages.names[name]
	if !ok {
		return finding{}, false
	}
	ids := x.named(refs...)
	return finding{ids: ids, reason: Alias, nothing: len(refs) == 0}, len(ids) > 0 || len(refs) == 0
}

// stem resolves one form of a package's name.
func (x *Index) stem(name string) finding {
	if f, ok := x.listedName(name); ok {
		return f
	}
	if ids := x.rankTargets(distroTargets(name), name, false); len(ids) > 0 {
		return finding{ids: ids, reason: Package}
	}
	return x.project(name, true)
}

// only gives the one product of a name that is long enough to be nobody else's.
func (x *Index) only(name string) finding {
	if plain := compact(Words(name)); len(plain) >= 8 && len(x.sameName[plain]) == 1 {
		return finding{ids: x.sameName[plain], reason: Project}
	}
	return finding{}
}

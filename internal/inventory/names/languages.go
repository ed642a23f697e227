// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"regexp"
	"strings"
)

// How distributions name packages of languages' libraries.
var (
	pythonPackage = regexp.MustCompile(`^(?:python|py)(?:\d(?:\.?\d+)?)?-(.+)$`)
	perlPackage   = regexp.MustCompile(`^(?:perl-(.+)|lib(.+)-perl)$`)
	phpPackage    = regexp.MustCompile(`^php[\d.]*(?:-php)?-(?:pecl-|pear-)?(.+)$`)
	phpItself     = regexp.MustCompile(`^(?:php[\d.]*|php\d+-php|php\d+-runtime|libapache2-mod-php[\d.]*)$`)
	nodePackage   = regexp.MustCompile(`^(?:nodejs|node)-(.+)$`)
	rubyPackage   = regexp.MustCompile(`^(?:rubygem|ruby)-(.+)$`)
	commons       = regexp.MustCompile(`^(?:apache-commons|jakarta-commons|libcommons)-(.+?)\d?(?:-java)?$`)
)

// languagePackage resolves a library of a language; false when the name is of none.
// What no list knows is no product: python3-foo is neither Python nor another foo.
func (x *Index) languagePackage(name string) (finding, bool) {
	if phpItself.MatchString(name) {
		return x.stem("php"), true
	}
	if m := pythonPackage.FindStringSubmatch(name); m != nil {
		if x.packages.python[m[1]] {
			return x.stem("python"), true
		}
		return x.library(m[1], []string{"pkg:pypi/"}, "python-", "python3-", "python2-"), true
	}
	if m := perlPackage.FindStringSubmatch(name); m != nil {
		if x.packages.perl[m[1]] {
			return x.stem("perl"), true
		}
		return x.library(m[1]+m[2], []string{"pkg:cpan/"}, "perl-"), true
	}
	if m := phpPackage.FindStringSubmatch(name); m != nil {
		if x.packages.php[m[1]] {
			return x.stem("php"), true
		}
		return x.phpLibrary(m[1]), true
	}
	return x.otherLibrary(name)
}

func (x *Index) otherLibrary(name string) (finding, bool) {
	if m := nodePackage.FindStringSubmatch(name); m != nil {
		return x.library(m[1], []string{"pkg:npm/"}, "node-", "nodejs-"), true
	}
	if m := rubyPackage.FindStringSubmatch(name); m != nil && !x.packages.parts[m[1]] {
		return x.library(m[1], []string{"pkg:gem/"}, "ruby-", "rubygem-"), true
	}
	if m := commons.FindStringSubmatch(name); m != nil {
		ids := x.named("apache:commons_"+m[1], "apache:commons-"+m[1])
		return finding{ids: ids, reason: Alias, nothing: true}, true
	}
	return finding{}, false
}

// library looks a library up in its registry, then among distributions' packages.
func (x *Index) library(name string, registries []string, prefixes ...string) finding {
	if strings.HasPrefix(name, "lib") && len(name) > 5 {
		return x.stem(name) // a binding, cut from the library's own source
	}
	if refs, ok := x.packages.names[prefixes[0]+name]; ok {
		return finding{ids: x.named(refs...), reason: Alias, nothing: true}
	}
	for _, r := range registries {
		if f := x.listed(r+name, name); f.found() {
			return f
		}
	}
	var refs []string
	for _, prefix := range prefixes {
		refs = append(refs, distroTargets(prefix+name)...)
	}
	if ids := x.rankTargets(refs, name, true); len(ids) > 0 {
		return finding{ids: ids, reason: Package}
	}
	if bindings[name] {
		return x.stem(name)
	}
	f := x.project(name, false)
	f.nothing = true
	return f
}

// bindings are libraries of languages that come out of the source of the program they bind.
var bindings = map[string]bool{"rpm": true, "samba": true, "ldb": true, "talloc": true, "sss": true, "sssdconfig": true, "magic": true, "jinja2": true, "dnf": true}

// phpLibrary resolves "symfony-http-kernel": the vendor's first word is the product's group.
func (x *Index) phpLibrary(name string) finding {
	group, _, _ := strings.Cut(name, "-")
	if refs, ok := x.packages.groups[group]; ok {
		return finding{ids: x.named(refs...), reason: Alias, nothing: true}
	}
	return x.library(name, []string{"pkg:composer/" + group + "/", "pkg:composer/" + name + "/"}, "php-")
}

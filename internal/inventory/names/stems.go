// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"regexp"
	"slices"
	"strings"
)

// versionTail is a version or soname at the end of a package's name: libssl1.1, gcc-10, libtag1v5, libtiff6t64.
var versionTail = regexp.MustCompile(`^(.*?[a-z+_])[-._]?\d+(?:[._]\d+)*(?:-\d+(?:[._]\d+)*)?(?:[a-z]|c2a?|v5|t64|g|debian|ldbl)*$`)

// hyphenTail is a version set off by a hyphen: libopenjp2-7, libbz2-1.0.
var hyphenTail = regexp.MustCompile(`^(.{3,}?)-\d+(?:[._]\d+)*(?:t64|[a-z])?$`)

// maxStems bounds how many forms of a package's name are looked up.
const maxStems = 16

// stems gives a package's name and what it is part of, the nearest first: its
// ending, version and lib in front taken away one after the other.
func (l *packageLists) stems(name string) []string {
	var out []string
	add := func(s string) {
		if len(s) > 1 && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for cur := name; len(out) < maxStems; {
		add(cur)
		if rest, ok := strings.CutPrefix(cur, "lib"); ok {
			add(strings.TrimPrefix(rest, "-"))
		}
		next := l.shorter(cur)
		if next == cur {
			break
		}
		cur = next
	}
	return out
}

// shorter takes one ending or version off a package's name.
func (l *packageLists) shorter(name string) string {
	if i := strings.LastIndexAny(name, "-_"); i > 1 && (l.parts[name[i+1:]] || architectures[name[i+1:]]) {
		return name[:i]
	}
	if m := hyphenTail.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	if m := versionTail.FindStringSubmatch(name); m != nil && len(m[1]) > 1 {
		return m[1]
	}
	return name
}

var architectures = map[string]bool{"amd64": true, "i386": true, "i686": true, "arm64": true, "armhf": true, "x86": true, "aarch64": true, "noarch": true, "cloud": true, "x86_64": true}

// javaPackage is how Fedora and Red Hat name their builds of OpenJDK.
var javaPackage = regexp.MustCompile(`^java-[\d.]+-openjdk\b`)

// bare writes a package's name for looking up: lower case, no architecture behind a colon.
func bare(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if i := strings.IndexByte(name, ':'); i > 0 && architectures[name[i+1:]] {
		name = name[:i]
	}
	if javaPackage.MatchString(name) {
		return "openjdk"
	}
	return name
}

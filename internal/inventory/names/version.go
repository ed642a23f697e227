// SPDX-License-Identifier: EUPL-1.2

package names

import (
	"regexp"
	"strings"
)

// versionWord is a word that can only be a version: digits with dots, an
// optional v in front, and whatever packagers hang behind it.
var versionWord = regexp.MustCompile(`^[vV]?(?:\d+:)?(\d+(?:\.\d+)+(?:[._+~-]?[0-9A-Za-z]+)*)$`)

// markedVersion is a bare number that a word or a v in front declares a version.
var markedVersion = regexp.MustCompile(`^[vV](\d+[0-9A-Za-z._-]*)$`)

// bareNumber is a number that may be a version or part of a name: 2019, 10.
var bareNumber = regexp.MustCompile(`^\d{1,4}$`)

// parts is a text with its versions set aside.
type parts struct {
	rest    string // the text without the version
	head    string // what of rest stands before the version and before brackets
	version string // digits with dots, or marked as a version; "" when none
	number  string // the last bare number still in rest; it may be the version
}

// splitVersion takes the last version out of a text.
func splitVersion(text string) parts {
	fields := strings.Fields(text)
	p, at := parts{}, -1
	for i, f := range fields {
		f = strings.Trim(f, "(),;[]")
		switch {
		case versionWord.MatchString(f):
			p.version, at = versionWord.FindStringSubmatch(f)[1], i
		case markedVersion.MatchString(f):
			p.version, at = markedVersion.FindStringSubmatch(f)[1], i
		case bareNumber.MatchString(f) && i > 0:
			if declares(fields[i-1]) {
				p.version, at = f, i
			} else {
				p.number = f
			}
		}
	}
	p.rest = strings.Join(without(fields, at), " ")
	p.head = p.rest
	if at > 0 {
		p.head = strings.Join(without(fields[:at], -1), " ")
	}
	if i := strings.IndexAny(p.head, "(["); i > 0 {
		p.head = p.head[:i]
	}
	return p
}

// declares says whether a word announces that a version follows.
func declares(word string) bool {
	switch strings.ToLower(strings.Trim(word, ".:,(")) {
	case "version", "versione", "versjon", "ver", "v", "vers", "release", "rel":
		return true
	}
	return false
}

// without drops the version and the other version-like words: "(build 23.1)".
func without(fields []string, at int) []string {
	var out []string
	for i, f := range fields {
		bare := strings.Trim(f, "(),;[]")
		if i == at || versionWord.MatchString(bare) {
			continue
		}
		out = append(out, f)
	}
	return out
}

// packageRelease is what distributions hang behind the upstream version: "-1.fc25", "-2+deb12u1", "-r0".
var packageRelease = regexp.MustCompile(`(?i)^(.+?)-(?:\d[^-]*(?:\.(?:fc|el|amzn|oe|suse|mga|al)\d+|\+deb|\.deb|ubuntu|~bpo|\.remi|nodesource|~mt)[^-]*|\d+\.fc\d+.*|r\d+)$`)

// repacked is what distributions hang on the upstream version when they changed its sources.
var repacked = regexp.MustCompile(`(?i)[+~.-](?:dfsg|ds|repack|really|samba|build|debian|ubuntu)\d*.*$`)

// Upstream gives the upstream part of a distribution's package version: "2.2.8"
// for "2.2.8-1.fc31"; any other version as it is.
func Upstream(version string) string {
	if len(version) > MaxText {
		return version
	}
	if m := packageRelease.FindStringSubmatch(version); m != nil {
		return strings.TrimLeft(repacked.ReplaceAllString(withoutEpoch(m[1]), ""), " ")
	}
	return version
}

// upstreamOf is Upstream for a version known to be a package's: whatever stands
// behind the last hyphen is the packagers' count.
func upstreamOf(version string) string {
	version = withoutEpoch(strings.TrimSpace(clip(version)))
	if i := strings.LastIndexByte(version, '-'); i > 0 && i+1 < len(version) && (digit(version[i+1]) || version[i+1] == 'r') {
		version = version[:i]
	}
	return Stated(repacked.ReplaceAllString(version, ""))
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

func withoutEpoch(version string) string {
	if i := strings.IndexByte(version, ':'); i > 0 && strings.Trim(version[:i], "0123456789") == "" {
		return version[i+1:]
	}
	return version
}

// distrib is how MySQL and MariaDB state the version that counts: "Ver 15.1 Distrib 10.5.10-MariaDB".
var distrib = regexp.MustCompile(`(?i)\bdistrib (\d[\d.]*)`)

// announced is a version behind a word that announces it, or a maker's letters: "v1.2", "Version 3", "ad 7.1.13".
var announced = regexp.MustCompile(`(?i)^(?:v|ver|vers|version|versione|versjon|release|rel|build|ad)?[. ]*(\d\S*)$`)

// Stated writes a version as it is compared: without the words around it.
// What it cannot read it leaves as it is.
func Stated(version string) string {
	version = strings.TrimSpace(clip(version))
	if m := distrib.FindStringSubmatch(version); m != nil {
		return m[1]
	}
	if m := announced.FindStringSubmatch(version); m != nil {
		return m[1]
	}
	return version
}

// Version gives the version a text states, "" for none. A bare number, which
// may as well be part of the name, is none.
func Version(label string) string { return splitVersion(clip(label)).version }

// WithoutVersion gives a text without the version it states.
func WithoutVersion(label string) string { return splitVersion(clip(label)).rest }

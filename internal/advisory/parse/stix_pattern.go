// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"regexp"
	"strings"
)

// comparison is one test of a pattern (STIX 2.1, 9.6): "ipv4-addr:value = '…'".
// A string may hold escaped quotes.
var comparison = regexp.MustCompile(`([a-z0-9-]+:(?:[A-Za-z0-9_.-]|'[^'\\]{1,100}'|\[(?:\*|\d+)\])+)\s+(NOT\s+)?(=|!=|<=|>=|<|>|IN|LIKE|MATCHES|ISSUBSET|ISSUPERSET)\s*(\((?:[^()'\\]|'(?:[^'\\]|\\.)*')*\)|'(?:[^'\\]|\\.)*'|[^\s\]]+)`)

var quoted = regexp.MustCompile(`'((?:[^'\\]|\\.)*)'`)

// stixPattern takes the values a pattern looks for. A pattern that asks for more
// than one thing at once says more than its values do; that is told.
func (b *builder) stixPattern(pattern, until string) {
	found := false
	all := comparison.FindAllStringSubmatch(pattern, maxIndicators)
	for _, m := range all {
		if m[2] != "" || m[3] != "=" && m[3] != "IN" || !observable(m[1]) {
			continue
		}
		for _, v := range quoted.FindAllStringSubmatch(m[4], maxIndicators) {
			found = b.stixValue(m[1], unescape(v[1]), until) || found
		}
	}
	switch {
	case !found:
		b.unplaced(clean(pattern))
	case containsAny(pattern, " AND ", " FOLLOWEDBY ", " NOT ", "!=", " REPEATS ", " WITHIN "):
		b.warn(WarnPattern, clean(pattern))
	}
}

func unescape(s string) string { return strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(s) }

// observable says whether the values of an object path can be looked for by themselves.
func observable(path string) bool {
	object, property, _ := strings.Cut(path, ":")
	switch object {
	case "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr":
		return property == "value"
	case "file", "artifact":
		return strings.HasPrefix(property, "hashes.")
	case "network-traffic", "email-message":
		return strings.HasSuffix(property, "_ref.value")
	}
	return false
}

// stixValue keeps one value, if it is what its path says.
func (b *builder) stixValue(path, value, until string) bool {
	t, plain := classify(clean(value), true)
	object, _, _ := strings.Cut(path, ":")
	fits := map[string][]IndicatorType{
		"ipv4-addr": {TypeIP, TypeNetwork}, "ipv6-addr": {TypeIP, TypeNetwork}, "domain-name": {TypeDomain}, "url": {TypeURL},
		"email-addr": {TypeEmail}, "file": {TypeMD5, TypeSHA1, TypeSHA256, TypeSHA512}, "artifact": {TypeMD5, TypeSHA1, TypeSHA256, TypeSHA512},
		"network-traffic": {TypeIP, TypeNetwork, TypeDomain}, "email-message": {TypeEmail},
	}
	for _, want := range fits[object] {
		if t == want {
			return b.keep(Indicator{Type: t, Value: plain, Written: clean(value), Until: stamp(until)})
		}
	}
	return false
}

// keep takes an indicator from a program's own format, unless to block it would block one's own network.
func (b *builder) keep(i Indicator) bool {
	if i.Value == "" || !reachable(i.Type, i.Value) {
		b.warn(WarnReserved, i.Written)
		b.unplaced(i.Written)
		return true
	}
	i.Written = short(i.Written, maxAddress)
	b.indicator(i)
	return true
}

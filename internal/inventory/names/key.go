// SPDX-License-Identifier: EUPL-1.2

package names

import "strings"

// Key is what a name is remembered by: the words of publisher and label
// without version, architecture, language and legal form. Two labels with the
// same key are the same product for everyone. "" when nothing is left.
func Key(label, publisher string) string {
	if p, ok := ParsePURL(label); ok {
		return p.Key()
	}
	l, err := loadLists()
	if err != nil {
		return ""
	}
	ws := keyWords(l, splitVersion(clip(label)).rest)
	vs := keyWords(l, publisher)
	if l.packers[phrase(publisher)] {
		vs = nil
	}
	if len(vs) > 0 && !startsWith(ws, vs) {
		ws = append(vs, ws...)
	}
	return join(ws)
}

// keyWords drops what does not tell products apart; when that is everything,
// it drops nothing.
func keyWords(l *lists, text string) []string {
	all := words(fold(text))
	var out []string
	for i, w := range all {
		if l.arch[w] && !ownNumber(all, i) || (i > 0 && legal(w)) {
			continue
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// ownNumber says whether a 32 or 64 belongs to the name: alone, without "bit" or
// an architecture beside it, it does ("Nintendo 64").
func ownNumber(all []string, i int) bool {
	if all[i] != "32" && all[i] != "64" {
		return false
	}
	beside := func(j int) string {
		if j < 0 || j >= len(all) {
			return ""
		}
		return all[j]
	}
	switch beside(i - 1) {
	case "x86", "win", "amd", "arm", "ia", "bit", "x":
		return false
	}
	switch beside(i + 1) {
	case "bit", "bits", "bitowy":
		return false
	}
	return true
}

// legal says whether a word is a company's legal form.
func legal(w string) bool {
	switch w {
	case "inc", "incorporated", "corp", "corporation", "ltd", "limited", "llc", "gmbh", "ag", "ab", "sa", "spa", "srl", "bv", "oy", "plc", "co":
		return true
	}
	return false
}

func startsWith(ws, prefix []string) bool {
	return len(ws) >= len(prefix) && strings.HasPrefix(join(ws)+" ", join(prefix)+" ")
}

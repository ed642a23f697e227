// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"fmt"
	"slices"
	"strings"
)

// part is a piece of a sentence: literal text, or the name of a placeholder.
type part struct {
	text string
	arg  string
}

// sentence is a parsed catalogue string.
type sentence []part

// message is one catalogue value: a single sentence under [Other], or one
// sentence for each plural category.
type message struct {
	forms  map[Category]sentence
	plural bool
}

// parseSentence splits a catalogue string at its {placeholders}. A brace that
// opens no placeholder, or markup, is an error.
func parseSentence(s string) (sentence, error) {
	if s == "" {
		return nil, fmt.Errorf("empty sentence")
	}
	if strings.ContainsAny(s, "<>") {
		return nil, fmt.Errorf("%q contains markup: catalogue sentences are plain text", s)
	}
	var out sentence
	for s != "" {
		open := strings.IndexAny(s, "{}")
		if open < 0 {
			return append(out, part{text: s}), nil
		}
		if open > 0 {
			out = append(out, part{text: s[:open]})
		}
		name, rest, ok := strings.Cut(s[open+1:], "}")
		if s[open] == '}' || !ok || !placeholderName(name) {
			return nil, fmt.Errorf("%q: a brace that is not a {placeholder}", s)
		}
		out = append(out, part{arg: name})
		s = rest
	}
	return out, nil
}

// placeholderName accepts lower-case names such as "n" or "fixed_version".
func placeholderName(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return true
}

// args returns the distinct placeholders of all forms, sorted.
func (m message) args() []string {
	var names []string
	for _, s := range m.forms {
		for _, p := range s {
			if p.arg != "" && !slices.Contains(names, p.arg) {
				names = append(names, p.arg)
			}
		}
	}
	slices.Sort(names)
	return names
}

// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"
)

// words gives every string literal of files.
func words(files []source) map[string]bool {
	all := map[string]bool{}
	for _, f := range files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text, ok := literal(e); ok {
					all[text] = true
				}
			}
			return true
		})
	}
	return all
}

// orphans gives the keys that no string of the program is, or begins: a string
// that ends in a dot, or has a verb of fmt, stands for all keys that continue it.
func orphans(keys []string, words map[string]bool) []string {
	var beginnings []string
	for w := range words {
		head, _, isFormat := strings.Cut(w, "%")
		if strings.Contains(head, ".") && (isFormat || strings.HasSuffix(w, ".") || strings.HasSuffix(w, "_")) {
			beginnings = append(beginnings, head)
		}
	}
	var broken []string
	for _, key := range keys {
		code := strings.TrimPrefix(key, "fault.")
		continued := slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(key, b) || strings.HasPrefix(code, b) })
		if !words[key] && !words[code] && !continued {
			broken = append(broken, fmt.Sprintf("%q: nothing in the program says it", key))
		}
	}
	slices.Sort(broken)
	return broken
}

func TestEverySentenceIsUsed(t *testing.T) {
	files := sources(t, func(s source) bool { return s.isGo() && !s.isTest() })
	report(t, orphans(slices.Collect(maps.Keys(sentences(t))), words(files)),
		"a sentence nobody says is translated and reviewed three times for nothing, and hides the one that is missing")
}

func TestUnusedRuleCatches(t *testing.T) {
	words := map[string]bool{"inventory.add": true, "inventory.gone": true, "inventory.state.": true, "inventory.%s.title": true, "a.": true, ".": true}
	keys := []string{"inventory.add", "fault.inventory.gone", "inventory.state.new", "identity.old", "fault.identity.old"}
	if got := orphans(keys[:3], words); len(got) != 0 {
		t.Errorf("used ones are refused: %q", got)
	}
	delete(words, "inventory.%s.title")
	if got := orphans(keys, words); len(got) != 2 {
		t.Errorf("two unused ones wanted, got %q", got)
	}
}

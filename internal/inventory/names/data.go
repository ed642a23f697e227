// SPDX-License-Identifier: EUPL-1.2

package names

import (
	_ "embed" // the word lists
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

//go:embed data/words.json
var wordsJSON []byte

// lists is what data/words.json says; it never changes.
type lists struct {
	vendors  map[string]string   // folded words of a publisher -> vendor as CPE writes it
	products map[string][]string // folded phrase -> "vendor:product", the first the dictionary has
	neutral  map[string]bool     // words that mean nothing when left over
	arch     map[string]bool     // words dropped from the key: architecture and language
	packers  map[string]bool     // publishers that only pack others' products
	firms    map[string]bool     // words that end a firm's name and may be left out
	suffixes []string            // endings of packages cut from one product
}

var loadLists = sync.OnceValues(readLists)

func readLists() (*lists, error) {
	var raw struct {
		Vendors  map[string]string `json:"vendors"`
		Products map[string]string `json:"products"`
		Neutral  []string          `json:"neutral"`
		Arch     []string          `json:"architecture_and_language"`
		Packers  []string          `json:"packers"`
		Firms    []string          `json:"firms"`
		Suffixes []string          `json:"package_suffixes"`
	}
	if err := json.Unmarshal(wordsJSON, &raw); err != nil {
		return nil, fmt.Errorf("names/data/words.json: %w", err)
	}
	l := &lists{vendors: map[string]string{}, products: map[string][]string{}, suffixes: raw.Suffixes}
	for text, vendor := range raw.Vendors {
		l.vendors[phrase(text)] = vendor
	}
	for text, ref := range raw.Products {
		l.products[phrase(text)] = strings.Fields(ref)
	}
	l.neutral, l.arch, l.packers = set(raw.Neutral), set(raw.Arch), set(raw.Packers)
	l.firms = set(raw.Firms)
	return l, nil
}

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, w := range list {
		m[phrase(w)] = true
	}
	return m
}

// phrase is a text as the lists' keys are written: its words, one blank between.
func phrase(s string) string { return join(words(fold(s))) }

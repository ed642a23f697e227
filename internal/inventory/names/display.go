// SPDX-License-Identifier: EUPL-1.2

package names

import (
	_ "embed" // how words are written
	"encoding/json"
	"strings"
	"sync"
	"unicode"
)

//go:embed data/spelling.json
var spellingJSON []byte

// spelling is how words of products are written by those who make them:
// "fortios" is FortiOS. It is taken from the names people use (data/words.json)
// and from a short list of its own.
var spelling = sync.OnceValue(readSpelling)

func readSpelling() map[string]string {
	out := map[string]string{}
	var raw struct {
		Vendors  map[string]string `json:"vendors"`
		Products map[string]string `json:"products"`
	}
	if err := json.Unmarshal(wordsJSON, &raw); err != nil {
		return out
	}
	for text := range raw.Products {
		learnSpelling(out, text)
	}
	for text := range raw.Vendors {
		learnSpelling(out, text)
	}
	var own []string
	if err := json.Unmarshal(spellingJSON, &own); err != nil {
		return out
	}
	for _, w := range own {
		out[strings.ToLower(w)] = w
	}
	return out
}

// learnSpelling keeps the words that are written otherwise than with one capital
// at their beginning. Of two spellings the first in the alphabet counts, so that
// the answer is the same every time.
func learnSpelling(out map[string]string, text string) {
	for _, w := range strings.Fields(text) {
		w = strings.Trim(w, "(),.")
		low := strings.ToLower(w)
		if w == low || w == capital(low) {
			continue
		}
		if was, ok := out[low]; !ok || w < was {
			out[low] = w
		}
	}
}

// capital writes a word with a capital letter at its beginning.
func capital(w string) string {
	for i, r := range w {
		return w[:i] + string(unicode.ToUpper(r)) + w[i+len(string(r)):]
	}
	return w
}

// written is a CPE value as people write it: "windows_server_2019" is Windows Server 2019.
func written(text string) string {
	known := spelling()
	ws := strings.Fields(text)
	for i, w := range ws {
		if s, ok := known[w]; ok {
			ws[i] = s
			continue
		}
		parts := strings.Split(w, "-")
		for j, p := range parts {
			switch s, ok := known[p]; {
			case ok:
				parts[j] = s
			case model(p):
				parts[j] = strings.ToUpper(p)
			default:
				parts[j] = capital(p)
			}
		}
		ws[i] = strings.Join(parts, "-")
	}
	return strings.Join(ws, " ")
}

// model says whether a word is a model or release rather than a word: letters
// and digits mixed, such as 22h2 or r2.
func model(w string) bool {
	letters, digits := 0, 0
	for _, r := range w {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits > 0 && letters > 0 && letters <= 3
}

// display names a product as people read it, the vendor once.
func display(vendor, product string) string {
	v, p := written(vendor), written(product)
	if strings.EqualFold(v, p) || strings.HasPrefix(strings.ToLower(p), strings.ToLower(v)+" ") {
		return p
	}
	return v + " " + p
}

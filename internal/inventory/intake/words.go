// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	_ "embed" // the column names
	"encoding/json"
	"strings"
	"sync"
	"unicode"
)

//go:embed data/words.json
var wordsJSON []byte

// vocabulary is what columns and their values are called in our languages.
type vocabulary struct {
	Columns     map[string]Field
	Exposure    map[string]string
	Criticality map[string]string
	Kind        map[string]Kind
}

var words = sync.OnceValue(readVocabulary)

// readVocabulary reads what is shipped with the program; a test tries that it can be.
func readVocabulary() vocabulary {
	var raw struct {
		Columns     map[Field][]string  `json:"columns"`
		Exposure    map[string][]string `json:"exposure"`
		Criticality map[string][]string `json:"criticality"`
		Kind        map[Kind][]string   `json:"kind"`
	}
	v := vocabulary{Columns: map[string]Field{}, Exposure: map[string]string{}, Criticality: map[string]string{}, Kind: map[string]Kind{}}
	if err := json.Unmarshal(wordsJSON, &raw); err != nil {
		return v
	}
	for f, synonyms := range raw.Columns {
		for _, s := range synonyms {
			v.Columns[plain(s)] = f
		}
	}
	spread(v.Exposure, raw.Exposure)
	spread(v.Criticality, raw.Criticality)
	for k, synonyms := range raw.Kind {
		for _, s := range synonyms {
			v.Kind[plain(s)] = k
		}
	}
	return v
}

func spread(into map[string]string, from map[string][]string) {
	for meant, synonyms := range from {
		for _, s := range synonyms {
			into[plain(s)] = meant
		}
	}
}

// plain writes a heading or value as it is compared: letters and digits, lower case.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

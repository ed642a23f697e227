// SPDX-License-Identifier: EUPL-1.2

// Package word holds short texts of the domain data, which come in several languages.
package word

// Text is a short text in several languages, by tag.
type Text map[string]string

// In gives the text in a language, else in Italian, the language the data is written in first.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	return t["it"]
}

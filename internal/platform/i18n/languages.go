// SPDX-License-Identifier: EUPL-1.2

package i18n

// The languages Martinella speaks, as BCP 47 tags.
const (
	Italian   = "it"
	English   = "en"
	Norwegian = "nb"
)

// Default is the language of a reader about whom nothing is known, and the one
// a missing sentence falls back to.
const Default = Italian

// Languages returns the tags of all languages, the default first.
func Languages() []string { return []string{Italian, English, Norwegian} }

// Name returns the name a language gives itself ("norsk bokmål"), or the tag
// itself when it is none of ours.
func Name(lang string) string {
	switch lang {
	case Italian:
		return "italiano"
	case English:
		return "English"
	case Norwegian:
		return "norsk bokmål"
	}
	return lang
}

// Known reports whether lang is one of [Languages].
func Known(lang string) bool {
	return lang == Italian || lang == English || lang == Norwegian
}

// SPDX-License-Identifier: EUPL-1.2

package parse

import "strings"

// lookAt is how much of a text is enough to know its language, in bytes.
const lookAt = 20_000

// language tells Italian, English and Norwegian apart by the small words that
// only one of them has; "" when there are too few.
func language(title, summary string, sections []Section) string {
	words := map[string]string{}
	for lang, list := range map[string]string{
		"it": "il lo gli della delle dei degli nel nella sono che una per con è può sul dalla alla",
		"en": "the of and to is are with that this from by be or been which an",
		"nb": "og er det som på av til ikke kan den har eller etter fra ved å",
	} {
		for word := range strings.FieldsSeq(list) {
			words[word] = lang
		}
	}
	count := map[string]int{}
	for _, text := range append([]string{title, summary}, texts(sections)...) {
		for word := range strings.FieldsSeq(text) {
			count[words[strings.ToLower(strings.Trim(word, ".,;:()"))]]++
		}
	}
	delete(count, "") // words of no language, or of several
	best := ""
	for _, lang := range []string{"it", "en", "nb"} {
		if count[lang] > max(2, count[best]) {
			best = lang
		}
	}
	return best
}

// texts gives the beginning of what sections say, up to lookAt bytes in all.
func texts(sections []Section) (out []string) {
	left := lookAt
	for _, s := range sections {
		if left <= 0 {
			break
		}
		text := s.Text[:min(left, len(s.Text))]
		left -= len(text)
		out = append(out, text)
	}
	return out
}

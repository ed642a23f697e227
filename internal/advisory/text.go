// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"slices"
	"strings"
	"unicode/utf8"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// Text is an advisory in one language; Body is Markdown, the others are plain.
type Text struct {
	Title   string `json:"title"`
	Summary string `json:"summary,omitempty"` // what whoever reads nothing else has to know
	Body    string `json:"body"`
}

// maxSummary bounds a summary, in letters: it is one paragraph.
const maxSummary = 600

// Languages are those it is written in: the main one, then the others in the
// order the house has them.
func (c Content) Languages() []string {
	var out []string
	for _, lang := range i18n.Languages() {
		if _, ok := c.Texts[lang]; ok {
			out = append(out, lang)
		}
	}
	if i := slices.Index(out, c.Main); i > 0 {
		out = slices.Insert(slices.Delete(out, i, i+1), 0, c.Main)
	}
	return out
}

// Title is in the first of the wanted languages it has; else in the main one.
func (c Content) Title(languages ...string) string { return c.In(languages...).Title }

// In gives the text in the first of the wanted languages it has; else in the main one.
func (c Content) In(languages ...string) Text {
	_, t := c.Found(languages...)
	return t
}

// Found is In with the language of the text.
func (c Content) Found(languages ...string) (string, Text) {
	for _, lang := range append(languages, c.Languages()...) {
		if t, ok := c.Texts[lang]; ok {
			return lang, t
		}
	}
	return "", Text{}
}

// tidyTexts trims the texts, drops the empty ones, and settles the main language.
func (c *Content) tidyTexts() {
	texts := map[string]Text{}
	for lang, t := range c.Texts {
		t = Text{oneLine(t.Title), oneLine(t.Summary), strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))}
		if t != (Text{}) {
			texts[lang] = t
		}
	}
	c.Texts = texts
	if c.Main == "" && len(texts) > 0 {
		c.Main = append(c.Languages(), "")[0]
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// checkTexts says what is wrong with the texts; the main one must be there.
func (c Content) checkTexts(f *fault.Error) {
	_, ok := c.Texts[c.Main]
	switch {
	case c.Main != "" && !i18n.Known(c.Main):
		f.Field("main", "advisory.choice")
	case c.Main == "":
		f.Field("title_"+i18n.Languages()[0], "advisory.title")
	case !ok:
		f.Field("title_"+c.Main, "advisory.title")
	}
	for lang, t := range c.Texts {
		switch {
		case !i18n.Known(lang):
			f.Field("title_"+lang, "advisory.choice")
		case t.Title == "":
			f.Field("title_"+lang, "advisory.title")
		}
		for _, part := range []struct {
			name, text string
			limit      int
		}{{"title_", t.Title, maxTitle}, {"summary_", t.Summary, maxSummary}, {"body_", t.Body, maxBody}} {
			if utf8.RuneCountInString(part.text) > part.limit {
				f.Field(part.name+lang, "advisory.long", fault.P{"limit": part.limit})
			}
		}
	}
}

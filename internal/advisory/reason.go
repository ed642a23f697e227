// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"martinella/internal/advisory/audience"
	"martinella/internal/platform/i18n"
)

// reason is a term that chose an organisation, as it is kept.
type reason struct {
	Key   audience.Key `json:"key"`
	Value string       `json:"value,omitempty"`
	Items int          `json:"items,omitempty"` // that answer a question about technology
}

// chosen is why an organisation was.
type chosen struct {
	certain bool
	reasons []reason
}

func reasonsOf(list []audience.Reason) []reason {
	out := make([]reason, 0, len(list))
	for _, r := range list {
		out = append(out, reason{r.Term.Key, r.Term.Value, r.Evidence.Items})
	}
	return out
}

// Chosen is a reason that is not the organisation's to know.
const Chosen audience.Key = "chosen"

// forMember leaves out the CSIRT's own words for the organisation.
func (c chosen) forMember() chosen {
	out := chosen{certain: c.certain}
	for _, r := range c.reasons {
		if r.Key == audience.Tag {
			r = reason{Key: Chosen}
		}
		if !slices.Contains(out.reasons, r) {
			out.reasons = append(out.reasons, r)
		}
	}
	return out
}

// named is what a value is called; the value itself where it has no name.
func named(l *i18n.Localizer, key, value string) string {
	if key += "." + value; l.Has(key) {
		return l.T(key)
	}
	return value
}

// valueName writes a reason's value as people do.
func valueName(l *i18n.Localizer, r reason) string {
	switch r.Key {
	case audience.Sector:
		return named(l, "sector", r.Value)
	case audience.Tier:
		return named(l, "tier", r.Value)
	case audience.Province, audience.Town:
		return placeName(r.Value)
	case audience.Uses:
		if r.isCVE() {
			return strings.ToUpper(r.Value)
		}
	}
	return r.Value
}

var cveAlone = regexp.MustCompile(`^(?i:cve)-\d{4}-\d{4,19}$`)

// isCVE says whether the question that chose is the number of a CVE, and nothing more.
func (r reason) isCVE() bool {
	return r.Key == audience.Uses && cveAlone.MatchString(r.Value)
}

// sentenceKey is of the sentence that says the reason.
func (r reason) sentenceKey() string {
	if r.isCVE() {
		return "advisory.why.cve"
	}
	return "advisory.why." + string(r.Key)
}

// placeName gives a place's name its capitals back: "monte albano", "po".
func placeName(name string) string {
	if len(name) == 2 {
		return strings.ToUpper(name)
	}
	start := true
	return strings.Map(func(r rune) rune {
		if start {
			r = unicode.ToUpper(r)
		}
		start = r == ' ' || r == '-'
		return r
	}, name)
}

// why says in words why an organisation is sent it.
func (c chosen) why(l *i18n.Localizer) string {
	var parts []string
	for _, r := range c.reasons {
		parts = append(parts, l.T(r.sentenceKey(), "value", valueName(l, r), "n", r.Items))
	}
	if len(parts) == 0 {
		return l.T("advisory.why.other")
	}
	text := strings.Join(parts, "; ")
	if !c.certain {
		text += ". " + l.T("advisory.why.unsure")
	}
	return text
}

// sentence is why with a capital at its beginning, where it stands alone.
func (c chosen) sentence(l *i18n.Localizer) string {
	text := c.why(l)
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

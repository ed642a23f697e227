// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
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

// why says in words why an organisation is sent it.
func (c chosen) why(l *i18n.Localizer) string {
	var parts []string
	for _, r := range c.reasons {
		parts = append(parts, l.T("advisory.why."+string(r.Key), "value", r.Value, "n", r.Items))
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

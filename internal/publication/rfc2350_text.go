// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"strings"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
)

// Where the profile is.
const (
	profilePath = "/rfc2350"
	profileText = "/rfc2350.txt"
)

// profileTextIn is where it is in one language, whoever asks.
func profileTextIn(lang string) string { return profilePath + "/" + lang + ".txt" }

// textWidth is how wide the plain text is, in characters.
const textWidth = 72

// profileTextFile answers with the profile as plain text, signed, in the language asked for.
func (m *Module) profileTextFile(r *gate.Request) error {
	body, err := m.ProfileText(r.Context(), r.Scope, r.L)
	if err != nil {
		return err
	}
	r.W.Header().Set("Vary", "Accept-Language, Cookie")
	r.W.Header().Set("Content-Language", r.L.Lang())
	return give(r, file{kind: plainKind, body: []byte(body)})
}

// profileTextOf answers with it in the language its address names.
func (m *Module) profileTextOf(r *gate.Request, lang string) error {
	body, err := m.ProfileText(r.Context(), r.Scope, m.deps.Bundle.Localizer(lang, m.deps.Zone))
	if err != nil {
		return err
	}
	return give(r, file{kind: plainKind, body: []byte(body)})
}

// ProfileText gives the profile as plain text in a frame with its signature, as
// it was signed; one that says something else than is true now is signed anew.
func (m *Module) ProfileText(ctx context.Context, s access.Scope, l *i18n.Localizer) (string, error) {
	p, err := m.Profile(ctx, s)
	if err != nil {
		return "", err
	}
	name, text := "rfc2350."+l.Lang(), m.plain(p, l)
	of := m.madeOf(text)
	kept, err := m.keptText(ctx, s, name)
	if err != nil || kept.of == of {
		return kept.body, err
	}
	body, err := m.framed(text)
	if err != nil {
		return "", err
	}
	now := m.now()
	return body, m.keepText(ctx, s, name, of, now, now, body) // it ends when it is no longer true
}

// plain writes the profile as RFCs are written.
func (m *Module) plain(p Profile, l *i18n.Localizer) string {
	var b strings.Builder
	b.WriteString(l.T("publication.rfc2350.title", "csirt", p.Name) + "\n")
	for _, x := range m.Sections(p, l) {
		b.WriteString("\n" + x.Number + ". " + x.Title + "\n")
		for _, line := range x.Lines {
			b.WriteString("\n")
			wrap(&b, line.Text, "   ")
		}
	}
	return b.String()
}

// wrap breaks a line between words; a longer word stays whole.
func wrap(b *strings.Builder, text, indent string) {
	used := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
			b.WriteString(indent)
			used = len(indent)
		case used+1+n > textWidth:
			b.WriteString("\n" + indent)
			used = len(indent)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	b.WriteByte('\n')
}

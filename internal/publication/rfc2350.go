// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"fmt"
	"strings"
	"time"

	"martinella/internal/platform/i18n"
)

// chapter is a heading of the outline.
type chapter struct{ Number, Key string }

// outline is that of RFC 2350, appendix D, with its numbers.
func outline() []chapter {
	return []chapter{
		{"1", "document"}, {"1.1", "updated"}, {"1.2", "distribution"}, {"1.3", "locations"},
		{"2", "contact"}, {"2.1", "name"}, {"2.2", "address"}, {"2.3", "zone"}, {"2.4", "phone"}, {"2.5", "fax"}, {"2.6", "other_telecom"}, {"2.7", "email"},
		{"2.8", "keys"}, {"2.9", "team"}, {"2.10", "other"}, {"2.11", "points"},
		{"3", "charter"}, {"3.1", "mission"}, {"3.2", "constituency"}, {"3.3", "sponsorship"}, {"3.4", "authority"},
		{"4", "policies"}, {"4.1", "incidents"}, {"4.2", "cooperation"}, {"4.3", "communication"},
		{"5", "services"}, {"5.1", "response"}, {"5.1.1", "triage"}, {"5.1.2", "coordination"}, {"5.1.3", "resolution"}, {"5.2", "proactive"},
		{"6", "forms"}, {"7", "disclaimers"},
	}
}

// textKeys are the sections whose text the CSIRT writes, in the outline's order;
// the hours stand at the end of 2.11.
func textKeys() []string {
	return []string{"distribution", "other_telecom", "team", "other", "points", "hours", "mission", "constituency", "sponsorship", "authority",
		"incidents", "cooperation", "communication", "triage", "coordination", "resolution", "proactive", "forms", "disclaimers"}
}

// Line is a paragraph; with an address it is a link.
type Line struct{ Text, Href string }

// Section is one of the profile's sections, ready to be read.
type Section struct {
	chapter
	Title string
	Lang  string // of the lines
	Lines []Line // of a chapter: none
}

// depth is 1 for a chapter.
func (c chapter) depth() int { return 1 + strings.Count(c.Number, ".") }

// Sections writes the profile down in a language; what is missing in it stands
// in another one, what nobody wrote is said not to be published.
func (m *Module) Sections(p Profile, l *i18n.Localizer) []Section {
	var out []Section
	for _, c := range outline() {
		x := Section{chapter: c, Title: l.T("publication.rfc2350." + c.Key), Lang: l.Lang()}
		if c.depth() > 1 && c.Key != "response" || c.Key == "forms" || c.Key == "disclaimers" {
			m.fill(&x, p, l)
		}
		out = append(out, x)
	}
	return out
}

func (m *Module) fill(x *Section, p Profile, l *i18n.Localizer) {
	if lines, ours := m.facts(x.Key, p, l); ours {
		x.Lines = lines
	} else if lang, text := p.In(x.Key, l.Lang(), m.deps.Language); text != "" {
		x.Lang, x.Lines = lang, paragraphs(text)
	}
	if lang, hours := p.In("hours", l.Lang(), m.deps.Language); x.Key == "points" && hours != "" && (len(x.Lines) == 0 || lang == x.Lang) {
		x.Lang, x.Lines = lang, append(x.Lines, paragraphs(hours)...)
	}
	if len(x.Lines) == 0 {
		x.Lines = []Line{{Text: l.T("publication.rfc2350.unpublished")}}
	}
}

// facts are the lines of what is no text; false: the section is one.
func (m *Module) facts(key string, p Profile, l *i18n.Localizer) ([]Line, bool) {
	switch key {
	case "updated":
		if p.Changed.IsZero() {
			return nil, true
		}
		return []Line{{Text: l.Date(p.Changed)}}, true
	case "locations":
		return []Line{{m.deps.BaseURL + profilePath, profilePath}, {m.deps.BaseURL + profileTextIn(l.Lang()), profileTextIn(l.Lang())},
			{m.deps.BaseURL + profilePDFIn(l.Lang()), profilePDFIn(l.Lang())}, {Text: l.T("publication.rfc2350.signed")}}, true
	case "name":
		return paragraphs(p.Name), true
	case "address":
		return paragraphs(p.Address), true
	case "zone":
		return []Line{{Text: m.zoneText(p.Zone)}}, true
	case "phone":
		return numbered(p.Phone), true
	case "fax":
		return paragraphs(p.Fax), true
	case "email":
		return linked(p.Email, "mailto:"+p.Email), true
	case "keys":
		return m.keyLines(l), true
	}
	return nil, false
}

func (m *Module) keyLines(l *i18n.Localizer) []Line {
	if m.deps.PGP == nil {
		return nil
	}
	return []Line{{Text: "OpenPGP: " + strings.Join(m.deps.PGP.UserIDs(), ", ")}, {Text: l.T("publication.key.fingerprint") + ": " + spaced(m.deps.PGP.Fingerprint())}, {m.deps.BaseURL + "/key", "/key"}}
}

func numbered(phone string) []Line { return linked(phone, telephone(phone)) }

// telephone is a number as an address (RFC 3966).
func telephone(number string) string {
	return "tel:" + strings.Join(strings.FieldsFunc(number, func(r rune) bool { return strings.ContainsRune(" ()/.-", r) }), "-")
}

func linked(text, href string) []Line {
	if text == "" {
		return nil
	}
	return []Line{{text, href}}
}

func paragraphs(text string) (out []Line) {
	for part := range strings.SplitSeq(text, "\n") {
		if part != "" {
			out = append(out, Line{Text: part})
		}
	}
	return out
}

// zoneText names a zone with its distance from UTC, in winter and in summer.
func (m *Module) zoneText(name string) string {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return name
	}
	year := m.now().Year()
	january, july := time.Date(year, 1, 1, 0, 0, 0, 0, zone).Format("-07:00"), time.Date(year, 7, 1, 0, 0, 0, 0, zone).Format("-07:00")
	if january == july {
		return fmt.Sprintf("%s (UTC%s)", name, january)
	}
	return fmt.Sprintf("%s (UTC%s, UTC%s)", name, min(january, july), max(january, july))
}

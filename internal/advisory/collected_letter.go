// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"fmt"
	"net/url"
	"strings"

	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
)

// collectedMail writes the mail of a day to one person: what the label lets mail
// say of each alert, and where to read it.
func (m *Module) collectedMail(bundle string, list []collected, orgs map[int64]Organisation) CollectedMail {
	first := list[0]
	o := orgs[first.organisations[0]]
	l := m.deps.Bundle.Localizer(first.Language, o.Zone)
	label := labelOf(list)
	parts := []string{l.T("advisory.mail.greeting", "name", first.Name), l.T("advisory.day.opening", "csirt", m.deps.Name, "n", len(list))}
	for _, x := range list {
		parts = append(parts, m.collectedItem(l, x, orgs))
	}
	parts = append(parts, l.T("advisory.day.why"), string(label)+": "+l.T("advisory.binds."+labelKey(label)), "-- \n"+m.deps.Name)
	return CollectedMail{Bundle: bundle, Organisation: o.ID, To: first.Contact, Subject: short(l.T("advisory.day.subject", "n", len(list), "date", l.Date(m.now()))),
		Text: joined(parts...) + "\n", TLP: strings.TrimPrefix(string(label), "TLP:")}
}

// labelOf is the most restricted label of what a mail says of alerts: of those
// under labels that forbid more it says as little as may be said under TLP:AMBER.
func labelOf(list []collected) tlp.Label {
	label := tlp.Clear
	for _, x := range list {
		one := x.advisory.TLP
		if !Mailed(one) {
			one = tlp.Amber
		}
		if !one.Within(label) {
			label = one
		}
	}
	return label
}

func (m *Module) collectedItem(l *i18n.Localizer, x collected, orgs map[int64]Organisation) string {
	a := x.advisory
	title := l.T("advisory.mail.subject.closed", "kind", l.T("advisory.kind."+string(a.Kind)), "label", string(a.TLP))
	if Mailed(a.TLP) {
		title = l.T("advisory.mail.subject", "severity", l.T("advisory.severity."+string(a.Severity)), "title", a.Title(l.Lang()))
		if a.Reference != "" {
			title += " (" + a.Reference + ")"
		}
		title += " [" + string(a.TLP) + "]"
	}
	text := title + "\n- " + l.T("advisory.day.sent", "date", l.DateTime(a.last()))
	if due := a.Due(); !due.IsZero() {
		text += "\n- " + l.T("advisory.week.due", "date", l.DateTime(due))
	}
	for _, id := range x.organisations {
		text += "\n" + orgs[id].Name + ": " + m.deps.BaseURL + "/o/" + url.PathEscape(orgs[id].Code) + fmt.Sprintf("/advisories/%d", a.ID)
	}
	return text
}

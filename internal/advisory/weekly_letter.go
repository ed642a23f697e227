// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"fmt"
	"net/url"
	"time"

	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
)

// weekMail writes the list of a week to one person.
func (m *Module) weekMail(w Week, o Organisation, to Contact, list []Received) WeekMail {
	l := m.deps.Bundle.Localizer(to.Language, o.Zone)
	until := w.To.AddDate(0, 0, -1)
	inbox := m.deps.BaseURL + "/o/" + url.PathEscape(o.Code) + "/advisories"
	parts := []string{l.T("advisory.mail.greeting", "name", to.Name)}
	if len(list) == 0 {
		parts = append(parts, l.T("advisory.week.quiet", "csirt", m.deps.Name, "organisation", o.Name, "from", l.Date(w.From), "to", l.Date(until)))
	} else {
		parts = append(parts, l.T("advisory.week.opening", "csirt", m.deps.Name, "organisation", o.Name, "from", l.Date(w.From), "to", l.Date(until)))
		for _, x := range list {
			parts = append(parts, m.weekItem(l, w, x, fmt.Sprintf("%s/%d", inbox, x.ID)))
		}
		parts = append(parts, l.T("advisory.week.check")+"\n"+inbox+"?week="+w.Name())
	}
	parts = append(parts, string(tlp.Amber)+": "+l.T("advisory.binds."+labelKey(tlp.Amber)), "-- \n"+m.deps.Name)
	return WeekMail{Week: w.Name(), Organisation: o.ID, To: to, Text: joined(parts...) + "\n",
		Subject: short(weekSubject(l, w, o, len(list)))}
}

func weekSubject(l *i18n.Localizer, w Week, o Organisation, n int) string {
	if n == 0 {
		return l.T("advisory.week.subject.quiet", "organisation", o.Name, "date", l.Date(w.From))
	}
	return l.T("advisory.week.subject", "n", n, "organisation", o.Name, "date", l.Date(w.From))
}

// weekItem says of one advisory what mail may say, and how far the organisation is.
func (m *Module) weekItem(l *i18n.Localizer, w Week, x Received, link string) string {
	title := l.T("advisory.mail.subject.closed", "kind", l.T("advisory.kind."+string(x.Kind)), "label", string(x.TLP))
	if Mailed(x.TLP) {
		title = l.T("advisory.mail.subject", "severity", l.T("advisory.severity."+string(x.Severity)), "title", x.Title(l.Lang()))
		if x.Reference != "" {
			title += " (" + x.Reference + ")"
		}
	}
	return title + "\n- " + weekNews(l, w, x) + "\n- " + m.weekAnswer(l, x) + "\n" + link
}

// weekNews says what happened to it in the week.
func weekNews(l *i18n.Localizer, w Week, x Received) string {
	switch {
	case !x.Withdrawn.At.IsZero() && w.within(x.Withdrawn.At):
		return l.T("advisory.week.withdrawn", "date", l.DateTime(x.Withdrawn.At))
	case w.within(x.arrived()):
		return l.T("advisory.week.sent", "date", l.DateTime(x.arrived()))
	case w.within(x.Revised.At):
		return l.T("advisory.week.revised", "date", l.DateTime(x.Revised.At))
	}
	return l.T("advisory.week.revised_since", "date", l.DateTime(x.Revised.At))
}

// arrived is when the organisation had it first: as it was sent, or by the revision that added it.
func (r Received) arrived() time.Time {
	if r.Since > 1 && r.Since == r.Revision {
		return r.Revised.At
	}
	return r.Sent.At
}

// weekAnswer says whether it was acknowledged, and when that is or was asked for.
func (m *Module) weekAnswer(l *i18n.Localizer, x Received) string {
	switch {
	case !x.Acknowledged.At.IsZero():
		return l.T("advisory.week.acknowledged", "date", l.DateTime(x.Acknowledged.At), "name", x.Acknowledged.Name)
	case x.Late(m.now()):
		return l.T("advisory.week.late", "date", l.DateTime(x.Due()))
	case x.State == Sent && !x.Due().IsZero():
		return l.T("advisory.week.due", "date", l.DateTime(x.Due()))
	case x.Seen > 0:
		return l.T("advisory.week.read")
	}
	return l.T("advisory.week.unread")
}

// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
)

// CallList is the list of organisations to be telephoned.
type CallList interface {
	// Open puts organisations that have not acknowledged an advisory on it.
	Open(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory, organisations []int64) error
	// Close takes one off it, which has acknowledged; all of the advisory when it is withdrawn.
	Close(ctx context.Context, tx *db.Tx, s access.Scope, advisory, organisation int64, withdrawn bool) error
}

// Rank orders severities, 0 the gravest.
func (s Severity) Rank() int { return slices.Index(Severities(), s) }

// Brief is an advisory in a line.
type Brief struct {
	ID        int64
	Title     string
	Severity  Severity
	TLP       string
	Reference string
}

// Briefs gives some advisories to the CSIRT, in a language.
func (m *Module) Briefs(ctx context.Context, s access.Scope, ids []int64, lang string) ([]Brief, error) {
	if err := m.mayRead(s); err != nil || len(ids) == 0 {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+columns+" FROM advisory a WHERE a.id IN "+db.In(1, len(ids)), db.Args(ids)...)
	return db.Collect(rows, err, func(r *sql.Rows) (Brief, error) {
		a, err := scan(r)
		return Brief{a.ID, a.Title(lang), a.Severity, string(a.TLP), a.Reference}, err
	})
}

// CallScript gives what to say on the telephone to an organisation, within what
// the label allows to be told to somebody whose voice nobody knows: as in mail.
// only are the addresses of those who may be told at all, where the label is
// for named people.
func (m *Module) CallScript(ctx context.Context, s access.Scope, id int64, o Organisation, l *i18n.Localizer) (text, only []string, err error) {
	a, err := m.Get(ctx, s, id)
	if err != nil {
		return nil, nil, err
	}
	if a.TLP == red {
		if only, err = m.namedPeople(ctx, s, id, o.ID); err != nil {
			return nil, nil, err
		}
	}
	text = []string{l.T("advisory.call.who", "csirt", m.deps.Name, "organisation", o.Name), m.callWhat(a, l)}
	if due := a.Due(); !due.IsZero() {
		text = append(text, l.T("advisory.call.due", "sent", l.DateTime(a.Sent.At), "date", l.DateTime(due)))
	}
	link := m.deps.BaseURL + "/o/" + url.PathEscape(o.Code) + fmt.Sprintf("/advisories/%d", a.ID)
	return append(text, l.T("advisory.call.ask"), l.T("advisory.call.confirm"), l.T("advisory.call.where", "link", link)), only, nil
}

func (m *Module) callWhat(a Advisory, l *i18n.Localizer) string {
	if !Mailed(a.TLP) {
		return l.T("advisory.call.closed", "label", string(a.TLP))
	}
	title := a.Title(l.Lang())
	if a.Reference != "" {
		title += " (" + a.Reference + ")"
	}
	return l.T("advisory.call.what", "severity", l.T("advisory.severity."+string(a.Severity)), "title", title, "label", string(a.TLP))
}

// reminder writes again to one person about the organisations of his that have not acknowledged.
func (x *letters) reminder(p recipient, orgs map[int64]Organisation) Mail {
	mail := x.to(p, orgs, map[int64]chosen{})
	l := x.m.deps.Bundle.Localizer(p.Language, orgs[p.organisations[0]].Zone)
	var names []string
	for _, id := range p.organisations {
		names = append(names, orgs[id].Name)
	}
	mail.Subject = short(l.T("advisory.mail.reminder.subject", "subject", x.subject(l, false)))
	top := []string{l.T("advisory.mail.greeting", "name", p.Name), l.T("advisory.mail.reminder", "organisations", l.List(names), "sent", l.DateTime(x.a.Sent.At))}
	if !x.carries() {
		top = append(top, x.opening(l, false))
	}
	body, bottom := x.body(l), x.bottom(l, orgs[p.organisations[0]])
	mail.Text = joined(joined(top...), body.text, joined(bottom...), "-- \n"+mail.Signature) + "\n"
	mail.HTML = paragraphs(top) + body.html + paragraphs(bottom)
	return mail
}

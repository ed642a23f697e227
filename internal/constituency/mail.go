// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strings"

	"martinella/internal/platform/db"
)

// link makes an absolute address of a path.
func (m *Module) link(path string) string { return m.deps.Instance.BaseURL + path }

// mailApplicant writes to who registered the body, in his language. The
// sentences are constituency.mail.<kind>.subject and .body.
func (m *Module) mailApplicant(ctx context.Context, tx *db.Tx, o Organisation, kind, link, reason string) error {
	l := m.deps.Bundle.Localizer(o.Applicant.Language, o.Zone())
	tier := ""
	if t, ok := m.ref.Catalogue.Tier(o.Tier); ok {
		tier = t.Name.In(l.Lang())
	}
	csirt := m.deps.Instance.Name
	values := []any{"name", o.Applicant.Name, "organisation", o.Name, "csirt", csirt, "tier", tier}
	parts := []string{
		l.T("constituency.mail.greeting", "name", o.Applicant.Name),
		l.T("constituency.mail."+kind+".body", values...),
	}
	if reason != "" {
		parts = append(parts, l.T("constituency.mail.reason")+"\n"+quote(reason))
	}
	if link != "" {
		parts = append(parts, link)
	}
	parts = append(parts, m.signature(l.T("constituency.mail.help")))
	return m.deps.Mail.Queue(ctx, tx, Mail{
		Kind: "registration." + kind, Organisation: o.ID, To: o.Applicant.Email, ToName: o.Applicant.Name, Language: l.Lang(),
		Subject: l.T("constituency.mail."+kind+".subject", values...),
		Text:    strings.Join(parts, "\n\n") + "\n",
		Secret:  link != "",
	})
}

// signature ends a mail with who writes and where he is reached.
func (m *Module) signature(help string) string {
	i := m.deps.Instance
	lines := []string{help, "-- ", i.Name}
	for _, s := range []string{i.ContactEmail, i.ContactPhone} {
		if s != "" {
			lines = append(lines, s)
		}
	}
	return strings.Join(lines, "\n")
}

// quote sets a text apart from ours, so that nobody can make it look like ours.
func quote(s string) string {
	return "| " + strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\n| ")
}

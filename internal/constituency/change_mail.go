// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strconv"
	"strings"

	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
)

// mailChange tells who proposed what became of it, and the CSIRT what there is to decide. The
// sentences are constituency.change.mail.<action>.subject and .body.
func (m *Module) mailChange(ctx context.Context, tx *db.Tx, c Change, step changeStep) error {
	if step.action != ChangeEndorse && c.Asker.Email != "" {
		if err := m.mailAsker(ctx, tx, c, step); err != nil {
			return err
		}
	}
	switch step.action {
	case ChangePropose, ChangeAmend, ChangeAnswer, ChangeEndorse:
		return m.mailCSIRT(ctx, tx, c, step)
	}
	return nil
}

func (m *Module) mailAsker(ctx context.Context, tx *db.Tx, c Change, step changeStep) error {
	l := m.deps.Bundle.Localizer(c.Asker.Language, step.org.Zone())
	values := []any{"organisation", step.org.Name, "csirt", m.deps.Instance.Name}
	key := "constituency.change.mail." + string(step.action)
	parts := []string{
		l.T("constituency.mail.greeting", "name", c.Asker.Name),
		l.T(key+".body", values...),
		m.changedLines(l, c),
	}
	if step.reason != "" && changeRules()[step.action].operator {
		parts = append(parts, l.T("constituency.mail.reason")+"\n"+quote(step.reason))
	}
	parts = append(parts, m.link("/o/"+step.org.Code+"/changes/"+strconv.FormatInt(c.ID, 10)), m.signature(l.T("constituency.mail.help")))
	return m.deps.Mail.Queue(ctx, tx, Mail{
		Kind: "change." + string(step.action), Organisation: c.Organisation, To: c.Asker.Email, ToName: c.Asker.Name, Language: l.Lang(),
		Subject: l.T(key+".subject", values...),
		Text:    strings.Join(parts, "\n\n") + "\n",
	})
}

// mailCSIRT tells the CSIRT's own mailbox, where it has one, that something waits.
func (m *Module) mailCSIRT(ctx context.Context, tx *db.Tx, c Change, step changeStep) error {
	if m.deps.Instance.ContactEmail == "" {
		return nil
	}
	l := m.deps.Bundle.Localizer(i18n.Default, step.org.Zone())
	parts := []string{
		l.T("constituency.change.mail.csirt.body", "organisation", step.org.Name, "who", step.by, "what", l.T("constituency.change.did."+string(step.action))),
		m.changedLines(l, c),
		m.link(changePath(c.ID)),
	}
	return m.deps.Mail.Queue(ctx, tx, Mail{
		Kind: "change.csirt", Organisation: c.Organisation, To: m.deps.Instance.ContactEmail, ToName: m.deps.Instance.Name, Language: l.Lang(),
		Subject: l.T("constituency.change.mail.csirt.subject", "organisation", step.org.Name),
		Text:    strings.Join(parts, "\n\n") + "\n",
	})
}

// changedLines names the data a request is about; their values stay in the portal.
func (m *Module) changedLines(l *i18n.Localizer, c Change) string {
	var names []string
	for _, f := range c.Fields {
		names = append(names, l.T(labelOf(f.Field)))
	}
	return l.T("constituency.change.mail.fields", "fields", l.List(names))
}

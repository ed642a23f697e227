// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/filein"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
)

// notify tells the other side by mail that there is a message. Above TLP:GREEN
// the mail says that there is one, and nothing of it, not even its subject:
// mail passes through many hands (feature A12).
func (m *Module) notify(ctx context.Context, tx *db.Tx, t Thread, a Author, text string, files int) error {
	to, err := m.addressees(ctx, tx, t, a)
	if err != nil {
		return err
	}
	orgs, err := m.deps.Organisations.Organisations(ctx, access.System("channel"), []int64{t.Organisation})
	if err != nil || len(orgs) == 0 {
		return fmt.Errorf("channel: whose conversation %d is: %d found: %w", t.ID, len(orgs), err)
	}
	for _, p := range to {
		if err := m.deps.Mail.Queue(ctx, tx, m.mail(t, orgs[0], a, p, text, files)); err != nil {
			return err
		}
	}
	return nil
}

// addressees are the people of the other side: those whom the thread names;
// else a member's people who may read it, or those of the CSIRT who took part.
func (m *Module) addressees(ctx context.Context, tx *db.Tx, t Thread, a Author) ([]Person, error) {
	other := a.Side.Other()
	readers, err := m.readers(ctx, t.Organisation, other)
	if err != nil {
		return nil, err
	}
	if t.Named {
		return m.only(ctx, tx, readers, "SELECT person_id FROM channel_participant WHERE thread_id = $1 AND side = $2", t.ID, other)
	}
	if other == Member {
		return readers, nil
	}
	took, err := m.only(ctx, tx, readers, "SELECT DISTINCT person_id FROM channel_message WHERE thread_id = $1 AND side = $2", t.ID, other)
	if err != nil || len(took) > 0 {
		return took, err
	}
	if m.deps.Mailbox != "" {
		return []Person{{Name: m.deps.Name, Email: m.deps.Mailbox}}, nil
	}
	return readers, nil
}

// only keeps the people whom a query of a thread and a side names.
func (m *Module) only(ctx context.Context, tx *db.Tx, people []Person, query string, thread int64, side Side) ([]Person, error) {
	rows, err := tx.Query(ctx, query, thread, string(side))
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	var out []Person
	for _, p := range people {
		for _, id := range ids {
			if p.ID == id {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

func (m *Module) mail(t Thread, o Organisation, a Author, to Person, text string, files int) Mail {
	l := m.deps.Bundle.Localizer(to.Language, o.Zone)
	open := t.TLP.Within(tlp.Green)
	subject := l.T("channel.mail.subject.closed", "label", string(t.TLP), "organisation", o.Name)
	if open {
		subject = t.Subject
	}
	return Mail{
		Kind: "channel.message", Organisation: t.Organisation, To: to.Email, ToName: to.Name, Language: l.Lang(),
		Subject: subject,
		Text:    strings.Join(m.paragraphs(l, t, o, a, to, text, files, open), "\n\n") + "\n",
	}
}

// quoted bounds what a mail repeats of a message; the rest is in the portal.
const quoted = 2000

func (m *Module) paragraphs(l *i18n.Localizer, t Thread, o Organisation, a Author, to Person, text string, files int, open bool) []string {
	out := []string{l.T("channel.mail.greeting", "name", to.Name)}
	if a.Side == CSIRT {
		out = append(out, l.T("channel.mail.from_csirt", "csirt", m.deps.Name, "organisation", o.Name))
	} else {
		out = append(out, l.T("channel.mail.from_member", "organisation", o.Name))
	}
	if open && text != "" {
		out = append(out, "| "+strings.ReplaceAll(filein.Cut(strings.ReplaceAll(text, "\r\n", "\n"), quoted), "\n", "\n| "))
	}
	if open && files > 0 {
		out = append(out, l.T("channel.mail.files", "n", files))
	}
	if !open {
		out = append(out, l.T("channel.mail.closed", "label", string(t.TLP)))
	}
	link := m.deps.BaseURL + "/o/" + url.PathEscape(o.Code) + fmt.Sprintf("/channel/%d", t.ID)
	return append(out, link, l.T("channel.mail.end"), "-- \n"+m.deps.Name+"\n"+string(t.TLP))
}

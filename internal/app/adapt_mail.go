// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/constituency"
	"martinella/internal/identity"
	"martinella/internal/operations"
	"martinella/internal/platform/config"
	"martinella/internal/platform/db"
	"martinella/internal/platform/mailer"
)

// transport is how mails leave, as the configuration says. The demonstration's
// never do: its people do not exist.
func transport(c config.Config) (mailer.Transport, error) {
	if c.MailTransport == "outbox" || c.Demo {
		return mailer.Outbox{}, nil
	}
	return mailer.NewSMTP(mailer.SMTPConfig{Address: c.SMTPAddress, User: c.SMTPUser, Password: c.SMTPPassword, TLS: c.SMTPTLS})
}

// identityMails sends what identity writes. What holds a single-use link
// nobody else may read, except where mails are shown instead of sent.
type identityMails struct{ mails *mailer.Mailer }

// Queue implements identity.Mails.
func (x identityMails) Queue(ctx context.Context, tx *db.Tx, m identity.Mail) error {
	return x.mails.Queue(ctx, tx, mailer.Message{
		Kind: m.Kind, Organisation: m.Organisation, To: []mailer.Recipient{{Address: m.To, Name: m.Name}},
		Subject: m.Subject, Text: m.Text, HTML: m.HTML, Language: m.Language, Secret: m.Secret,
	})
}

// constituencyMails sends what constituency writes, with an HTML part made of the text.
type constituencyMails struct{ mails *mailer.Mailer }

// Queue implements constituency.Mailer.
func (x constituencyMails) Queue(ctx context.Context, tx *db.Tx, m constituency.Mail) error {
	return x.mails.Queue(ctx, tx, mailer.Message{
		Kind: m.Kind, Organisation: m.Organisation, To: []mailer.Recipient{{Address: m.To, Name: m.ToName}},
		Subject: m.Subject, Text: m.Text, HTML: asHTML(m.Text, m.Language), Language: m.Language, Secret: m.Secret,
	})
}

// outbox shows the mails in the control room.
type outbox struct{ mails *mailer.Mailer }

// Mails implements operations.Mails.
func (x outbox) Mails(ctx context.Context, s access.Scope, query string, before int64, limit int) ([]operations.Mail, error) {
	entries, err := x.mails.List(ctx, s, mailer.Filter{Query: query, Before: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]operations.Mail, 0, len(entries))
	for _, e := range entries {
		out = append(out, outboxMail(e))
	}
	return out, nil
}

// Mail implements operations.Mails.
func (x outbox) Mail(ctx context.Context, s access.Scope, id int64) (operations.Mail, error) {
	m, err := x.mails.Get(ctx, s, id)
	if err != nil {
		return operations.Mail{}, err
	}
	out := outboxMail(m.Entry)
	out.Text, out.HTML, out.Hidden = m.Text, m.HTML, m.Hidden
	if !m.Hidden {
		out.Raw, err = x.mails.Raw(ctx, s, id)
	}
	return out, err
}

func outboxMail(e mailer.Entry) operations.Mail {
	m := operations.Mail{ID: e.ID, To: e.Address, Subject: e.Subject, Kind: e.Kind, State: string(e.State),
		Organisation: e.Organisation, At: e.Queued}
	if e.State == mailer.Failed || e.State == mailer.Bounced {
		m.Error = e.Answer
	}
	return m
}

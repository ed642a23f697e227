// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/db"
	"martinella/internal/platform/mailer"
)

// weeklyMails tells the members of a week. Its readers are those of the digest:
// who turns the regular mails off turns off both, with one click.
type weeklyMails struct {
	r      *rooms
	base   string // of the portal's addresses
	listID string
}

// Readers implements advisory.Weekly.
func (x weeklyMails) Readers(ctx context.Context, s access.Scope) ([]advisory.Contact, error) {
	all, err := x.r.constituency.DigestRecipients(ctx, s)
	out := make([]advisory.Contact, len(all))
	for i, r := range all {
		out[i] = advisory.Contact{Address: r.Email, Name: r.Name, Language: r.Language}
	}
	return out, err
}

// QueueWeekly implements advisory.Weekly.
func (x weeklyMails) QueueWeekly(ctx context.Context, tx *db.Tx, m advisory.WeekMail) error {
	own, err := access.System("advisory").For(m.Organisation)
	if err != nil {
		return err
	}
	stop, err := x.r.constituency.UnsubscribePath(own, m.To.Address)
	if err != nil {
		return err
	}
	return x.r.mails.Queue(ctx, tx, mailer.Message{
		Kind: "advisory.weekly", Key: fmt.Sprintf("advisory.weekly:%s:%d:%s", m.Week, m.Organisation, m.To.Address), Organisation: m.Organisation,
		To:      []mailer.Recipient{{Address: m.To.Address, Name: m.To.Name, Unsubscribe: x.base + stop}},
		Subject: m.Subject, Text: m.Text, HTML: asHTML(m.Text, m.To.Language), TLP: "AMBER", ListID: x.listID, Language: m.To.Language,
	})
}

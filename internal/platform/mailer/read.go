// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"

	"martinella/internal/platform/db"
)

// readLetter reads one mail; sql.ErrNoRows when there is none.
func readLetter(ctx context.Context, q db.Querier, id int64) (letter, error) {
	var l letter
	m := &l.Message
	err := q.QueryRow(ctx, `SELECT r.id, r.organisation, m.kind, m.subject, m.tlp, r.address, r.name, r.state,
			r.attempts, r.answer, m.created_at, r.tried_at, r.done_at,
			r.message_id, r.unsubscribe, m.sender, m.reply_to, m.text_body, m.html_body, m.list_id, m.language, m.secret
		FROM mail_recipient r JOIN mail_message m ON m.id = r.message WHERE r.id = $1`, id).
		Scan(&l.ID, &l.Organisation, &l.Kind, &m.Subject, &m.TLP, &l.Address, &l.Name, &l.State,
			&l.Attempts, &l.Answer, db.Time(&l.Queued), db.Time(&l.Tried), db.Time(&l.Done),
			&l.MessageID, &l.Unsubscribe, &l.Sender, &m.ReplyTo, &m.Text, &m.HTML, &m.ListID, &m.Language, &m.Secret)
	m.Kind, m.Organisation = l.Kind, l.Organisation
	l.Subject = subject(*m)
	return l, err
}

// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"database/sql"

	"martinella/internal/platform/db"
)

// readLetter reads one mail; sql.ErrNoRows when there is none.
func readLetter(ctx context.Context, q db.Querier, id int64) (letter, error) {
	all, err := readLetters(ctx, q, []int64{id})
	if err != nil {
		return letter{}, err
	}
	if len(all) == 0 {
		return letter{}, sql.ErrNoRows
	}
	return *all[0], nil
}

// readLetters reads mails, in no order; some may be gone.
func readLetters(ctx context.Context, q db.Querier, ids []int64) ([]*letter, error) {
	rows, err := q.Query(ctx, `SELECT r.id, r.organisation, m.kind, m.subject, m.tlp, r.address, r.name, r.state,
			r.attempts, r.answer, m.created_at, r.tried_at, r.done_at, r.protection, r.topic,
			r.message_id, r.unsubscribe, m.sender, m.reply_to, m.text_body, m.html_body, m.list_id, m.language, m.secret,
			m.outer_subject, COALESCE(m.message_key, ''), r.key_kind, r.key_data, s.kind, s.micalg, s.data
		FROM mail_recipient r JOIN mail_message m ON m.id = r.message LEFT JOIN mail_seal s ON s.recipient = r.id
		WHERE r.id IN `+db.In(1, len(ids)), db.Args(ids)...)
	return db.Collect(rows, err, scanLetter)
}

func scanLetter(r *sql.Rows) (*letter, error) {
	l := new(letter)
	m := &l.Message
	var s readSeal
	err := r.Scan(&l.ID, &l.Organisation, &l.Kind, &m.Subject, &m.TLP, &l.Address, &l.Name, &l.State,
		&l.Attempts, &l.Answer, db.Time(&l.Queued), db.Time(&l.Tried), db.Time(&l.Done), &l.Protection, &l.Topic,
		&l.MessageID, &l.Unsubscribe, &l.Sender, &m.ReplyTo, &m.Text, &m.HTML, &m.ListID, &m.Language, &m.Secret,
		&m.OuterSubject, &l.asked, &l.key.Kind, &l.key.Data, &s.kind, &s.micalg, &s.data)
	m.Kind, m.Organisation, l.seal = l.Kind, l.Organisation, s.seal()
	l.Subject = subject(*m)
	return l, err
}

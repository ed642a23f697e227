// SPDX-License-Identifier: EUPL-1.2

package mailer

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Asker is who wants to read mails, in this package's words; access.Scope is one.
type Asker interface {
	Territory() error             // nil: all organisations
	Organisation() (int64, error) // the one organisation
}

// Entry is a line of the outbox: one mail to one recipient.
type Entry struct {
	ID           int64
	Organisation int64
	Kind         string
	Subject      string // as sent, label included
	Address      string
	Name         string
	State        State
	Attempts     int
	Answer       string // what the mail server said last
	Queued       time.Time
	Tried        time.Time // zero: not yet
	Done         time.Time // zero: not yet
	Protection   Protection
}

// Mail is a mail to be read.
type Mail struct {
	Entry
	MessageID string
	Text      string
	HTML      string
	Hidden    bool // it holds somebody's single-use link: Text and HTML are empty
}

// Filter narrows the list.
type Filter struct {
	State  State  // empty: all
	Query  string // a part of the address or subject, capital or not (A-Z); empty: all
	Before int64  // entries older than this one; 0: from the newest
	Limit  int    // default 50, at most 500
}

// visible gives the organisation an asker may read mails of; 0 for all.
func visible(s Asker) (int64, error) {
	if s.Territory() == nil {
		return 0, nil
	}
	return s.Organisation()
}

// List gives mails, newest first.
func (m *Mailer) List(ctx context.Context, s Asker, f Filter) ([]Entry, error) {
	organisation, err := visible(s)
	if err != nil {
		return nil, err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	rows, err := m.db.Query(ctx, `SELECT r.id, r.organisation, m.kind, m.subject, m.tlp, r.address, r.name, r.state,
			r.attempts, r.answer, m.created_at, r.tried_at, r.done_at, r.protection
		FROM mail_recipient r JOIN mail_message m ON m.id = r.message
		WHERE ($1 = 0 OR r.organisation = $1) AND ($2 = '' OR r.state = $2) AND ($3 = 0 OR r.id < $3)
		AND ($4 = '' OR LOWER(r.address) LIKE $5 ESCAPE '\' OR LOWER(m.subject) LIKE $5 ESCAPE '\')
		ORDER BY r.id DESC LIMIT $6`, organisation, string(f.State), f.Before,
		f.Query, "%"+db.Like(strings.ToLower(f.Query))+"%", min(f.Limit, 500))
	return db.Collect(rows, err, scanEntry)
}

func scanEntry(r *sql.Rows) (e Entry, err error) {
	var msg Message
	err = r.Scan(&e.ID, &e.Organisation, &e.Kind, &msg.Subject, &msg.TLP, &e.Address, &e.Name, &e.State,
		&e.Attempts, &e.Answer, db.Time(&e.Queued), db.Time(&e.Tried), db.Time(&e.Done), &e.Protection)
	e.Subject = subject(msg)
	return e, err
}

// Counts gives how many mails are in each state.
func (m *Mailer) Counts(ctx context.Context, s Asker) (map[State]int, error) {
	organisation, err := visible(s)
	if err != nil {
		return nil, err
	}
	rows, err := m.db.Query(ctx, "SELECT state, count(*) FROM mail_recipient WHERE ($1 = 0 OR organisation = $1) GROUP BY state", organisation)
	if err != nil {
		return nil, fmt.Errorf("counting mails: %w", err)
	}
	defer rows.Close()
	counts := map[State]int{}
	for rows.Next() {
		var state State
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil, fmt.Errorf("counting mails: %w", err)
		}
		counts[state] = n
	}
	return counts, rows.Err()
}

// Get gives a mail to read. A NotFound fault when there is none for this asker.
func (m *Mailer) Get(ctx context.Context, s Asker, id int64) (Mail, error) {
	l, err := m.find(ctx, s, id)
	if err != nil {
		return Mail{}, err
	}
	mail := Mail{Entry: l.Entry, MessageID: l.MessageID, Hidden: l.hidden()}
	if !mail.Hidden {
		mail.Text, mail.HTML = l.Message.Text, l.Message.HTML
	}
	return mail, nil
}

// Raw gives a mail as the file that was or will be sent (.eml). A Forbidden
// fault when it holds somebody's single-use link.
func (m *Mailer) Raw(ctx context.Context, s Asker, id int64) ([]byte, error) {
	l, err := m.find(ctx, s, id)
	if err != nil {
		return nil, err
	}
	if l.hidden() && l.seal.kind != sealed {
		return nil, fault.New(fault.Forbidden, "mailer.secret")
	}
	return l.raw()
}

// hidden tells mails that only their recipient may read. Where mail goes
// nowhere (the demonstration), the portal is the only place to read it.
func (l letter) hidden() bool {
	return l.Message.Secret && l.State != Kept || l.key.Kind != ""
}

// Retry sends a failed or bounced mail again. A Conflict fault when it is
// neither, or when its content was erased.
func (m *Mailer) Retry(ctx context.Context, tx *db.Tx, s Asker, id int64) error {
	if _, err := m.find(ctx, s, id); err != nil {
		return err
	}
	res, err := tx.Exec(ctx, `UPDATE mail_recipient SET state = $1, attempts = 0, done_at = NULL WHERE id = $2 AND state IN ($3, $4)
		AND EXISTS (SELECT 1 FROM mail_message m WHERE m.id = message AND m.text_body <> '')`, Queued, id, Failed, Bounced)
	if err != nil {
		return fmt.Errorf("sending mail %d again: %w", id, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "mailer.state").Because(err)
	}
	if err := m.tellOf(ctx, tx, id); err != nil {
		return err
	}
	return m.enqueue(ctx, tx, time.Time{}, id)
}

func (m *Mailer) find(ctx context.Context, s Asker, id int64) (letter, error) {
	organisation, err := visible(s)
	if err != nil {
		return letter{}, err
	}
	l, err := readLetter(ctx, m.db, id)
	if db.NotFound(err) || err == nil && organisation != 0 && organisation != l.Organisation {
		return letter{}, fault.New(fault.NotFound, "mailer.mail")
	}
	if err != nil {
		return letter{}, fmt.Errorf("reading mail %d: %w", id, err)
	}
	return l, nil
}

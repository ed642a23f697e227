// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

const threadColumns = `t.id, t.organisation_id, t.subject, t.tlp, t.named, t.started_at, t.started_name, t.started_side,
	t.last_at, t.last_name, t.last_side, t.last_message, t.messages, t.life_days, t.expires_at, t.closed_at, t.erased_at`

// visible is the condition of a thread's row t: it is for everybody who may read
// the channel, or names the person of placeholder n.
func visible(n int) string {
	return fmt.Sprintf("(NOT t.named OR EXISTS (SELECT 1 FROM channel_participant p WHERE p.thread_id = t.id AND p.person_id = $%d))", n)
}

// unread is whether the person of placeholder n has still to read something in t.
func unread(n int) string {
	return fmt.Sprintf("(t.erased_at IS NULL AND t.last_message > COALESCE((SELECT MAX(r.message_id) FROM channel_read r WHERE r.thread_id = t.id AND r.person_id = $%d), 0))", n)
}

func (m *Module) scanThread(r interface{ Scan(...any) error }) (Thread, error) {
	var (
		t       Thread
		subject []byte
		label   string
	)
	err := r.Scan(&t.ID, &t.Organisation, &subject, &label, &t.Named, db.Time(&t.Started), &t.StartedBy, &t.StartedSide,
		db.Time(&t.Last), &t.LastBy, &t.LastSide, &t.LastMessage, &t.Messages, &t.Life, db.Time(&t.Expires), db.Time(&t.Closed), db.Time(&t.Erased), &t.Unread)
	if err != nil {
		return Thread{}, err
	}
	t.TLP = tlp.Label(label)
	t.Subject, err = m.unseal(subject, "subject", t.Organisation)
	return t, err
}

// thread gives one of the scope's organisation that the asker may read; a
// NotFound fault for any other.
func (m *Module) thread(ctx context.Context, q db.Querier, s access.Scope, id int64) (Thread, error) {
	if err := s.Require(access.ChannelRead); err != nil {
		return Thread{}, err
	}
	org, err := s.Organisation()
	if err != nil {
		return Thread{}, err
	}
	row := q.QueryRow(ctx, "SELECT "+threadColumns+", "+unread(3)+" FROM channel_thread t WHERE t.id = $1 AND t.organisation_id = $2 AND "+visible(3)+db.ForUpdate(q),
		id, org, s.Person())
	t, err := m.scanThread(row)
	if db.NotFound(err) {
		return Thread{}, fault.New(fault.NotFound, "channel.thread").Because(err)
	}
	return t, err
}

// page is how many messages a conversation shows at once.
const page = 30

// messages gives those before a message (0: the latest), the oldest first.
func (m *Module) messages(ctx context.Context, _ access.Scope, t Thread, before int64) (out []Message, earlier int64, err error) {
	rows, err := m.deps.DB.Query(ctx, `SELECT id, at, name, side, body FROM channel_message
		WHERE thread_id = $1 AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3`, t.ID, before, page+1)
	out, err = db.Collect(rows, err, func(r *sql.Rows) (msg Message, err error) {
		var body []byte
		if err := r.Scan(&msg.ID, db.Time(&msg.At), &msg.By, &msg.Side, &body); err != nil {
			return msg, err
		}
		msg.Text, err = m.unseal(body, "body", t.Organisation)
		return msg, err
	})
	if len(out) > page {
		out = out[:page]
		earlier = out[page-1].ID
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, earlier, err
}

// attach puts the files of a stretch of messages where they belong.
func (m *Module) attach(ctx context.Context, _ access.Scope, t Thread, messages []Message) error {
	if len(messages) == 0 {
		return nil
	}
	rows, err := m.deps.DB.Query(ctx, `SELECT message_id, id, name, size, sha256, blob, scan, finding FROM channel_file
		WHERE thread_id = $1 AND message_id BETWEEN $2 AND $3 ORDER BY id`, t.ID, messages[0].ID, messages[len(messages)-1].ID)
	type placed struct {
		message int64
		file    File
	}
	files, err := db.Collect(rows, err, func(r *sql.Rows) (p placed, err error) {
		p.message, p.file, err = m.scanFile(r, t.Organisation)
		return p, err
	})
	if err != nil {
		return err
	}
	at := map[int64]*Message{}
	for i := range messages {
		at[messages[i].ID] = &messages[i]
	}
	for _, p := range files {
		if msg := at[p.message]; msg != nil {
			msg.Files = append(msg.Files, p.file)
		}
	}
	return nil
}

func (m *Module) scanFile(r interface{ Scan(...any) error }, org int64) (message int64, f File, err error) {
	var name []byte
	if err := r.Scan(&message, &f.ID, &name, &f.Size, &f.SHA256, &f.blob, &f.Scan, &f.Finding); err != nil {
		return 0, f, err
	}
	f.Name, err = m.unseal(name, "file", org)
	return message, f, err
}

// reading is one row of channel_read.
type reading struct {
	person, upTo int64
	Receipt
}

// receipts puts under each message who, but its author, has read it.
func (m *Module) receipts(ctx context.Context, _ access.Scope, t Thread, messages []Message) error {
	if len(messages) == 0 {
		return nil
	}
	rows, err := m.deps.DB.Query(ctx, `SELECT person_id, message_id, name, side, at FROM channel_read
		WHERE thread_id = $1 AND message_id >= $2 ORDER BY at, message_id`, t.ID, messages[0].ID)
	readings, err := db.Collect(rows, err, func(r *sql.Rows) (x reading, err error) {
		return x, r.Scan(&x.person, &x.upTo, &x.Name, &x.Side, db.Time(&x.At))
	})
	if err != nil {
		return err
	}
	for i := range messages {
		messages[i].Read = readersOf(messages[i], readings)
	}
	return nil
}

// readersOf gives each person's first reading of the message or a later one.
func readersOf(msg Message, readings []reading) (out []Receipt) {
	seen := map[int64]bool{}
	for _, r := range readings {
		if r.upTo < msg.ID || seen[r.person] {
			continue
		}
		seen[r.person] = true
		if !(r.Name == msg.By && r.Side == msg.Side && r.At.Equal(msg.At)) { // writing is no reading
			out = append(out, r.Receipt)
		}
	}
	return out
}

func (m *Module) participants(ctx context.Context, _ access.Scope, t Thread) ([]Participant, error) {
	rows, err := m.deps.DB.Query(ctx, "SELECT name, side FROM channel_participant WHERE thread_id = $1 ORDER BY side, name, person_id", t.ID)
	return db.Collect(rows, err, func(r *sql.Rows) (p Participant, err error) { return p, r.Scan(&p.Name, &p.Side) })
}

// Waiting says how many conversations wait for the CSIRT's answer, and since
// when the oldest does, of those the asker may read.
func (m *Module) Waiting(ctx context.Context, s access.Scope) (n int, oldest time.Time, err error) {
	if err := s.Require(access.ChannelRead); err != nil {
		return 0, oldest, err
	}
	if err := s.Territory(); err != nil {
		return 0, oldest, err
	}
	err = m.deps.DB.QueryRow(ctx, `SELECT COUNT(*), MIN(t.last_at) FROM channel_thread t
		WHERE t.last_side = 'member' AND t.closed_at IS NULL AND t.erased_at IS NULL AND `+visible(1), s.Person()).Scan(&n, db.Time(&oldest))
	return n, oldest, err
}

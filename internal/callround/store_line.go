// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const lineColumns = `id, topic, subject_id, organisation_id, severity, due_at, opened_at, turn, next_at, tries, last_at, holder, holder_name, held_until, closed_at, closed_why`

func scanLine(r interface{ Scan(...any) error }) (l Line, err error) {
	return l, r.Scan(&l.ID, &l.Topic, &l.Subject, &l.Organisation, &l.Severity, db.Time(&l.Due), db.Time(&l.Opened), &l.turn, db.Time(&l.Next), &l.Tries, db.Time(&l.Last),
		&l.Holder, &l.HolderName, db.Time(&l.HeldUntil), db.Time(&l.Closed), &l.Why)
}

// one gives the line a condition finds; the zero line where there is none.
func (m *Module) one(ctx context.Context, q db.Querier, _ access.Scope, where string, args ...any) (Line, error) {
	l, err := scanLine(q.QueryRow(ctx, "SELECT "+lineColumns+" FROM callround_line WHERE "+where, args...))
	if db.NotFound(err) {
		return Line{}, nil
	}
	return l, err
}

// Get gives a line; a NotFound fault where there is none.
func (m *Module) Get(ctx context.Context, s access.Scope, id int64) (Line, error) {
	if err := mayRead(s); err != nil {
		return Line{}, err
	}
	l, err := m.one(ctx, m.deps.DB, s, "id = $1", id)
	if err == nil && l.ID == 0 {
		err = unknown(nil)
	}
	return l, err
}

// Filter says which lines a list is of.
type Filter struct {
	Closed  bool   // those that are; else the open ones
	Topic   string // with Subject: of one thing only
	Subject int64
	After   string
	Limit   int // default 50, at most 200
}

// List gives lines: the open ones in the order of their turn, the closed ones the last first.
func (m *Module) List(ctx context.Context, s access.Scope, f Filter) (lines []Line, next string, err error) {
	if err := mayRead(s); err != nil {
		return nil, "", err
	}
	limit := f.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	where, order, args := f.condition()
	rows, err := m.deps.DB.Query(ctx, "SELECT "+lineColumns+" FROM callround_line WHERE "+where+" ORDER BY "+order+fmt.Sprintf(" LIMIT %d", limit+1), args...)
	lines, err = db.Collect(rows, err, func(r *sql.Rows) (Line, error) { return scanLine(r) })
	if err != nil {
		return nil, "", fmt.Errorf("the call round: %w", err)
	}
	if len(lines) > limit {
		lines = lines[:limit]
		next = lines[limit-1].place()
	}
	return lines, next, nil
}

// place is the cursor of a line: where it stands among the open ones, and among the closed ones.
func (l Line) place() string { return fmt.Sprintf("%d.%d.%d", l.Severity, l.turn, l.ID) }

func (f Filter) condition() (where, order string, args []any) {
	var severity, turn, id int64
	if _, err := fmt.Sscanf(f.After, "%d.%d.%d", &severity, &turn, &id); err != nil {
		id = 0 // what is no cursor is the beginning
	}
	args = []any{f.Topic, f.Subject, id}
	if f.Closed {
		return "closed_why <> '' AND ($1 = '' OR topic = $1 AND subject_id = $2) AND ($3 = 0 OR id < $3)", "id DESC", args
	}
	return "closed_why = '' AND ($1 = '' OR topic = $1 AND subject_id = $2) AND ($3 = 0 OR (severity, turn, id) > ($4, $5, $3))", "severity, turn, id", append(args, severity, turn)
}

// Try is what a call gave.
type Try struct {
	ID      int64
	Line    int64
	At      time.Time
	By      Person
	Outcome Outcome
	Person  string // who was called
	Phone   string
	Note    string
	Next    time.Time // when it is tried again
}

// Tries gives what the calls of a line gave, the last first.
func (m *Module) Tries(ctx context.Context, s access.Scope, line int64) ([]Try, error) {
	if err := mayRead(s); err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT id, line_id, at, by_id, by_name, outcome, person, phone, note, next_at FROM callround_try WHERE line_id = $1 ORDER BY id DESC LIMIT 200", line)
	return db.Collect(rows, err, func(r *sql.Rows) (t Try, err error) {
		return t, r.Scan(&t.ID, &t.Line, db.Time(&t.At), &t.By.ID, &t.By.Name, &t.Outcome, &t.Person, &t.Phone, &t.Note, db.Time(&t.Next))
	})
}

func (m *Module) insertTry(ctx context.Context, tx *db.Tx, _ access.Scope, t Try) error {
	_, err := tx.Exec(ctx, "INSERT INTO callround_try (line_id, at, by_id, by_name, outcome, person, phone, note, next_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
		t.Line, db.Ms(t.At), t.By.ID, t.By.Name, t.Outcome, t.Person, t.Phone, t.Note, db.Ms(t.Next))
	return err
}

// Progress counts how far the round is: the lines of what has still open ones.
type Progress struct {
	Total, Open, Held, Later       int // Held: somebody has it; Later: not to be called yet
	Reached, Acknowledged, Numbers int // Numbers: to be corrected
	Oldest                         time.Time
	NumbersOldest                  time.Time
}

// Progress gives it.
func (m *Module) Progress(ctx context.Context, s access.Scope) (p Progress, err error) {
	if err := mayRead(s); err != nil {
		return p, err
	}
	now := db.Ms(m.now())
	err = m.deps.DB.QueryRow(ctx, `SELECT count(*), count(CASE WHEN held_until > $1 THEN 1 END), count(CASE WHEN held_until <= $1 AND next_at > $1 THEN 1 END), min(opened_at)
		FROM callround_line WHERE closed_why = ''`, now).Scan(&p.Open, &p.Held, &p.Later, db.Time(&p.Oldest))
	if err != nil {
		return p, err
	}
	err = m.deps.DB.QueryRow(ctx, `SELECT count(CASE WHEN closed_why = 'reached' THEN 1 END), count(CASE WHEN closed_why = 'acknowledged' THEN 1 END)
		FROM callround_line c WHERE closed_why <> '' AND EXISTS (SELECT 1 FROM callround_line o WHERE o.closed_why = '' AND o.topic = c.topic AND o.subject_id = c.subject_id)`).
		Scan(&p.Reached, &p.Acknowledged)
	if err != nil {
		return p, err
	}
	p.Total = p.Open + p.Reached + p.Acknowledged
	err = m.deps.DB.QueryRow(ctx, "SELECT count(*), min(at) FROM callround_number WHERE done_at IS NULL").Scan(&p.Numbers, db.Time(&p.NumbersOldest))
	return p, err
}

// Number is one that does not lead to whom it should.
type Number struct {
	ID, Organisation int64
	Name, Phone      string
	At               time.Time
	By, Note         string
}

// Numbers gives those to be corrected, the oldest first; organisation 0: everybody's.
func (m *Module) Numbers(ctx context.Context, s access.Scope, organisation int64, after int64) ([]Number, error) {
	if err := mayRead(s); err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, `SELECT id, organisation_id, name, phone, at, by_name, note FROM callround_number
		WHERE done_at IS NULL AND ($1 = 0 OR organisation_id = $1) AND id > $2 ORDER BY id LIMIT 101`, organisation, after)
	return db.Collect(rows, err, func(r *sql.Rows) (n Number, err error) {
		return n, r.Scan(&n.ID, &n.Organisation, &n.Name, &n.Phone, db.Time(&n.At), &n.By, &n.Note)
	})
}

// Corrected says that a number was seen to.
func (m *Module) Corrected(ctx context.Context, s access.Scope, who Person, id int64) error {
	if err := mayCall(s, who); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		var org int64
		err := tx.QueryRow(ctx, "UPDATE callround_number SET done_at = $2, done_name = $3 WHERE id = $1 AND done_at IS NULL RETURNING organisation_id", id, db.Ms(m.now()), who.Name).Scan(&org)
		if db.NotFound(err) {
			return fault.New(fault.NotFound, "callround.unknown").Because(err)
		}
		if err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), org, "callround.corrected", fmt.Sprintf("callround.number:%d", id), nil)
	})
}

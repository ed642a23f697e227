// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Line is an organisation to be telephoned about something.
type Line struct {
	ID           int64
	Topic        string
	Subject      int64
	Organisation int64
	Severity     int // 0 the gravest
	Due          time.Time
	Opened       time.Time
	Next         time.Time // it is not called before
	Tries        int
	Last         time.Time // it was tried
	Holder       int64     // 0: nobody has it
	HolderName   string
	HeldUntil    time.Time
	Closed       time.Time
	Why          Why

	turn int64
}

// Why is why a line is closed; its zero value: it is open.
type Why string

// The ends of a line.
const (
	Reached      Why = "reached"      // somebody was spoken with
	Acknowledged Why = "acknowledged" // by itself meanwhile
	Withdrawn    Why = "withdrawn"    // there is nothing to call about any more
)

// Open says whether there is still somebody to call.
func (l Line) Open() bool { return l.Why == "" }

// Held says whether somebody has the line at a moment.
func (l Line) Held(now time.Time) bool { return l.Open() && l.Holder != 0 && now.Before(l.HeldUntil) }

// HeldBy says whether a person has it.
func (l Line) HeldBy(person int64, now time.Time) bool { return l.Held(now) && l.Holder == person }

// Request asks for a call.
type Request struct {
	Organisation int64
	Severity     int       // 0 the gravest
	Due          time.Time // until when it wants to be known of; zero: no particular time
}

// Open puts organisations on the list in the transaction of whoever asks; one whose
// line is open for the subject stays as it is, one whose line was closed is called again.
func (m *Module) Open(ctx context.Context, tx *db.Tx, s access.Scope, topic string, subject int64, list []Request) error {
	if err := s.Territory(); err != nil {
		return err
	}
	now := m.now()
	rows := make([][]any, len(list))
	for i, r := range list {
		turn := now
		if !r.Due.IsZero() && r.Due.Before(now) {
			turn = r.Due
		}
		rows[i] = []any{topic, subject, r.Organisation, r.Severity, db.Ms(r.Due), db.Ms(now), db.Ms(turn), db.Ms(now)}
	}
	columns := []string{"topic", "subject_id", "organisation_id", "severity", "due_at", "opened_at", "turn", "next_at"}
	if err := tx.BulkUpsert(ctx, "callround_line", columns, rows, reopen); err != nil {
		return fmt.Errorf("opening %d lines: %w", len(list), err)
	}
	return nil
}

// reopen puts a line that was closed on the list again, with its history; an open one stays as it is.
const reopen = `ON CONFLICT (topic, subject_id, organisation_id) DO UPDATE SET severity = excluded.severity, due_at = excluded.due_at, opened_at = excluded.opened_at,
	turn = excluded.turn, next_at = excluded.next_at, closed_at = NULL, closed_why = '' WHERE callround_line.closed_why <> ''`

// Close takes lines off the list in the transaction of whoever knows that
// there is nothing more to call for; organisation 0: all of the subject.
func (m *Module) Close(ctx context.Context, tx *db.Tx, _ access.Scope, topic string, subject, organisation int64, why Why) error {
	_, err := tx.Exec(ctx, `UPDATE callround_line SET closed_at = $4, closed_why = $5, holder = 0, held_until = 0
		WHERE topic = $1 AND subject_id = $2 AND ($3 = 0 OR organisation_id = $3) AND closed_why = ''`, topic, subject, organisation, db.Ms(m.now()), why)
	if err != nil {
		return fmt.Errorf("closing lines of %s %d: %w", topic, subject, err)
	}
	return nil
}

// Person is who does something; he stands in the record by name.
type Person struct {
	ID   int64
	Name string
}

// mayCall says whether a scope's person takes part in the round: a line is had by a person.
func mayCall(s access.Scope, who Person) error {
	if who.ID == 0 {
		return fault.New(fault.Forbidden, "access.permission", fault.P{"permission": access.CallTake.String()})
	}
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.CallTake)
}

func mayRead(s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	return s.Require(access.TerritoryRead)
}

func object(id int64) string { return fmt.Sprintf("callround:%d", id) }

func unknown(err error) error { return fault.New(fault.NotFound, "callround.unknown").Because(err) }

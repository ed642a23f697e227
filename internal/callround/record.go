// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// Outcome is what a call gave.
type Outcome string

// The outcomes.
const (
	WasReached  Outcome = "reached"
	NotReached  Outcome = "not_reached"
	WrongNumber Outcome = "wrong_number"
	CallBack    Outcome = "call_back"
)

// Outcomes lists them.
func Outcomes() []Outcome { return []Outcome{WasReached, NotReached, CallBack, WrongNumber} }

// The most that is written of a call.
const (
	maxPerson = 200 // letters
	maxPhone  = 60
	maxNote   = 2000
	maxWait   = 7 * 24 * time.Hour
)

// Report is what an operator writes of a call.
type Report struct {
	Outcome Outcome
	Person  string // who was called, or spoken with
	Phone   string
	Note    string
	At      time.Time     // CallBack: when
	Again   time.Duration // NotReached: how long to wait when nobody is left to try; 0: Again
}

func (r Report) check(now time.Time) error {
	f := fault.New(fault.Invalid, "callround.report")
	if !slices.Contains(Outcomes(), r.Outcome) {
		f.Field("outcome", "callround.choice")
	}
	for name, x := range map[string]struct {
		text  string
		limit int
	}{"person": {r.Person, maxPerson}, "phone": {r.Phone, maxPhone}, "note": {r.Note, maxNote}} {
		if utf8.RuneCountInString(x.text) > x.limit {
			f.Field(name, "callround.long", fault.P{"limit": x.limit})
		}
	}
	if r.Outcome == WasReached && r.Person == "" {
		f.Field("person", "callround.person")
	}
	if r.Outcome == WrongNumber && r.Phone == "" {
		f.Field("phone", "callround.phone")
	}
	if r.Outcome == CallBack && (!r.At.After(now) || r.At.After(now.Add(maxWait))) {
		f.Field("at", "callround.at")
	}
	if r.Again < 0 || r.Again > maxWait {
		f.Field("again", "callround.again")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// Record writes what a call of a line gave, by the person who has it, and gives
// the line as it is then: still his, where somebody else of the organisation can
// be tried at once. Faults: callround.report field by field; callround.not_yours,
// Conflict, when he has it no more; callround.late.…, when there is nothing to call for any
// more: what he wrote is kept with the line all the same.
func (m *Module) Record(ctx context.Context, s access.Scope, who Person, id int64, r Report) (l Line, err error) {
	if err := mayCall(s, who); err != nil {
		return l, err
	}
	r.Person, r.Phone, r.Note = strings.TrimSpace(r.Person), strings.TrimSpace(r.Phone), strings.TrimSpace(r.Note)
	if err := r.check(m.now()); err != nil {
		return l, err
	}
	desk, err := m.Desk(ctx, s, id, i18n.Languages()[0])
	if err != nil {
		return l, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		// Before the line is locked: whoever acknowledges by himself locks in this order too.
		if r.Outcome == WasReached {
			if err := m.reached(ctx, tx, s, who, id, r); err != nil {
				return err
			}
		} else if l, err = m.his(ctx, tx, s, who, id, db.ForUpdate(tx)); err != nil {
			return err
		}
		if err := m.write(ctx, tx, s, who, desk, r); err != nil {
			return err
		}
		l, err = m.one(ctx, tx, s, "id = $1", id)
		return err
	})
	if f := fault.Of(err); f != nil && slices.Contains(lateCodes(), f.Code) {
		return l, m.late(ctx, s, who, id, r)
	}
	return l, err
}

// lateCodes are those of lines that were closed by no call.
func lateCodes() []string {
	return []string{"callround.closed." + string(Acknowledged), "callround.closed." + string(Withdrawn)}
}

// late keeps, once for each person, what was written of a call while the
// organisation acknowledged by itself or the alert was withdrawn: the line stays
// closed. It gives the fault that says so.
func (m *Module) late(ctx context.Context, s access.Scope, who Person, id int64, r Report) error {
	var l Line
	err := m.deps.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		if l, err = m.one(ctx, tx, s, "id = $1"+db.ForUpdate(tx), id); err != nil || l.Open() {
			return err // opened anew meanwhile: it is called again
		}
		t := Try{Line: id, At: m.now(), By: who, Outcome: r.Outcome, Person: r.Person, Phone: r.Phone, Note: r.Note}
		result, err := tx.Exec(ctx, "UPDATE callround_line SET tries = tries + 1, last_at = $2 WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM callround_try WHERE line_id = $1 AND by_id = $3 AND at >= $4)",
			id, db.Ms(t.At), who.ID, db.Ms(l.Closed))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if r.Outcome == WrongNumber {
			if err := m.insertNumber(ctx, tx, s, l.Organisation, t); err != nil {
				return err
			}
		}
		if err := m.insertTry(ctx, tx, s, t); err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), l.Organisation, "callround.late", object(id), map[string]any{"topic": l.Topic, "subject": l.Subject, "outcome": r.Outcome})
	})
	switch {
	case err != nil:
		return err
	case l.Open():
		return fault.New(fault.Conflict, "callround.not_yours")
	}
	return fault.New(fault.Conflict, "callround.late."+string(l.Why))
}

// his reads a line that a person must have.
func (m *Module) his(ctx context.Context, tx *db.Tx, s access.Scope, who Person, id int64, lock string) (Line, error) {
	l, err := m.one(ctx, tx, s, "id = $1"+lock, id)
	switch {
	case err != nil:
		return l, err
	case l.ID == 0:
		return l, unknown(nil)
	case !l.Open():
		return l, closed(l)
	case !l.HeldBy(who.ID, m.now()):
		return l, fault.New(fault.Conflict, "callround.not_yours")
	}
	return l, nil
}

func (m *Module) reached(ctx context.Context, tx *db.Tx, s access.Scope, who Person, id int64, r Report) error {
	l, err := m.his(ctx, tx, s, who, id, "")
	if err != nil {
		return err
	}
	topic, known := m.deps.Topics[l.Topic]
	if !known {
		return fault.New(fault.Conflict, "callround.closed.withdrawn")
	}
	return topic.Reached(ctx, tx, s, l.Subject, l.Organisation, r.Person, who.Name)
}

// write keeps the try and what it makes of the line.
func (m *Module) write(ctx context.Context, tx *db.Tx, s access.Scope, who Person, d Desk, r Report) error {
	t := Try{Line: d.Line.ID, At: m.now(), By: who, Outcome: r.Outcome, Person: r.Person, Phone: r.Phone, Note: r.Note}
	if t.Next = m.again(d, r); r.Outcome == WrongNumber {
		if err := m.insertNumber(ctx, tx, s, d.Line.Organisation, t); err != nil {
			return err
		}
	}
	if err := m.insertTry(ctx, tx, s, t); err != nil {
		return err
	}
	if err := m.move(ctx, tx, s, d, t); err != nil {
		return err
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), d.Line.Organisation, "callround."+string(r.Outcome), object(d.Line.ID),
		map[string]any{"topic": d.Line.Topic, "subject": d.Line.Subject, "person": r.Person})
}

// again is when the line is called again; zero: it is not, or somebody else of it can be tried at once.
func (m *Module) again(d Desk, r Report) time.Time {
	switch {
	case r.Outcome == WasReached:
		return time.Time{}
	case r.Outcome == CallBack:
		return r.At
	case d.others(r.Phone):
		return time.Time{}
	case r.Again > 0:
		return m.now().Add(r.Again)
	}
	return m.now().Add(Again)
}

// move says where the line stands after a try.
func (m *Module) move(ctx context.Context, tx *db.Tx, _ access.Scope, d Desk, t Try) error {
	id, now := d.Line.ID, db.Ms(t.At)
	switch {
	case t.Outcome == WasReached:
		_, err := tx.Exec(ctx, "UPDATE callround_line SET tries = tries + 1, last_at = $2, holder = 0, held_until = 0, closed_at = COALESCE(closed_at, $2), closed_why = $3 WHERE id = $1", id, now, Reached)
		return err
	case t.Next.IsZero(): // the next contact, at once
		_, err := tx.Exec(ctx, "UPDATE callround_line SET tries = tries + 1, last_at = $2, held_until = $3 WHERE id = $1", id, now, db.Ms(t.At.Add(Lease)))
		return err
	case t.Outcome == CallBack: // promised: when its time comes it goes first
		_, err := tx.Exec(ctx, "UPDATE callround_line SET tries = tries + 1, last_at = $2, holder = 0, held_until = 0, next_at = $3, turn = 0 WHERE id = $1", id, now, db.Ms(t.Next))
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE callround_line SET tries = tries + 1, last_at = $2, holder = 0, held_until = 0, next_at = $3, turn = $3 WHERE id = $1", id, now, db.Ms(t.Next))
	return err
}

// insertNumber notes, once, a number to be corrected.
func (m *Module) insertNumber(ctx context.Context, tx *db.Tx, _ access.Scope, organisation int64, t Try) error {
	_, err := tx.Exec(ctx, `INSERT INTO callround_number (organisation_id, name, phone, at, by_name, note) VALUES ($1,$2,$3,$4,$5,$6)
		ON CONFLICT (organisation_id, phone) WHERE done_at IS NULL DO NOTHING`, organisation, t.Person, t.Phone, db.Ms(t.At), t.By.Name, t.Note)
	return err
}

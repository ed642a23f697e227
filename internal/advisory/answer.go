// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
)

// Outcome is what a member did about an advisory. Its zero value: it did not say.
type Outcome string

// The outcomes.
const (
	InProgress   Outcome = "in_progress"
	Fixed        Outcome = "fixed"
	NotConcerned Outcome = "not_concerned"
	HelpWanted   Outcome = "help_wanted"
)

// Outcomes lists them.
func Outcomes() []Outcome { return []Outcome{InProgress, Fixed, NotConcerned, HelpWanted} }

// Delivery is what became of an advisory at one organisation.
type Delivery struct {
	Organisation int64
	Certain      bool
	People       int // who were written to
	Opened       Step
	Acknowledged Step
	Outcome      Outcome
	Answered     Step // with the outcome
	Note         string
	Since        int // the first revision it was sent
	Seen         int // the last revision that was opened; 0: none

	chosen chosen
}

// Received is an advisory as an organisation sees it.
type Received struct {
	Advisory
	Delivery
}

// Late says whether it should have been acknowledged by now.
func (r Received) Late(now time.Time) bool {
	return !r.Due().IsZero() && r.State == Sent && r.Acknowledged.At.IsZero() && now.After(r.Due())
}

// Read gives one to somebody of the scope's organisation, and remembers that it
// was opened, by whom first, and which revision was last. A NotFound fault for what was not sent to it, and for
// TLP:RED to everybody it was not written to.
func (m *Module) Read(ctx context.Context, s access.Scope, who Author, id int64) (Received, error) {
	r, err := m.received(ctx, m.deps.DB, s, who, id)
	if err != nil || who.ID == 0 || who.Staff {
		return r, err
	}
	if err := m.noteOpened(ctx, m.deps.DB, s, who, r); err != nil || r.Seen >= r.Revision {
		return r, err
	}
	if r.Opened.At.IsZero() {
		r.Opened = Step{m.now(), who.Name}
	}
	_, err = m.deps.DB.Exec(ctx, `UPDATE advisory_member SET seen = $5, opened_name = CASE WHEN opened_at IS NULL THEN $4 ELSE opened_name END, opened_at = COALESCE(opened_at, $3)
		WHERE advisory_id = $1 AND organisation_id = $2 AND seen < $5`, id, r.Organisation, db.Ms(r.Opened.At), who.Name, r.Revision)
	r.Seen = r.Revision
	return r, err
}

// noteOpened remembers that one of the people it was written to opened it; the first time counts.
func (m *Module) noteOpened(ctx context.Context, q db.Querier, _ access.Scope, who Author, r Received) error {
	var number int64
	err := q.QueryRow(ctx, "SELECT number FROM advisory_recipient WHERE advisory_id = $1 AND address = $2 AND opened_at IS NULL", r.ID, mailbox(who.Email)).Scan(&number)
	if db.NotFound(err) {
		return nil
	}
	if err == nil {
		_, err = q.Exec(ctx, "UPDATE advisory_recipient SET opened_at = $3 WHERE advisory_id = $1 AND number = $2 AND opened_at IS NULL", r.ID, number, db.Ms(m.now()))
	}
	return err
}

// Acknowledge says, for the scope's organisation, that it was seen. Again it changes nothing.
func (m *Module) Acknowledge(ctx context.Context, s access.Scope, who Author, id int64) (r Received, err error) {
	return m.answer(ctx, s, who, id, func(*db.Tx, Received) error { return nil })
}

// Answer says what the scope's organisation did about it; that acknowledges it too.
func (m *Module) Answer(ctx context.Context, s access.Scope, who Author, id int64, o Outcome, note string) (Received, error) {
	note = strings.TrimSpace(note)
	f := fault.New(fault.Invalid, "advisory.entry")
	if !slices.Contains(Outcomes(), o) {
		f.Field("outcome", "advisory.choice")
	}
	if utf8.RuneCountInString(note) > maxNote {
		f.Field("note", "advisory.long", fault.P{"limit": maxNote})
	}
	if len(f.Fields) > 0 {
		return Received{}, f
	}
	return m.answer(ctx, s, who, id, func(tx *db.Tx, r Received) error {
		_, err := tx.Exec(ctx, "UPDATE advisory_member SET outcome = $3, outcome_at = $4, outcome_name = $5, note = $6 WHERE advisory_id = $1 AND organisation_id = $2",
			id, r.Organisation, o, db.Ms(m.now()), who.Name, note)
		if err != nil {
			return err
		}
		return m.deps.Audit.Append(ctx, tx, s.Actor(), r.Organisation, "advisory.answered", object(id), map[string]any{"outcome": o})
	})
}

// answer acknowledges, where it was not, and does more, in one transaction.
func (m *Module) answer(ctx context.Context, s access.Scope, who Author, id int64, more func(*db.Tx, Received) error) (r Received, err error) {
	if err := s.Require(access.AdvisoryAnswer); err != nil {
		return r, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		r, err := m.received(ctx, tx, s, who, id)
		if err != nil {
			return err
		}
		if r.State != Sent {
			return fault.New(fault.Conflict, "advisory.withdrawn_answer")
		}
		if r.Acknowledged.At.IsZero() {
			if err := m.acknowledge(ctx, tx, s, who, r); err != nil {
				return err
			}
		}
		return more(tx, r)
	})
	if err != nil {
		return r, err
	}
	return m.received(ctx, m.deps.DB, s, who, id)
}

func (m *Module) acknowledge(ctx context.Context, tx *db.Tx, s access.Scope, who Author, r Received) error {
	now := db.Ms(m.now())
	_, err := tx.Exec(ctx, `UPDATE advisory_member SET acknowledged_at = $3, acknowledged_name = $4,
		opened_name = CASE WHEN opened_at IS NULL THEN $4 ELSE opened_name END, opened_at = COALESCE(opened_at, $3)
		WHERE advisory_id = $1 AND organisation_id = $2`, r.ID, r.Organisation, now, who.Name)
	if err != nil {
		return err
	}
	if err := m.noteOpened(ctx, tx, s, who, r); err != nil {
		return err
	}
	if err := m.deps.Audit.Append(ctx, tx, s.Actor(), r.Organisation, "advisory.acknowledged", object(r.ID), nil); err != nil {
		return err
	}
	if err := m.deps.Calls.Close(ctx, tx, s, r.ID, r.Organisation, false); err != nil {
		return err
	}
	return m.deps.Bus.Publish(ctx, tx, events.Event{Kind: EventAcknowledged, Organisation: r.Organisation, Payload: r.told()})
}

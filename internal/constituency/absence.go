// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/hours"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/holiday"
)

// Absence is a time in which a contact is not there. Why is his own affair: it is not asked.
type Absence struct {
	ID      int64
	Contact int64
	First   string // the day, "2026-08-03", in the body's time zone
	Last    string // the last day, included
}

// What bounds absences: more than these are typing errors.
const (
	maxAbsences    = 50                   // to come, of one contact
	maxAbsenceDays = 366                  // of one absence
	absenceLife    = 31 * 24 * time.Hour  // how long a past one is kept
	maxAhead       = 731 * 24 * time.Hour // how far ahead one begins
)

// covers says whether the absence holds on a day.
func (a Absence) covers(day string) bool { return a.First <= day && day <= a.Last }

// awayUntil gives, for each contact that is absent at a moment, the last day of
// it: absences that follow one another are one.
func awayUntil(all []Absence, now time.Time) map[int64]time.Time {
	out := map[int64]time.Time{}
	for _, a := range all {
		if !a.covers(now.Format(time.DateOnly)) {
			continue
		}
		if last := lastDay(all, a, now.Location()); last.After(out[a.Contact]) {
			out[a.Contact] = last
		}
	}
	return out
}

// lastDay follows an absence over those that begin before it ends or on the day after.
func lastDay(all []Absence, a Absence, zone *time.Location) time.Time {
	for again := true; again; {
		again = false
		for _, next := range all {
			if next.Contact == a.Contact && next.First <= dayAfter(a.Last) && next.Last > a.Last {
				a.Last, again = next.Last, true
			}
		}
	}
	last, err := time.ParseInLocation(time.DateOnly, a.Last, zone)
	if err != nil {
		return time.Time{}
	}
	return last
}

func dayAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

// Absences gives those of the scope's organisation that are not over, the earliest first.
func (m *Module) Absences(ctx context.Context, s access.Scope) ([]Absence, error) {
	if err := s.Require(access.ContactRead); err != nil {
		return nil, err
	}
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	byOrg, err := absencesOf(ctx, m.db, []int64{org}, m.now())
	return byOrg[org], err
}

// AddAbsence records that a contact is not there from a day to another, both included.
func (m *Module) AddAbsence(ctx context.Context, s access.Scope, contact int64, first, last time.Time) (Absence, error) {
	var a Absence
	err := m.changeContacts(ctx, s, func(tx *db.Tx, o Organisation, all []Contact) error {
		c, err := contactNumber(contact, all)
		if err != nil {
			return err
		}
		if a, err = newAbsence(contact, first, last, m.now().In(o.Zone())); err != nil {
			return err
		}
		have, err := absencesOf(ctx, tx, []int64{o.ID}, m.now())
		if err != nil {
			return err
		}
		if countOf(have[o.ID], contact) >= maxAbsences {
			return fault.New(fault.Invalid, "constituency.absences_full", fault.P{"n": maxAbsences})
		}
		if err := insertAbsence(ctx, tx, o.ID, &a); err != nil {
			return err
		}
		return m.auditContact(ctx, tx, s, o, "contact.absence_added", c, nil)
	})
	return a, err
}

func countOf(all []Absence, contact int64) (n int) {
	for _, a := range all {
		if a.Contact == contact {
			n++
		}
	}
	return n
}

// newAbsence checks the days: a forgotten last day is the first.
func newAbsence(contact int64, first, last, now time.Time) (Absence, error) {
	problems := fault.New(fault.Invalid, "constituency.absence")
	if last.IsZero() {
		last = first
	}
	a := Absence{Contact: contact, First: first.Format(time.DateOnly), Last: last.Format(time.DateOnly)}
	switch {
	case first.IsZero():
		problems.Field("first", "constituency.absence_first")
	case a.Last < a.First:
		problems.Field("last", "constituency.absence_order")
	case a.Last < now.Format(time.DateOnly):
		problems.Field("last", "constituency.absence_past")
	case last.Sub(first) > maxAbsenceDays*24*time.Hour:
		problems.Field("last", "constituency.absence_long", fault.P{"n": maxAbsenceDays})
	case first.Sub(now) > maxAhead:
		problems.Field("first", "constituency.absence_far")
	}
	return a, problems.OrNil()
}

// RemoveAbsence says that a contact is there after all, and gives which one.
func (m *Module) RemoveAbsence(ctx context.Context, s access.Scope, id int64) (contact int64, err error) {
	err = m.changeContacts(ctx, s, func(tx *db.Tx, o Organisation, all []Contact) error {
		err := tx.QueryRow(ctx, "DELETE FROM contact_absence WHERE id = $1 AND organisation_id = $2 RETURNING contact_id", id, o.ID).Scan(&contact)
		if db.NotFound(err) {
			return fault.New(fault.NotFound, "constituency.absence_unknown")
		}
		if err != nil {
			return fmt.Errorf("removing absence %d: %w", id, err)
		}
		c, err := contactNumber(contact, all)
		if err != nil {
			return err
		}
		return m.auditContact(ctx, tx, s, o, "contact.absence_removed", c, nil)
	})
	return contact, err
}

// holidays are a body's: of its country and of its patron saint; weekends only where we know none.
func holidays(o Organisation) holiday.Calendar {
	c, err := holiday.New(o.Country, o.PatronDay)
	if err != nil {
		c, _ = holiday.New(o.Country, "") // a wrong patron's day must not hide the nation's
	}
	return c
}

// Holidays are the calendars of some bodies: many share theirs. One goroutine at a time.
type Holidays map[string]hours.Calendar

// Of gives the calendar of a body in a country, with its patron's day.
func (h Holidays) Of(country, patronDay string) hours.Calendar {
	key := country + patronDay
	if h[key] == nil {
		h[key] = rememberDays(holidays(Organisation{Record: Record{Country: country, PatronDay: patronDay}}))
	}
	return h[key]
}

// remembered keeps what a calendar said of each day: the question of one moment
// asks about the same few days again and again. One goroutine at a time.
type remembered struct {
	calendar hours.Calendar
	days     map[int]string // by year and day; empty for none
}

func rememberDays(c hours.Calendar) *remembered {
	if r, ok := c.(*remembered); ok {
		return r
	}
	return &remembered{c, map[int]string{}}
}

// Holiday implements hours.Calendar.
func (r *remembered) Holiday(day time.Time) (name string, ok bool) {
	if r.calendar == nil {
		return "", false
	}
	key := day.Year()*1000 + day.YearDay()
	name, seen := r.days[key]
	if !seen {
		name, _ = r.calendar.Holiday(day)
		r.days[key] = name
	}
	return name, name != ""
}

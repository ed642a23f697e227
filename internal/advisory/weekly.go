// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// weekJob writes the weekly lists that are due.
const weekJob = "advisory.weekly"

// weekHour is when, on Monday, an organisation is told of the week before, in its zone.
const weekHour = 7

// Weekly is how the members are told of a week.
type Weekly interface {
	// Readers gives who takes the regular mails of the scope's organisation,
	// each mailbox once; nobody where they are turned off.
	Readers(ctx context.Context, s access.Scope) ([]Contact, error)
	// QueueWeekly queues a list in the transaction that remembers it.
	QueueWeekly(ctx context.Context, tx *db.Tx, m WeekMail) error
}

// WeekMail is the list of a week, to one person of one organisation.
type WeekMail struct {
	Week         string // its Monday: "2026-11-23"
	Organisation int64
	To           Contact
	Subject      string
	Text         string
}

// Week is seven days of a calendar, from a Monday to before the next.
type Week struct{ From, To time.Time }

// Name is the Monday's date.
func (w Week) Name() string { return w.From.Format(time.DateOnly) }

// within says whether a moment is of the week.
func (w Week) within(t time.Time) bool { return !t.Before(w.From) && t.Before(w.To) }

// quietTold says whether a week without anything is told: once a month, so that
// silence is not taken for a mail that got lost.
func (w Week) quietTold() bool { return w.To.Day() <= 7 }

// lastWeek is the last week that is told at a moment in a zone.
func lastWeek(now time.Time, zone *time.Location) Week {
	t := now.In(zone)
	day := t.Day() - (int(t.Weekday())+6)%7
	if t.Weekday() == time.Monday && t.Hour() < weekHour {
		day -= 7
	}
	monday := func(day int) time.Time { return time.Date(t.Year(), t.Month(), day, 0, 0, 0, 0, zone) }
	return Week{monday(day - 7), monday(day)}
}

// weekOf gives the week of a date in a zone; a zero Week for "".
// What is no date is an Invalid fault.
func weekOf(date string, zone *time.Location) (Week, error) {
	if date == "" {
		return Week{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, date, zone)
	if err != nil {
		return Week{}, fault.New(fault.Invalid, "advisory.week_date").Because(err)
	}
	day := t.Day() - (int(t.Weekday())+6)%7
	return Week{time.Date(t.Year(), t.Month(), day, 0, 0, 0, 0, zone), time.Date(t.Year(), t.Month(), day+7, 0, 0, 0, 0, zone)}, nil
}

// zone is that of the scope's organisation.
func (m *Module) zone(ctx context.Context, s access.Scope) (*time.Location, error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	list, err := m.deps.Directory.Named(ctx, s, []int64{org})
	if err != nil || len(list) == 0 || list[0].Zone == nil {
		return time.UTC, err
	}
	return list[0].Zone, nil
}

func (m *Module) registerWeekly(q *jobs.Queue) error {
	q.Handle(weekJob, func(ctx context.Context, _ jobs.Run) error { return m.SendWeekly(ctx, access.System("advisory")) })
	return q.Schedule(weekJob, "3 * * * *", time.UTC, weekJob)
}

// SendWeekly queues the weekly lists that are due: of each organisation once a
// week, whatever breaks off meanwhile. After a downtime the last week is told
// late, earlier ones are not. An organisation that fails does not stop the
// others, and is tried again.
func (m *Module) SendWeekly(ctx context.Context, s access.Scope) error {
	if err := s.Territory(); err != nil {
		return err
	}
	all, err := m.deps.Directory.Members(ctx, s)
	if err != nil {
		return fmt.Errorf("advisory: weekly lists: %w", err)
	}
	var failures []error
	for week, orgs := range m.byWeek(all) {
		failures = append(failures, m.sendWeek(ctx, s, week, orgs))
	}
	return errors.Join(failures...)
}

// byWeek sorts organisations by the week they are to be told of: zones differ.
func (m *Module) byWeek(all []Organisation) map[Week][]Organisation {
	out := map[Week][]Organisation{}
	zones := map[string]Week{} // by name: a zone may be loaded many times
	now := m.now()
	for _, o := range all {
		w, known := zones[o.Zone.String()]
		if !known {
			w = lastWeek(now, o.Zone)
			zones[o.Zone.String()] = w
		}
		out[w] = append(out[w], o)
	}
	return out
}

func (m *Module) sendWeek(ctx context.Context, s access.Scope, w Week, orgs []Organisation) error {
	told, err := m.weekTold(ctx, s, w)
	if err != nil {
		return err
	}
	moved, err := m.movedIn(ctx, s, w)
	if err != nil {
		return err
	}
	var failures []error
	for _, o := range orgs {
		if told[o.ID] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(append(failures, err)...)
		}
		if err := m.tellWeek(ctx, s, w, o, moved); err != nil {
			failures = append(failures, fmt.Errorf("advisory: weekly list of organisation %d: %w", o.ID, err))
		}
	}
	return errors.Join(failures...)
}

// tellWeek tells one organisation of a week: the row and the mails are one transaction.
func (m *Module) tellWeek(ctx context.Context, s access.Scope, w Week, o Organisation, moved map[int64]Advisory) error {
	own, err := s.For(o.ID)
	if err != nil {
		return err
	}
	readers, err := m.deps.Weekly.Readers(ctx, own)
	if err != nil {
		return err
	}
	return m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := m.receivedIn(ctx, tx, own, moved)
		if err != nil {
			return err
		}
		mails, err := m.weekMails(ctx, tx, own, w, o, readers, list)
		if err != nil {
			return err
		}
		if fresh, err := m.rememberWeek(ctx, tx, own, w, len(list), len(mails)); err != nil || !fresh {
			return err
		}
		for _, mail := range mails {
			if err := m.deps.Weekly.QueueWeekly(ctx, tx, mail); err != nil {
				return err
			}
		}
		return nil
	})
}

// weekMails writes to each reader what he may know of.
func (m *Module) weekMails(ctx context.Context, tx *db.Tx, s access.Scope, w Week, o Organisation, readers []Contact, list []Received) ([]WeekMail, error) {
	var out []WeekMail
	for _, to := range readers {
		his, err := m.namedTo(ctx, tx, s, to, list)
		if err != nil {
			return nil, err
		}
		if len(his) > 0 || w.quietTold() {
			out = append(out, m.weekMail(w, o, to, his))
		}
	}
	return out, nil
}

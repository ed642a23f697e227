// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

// EscalationStep is something that is done about those who do not acknowledge.
type EscalationStep string

// The steps, in their order.
const (
	Remind EscalationStep = "remind" // a reminder to those it was written to
	Widen  EscalationStep = "widen"  // it is written to the others who answer for the organisation
	Phone  EscalationStep = "call"   // the organisation goes on the list of those to be telephoned
)

// EscalationSteps lists them.
func EscalationSteps() []EscalationStep { return []EscalationStep{Remind, Widen, Phone} }

// Escalation says how many minutes after sending each step is done; 0: never.
type Escalation struct {
	Remind int `json:"remind,omitempty"`
	Widen  int `json:"widen,omitempty"`
	Phone  int `json:"call,omitempty"`
}

// maxEscalation bounds the minutes: a week.
const maxEscalation = 7 * 24 * 60

// After gives the minutes of a step.
func (e Escalation) After(step EscalationStep) int {
	return map[EscalationStep]int{Remind: e.Remind, Widen: e.Widen, Phone: e.Phone}[step]
}

// None says that nothing is done.
func (e Escalation) None() bool { return e == Escalation{} }

func (e Escalation) check(f *fault.Error) {
	for _, step := range EscalationSteps() {
		if n := e.After(step); n < 0 || n > maxEscalation {
			f.Field("escalate_"+string(step), "advisory.escalation", fault.P{"limit": maxEscalation})
		}
	}
}

// ParseEscalation reads what the house does by severity: "critical=30,60,90
// high=240,0,0", the minutes of reminder, widening and telephone.
func ParseEscalation(text string) (map[Severity]Escalation, error) {
	out := map[Severity]Escalation{}
	for _, word := range strings.Fields(text) {
		severity, list, _ := strings.Cut(word, "=")
		minutes := strings.Split(list, ",")
		if len(minutes) != 3 || !knownSeverity(Severity(severity)) {
			return nil, fmt.Errorf("%q: wanted a severity and three minutes, as in critical=30,60,90", word)
		}
		var n [3]int
		for i, m := range minutes {
			var err error
			if n[i], err = strconv.Atoi(m); err != nil || n[i] < 0 || n[i] > maxEscalation {
				return nil, fmt.Errorf("%q: minutes are from 0 to %d", word, maxEscalation)
			}
		}
		out[Severity(severity)] = Escalation{n[0], n[1], n[2]}
	}
	return out, nil
}

func knownSeverity(s Severity) bool {
	for _, x := range Severities() {
		if x == s {
			return true
		}
	}
	return false
}

// Planned is what would be done about those who do not acknowledge an entry, with own
// saying whether that is the entry's own plan or the house's for its severity.
// Bulletins, and what need not be acknowledged, have none; TLP:RED is not written to others.
func (m *Module) Planned(e Entry) (plan Escalation, own bool) {
	if e.Kind != Alert || e.AckWithin == 0 {
		return Escalation{}, false
	}
	plan = m.deps.Escalation[e.Severity]
	if e.Escalation != nil {
		plan, own = *e.Escalation, true
	}
	if e.TLP == red {
		plan.Widen = 0
	}
	return plan, own
}

// PlannedStep is a step as it was settled when the advisory was sent.
type PlannedStep struct {
	Step          EscalationStep
	Due           time.Time
	Done          time.Time // zero: not yet
	Organisations int       // it concerned
}

// schedule settles the steps of an advisory that is being sent, in its transaction.
func (m *Module) schedule(ctx context.Context, tx *db.Tx, _ access.Scope, a Advisory) error {
	plan, _ := m.Planned(a.Entry)
	for _, step := range EscalationSteps() {
		after := plan.After(step)
		if after == 0 {
			continue
		}
		due := m.hour(a.Severity, m.now().Add(time.Duration(after)*time.Minute))
		if _, err := tx.Exec(ctx, "INSERT INTO advisory_step (advisory_id, step, due_at) VALUES ($1,$2,$3) ON CONFLICT DO NOTHING", a.ID, step, db.Ms(due)); err != nil {
			return err
		}
		job := jobs.Job{Kind: escalateJob, Key: fmt.Sprintf("%s:%d:%s:%d", escalateJob, a.ID, step, due.UnixMilli()), Payload: escalateOrder{a.ID, step, due.UnixMilli()}, RunAt: due}
		if err := m.deps.Queue.Enqueue(ctx, tx, job); err != nil {
			return err
		}
	}
	return nil
}

// scheduleAgain settles the steps of a revision that asks anew, in the place of those still to come.
func (m *Module) scheduleAgain(ctx context.Context, tx *db.Tx, s access.Scope, a Advisory) error {
	if _, err := tx.Exec(ctx, "UPDATE advisory_step SET done_at = $2 WHERE advisory_id = $1 AND done_at IS NULL", a.ID, db.Ms(m.now())); err != nil {
		return err
	}
	return m.schedule(ctx, tx, s, a)
}

// The hours in which people are reminded of what is not critical.
const dayBegins, dayEnds = 8, 18

// hour moves a step about what is not critical to working hours: Monday to
// Friday, 8 to 18 on the CSIRT's clock. What is critical goes through at any hour.
func (m *Module) hour(s Severity, at time.Time) time.Time {
	if s == Critical || m.deps.Zone == nil {
		return at
	}
	local := at.In(m.deps.Zone)
	for !working(local) {
		day := local
		if local.Hour() >= dayBegins {
			day = local.AddDate(0, 0, 1)
		}
		local = time.Date(day.Year(), day.Month(), day.Day(), dayBegins, 0, 0, 0, m.deps.Zone)
		if local.Weekday() == time.Saturday || local.Weekday() == time.Sunday {
			local = local.Add(time.Hour) // on to the next day
		}
	}
	return local.UTC()
}

func working(t time.Time) bool {
	return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && t.Hour() >= dayBegins && t.Hour() < dayEnds
}

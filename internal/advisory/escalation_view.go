// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// planned says in a sentence what would be done about those who do not acknowledge.
func (m *Module) planned(l *i18n.Localizer, e Entry) string {
	if e.Kind != Alert || e.AckWithin == 0 {
		return ""
	}
	plan, own := m.Planned(e)
	text := planText(l, plan)
	if !own {
		return l.T("advisory.escalation.house", "plan", text)
	}
	return text
}

// planText says a plan: "reminder after 30 min, …".
func planText(l *i18n.Localizer, plan Escalation) string {
	if plan.None() {
		return l.T("advisory.escalation.none")
	}
	var parts []string
	for _, step := range EscalationSteps() {
		if n := plan.After(step); n > 0 {
			parts = append(parts, l.T("advisory.escalation.after."+string(step), "time", l.Duration(time.Duration(n)*time.Minute)))
		}
	}
	return strings.Join(parts, "; ")
}

// house says what is done by severity where an advisory says nothing.
func (m *Module) house(l *i18n.Localizer) string {
	var parts []string
	for _, s := range Severities() {
		if plan := m.deps.Escalation[s]; !plan.None() {
			parts = append(parts, l.T("advisory.severity."+string(s))+": "+planText(l, plan))
		}
	}
	if len(parts) == 0 {
		return l.T("advisory.escalation.none")
	}
	return strings.Join(parts, ". ")
}

// escalationOf reads the three fields; all empty: as the house does.
func escalationOf(f web.Form) (*Escalation, error) {
	var e Escalation
	own := false
	for step, n := range map[EscalationStep]*int{Remind: &e.Remind, Widen: &e.Widen, Phone: &e.Phone} {
		name := "escalate_" + string(step)
		if f.Text(name) == "" {
			continue
		}
		v, err := f.Int(name, 0)
		if err != nil {
			return nil, err
		}
		*n, own = int(min(max(v, -1), maxEscalation+1)), true
	}
	if !own {
		return nil, nil
	}
	return &e, nil
}

func (v formView) minutes(step EscalationStep) string {
	if v.Escalation == nil {
		return ""
	}
	return strconv.Itoa(v.Escalation.After(step))
}

func (v formView) escalateHelp(l *i18n.Localizer, step EscalationStep) string {
	if step != Remind {
		return ""
	}
	return l.T("advisory.form.escalate.help", "house", v.House)
}

func escalatedCell(l *i18n.Localizer, list []Escalated) ui.Cell {
	if len(list) == 0 {
		return ui.Text("—")
	}
	last := list[len(list)-1]
	c := ui.Text(l.T("advisory.escalated."+string(last.Step)) + ", " + l.ShortDateTime(last.At))
	var before []string
	for _, e := range list[:len(list)-1] {
		before = append(before, l.T("advisory.escalated."+string(e.Step))+", "+l.ShortDateTime(e.At))
	}
	c.Note = strings.Join(before, "; ")
	return c
}

// way shows the steps of a sent advisory: done, the next one, still to come.
func (v oneView) way(l *i18n.Localizer) ui.Steps {
	var out ui.Steps
	next := false
	for _, p := range v.Steps {
		s := ui.Step{Title: l.T("advisory.escalated." + string(p.Step)), At: p.Due}
		switch {
		case !p.Done.IsZero():
			s.State, s.At, s.Text = ui.StepDone, p.Done, l.T("advisory.organisations", "n", p.Organisations)
		case !next && v.Advisory.State == Sent:
			s.State, next = ui.StepCurrent, true
		}
		out = append(out, s)
	}
	return out
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/hours"
)

// OnCall is the answer to "who do I call now?" about one organisation.
type OnCall struct {
	Organisation Organisation
	At           time.Time // the moment asked about, in the organisation's time zone
	Holiday      string    // the public holiday on that day; empty when it is none
	Calls        []Call    // the first one first; never empty while the CSIRT itself has a number
}

// OnCall says whom to telephone about the scope's organisation at a moment, in three queries.
func (m *Module) OnCall(ctx context.Context, s access.Scope, at time.Time) (OnCall, error) {
	o, all, err := m.chart(ctx, s)
	if err != nil {
		return OnCall{}, err
	}
	return m.onCall(ctx, o, all, at)
}

// onCall answers for an organisation whose contacts have been read.
func (m *Module) onCall(ctx context.Context, o Organisation, all []Contact, at time.Time) (OnCall, error) {
	absences, err := absencesOf(ctx, m.db, []int64{o.ID}, at)
	if err != nil {
		return OnCall{}, err
	}
	d := duty(o, rememberDays(holidays(o)), all, absences[o.ID])
	of, err := m.parentCalls(ctx, o)
	if err != nil {
		return OnCall{}, err
	}
	d.Last = append(d.Last, of...)
	if m.deps.Instance.ContactPhone != "" {
		d.Last = append(d.Last, Call{Contact: Contact{Name: m.deps.Instance.Name}, Phone: m.deps.Instance.ContactPhone, Reach: ReachCSIRT})
	}
	at = at.In(o.Zone())
	out := OnCall{Organisation: o, At: at, Calls: WhoToCall(m.ref, d, at)}
	out.Holiday, _ = d.Holidays.Holiday(at)
	return out, nil
}

// duty puts together what decides whom to call; the last resort of a body is who registered it.
func duty(o Organisation, c hours.Calendar, all []Contact, absences []Absence) Duty {
	d := Duty{Contacts: all, Absences: absences, Holidays: c}
	if o.Applicant.Phone != "" {
		d.Last = []Call{{Contact: Contact{Name: o.Applicant.Name, Position: o.Applicant.Position, Email: o.Applicant.Email, Language: o.Applicant.Language},
			Phone: o.Applicant.Phone, Reach: ReachApplicant}}
	}
	return d
}

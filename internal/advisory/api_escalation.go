// SPDX-License-Identifier: EUPL-1.2

package advisory

import "time"

// escalationJSON is what is done about those who do not acknowledge.
type escalationJSON struct {
	Remind int `json:"remind_after_minutes,omitempty" minimum:"0" maximum:"10080" doc:"Those it was written to are reminded; 0: never."`
	Widen  int `json:"widen_after_minutes,omitempty" minimum:"0" maximum:"10080" doc:"It is written to the others who answer for the organisation; not of TLP:RED."`
	Phone  int `json:"call_after_minutes,omitempty" minimum:"0" maximum:"10080" doc:"The organisation goes on the call round."`
}

func (e *escalationJSON) escalation() *Escalation {
	if e == nil {
		return nil
	}
	return &Escalation{e.Remind, e.Widen, e.Phone}
}

func escalationView(e *Escalation) *escalationJSON {
	if e == nil {
		return nil
	}
	return &escalationJSON{e.Remind, e.Widen, e.Phone}
}

// escalationStepJSON is a step as settled when the advisory was sent.
type escalationStepJSON struct {
	Step          EscalationStep `json:"step" enum:"remind,widen,call"`
	Due           time.Time      `json:"due_at"`
	Done          time.Time      `json:"done_at,omitzero"`
	Organisations int            `json:"organisations" doc:"It concerned, so far."`
}

// escalatedJSON is what was done about one organisation.
type escalatedJSON struct {
	Step EscalationStep `json:"step" enum:"remind,widen,call"`
	At   time.Time      `json:"at"`
}

// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) peopleAPI(a *api.API) {
	const tag, people = "Advisories", "/advisories/{id}/people"
	api.Get(a, people, gate.Staff(access.AdvisoryRead), m.apiPeople, api.Op{ID: "list-advisory-people", Tag: tag, Summary: "List what became of it at each person it was written to",
		Text: "In the order in which they were written to. Who could not be written to at all is no person here: the deliveries have the organisation."})
	api.Post(a, people+"/{number}/writing", gate.Staff(access.AdvisorySend), m.apiWriteAnew, api.Op{ID: "write-advisory-anew", Tag: tag, Summary: "Write to somebody at whom it did not arrive, at his corrected address",
		Text: "The address is the one that stands in his organisation's record now. A second call is refused: it is written once."})
}

// advisoryPersonJSON is what became of an advisory at one person.
type advisoryPersonJSON struct {
	Number        int64                    `json:"number" doc:"Of the advisory's people."`
	Name          string                   `json:"name"`
	Address       string                   `json:"address"`
	Former        string                   `json:"former_address,omitempty" doc:"From which it came back, before it was corrected."`
	Corrected     string                   `json:"corrected_address,omitempty" doc:"It did not arrive, and this stands in the record now."`
	Revision      int                      `json:"revision" doc:"The last one that is written to him."`
	Widened       bool                     `json:"widened,omitempty" doc:"He was written to because nobody of the first ones acknowledged."`
	Mail          Fate                     `json:"mail" enum:"queued,waiting,sent,kept,failed,bounced,portal,spared,dropped,withdrawn,unknown" doc:"kept: this installation sends no mail. portal: he wants none. spared: it was acknowledged before. dropped: he is no contact any more, since before it left. unknown: it was sent before this was kept."`
	MailAt        time.Time                `json:"mail_at,omitzero" doc:"Since when the mail is so."`
	SentAt        time.Time                `json:"sent_at,omitzero" doc:"It was handed over to the mail server."`
	WaitsUntil    time.Time                `json:"waits_until,omitzero"`
	WaitsFor      Wait                     `json:"waits_for,omitempty" enum:"quiet,collected" doc:"The end of his quiet hours, or the one mail a day he wants."`
	Why           trouble                  `json:"why,omitempty" enum:"address,domain,full,closed,policy,size,key,time,other" doc:"It did not arrive."`
	Answer        string                   `json:"answer,omitempty" doc:"What the mail server said against it."`
	Protection    string                   `json:"protection,omitempty" enum:"signed,encrypted,announced" doc:"announced: the mail says only that it waits in the portal."`
	OpenedAt      time.Time                `json:"opened_at,omitzero" doc:"In the portal, by him."`
	Reminders     int                      `json:"reminders"`
	RemindedAt    time.Time                `json:"reminded_at,omitzero"`
	Organisations []advisoryPersonBodyJSON `json:"organisations" doc:"He was written to for."`
}

// advisoryPersonBodyJSON is what an organisation did for which somebody was written to.
type advisoryPersonBodyJSON struct {
	Organisation   string    `json:"organisation" doc:"Its code."`
	Name           string    `json:"name"`
	OpenedAt       time.Time `json:"opened_at,omitzero" doc:"By the first of its people."`
	AcknowledgedAt time.Time `json:"acknowledged_at,omitzero"`
	AcknowledgedBy string    `json:"acknowledged_by,omitempty"`
	Outcome        Outcome   `json:"outcome,omitempty" enum:"in_progress,fixed,not_concerned,help_wanted"`
	AnsweredAt     time.Time `json:"answered_at,omitzero"`
}

func personView(a Advisory, p Person) advisoryPersonJSON {
	out := advisoryPersonJSON{Number: p.Number, Name: p.Name, Address: p.Address, Former: p.Former, Corrected: p.Corrected, Revision: p.Revision, Widened: p.Widened,
		Mail: p.mail(), MailAt: p.FateAt, SentAt: p.Sent, WaitsUntil: p.Due, WaitsFor: p.Wait, Answer: p.Answer, Protection: p.guarded(a),
		OpenedAt: p.Opened, Reminders: p.Reminders, RemindedAt: p.Reminded}
	if p.Fate.Troubled() {
		out.Why = troubleIn(p.Answer)
	}
	out.Organisations = api.Each(p.Bodies, func(b PersonBody) advisoryPersonBodyJSON {
		return advisoryPersonBodyJSON{b.Code, b.Name, b.Opened.At, b.Acknowledged.At, b.Acknowledged.Name, b.Outcome, b.Answered.At}
	})
	return out
}

type peopleQuery struct {
	api.ID
	api.Paging
	Show string `query:"show" enum:"unsent,bounced,unacknowledged" doc:"Only people to whom no mail has left yet, at whom it did not arrive, or of organisations that have not acknowledged."`
}

func (m *Module) apiPeople(r *api.Request, in *peopleQuery) (api.List[advisoryPersonJSON], error) {
	a, err := m.Get(r.Context(), r.Scope, in.ID.ID)
	if err != nil {
		return api.List[advisoryPersonJSON]{}, err
	}
	list, next, err := m.People(r.Context(), r.Scope, a.ID, PeopleFilter{Show: PeopleShow(in.Show), After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(list, func(p Person) advisoryPersonJSON { return personView(a, p) }), next), err
}

type personPath struct {
	api.ID
	Number int64 `path:"number" doc:"Of the advisory's people."`
}

func (m *Module) apiWriteAnew(r *api.Request, in *personPath) (advisoryPersonJSON, error) {
	a, err := m.Get(r.Context(), r.Scope, in.ID.ID)
	if err != nil {
		return advisoryPersonJSON{}, err
	}
	p, err := m.WriteAnew(r.Context(), r.Scope, a.ID, in.Number)
	return personView(a, p), err
}

// advisoryMailsJSON says what is open or went wrong with an advisory's mails.
type advisoryMailsJSON struct {
	Unsent      int `json:"unsent" doc:"People to whom no mail has left yet."`
	Waiting     int `json:"waiting" doc:"Of them: until their quiet hours end, or for the one mail a day they want."`
	Bounced     int `json:"not_arrived" doc:"People at whom it did not arrive."`
	Unreachable int `json:"unreachable" doc:"Organisations of which it arrived at nobody."`
}

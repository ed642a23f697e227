// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/tlp"
)

// audienceReasonJSON is a condition that chose an organisation.
type audienceReasonJSON struct {
	Key   string `json:"key" doc:"everyone, code, tier, sector, province or uses."`
	Value string `json:"value,omitempty"`
	Items int    `json:"items,omitempty" doc:"Declared products that answer a question about technology."`
}

func reasonView(r reason) audienceReasonJSON {
	return audienceReasonJSON{string(r.Key), r.Value, r.Items}
}

// advisoryDeliveryJSON is what became of an advisory at one organisation.
type advisoryDeliveryJSON struct {
	Organisation   string               `json:"organisation" doc:"Its code."`
	Name           string               `json:"name"`
	Certain        bool                 `json:"certain" doc:"False: it may be concerned, a version is not declared."`
	Because        []audienceReasonJSON `json:"because"`
	People         int                  `json:"people" doc:"Who were written to; 0: nobody could be."`
	OpenedAt       time.Time            `json:"opened_at,omitzero"`
	AcknowledgedAt time.Time            `json:"acknowledged_at,omitzero"`
	AcknowledgedBy string               `json:"acknowledged_by,omitempty"`
	Outcome        Outcome              `json:"outcome,omitempty" enum:"in_progress,fixed,not_concerned,help_wanted"`
	AnsweredAt     time.Time            `json:"answered_at,omitzero"`
	Note           string               `json:"note,omitempty"`
	Escalations    []escalatedJSON      `json:"escalations,omitempty" doc:"What was done because it did not acknowledge."`
}

func deliveryView(d Delivery, o Organisation, done []Escalated) advisoryDeliveryJSON {
	return advisoryDeliveryJSON{Escalations: api.Each(done, func(e Escalated) escalatedJSON { return escalatedJSON(e) }), Organisation: o.Code, Name: o.Name, Certain: d.Certain, Because: api.Each(d.chosen.reasons, reasonView), People: d.People, OpenedAt: d.Opened.At,
		AcknowledgedAt: d.Acknowledged.At, AcknowledgedBy: d.Acknowledged.Name, Outcome: d.Outcome, AnsweredAt: d.Answered.At, Note: d.Note}
}

type deliveriesQuery struct {
	api.ID
	api.Paging
	Waiting     bool `query:"waiting" doc:"Only of those that have not acknowledged it."`
	Unreachable bool `query:"unreachable" doc:"Only of those it arrived at nobody of."`
}

func (m *Module) apiDeliveries(r *api.Request, in *deliveriesQuery) (api.List[advisoryDeliveryJSON], error) {
	if _, err := m.Get(r.Context(), r.Scope, in.ID.ID); err != nil {
		return api.List[advisoryDeliveryJSON]{}, err
	}
	page := Filter{After: in.After(), Limit: in.Limit}
	give := func() ([]Delivery, string, error) {
		return m.Deliveries(r.Context(), r.Scope, in.ID.ID, in.Waiting, page)
	}
	if in.Unreachable {
		give = func() ([]Delivery, string, error) { return m.Unreachable(r.Context(), r.Scope, in.ID.ID, page) }
	}
	list, next, err := give()
	if err != nil || len(list) == 0 {
		return api.Items([]advisoryDeliveryJSON{}, ""), err
	}
	ids := organisationsIn(list)
	done, err := m.Escalations(r.Context(), r.Scope, in.ID.ID, ids)
	if err != nil {
		return api.List[advisoryDeliveryJSON]{}, err
	}
	orgs, err := m.deps.Directory.Named(r.Context(), r.Scope, ids)
	named := map[int64]Organisation{}
	for _, o := range orgs {
		named[o.ID] = o
	}
	return api.Items(api.Each(list, func(d Delivery) advisoryDeliveryJSON {
		return deliveryView(d, named[d.Organisation], done[d.Organisation])
	}), next), err
}

type audienceQuery struct {
	Audience string `query:"audience" required:"true" maxLength:"4000" doc:"As an advisory has it."`
	TLP      string `query:"tlp" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" default:"TLP:AMBER" doc:"A label may forbid an audience."`
	Severity string `query:"severity" enum:"critical,high,medium,low" default:"high" doc:"What is critical leaves at once, whatever people wish."`
}

// audienceJSON is whom an audience means.
type audienceJSON struct {
	Organisations int                  `json:"organisations"`
	People        int                  `json:"people" doc:"Each is written to once, however many roles and bodies he has."`
	Nobody        int                  `json:"without_contact" doc:"Organisations without anybody to write to."`
	Unsure        int                  `json:"unsure" doc:"Organisations that may be concerned: a version is not declared."`
	Now           int                  `json:"mails_at_once" doc:"People whose mail leaves at once."`
	Quiet         int                  `json:"mails_after_quiet_hours"`
	Collected     int                  `json:"mails_collected" doc:"People who are told in the one mail a day they want."`
	Portal        int                  `json:"portal_only" doc:"People who want no mail."`
	Doubts        []audienceDoubtJSON  `json:"doubts" doc:"Whom it may not reach, or not wholly: the first 200."`
	Members       []audienceMemberJSON `json:"members" doc:"The first 1,000."`
}

// audienceDoubtJSON is why an advisory may not reach somebody.
type audienceDoubtJSON struct {
	Doubt        Doubt     `json:"doubt" enum:"nobody,returned,role,key_none,key_expired,key_unusable" doc:"nobody: nobody there has an address. returned: the last mail to him came back. role: nobody there has a role for emergencies, so whoever there is is written to. The rest: the label asks for encryption."`
	Organisation string    `json:"organisation"`
	Name         string    `json:"name,omitempty" doc:"Of the person; none: it is about the organisation."`
	Address      string    `json:"address,omitempty"`
	ReturnedAt   time.Time `json:"returned_at,omitzero"`
	Answer       string    `json:"answer,omitempty" doc:"What the mail server said then."`
}

func doubtView(d Doubtful) audienceDoubtJSON {
	return audienceDoubtJSON{d.Doubt, d.Organisation.Code, d.Contact.Name, d.Contact.Address, d.At, d.Why}
}

// audienceMemberJSON is an organisation of an audience.
type audienceMemberJSON struct {
	Organisation string               `json:"organisation"`
	Name         string               `json:"name"`
	Certain      bool                 `json:"certain"`
	Because      []audienceReasonJSON `json:"because"`
	People       int                  `json:"people"`
}

const membersShown = 1000

func (m *Module) apiAudience(r *api.Request, in *audienceQuery) (audienceJSON, error) {
	reach, err := m.Preview(r.Context(), r.Scope, Entry{Audience: in.Audience, TLP: tlp.Label(in.TLP), Severity: Severity(in.Severity)})
	if err != nil {
		return audienceJSON{}, err
	}
	out := audienceJSON{Organisations: len(reach.Members), People: reach.People, Nobody: reach.Nobody, Unsure: reach.Unsure,
		Now: reach.Ways.Now, Quiet: reach.Ways.Quiet, Collected: reach.Ways.Collected, Portal: reach.Ways.Portal, Doubts: api.Each(reach.Doubts, doubtView)}
	out.Members = api.Each(reach.Members[:min(membersShown, len(reach.Members))], func(x Reached) audienceMemberJSON {
		return audienceMemberJSON{x.Code, x.Name, x.Certain, api.Each(reasonsOf(x.Reasons), reasonView), len(x.Contacts)}
	})
	return out, nil
}

// receivedAdvisoryJSON is an advisory as an organisation sees it.
type receivedAdvisoryJSON struct {
	ID int64 `json:"id"`
	AdvisoryEntry
	State          State                    `json:"state" enum:"sent,withdrawn"`
	ReceivedAt     time.Time                `json:"received_at"`
	AcknowledgeBy  time.Time                `json:"acknowledge_by,omitzero"`
	WithdrawnAt    time.Time                `json:"withdrawn_at,omitzero"`
	Why            string                   `json:"withdrawn_because,omitempty"`
	Certain        bool                     `json:"certain"`
	Because        []audienceReasonJSON     `json:"because" doc:"Why the organisation received it."`
	OpenedAt       time.Time                `json:"opened_at,omitzero"`
	AcknowledgedAt time.Time                `json:"acknowledged_at,omitzero"`
	AcknowledgedBy string                   `json:"acknowledged_by,omitempty"`
	Outcome        Outcome                  `json:"outcome,omitempty" enum:"in_progress,fixed,not_concerned,help_wanted"`
	Note           string                   `json:"note,omitempty"`
	Attachments    []advisoryAttachmentJSON `json:"attachments,omitempty" doc:"In the answer about one."`
}

func receivedJSON(x Received) receivedAdvisoryJSON {
	out := receivedAdvisoryJSON{ID: x.ID, AdvisoryEntry: entryView(x.Entry), State: x.State, ReceivedAt: x.Sent.At, AcknowledgeBy: x.Due(), WithdrawnAt: x.Withdrawn.At, Why: x.Why, Certain: x.Certain,
		Because: api.Each(x.chosen.forMember().reasons, reasonView), OpenedAt: x.Opened.At, AcknowledgedAt: x.Acknowledged.At, AcknowledgedBy: x.Acknowledged.Name, Outcome: x.Outcome, Note: x.Note}
	out.Audience = "" // it says whom else it concerns
	return out
}

type inboxQuery struct {
	api.Paging
	Waiting bool   `query:"waiting" doc:"Only what is still to be acknowledged."`
	Week    string `query:"week" maxLength:"10" doc:"A date: only what was sent, revised or withdrawn in its week, from Monday, in the organisation's zone. The weekly mail has the same."`
}

func (m *Module) apiInbox(r *api.Request, in *inboxQuery) (api.List[receivedAdvisoryJSON], error) {
	zone, err := m.zone(r.Context(), r.Scope)
	if err != nil {
		return api.List[receivedAdvisoryJSON]{}, err
	}
	week, err := weekOf(in.Week, zone)
	if err != nil {
		return api.List[receivedAdvisoryJSON]{}, err
	}
	list, next, err := m.Inbox(r.Context(), r.Scope, caller(r), Filter{Waiting: in.Waiting, Week: week, After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(list, receivedJSON), next), err
}

func (m *Module) apiReceived(r *api.Request, in *api.ID) (receivedAdvisoryJSON, error) {
	x, err := m.Read(r.Context(), r.Scope, caller(r), in.ID)
	if err != nil {
		return receivedAdvisoryJSON{}, err
	}
	x.Advisory, err = m.withFiles(r.Context(), m.deps.DB, r.Scope, x.Advisory)
	out := receivedJSON(x)
	out.Attachments = api.Each(x.Files, fileJSON)
	return out, err
}

func (m *Module) apiAcknowledge(r *api.Request, in *api.ID) (receivedAdvisoryJSON, error) {
	x, err := m.Acknowledge(r.Context(), r.Scope, caller(r), in.ID)
	return receivedJSON(x), err
}

type answerAdvisory struct {
	api.ID
	Body struct {
		Outcome Outcome `json:"outcome" enum:"in_progress,fixed,not_concerned,help_wanted"`
		Note    string  `json:"note,omitempty" maxLength:"2000"`
	}
}

func (m *Module) apiAnswer(r *api.Request, in *answerAdvisory) (receivedAdvisoryJSON, error) {
	x, err := m.Answer(r.Context(), r.Scope, caller(r), in.ID.ID, in.Body.Outcome, in.Body.Note)
	return receivedJSON(x), err
}

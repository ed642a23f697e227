// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"slices"
	"strconv"
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/fault"
)

// changeRowJSON is a change request in a list.
type changeRowJSON struct {
	ID           int64       `json:"id"`
	Organisation string      `json:"organisation" doc:"The body's code."`
	Name         string      `json:"name" doc:"Of the body."`
	State        ChangeState `json:"state" enum:"open,asked,second,approved,rejected,withdrawn" doc:"asked: waits for the body's answer; second: approved by one, waits for another."`
	StateSince   time.Time   `json:"state_since"`
	CreatedAt    time.Time   `json:"created_at"`
	AskedBy      string      `json:"asked_by" doc:"To members empty for the CSIRT's people, as in the history."`
	Reason       string      `json:"reason"`
	ApprovedBy   string      `json:"approved_by,omitempty" doc:"Who approved first, where two must."`
	Count        int         `json:"count" doc:"How many data it would change."`
	Version      int64       `json:"version"`
}

// ChangeRowJSON lets a request have the fields of a list's line.
type ChangeRowJSON = changeRowJSON

// changeJSON is a change request whole.
type changeJSON struct {
	ChangeRowJSON
	Compared  int64               `json:"record_version" doc:"Of the body's record that the comparison was made with: a decision says it."`
	Fields    []fieldChangeJSON   `json:"fields"`
	History   []changeHistoryJSON `json:"history" doc:"The newest first."`
	Decisions []ChangeAction      `json:"decisions" doc:"What an operator may decide."`
}

// RecordVersion implements api.Versioned.
func (c changeJSON) RecordVersion() int64 { return c.Version }

// Location implements api.Located.
func (c changeJSON) Location() string {
	return api.Path("organisations", c.Organisation, "changes", strconv.FormatInt(c.ID, 10))
}

// fieldChangeJSON is one datum of a change request.
type fieldChangeJSON struct {
	Field string `json:"field" doc:"As in the record; tier for the wish for another tier."`
	Old   string `json:"old" doc:"What the record said when it was asked for."`
	New   string `json:"new" doc:"What is asked for."`
	Now   string `json:"now" doc:"What the record says at present; of a request that is settled, what it said then."`
	Moved bool   `json:"moved" doc:"Somebody changed it since it was asked for."`
}

// changeHistoryJSON is a recorded step of a change request.
type changeHistoryJSON struct {
	At     time.Time    `json:"at"`
	Action ChangeAction `json:"action" enum:"propose,amend,answer,withdraw,ask,approve,endorse,reject" doc:"endorse: the first of two approvals."`
	By     string       `json:"by"`
	Reason string       `json:"reason"`
}

func changeRowView(x ChangeRow) changeRowJSON {
	return changeRowJSON{x.ID, x.Code, x.Body, x.State, x.StateSince, x.CreatedAt, x.Asker.Name, x.Reason, x.FirstName, x.Count, x.Version}
}

func changeJSONOf(c Change, o Organisation) changeJSON {
	return changeJSON{
		ChangeRowJSON: changeRowView(ChangeRow{Change: c, Code: o.Code, Body: o.Name, Count: len(c.Fields)}),
		Compared:      o.Version, Decisions: c.State.Decisions(),
		Fields: api.Each(c.Fields, func(f FieldChange) fieldChangeJSON {
			return fieldChangeJSON{f.Field, f.Old, f.New, f.Now, c.State.Open() && f.Moved()}
		}),
		History: api.Each(c.Told, func(h ChangeHappening) changeHistoryJSON {
			return changeHistoryJSON{h.At, h.Action, h.Name, h.Reason}
		}),
	}
}

// seenBy leaves out the names of the CSIRT's people for who is none of them.
func (c Change) seenBy(r *api.Request) Change {
	if r.Staff() {
		return c
	}
	c.FirstName = ""
	if c.Asker.Email == "" {
		c.Asker.Name = ""
	}
	c.Told = slices.Clone(c.Told)
	for i, h := range c.Told {
		if changeRules()[h.Action].operator {
			c.Told[i].Name = ""
		}
	}
	return c
}

func (m *Module) apiOwnChanges(r *api.Request, in *api.Paging) (api.List[changeRowJSON], error) {
	page, err := m.Changes(r.Context(), r.Scope, ChangeFilter{Organisation: r.Org.ID, Newest: true, After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(page.Rows, func(x ChangeRow) changeRowJSON {
		x.Change = x.seenBy(r)
		return changeRowView(x)
	}), page.Next), err
}

type changesQuery struct {
	api.Paging
	State string `query:"state" enum:"undecided,all,open,asked,second,approved,rejected,withdrawn" default:"undecided"`
}

func (m *Module) apiChanges(r *api.Request, in *changesQuery) (api.List[changeRowJSON], error) {
	f := ChangeFilter{After: in.After(), Limit: in.Limit, States: []ChangeState{ChangeState(in.State)}}
	switch in.State {
	case "undecided":
		f.States = []ChangeState{ChangeOpen, ChangeAsked, ChangeSecond}
	case "all":
		f.States = nil
	}
	page, err := m.Changes(r.Context(), r.Scope, f)
	return api.Items(api.Each(page.Rows, changeRowView), page.Next), err
}

func (m *Module) apiChange(r *api.Request, in *api.ID) (changeJSON, error) {
	c, o, err := m.Change(r.Context(), r.Scope, in.ID)
	return changeJSONOf(c.seenBy(r), o), err
}

type proposeInput struct {
	api.IfMatch
	Body struct {
		VerifiedRecordJSON
		Tier   Tier   `json:"tier,omitempty" enum:"basic,full" doc:"The tier wished for; missing leaves it."`
		Reason string `json:"reason" minLength:"1" maxLength:"4000"`
	} `nameHint:"ChangeProposal"`
}

func (m *Module) apiPropose(r *api.Request, in *proposeInput) (changeJSON, error) {
	p := Proposal{Registration: in.Body.form(), Tier: in.Body.Tier, Reason: in.Body.Reason}
	c, err := m.Propose(r.Context(), r.Scope, m.asker(r), in.Version(), p)
	if err != nil {
		return changeJSON{}, err
	}
	return m.apiChange(r, &api.ID{ID: c.ID})
}

type answerChangeInput struct {
	api.ID
	Body AnswerTextJSON
}

func (m *Module) apiAnswerChange(r *api.Request, in *answerChangeInput) (changeJSON, error) {
	if err := m.AnswerChange(r.Context(), r.Scope, in.ID.ID, r.Person.Name, in.Body.Answer); err != nil {
		return changeJSON{}, err
	}
	return m.apiChange(r, &in.ID)
}

func (m *Module) apiWithdrawChange(r *api.Request, in *api.ID) (changeJSON, error) {
	if err := m.WithdrawChange(r.Context(), r.Scope, in.ID, r.Person.Name); err != nil {
		return changeJSON{}, err
	}
	return m.apiChange(r, in)
}

type decideChangeInput struct {
	api.ID
	api.IfMatch
	Body struct {
		Action        ChangeAction `json:"action" enum:"approve,ask,reject"`
		Reason        string       `json:"reason,omitempty" maxLength:"4000" doc:"Shown to the body; required of ask and reject."`
		RecordVersion int64        `json:"record_version" minimum:"1" doc:"Of the record the comparison showed: an approval is given to what was seen."`
	} `nameHint:"ChangeDecision"`
}

func (m *Module) apiDecideChange(r *api.Request, in *decideChangeInput) (changeJSON, error) {
	d := ChangeDecision{Action: in.Body.Action, Version: in.Version(), Record: in.Body.RecordVersion, Reason: in.Body.Reason, By: r.Person.Name}
	err := m.DecideChange(r.Context(), r.Scope, in.ID.ID, d)
	if err != nil && fault.Of(err).Code == "constituency.change_moved" {
		return changeJSON{}, fault.New(fault.Stale, "api.stale").Because(err)
	}
	if err != nil {
		return changeJSON{}, err
	}
	return m.apiChange(r, &in.ID)
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"time"

	"martinella/internal/access/gate/api"
)

// OrganisationJSON lets what shows more of an organisation have its fields.
type OrganisationJSON = organisationJSON

// registrationRowJSON is a body in the operators' lists.
type registrationRowJSON struct {
	ID int64 `json:"id"`
	OrganisationJSON
	Score int `json:"score" doc:"How complete the record is, 0-100; -1 when that was never computed."`
}

func rowView(o Organisation) registrationRowJSON {
	return registrationRowJSON{o.ID, organisationView(o), o.Score}
}

// applicantJSON is who registered a body.
type applicantJSON struct {
	Name     string `json:"name"`
	Position string `json:"position"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	Language string `json:"language"`
}

// checkJSON is a comparison the program made.
type checkJSON struct {
	Check   string  `json:"check" doc:"What was compared: code, name, fiscal_code, pec, mail, free_mail."`
	Verdict Verdict `json:"verdict" enum:"fits,look,unknown" doc:"look: something to look at. A check decides nothing."`
	Detail  string  `json:"detail" doc:"What was compared, or with what."`
}

// twinJSON is a body that seems to be the same.
type twinJSON struct {
	ID    int64  `json:"id" doc:"Of its registration."`
	Code  string `json:"code"`
	Name  string `json:"name"`
	State State  `json:"state"`
}

// pendingJSON is a decision that waits for a second person.
type pendingJSON struct {
	Action Action    `json:"action"`
	Tier   Tier      `json:"tier" doc:"Empty when the action gives none."`
	Reason string    `json:"reason"`
	By     string    `json:"by" doc:"Who decided first."`
	At     time.Time `json:"at"`
}

func pendingView(p Pending) pendingJSON { return pendingJSON{p.Action, p.Tier, p.Reason, p.Name, p.At} }

// PendingJSON lets a list's line have the fields of a pending decision.
type PendingJSON = pendingJSON

// pendingRowJSON is a pending decision in a list.
type pendingRowJSON struct {
	ID    int64  `json:"id" doc:"Of the registration."`
	Name  string `json:"name" doc:"Of the body."`
	State State  `json:"state"`
	PendingJSON
}

// happeningJSON is a recorded move of an accreditation.
type happeningJSON struct {
	At     time.Time `json:"at"`
	Action Action    `json:"action"`
	From   State     `json:"from"`
	To     State     `json:"to"`
	Tier   Tier      `json:"tier"`
	By     string    `json:"by" doc:"As he was called then; empty for the program and, to members, for the CSIRT's people."`
	Reason string    `json:"reason"`
}

func happeningView(h Happening) happeningJSON {
	return happeningJSON{h.At, h.Action, h.From, h.To, h.Tier, h.ActorName, h.Reason}
}

// ownHappening is what the body itself sees of a move: no names of the CSIRT's
// people, nor, of a duplicate, which other body is meant.
func ownHappening(h Happening) happeningJSON {
	if h.Action.byOperator() {
		h.ActorName = ""
	}
	if h.Action == Duplicate {
		h.Reason = ""
	}
	return happeningView(h)
}

// registrationJSON is a body to decide on.
type registrationJSON struct {
	ID int64 `json:"id"`
	OrganisationJSON
	Applicant applicantJSON   `json:"applicant"`
	CreatedAt time.Time       `json:"created_at"`
	Decisions []Action        `json:"decisions" doc:"What may be decided in this state."`
	Pending   []pendingJSON   `json:"pending" doc:"The decision that waits for a second person; none or one."`
	Checks    []checkJSON     `json:"checks"`
	Twins     []twinJSON      `json:"twins" doc:"Those that seem to be the same body."`
	History   []happeningJSON `json:"history" doc:"The newest first."`
}

func registrationView(v dossierView) registrationJSON {
	o := v.Org
	out := registrationJSON{ID: o.ID, OrganisationJSON: organisationView(o), Applicant: applicantJSON(o.Applicant), CreatedAt: o.CreatedAt,
		Decisions: o.State.Decisions(), History: api.Each(v.Told, happeningView)}
	if v.Pending != nil {
		out.Pending = []pendingJSON{pendingView(*v.Pending)}
	}
	out.Checks = api.Each(v.Checks, func(c Check) checkJSON { return checkJSON{c.Key, c.Verdict, c.Detail} })
	out.Twins = api.Each(v.Twins, func(t Organisation) twinJSON { return twinJSON{t.ID, t.Code, t.Name, t.State} })
	return out
}

type registrationQuery struct {
	api.Paging
	Query    string `query:"q" maxLength:"100" doc:"Words of the name, or the beginning of the code."`
	State    string `query:"state" enum:"open,all,unconfirmed,submitted,under_review,info_requested,approved,suspended,rejected,withdrawn" default:"open"`
	Tier     Tier   `query:"tier" enum:"basic,full"`
	Type     string `query:"type" maxLength:"60" doc:"The kind of body."`
	Province string `query:"province" maxLength:"60"`
}

func (m *Module) apiRegistrations(r *api.Request, in *registrationQuery) (api.List[registrationRowJSON], error) {
	state := in.State
	if state == "open" {
		state = ""
	}
	page, err := m.List(r.Context(), r.Scope, Filter{Query: in.Query, States: queueStates(state), Tier: in.Tier, Type: in.Type, Province: in.Province,
		Order: BySince, After: in.After(), Limit: in.Limit})
	return api.Items(api.Each(page.Rows, rowView), page.Next), err
}

func (m *Module) apiRegistration(r *api.Request, in *api.ID) (registrationJSON, error) {
	v, err := m.ownDossier(r, in.ID, false)
	return registrationView(v), err
}

// VerifiedRecordJSON are the data of a body that operators verify.
type VerifiedRecordJSON struct {
	Code                string `json:"code" maxLength:"100" doc:"IndicePA code or organisation number."`
	Name                string `json:"name" maxLength:"200"`
	Type                string `json:"type" maxLength:"60"`
	Municipality        string `json:"municipality,omitempty" maxLength:"200" doc:"ISTAT code, or the name."`
	Province            string `json:"province,omitempty" maxLength:"200"`
	FiscalCode          string `json:"fiscal_code,omitempty" maxLength:"40"`
	PEC                 string `json:"pec,omitempty" maxLength:"254"`
	Website             string `json:"website,omitempty" maxLength:"300"`
	LegalRepresentative string `json:"legal_representative,omitempty" maxLength:"200"`
}

func (v VerifiedRecordJSON) form() Registration {
	return Registration{Code: v.Code, Name: v.Name, Type: v.Type, Municipality: v.Municipality, Province: v.Province,
		FiscalCode: v.FiscalCode, PEC: v.PEC, Website: v.Website, LegalRepresentative: v.LegalRepresentative}
}

type verifiedInput struct {
	api.ID
	api.IfMatch
	Body VerifiedRecordJSON
}

func (m *Module) apiEditVerified(r *api.Request, in *verifiedInput) (registrationJSON, error) {
	if err := m.EditVerified(r.Context(), r.Scope, in.ID.ID, in.Version(), r.Person.Name, in.Body.form()); err != nil {
		return registrationJSON{}, err
	}
	return m.apiRegistration(r, &in.ID)
}

type decisionInput struct {
	api.ID
	api.IfMatch
	Body struct {
		Action   Action         `json:"action" enum:"take,approve,ask,reject,set_tier,suspend,resume,withdraw,reopen"`
		Tier     Tier           `json:"tier,omitempty" enum:"basic,full" doc:"Of approve and set_tier."`
		Reason   string         `json:"reason,omitempty" maxLength:"4000" doc:"Shown to the body; required of all but take, approve and set_tier."`
		Children ChildrenOnExit `json:"children,omitempty" enum:"release,withdraw" doc:"Of withdraw: what becomes of the bodies that belong to this one."`
	} `nameHint:"Decision"`
}

func (m *Module) apiDecide(r *api.Request, in *decisionInput) (registrationJSON, error) {
	d := Decision{Action: in.Body.Action, Version: in.Version(), Tier: in.Body.Tier, Reason: in.Body.Reason, Children: in.Body.Children, By: r.Person.Name}
	if err := m.Decide(r.Context(), r.Scope, in.ID.ID, d); err != nil {
		return registrationJSON{}, err
	}
	return m.apiRegistration(r, &in.ID)
}

type secondInput struct {
	api.ID
	api.IfMatch
	Body struct {
		Agree bool `json:"agree" doc:"false drops the decision."`
	} `nameHint:"SecondDecision"`
}

func (m *Module) apiDecideSecond(r *api.Request, in *secondInput) (registrationJSON, error) {
	if err := m.DecideSecond(r.Context(), r.Scope, in.ID.ID, Second{Agree: in.Body.Agree, Version: in.Version(), By: r.Person.Name}); err != nil {
		return registrationJSON{}, err
	}
	return m.apiRegistration(r, &in.ID)
}

func (m *Module) apiPending(r *api.Request, _ *api.Paging) (api.List[pendingRowJSON], error) {
	all, err := m.AllPending(r.Context(), r.Scope)
	return api.Items(api.Each(all, func(p PendingRow) pendingRowJSON {
		return pendingRowJSON{p.Organisation, p.Body, p.State, pendingView(p.Pending)}
	}), ""), err
}

func (m *Module) apiHistory(r *api.Request, _ *api.Paging) (api.List[happeningJSON], error) {
	all, err := m.History(r.Context(), r.Scope, r.Org.ID)
	view := ownHappening
	if r.Staff() {
		view = happeningView
	}
	return api.Items(api.Each(all, view), ""), err
}

type answerInput struct {
	Body AnswerTextJSON
}

// AnswerTextJSON is an answer to what the CSIRT asked.
type AnswerTextJSON struct {
	Answer string `json:"answer" minLength:"1" maxLength:"4000"`
}

func (m *Module) apiAnswer(r *api.Request, in *answerInput) (api.Nothing, error) {
	return api.Nothing{}, m.AnswerQuestion(r.Context(), r.Scope, r.Person.Name, in.Body.Answer)
}

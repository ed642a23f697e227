// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strings"
	"time"

	"martinella/internal/access/gate/api"
)

// MembersFilter narrows the list of members.
type MembersFilter struct {
	Query    string `query:"q" maxLength:"100" doc:"Words of the name, or the beginning of the code."`
	State    State  `query:"state" enum:"unconfirmed,submitted,under_review,info_requested,approved,suspended,rejected,withdrawn"`
	Tier     Tier   `query:"tier" enum:"basic,full"`
	Type     string `query:"type" maxLength:"60" doc:"The kind of body."`
	Province string `query:"province" maxLength:"60"`
	Score    Band   `query:"score" enum:"poor,fair,good" doc:"How complete the record is: below 50, 50 to 79, 80 or more."`
	Record   string `query:"record" enum:"silent" doc:"silent: those that answered to none of several requests to confirm their record."`
	Tag      string `query:"tag" maxLength:"100" doc:"Only those that have the tag."`
	Sort     string `query:"sort" enum:"name,-name,score,-score" default:"name"`
}

type memberQuery struct {
	api.Paging
	MembersFilter
}

func (q *MembersFilter) filter() Filter {
	column, down := strings.CutPrefix(q.Sort, "-")
	f := Filter{Query: q.Query, States: memberStates(string(q.State)), Tier: q.Tier, Type: q.Type, Province: q.Province,
		Tag: q.Tag, Score: q.Score, Silent: q.Record == "silent", Down: down}
	if column == "score" {
		f.Order = ByScore
	}
	return f
}

func (m *Module) apiMembers(r *api.Request, in *memberQuery) (api.List[registrationRowJSON], error) {
	f := in.filter()
	f.After, f.Limit = in.After(), in.Limit
	page, err := m.List(r.Context(), r.Scope, f)
	return api.Items(api.Each(page.Rows, rowView), page.Next), err
}

func (m *Module) apiMembersFile(r *api.Request, in *MembersFilter) (api.Table, error) {
	return m.memberTable(r, in.filter()), nil
}

// memberJSON is a member to serve.
type memberJSON struct {
	ID int64 `json:"id" doc:"Of the registration, by which it is decided on."`
	OrganisationJSON
	Applicant    applicantJSON     `json:"applicant"`
	Contacts     []contactJSON     `json:"contacts"`
	Calls        []callJSON        `json:"calls" doc:"Whom to call now, the first one first."`
	MissingRoles []string          `json:"missing_roles" doc:"The contact roles that nobody has and somebody should."`
	Confirmation *confirmationJSON `json:"confirmation,omitzero" doc:"Missing of those that are no members."`
	Parent       *relativeJSON     `json:"parent,omitzero" doc:"The body it belongs to."`
	Children     []relativeJSON    `json:"children" doc:"The bodies that belong to it."`
	Decisions    []Action          `json:"decisions" doc:"What may be decided in this state."`
	Pending      []pendingJSON     `json:"pending" doc:"The decision that waits for a second person; none or one."`
	History      []happeningJSON   `json:"history" doc:"The newest first."`
}

// relativeJSON is a body of the family.
type relativeJSON struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Type  string `json:"type"`
	State State  `json:"state"`
	Tier  Tier   `json:"tier"`
}

func relativeView(x Relative) relativeJSON {
	return relativeJSON{x.Code, x.Name, x.Type, x.State, x.Tier}
}

// confirmationJSON is when a member last said that its record is right.
type confirmationJSON struct {
	At      time.Time `json:"at,omitzero" doc:"The last time; missing when never."`
	By      string    `json:"by" doc:"Empty when the approval counts as one."`
	How     string    `json:"how" doc:"approval, link or page; empty when never."`
	Next    time.Time `json:"next,omitzero" doc:"When it is asked for again."`
	Due     bool      `json:"due" doc:"It should be confirmed now."`
	Asked   int       `json:"asked" doc:"How often it was asked for in vain."`
	AskedAt time.Time `json:"asked_at,omitzero"`
}

func (m *Module) confirmationView(c Confirmation) confirmationJSON {
	return confirmationJSON{c.At, c.By, c.How, c.Next, c.Due(m.now()), c.Asked, c.AskedAt}
}

func (m *Module) apiMember(r *api.Request, _ *api.Nothing) (memberJSON, error) {
	found, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return memberJSON{}, err
	}
	v, err := m.ownDossier(r, found.ID, true)
	if err != nil {
		return memberJSON{}, err
	}
	return m.memberDossier(v), nil
}

func (m *Module) memberDossier(v dossierView) memberJSON {
	o, reg := v.Org, registrationView(v)
	out := memberJSON{
		ID: o.ID, OrganisationJSON: reg.OrganisationJSON, Applicant: reg.Applicant, Decisions: reg.Decisions, Pending: reg.Pending, History: reg.History,
		Contacts:     api.Each(v.Contacts, func(c Contact) contactJSON { return contactOf(o.Code, c) }),
		Calls:        api.Each(v.Calls, callView),
		MissingRoles: api.Each(v.Missing, func(c ContactRole) string { return c.ID }),
		Children:     api.Each(v.Family.Children, relativeView),
	}
	if v.Family.Parent != nil {
		p := relativeView(*v.Family.Parent)
		out.Parent = &p
	}
	if o.State.Member() {
		c := m.confirmationView(v.Confirmation)
		out.Confirmation = &c
	}
	return out
}

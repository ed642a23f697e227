// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate/api"
)

// personJSON is somebody who signs in.
type personJSON struct {
	ID           int64       `json:"id"`
	Email        string      `json:"email"`
	Name         string      `json:"name"`
	Language     string      `json:"language"`
	State        State       `json:"state" enum:"invited,active,suspended"`
	Role         access.Role `json:"role" doc:"In the organisation."`
	SecondFactor bool        `json:"second_factor"`
	SignedInAt   time.Time   `json:"signed_in_at,omitzero" doc:"The last time; missing when never."`
}

// RecordVersion implements api.Versioned: what can be changed of him.
func (p personJSON) RecordVersion() int64 { return api.Fingerprint(p.Role) }

func memberView(x Member) personJSON {
	return personJSON{x.ID, x.Email, x.Name, x.Language, x.State(), x.Role, x.SecondFactor, x.SignedInAt}
}

func (m *Module) apiPeople(r *api.Request, _ *api.Paging) (api.List[personJSON], error) {
	all, err := m.People(r.Context(), r.Scope)
	return api.Items(api.Each(all, memberView), ""), err
}

func (m *Module) apiMember(r *api.Request, in *api.ID) (personJSON, error) {
	x, err := m.Member(r.Context(), r.Scope, in.ID)
	return memberView(x), err
}

type inviteInput struct {
	Body struct {
		Email    string      `json:"email" maxLength:"254"`
		Name     string      `json:"name" minLength:"1" maxLength:"120"`
		Language string      `json:"language,omitempty" enum:"it,en,nb"`
		Role     access.Role `json:"role" enum:"org_admin,org_security,org_technician,org_leader"`
	} `nameHint:"Invitation"`
}

func (m *Module) apiInvite(r *api.Request, in *inviteInput) (api.Nothing, error) {
	return api.Nothing{}, m.InviteMember(r.Context(), r.Scope, Invitation{
		Email: in.Body.Email, Name: in.Body.Name, Language: in.Body.Language, Role: in.Body.Role,
	})
}

type roleInput struct {
	api.ID
	api.IfUnchanged
	Body struct {
		Role access.Role `json:"role" enum:"org_admin,org_security,org_technician,org_leader"`
	} `nameHint:"MemberRole"`
}

func (m *Module) apiSetRole(r *api.Request, in *roleInput) (personJSON, error) {
	read := func(r *api.Request) (personJSON, error) { return m.apiMember(r, &in.ID) }
	return api.Change(r, &in.IfUnchanged, read, func(r *api.Request) error {
		return m.SetMemberRole(r.Context(), r.Scope, in.ID.ID, in.Body.Role)
	})
}

func (m *Module) apiInviteAgain(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.InviteMemberAgain(r.Context(), r.Scope, in.ID)
}

func (m *Module) apiRemoveMember(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.RemoveMember(r.Context(), r.Scope, in.ID)
}

// staffJSON is anybody who signs in, as administrators see him.
type staffJSON struct {
	ID            int64           `json:"id"`
	Email         string          `json:"email"`
	Name          string          `json:"name"`
	Language      string          `json:"language"`
	State         State           `json:"state" enum:"invited,active,suspended"`
	Roles         []access.Role   `json:"roles" doc:"In the CSIRT."`
	SecondFactor  bool            `json:"second_factor"`
	CreatedAt     time.Time       `json:"created_at"`
	SignedInAt    time.Time       `json:"signed_in_at,omitzero"`
	Organisations []belongingJSON `json:"organisations,omitzero" doc:"Missing in lists."`
}

// RecordVersion implements api.Versioned: what can be changed of him.
func (s staffJSON) RecordVersion() int64 { return api.Fingerprint(s.Roles) }

// Location implements api.Located.
func (s staffJSON) Location() string { return api.Path("people", strconv.FormatInt(s.ID, 10)) }

func staffView(x StaffPerson) staffJSON {
	return staffJSON{x.ID, x.Email, x.Name, x.Language, x.State(), x.Roles, x.SecondFactor, x.CreatedAt, x.SignedInAt, nil}
}

type staffQuery struct {
	api.Paging
	Query string `query:"q" maxLength:"100" doc:"Part of the name or address."`
	Who   string `query:"who" enum:"staff,all" default:"staff" doc:"staff: the CSIRT's own; all: everybody."`
}

func (m *Module) apiStaff(r *api.Request, in *staffQuery) (out api.List[staffJSON], err error) {
	after, _ := strconv.ParseInt(in.After(), 10, 64) // signed by ourselves
	all, err := m.AllPeople(r.Context(), r.Scope, PeopleQuery{Text: in.Query, Staff: in.Who == "staff", After: after, Limit: in.Limit + 1})
	next := ""
	if len(all) > in.Limit {
		all = all[:in.Limit]
		next = strconv.FormatInt(all[len(all)-1].ID, 10)
	}
	return api.Items(api.Each(all, staffView), next), err
}

func (m *Module) apiOnePerson(r *api.Request, in *api.ID) (staffJSON, error) {
	x, orgs, err := m.OnePerson(r.Context(), r.Scope, in.ID)
	out := staffView(x)
	out.Organisations = api.Each(orgs, belongingView)
	return out, err
}

type addStaffInput struct {
	Body struct {
		Email    string        `json:"email" maxLength:"254"`
		Name     string        `json:"name" minLength:"1" maxLength:"120"`
		Language string        `json:"language,omitempty" enum:"it,en,nb"`
		Roles    []access.Role `json:"roles" minItems:"1" maxItems:"5" enum:"administrator,csirt_manager,analyst,operator,auditor"`
	} `nameHint:"NewStaff"`
}

func (m *Module) apiAddStaff(r *api.Request, in *addStaffInput) (staffJSON, error) {
	id, err := m.AddStaff(r.Context(), r.Scope, StaffInvitation{Email: in.Body.Email, Name: in.Body.Name, Language: in.Body.Language, Roles: in.Body.Roles})
	if err != nil {
		return staffJSON{}, err
	}
	return m.apiOnePerson(r, &api.ID{ID: id})
}

type staffRolesInput struct {
	api.ID
	api.IfUnchanged
	Body struct {
		Roles []access.Role `json:"roles" maxItems:"5" enum:"administrator,csirt_manager,analyst,operator,auditor" doc:"None: he leaves the CSIRT."`
	} `nameHint:"StaffRoles"`
}

func (m *Module) apiStaffRoles(r *api.Request, in *staffRolesInput) (staffJSON, error) {
	read := func(r *api.Request) (staffJSON, error) { return m.apiOnePerson(r, &in.ID) }
	return api.Change(r, &in.IfUnchanged, read, func(r *api.Request) error {
		return m.SetStaffRoles(r.Context(), r.Scope, in.ID.ID, in.Body.Roles)
	})
}

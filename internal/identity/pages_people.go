// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/web/ui"
)

func (m *Module) peopleRoutes(g *gate.Gate) {
	small := gate.MaxBody(smallForm)
	may := gate.Member(access.PeopleEdit)
	g.Handle("GET /o/{org}/people", may, m.showPeople)
	g.Handle("GET /o/{org}/people/new", may, m.showInviteMember)
	g.Handle("POST /o/{org}/people/new", may, m.inviteMember, small)
	g.Handle("GET /o/{org}/people/{id}", may, m.showMember)
	g.Handle("POST /o/{org}/people/{id}", may, m.setMemberRole, small)
	g.Handle("POST /o/{org}/people/{id}/invite", may, m.inviteMemberAgain, small)
	g.Handle("GET /o/{org}/people/{id}/remove", may, m.showRemoveMember)
	g.Handle("POST /o/{org}/people/{id}/remove", may, m.removeMember, small)
}

func (m *Module) showPeople(r *gate.Request) error {
	list, err := m.People(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return page(r, "identity.people.title", peoplePage(list, r.Path("/people"), r.Org.Name))
}

func (m *Module) showInviteMember(r *gate.Request) error {
	return page(r, "identity.people.invite", inviteMemberPage(ui.FormState{}, r.Path("/people"), r.Org.Name, r.L.Lang()))
}

func (m *Module) inviteMember(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	err = m.InviteMember(r.Context(), r.Scope, Invitation{
		Email: f.Text("email"), Name: f.Text("name"), Language: f.Text("language"), Role: access.Role(f.Text("role")),
	})
	if err != nil {
		return r.Invalid(err, r.L.T("identity.people.invite"), inviteMemberPage(r.FormState(err), r.Path("/people"), r.Org.Name, r.L.Lang()))
	}
	r.Flash(gate.Success, "identity.people.invited", "email", f.Text("email"))
	return r.Redirect(r.Path("/people"))
}

// member gives the person the path names, of the organisation in the path.
func (m *Module) member(r *gate.Request) (Member, error) {
	id, err := r.ID("id")
	if err != nil {
		return Member{}, err
	}
	return m.Member(r.Context(), r.Scope, id)
}

func (m *Module) showMember(r *gate.Request) error {
	who, err := m.member(r)
	if err != nil {
		return err
	}
	return r.Page(who.Name, memberPage(ui.FormState{}, who, r.Path("/people"), r.Org.Name))
}

func (m *Module) setMemberRole(r *gate.Request) error {
	who, err := m.member(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.SetMemberRole(r.Context(), r.Scope, who.ID, access.Role(f.Text("role"))); err != nil {
		return r.Invalid(err, who.Name, memberPage(r.FormState(err), who, r.Path("/people"), r.Org.Name))
	}
	r.Flash(gate.Success, "identity.people.role_changed", "name", who.Name)
	return r.Redirect(r.Path("/people"))
}

func (m *Module) inviteMemberAgain(r *gate.Request) error {
	who, err := m.member(r)
	if err != nil {
		return err
	}
	if err := m.InviteMemberAgain(r.Context(), r.Scope, who.ID); err != nil {
		return err
	}
	r.Flash(gate.Success, "identity.people.invited", "email", who.Email)
	return r.Redirect(r.Path("/people"))
}

func (m *Module) showRemoveMember(r *gate.Request) error {
	who, err := m.member(r)
	if err != nil {
		return err
	}
	return page(r, "identity.people.remove", removeMemberPage(ui.FormState{}, who, r.Path("/people"), r.Org.Name))
}

func (m *Module) removeMember(r *gate.Request) error {
	who, err := m.member(r)
	if err != nil {
		return err
	}
	if err := m.RemoveMember(r.Context(), r.Scope, who.ID); err != nil {
		return r.Invalid(err, r.L.T("identity.people.remove"), removeMemberPage(r.FormState(err), who, r.Path("/people"), r.Org.Name))
	}
	r.Flash(gate.Success, "identity.people.removed", "name", who.Name)
	if who.ID == r.Person.ID && !r.Staff() {
		return r.Redirect("/home")
	}
	return r.Redirect(r.Path("/people"))
}

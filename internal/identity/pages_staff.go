// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

const (
	staffBase = "/admin/people"
	pageSize  = 50
)

func (m *Module) staffRoutes(g *gate.Gate) {
	small := gate.MaxBody(smallForm)
	may := gate.Staff(access.StaffEdit)
	g.Handle("GET "+staffBase, may, m.showStaff)
	g.Handle("GET "+staffBase+"/new", may, m.showAddStaff)
	g.Handle("POST "+staffBase+"/new", may, m.addStaff, small)
	g.Handle("GET "+staffBase+"/{id}", may, m.showPerson)
	g.Handle("POST "+staffBase+"/{id}", may, m.setStaffRoles, small)
	for name, act := range m.personActions() {
		g.Handle("GET "+staffBase+"/{id}/"+name, may, m.askFirst(name))
		g.Handle("POST "+staffBase+"/{id}/"+name, may, m.doAction(name, act), small)
	}
}

type personAction func(ctx context.Context, s access.Scope, person int64) error

// personActions are what an administrator does to a person after a question.
// Their names are the end of the path and of the sentences' keys.
func (m *Module) personActions() map[string]personAction {
	return map[string]personAction{
		"suspend": m.Suspend, "resume": m.Resume, "recovery": m.StartRecovery, "invite": m.InviteAgain,
	}
}

func (m *Module) showStaff(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	after, err := strconv.ParseInt(state.After(), 10, 64)
	if err != nil {
		after = 0
	}
	list, err := m.AllPeople(r.Context(), r.Scope, PeopleQuery{
		Text: state.Get("q"), Staff: state.Get("who") != "all", After: after, Limit: pageSize + 1,
	})
	if err != nil {
		return err
	}
	next := ""
	if len(list) > pageSize {
		list = list[:pageSize]
		next = strconv.FormatInt(list[pageSize-1].ID, 10)
	}
	return r.WidePage(r.L.T("identity.staff.title"), staffPage(state, list, next))
}

func (m *Module) showAddStaff(r *gate.Request) error {
	return page(r, "identity.staff.add", addStaffPage(ui.FormState{}, r.L.Lang()))
}

func (m *Module) addStaff(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	_, err = m.AddStaff(r.Context(), r.Scope, StaffInvitation{
		Email: f.Text("email"), Name: f.Text("name"), Language: f.Text("language"), Roles: rolesOf(f),
	})
	if err != nil {
		return r.Invalid(err, r.L.T("identity.staff.add"), addStaffPage(r.FormState(err), r.L.Lang()))
	}
	r.Flash(gate.Success, "identity.people.invited", "email", f.Text("email"))
	return r.Redirect(staffBase)
}

func rolesOf(f web.Form) (out []access.Role) {
	for _, role := range f.All("roles") {
		out = append(out, access.Role(role))
	}
	return out
}

func (m *Module) showPerson(r *gate.Request) error { return m.person(r, ui.FormState{}, nil) }

// person shows one person, with what was wrong with an attempt to change him.
func (m *Module) person(r *gate.Request, state ui.FormState, wrong error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	p, orgs, err := m.OnePerson(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	body := personPage(state, p, orgs, id == r.Person.ID)
	if wrong != nil {
		return r.Invalid(wrong, p.Name, body)
	}
	return r.Page(p.Name, body)
}

func (m *Module) setStaffRoles(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.SetStaffRoles(r.Context(), r.Scope, id, rolesOf(f)); err != nil {
		return m.person(r, r.FormState(err), err)
	}
	r.Flash(gate.Success, "identity.staff.saved")
	return r.Redirect(personPath(staffBase, id, ""))
}

// askFirst shows the question before an action.
func (m *Module) askFirst(name string) gate.Handler {
	return func(r *gate.Request) error { return m.question(r, name, nil) }
}

func (m *Module) question(r *gate.Request, name string, wrong error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	p, _, err := m.OnePerson(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	body := questionPage(r.FormState(wrong), name, p)
	title := r.L.T("identity.staff." + name)
	if wrong != nil {
		return r.Invalid(wrong, title, body)
	}
	return r.Page(title, body)
}

func (m *Module) doAction(name string, act personAction) gate.Handler {
	return func(r *gate.Request) error {
		id, err := r.ID("id")
		if err != nil {
			return err
		}
		if err := act(r.Context(), r.Scope, id); err != nil {
			return m.question(r, name, err)
		}
		r.Flash(gate.Success, "identity.staff."+name+".done")
		return r.Redirect(personPath(staffBase, id, ""))
	}
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"martinella/internal/access"
	"martinella/internal/access/gate"
)

// familyPages are whom a body belongs to, and who belongs to it.
func (m *Module) familyPages(g *gate.Gate) {
	g.Handle("GET /o/{org}/family", gate.Member(access.OrganisationRead), m.ownFamily)
	g.Handle("GET /ops/members/{org}/family", gate.Staff(access.TerritoryRead), m.familyPage)
	g.Handle("POST /ops/members/{org}/family", gate.Staff(access.AccreditationEdit), m.setParent, gate.Recent())
}

func (m *Module) ownFamily(r *gate.Request) error {
	o, err := m.Own(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	f, err := m.FamilyOf(r.Context(), r.Scope, o)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.family.title"), ownFamilyPage(familyView{Ref: m.ref, Org: o, Family: f}))
}

func (m *Module) familyPage(r *gate.Request) error { return m.showFamily(r, nil) }

func (m *Module) showFamily(r *gate.Request, wrong error) error {
	entry, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return err
	}
	o, err := m.Organisation(r.Context(), r.Scope, entry.ID)
	if err != nil {
		return err
	}
	v := familyView{Ref: m.ref, Org: o, Staff: true, CanEdit: r.Scope.Can(access.AccreditationEdit), State: r.FormState(wrong)}
	if v.Family, err = m.FamilyOf(r.Context(), r.Scope, o); err != nil {
		return err
	}
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("constituency.family.title"), familyEditPage(v))
	}
	return r.Page(r.L.T("constituency.family.title"), familyEditPage(v))
}

func (m *Module) setParent(r *gate.Request) error {
	entry, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	version, err := f.Int("version", 0)
	if err == nil {
		err = m.SetParent(r.Context(), r.Scope, entry.ID, version, f.Text("parent"))
	}
	if err != nil {
		return m.showFamily(r, err)
	}
	r.Flash(gate.Success, "constituency.saved")
	return r.Redirect(memberPath(entry.Code) + "/family")
}

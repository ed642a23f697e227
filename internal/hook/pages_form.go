// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"martinella/internal/access/gate"
)

func (m *Module) newPage(r *gate.Request) error {
	return r.Page(r.L.T("hook.new"), formBody(m.formView(r, Hook{Contact: r.Person.Email, Language: r.L.Lang()}, nil)))
}

func (m *Module) formView(r *gate.Request, h Hook, failure error) formView {
	return formView{Base: base(r), Hook: h, Offered: m.Offered(r.Scope), Plain: m.deps.Plain, State: r.FormState(failure)}
}

func formOf(r *gate.Request) (f Form, version int64, err error) {
	in, err := r.Form()
	if err != nil {
		return f, 0, err
	}
	version, err = in.Int("version", 0)
	return Form{Name: in.Text("name"), URL: in.Text("url"), Contact: in.Text("contact"), Language: in.Text("language"), Kinds: in.All("kinds")}, version, err
}

func (m *Module) create(r *gate.Request) error {
	f, _, err := formOf(r)
	if err == nil {
		var h Hook
		var secret string
		if h, secret, err = m.Create(r.Context(), r.Scope, f); err == nil {
			return r.Page(r.L.T("hook.made"), secretBody(secretView{Base: base(r), Hook: h, Secret: secret, New: true}))
		}
	}
	return r.Invalid(err, r.L.T("hook.new"), formBody(m.formView(r, Hook{}, err)))
}

func (m *Module) editPage(r *gate.Request) error {
	h, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("hook.edit"), formBody(m.formView(r, h, nil)))
}

func (m *Module) edit(r *gate.Request) error {
	h, err := m.inPath(r)
	if err != nil {
		return err
	}
	f, version, err := formOf(r)
	if err == nil {
		if _, err = m.Edit(r.Context(), r.Scope, h.ID, version, f); err == nil {
			r.Flash(gate.Success, "hook.saved")
			return r.Redirect(hookPath(base(r), h.ID, ""))
		}
	}
	return r.Invalid(err, r.L.T("hook.edit"), formBody(m.formView(r, h, err)))
}

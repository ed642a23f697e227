// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
)

const neverPath = "/ops/exchange/never"

func (m *Module) neverPages(g *gate.Gate) {
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisorySend)
	g.Handle("GET "+neverPath, read, m.neverPage)
	g.Handle("POST "+neverPath, edit, m.addNever)
	g.Handle("POST "+neverPath+"/{id}/remove", edit, m.removeNever)
}

func (m *Module) neverView(r *gate.Request, failure error) (v neverView, err error) {
	v = neverView{CanEdit: r.Scope.Can(access.AdvisorySend), Form: r.FormState(failure)}
	if v.Never, err = m.Nevers(r.Context(), r.Scope); err != nil {
		return v, err
	}
	v.Left, err = m.LeftOut(r.Context(), r.Scope)
	return v, err
}

func (m *Module) neverPage(r *gate.Request) error {
	v, err := m.neverView(r, nil)
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("exchange.never.title"), neverBody(v))
}

func (m *Module) addNever(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if _, err = m.AddNever(r.Context(), r.Scope, r.Person.Name, f.Text("value"), f.Text("note")); err == nil {
		r.Flash(gate.Success, "exchange.never.added")
		return r.Redirect(neverPath)
	}
	v, failed := m.neverView(r, err)
	if failed != nil {
		return failed
	}
	return r.Invalid(err, r.L.T("exchange.never.title"), neverBody(v))
}

func (m *Module) removeNever(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.RemoveNever(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "exchange.never.removed")
	return r.Redirect(neverPath)
}

func neverRemove(id int64) string {
	return neverPath + "/" + strconv.FormatInt(id, 10) + "/remove"
}

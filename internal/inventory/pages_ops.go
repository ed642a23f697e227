// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"math"
	"strconv"

	"martinella/internal/access/gate"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/fault"
	"martinella/web/ui"
)

// affectedView is the work list of CNAs' names.
type affectedView struct {
	Waiting   []affectedRow
	Confirmed []Confirmed
	State     ui.FormState
	Known     bool // the corpus tells which names wait
}

// affectedRow is a CNA's name with the products it may mean.
type affectedRow struct {
	AffectedName
	Best []names.Candidate
}

func (m *Module) affectedPage(r *gate.Request) error { return m.showAffected(r, nil) }

func (m *Module) showAffected(r *gate.Request, failure error) error {
	v := affectedView{State: r.FormState(failure), Known: m.deps.AffectedNames != nil}
	var err error
	if v.Confirmed, err = m.ConfirmedAffected(r.Context(), r.Scope, math.MaxInt64, 50); err != nil {
		return err
	}
	if v.Known {
		if v.Waiting, err = m.affectedRows(r, nil, 50); err != nil {
			return err
		}
	}
	title := r.L.T("inventory.affected.title")
	if failure != nil {
		return r.Invalid(failure, title, affectedBody(v))
	}
	return r.Page(title, affectedBody(v))
}

func (m *Module) affectedRows(r *gate.Request, after *AffectedName, limit int) ([]affectedRow, error) {
	list, err := m.deps.AffectedNames(r.Context(), r.Scope, after, limit)
	if err != nil {
		return nil, err
	}
	x, err := m.index(r.Context())
	if err != nil {
		return nil, err
	}
	out := make([]affectedRow, len(list))
	for i, a := range list {
		out[i] = affectedRow{a, x.Suggest(names.Query{Label: a.Product, Publisher: a.Vendor}, 3)}
	}
	return out, nil
}

func (m *Module) affectedConfirm(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	err = m.ConfirmAffected(r.Context(), r.Scope, f.Text("vendor"), f.Text("name"), f.Text("product"))
	if err != nil {
		if fault.KindOf(err) == fault.Invalid {
			return m.showAffected(r, err)
		}
		return err
	}
	r.Flash(gate.Success, "inventory.affected.confirmed")
	return r.Redirect("/ops/names/affected")
}

func (m *Module) affectedForget(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(f.Text("id"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "access.page")
	}
	if err := m.ForgetAffected(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Info, "inventory.affected.forgotten")
	return r.Redirect("/ops/names/affected")
}

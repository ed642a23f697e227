// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strconv"

	"martinella/internal/access/gate"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/fault"
	"martinella/web/ui"
)

// namesView is the work list of names nobody resolved.
type namesView struct {
	List      ui.ListState
	Names     []Name
	Total     int
	Offset    int
	Chosen    *Name // the one being worked on
	Options   []names.Candidate
	Proposals []Proposal
	State     ui.FormState
}

// namesOnPage is how many names a page shows.
const namesOnPage = 50

func (m *Module) namesPage(r *gate.Request) error { return m.showNames(r, nil) }

func (m *Module) showNames(r *gate.Request, failure error) error {
	v := namesView{List: ui.ParseList(r.R.URL), Offset: int(min(parseID(r.Query().Get("after")), 1_000_000)), State: r.FormState(failure)}
	var err error
	if v.Names, v.Total, err = m.Names(r.Context(), r.Scope, phraseOf(v.List.Get("q")), v.Offset, namesOnPage); err != nil {
		return err
	}
	if err := m.chooseName(r, &v); err != nil {
		return err
	}
	title := r.L.T("inventory.names.title")
	if failure != nil {
		return r.Invalid(failure, title, namesBody(v))
	}
	return r.Page(title, namesBody(v))
}

// phraseOf writes a search as the search column does: words with one blank between.
func phraseOf(q string) string { return wordsKey(q) }

// chooseName shows what one name may mean.
func (m *Module) chooseName(r *gate.Request, v *namesView) (err error) {
	key := r.Query().Get("name")
	if key == "" {
		return nil
	}
	n, err := m.nameOf(r.Context(), key)
	if err != nil || n == nil {
		return err
	}
	v.Chosen = n
	if v.Options, err = m.candidates(r.Context(), n.Label, "", purlOf(key), "", 8); err != nil {
		return err
	}
	v.Proposals, err = m.Proposals(r.Context(), r.Scope, key)
	return err
}

// purlOf gives a key back as the package URL it is, "" when it is none.
func purlOf(key string) string {
	if _, ok := names.ParsePURL(key); ok {
		return key
	}
	return ""
}

func (m *Module) nameConfirm(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	ref := f.Text("product")
	if ref == "" && f.Text("none") != "yes" {
		failure := fault.New(fault.Invalid, "inventory.entry").Field("label", "inventory.product_unknown")
		return m.showNames(r, failure)
	}
	if err := m.ConfirmName(r.Context(), r.Scope, f.Text("name"), ref); err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.names.confirmed")
	return r.Redirect("/ops/names")
}

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
	if v.Confirmed, err = m.ConfirmedAffected(r.Context(), r.Scope, 50); err != nil {
		return err
	}
	if v.Known {
		if v.Waiting, err = m.affectedRows(r); err != nil {
			return err
		}
	}
	title := r.L.T("inventory.affected.title")
	if failure != nil {
		return r.Invalid(failure, title, affectedBody(v))
	}
	return r.Page(title, affectedBody(v))
}

func (m *Module) affectedRows(r *gate.Request) ([]affectedRow, error) {
	list, err := m.deps.AffectedNames(r.Context(), r.Scope, 50)
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

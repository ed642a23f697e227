// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// itemView is the page of one item.
type itemView struct {
	Base       string
	Item       Item
	Candidates []names.Candidate
	History    []Version
	Panels     []templ.Component
	CanEdit    bool
	ForAll     bool // a confirmation holds for everyone
	Found      []names.Hit
	Query      string
	Who        func(actor string) string
	Asset      int64 // what it is on; 0 for nothing
}

// formView is the form of an item, new or not.
type formView struct {
	Base    string
	Action  string
	Title   string
	Item    Item
	State   ui.FormState
	Suggest string // where the type-ahead asks
}

// itemHistory is how many versions an item's page shows.
const itemHistory = 50

func (m *Module) itemPage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	v := itemView{Base: r.Path("/stack"), CanEdit: r.Scope.Can(access.StackEdit), ForAll: r.Scope.Can(access.NameConfirm), Query: r.Query().Get("find"), Who: m.who(r)}
	if v.Item, err = m.Item(r.Context(), r.Scope, id); err != nil {
		return err
	}
	if v.History, err = m.History(r.Context(), r.Scope, id, itemHistory); err != nil {
		return err
	}
	if v.Item.Asset != "" {
		a, err := assetNamed(r.Context(), m.deps.DB, v.Item.Organisation, v.Item.Asset)
		if err != nil {
			return err
		}
		v.Asset = a.ID
	}
	if v.CanEdit {
		if err := m.choices(r, &v); err != nil {
			return err
		}
	}
	for _, p := range m.deps.Panels {
		c, err := p(r, v.Item)
		if err != nil {
			return err
		}
		if c != nil {
			v.Panels = append(v.Panels, c)
		}
	}
	return r.Page(v.Item.Title(), itemBody(v))
}

// choices are the products the item may be: proposed, or searched for.
func (m *Module) choices(r *gate.Request, v *itemView) (err error) {
	if v.Candidates, err = m.Candidates(r.Context(), v.Item, 5); err != nil || v.Query == "" {
		return err
	}
	x, err := m.index(r.Context())
	if err != nil {
		return err
	}
	v.Found = x.Search(names.WithoutVersion(v.Query), 10)
	return nil
}

// who names the author of a change as the reader knows him.
func (m *Module) who(r *gate.Request) func(string) string {
	return func(actor string) string {
		switch {
		case actor == r.Scope.Actor():
			return r.L.T("inventory.who.you")
		case strings.HasPrefix(actor, "system:"):
			return r.L.T("inventory.who.system")
		case m.deps.Who != nil:
			if name := m.deps.Who(r.Context(), actor); name != "" {
				return name
			}
		}
		return r.L.T("inventory.who.person", "number", strings.TrimPrefix(actor, "person:"))
	}
}

func (m *Module) newPage(r *gate.Request) error {
	label := r.Query().Get("label")
	return r.Page(r.L.T("inventory.new"), entryPage(formView{
		Base: r.Path("/stack"), Action: r.Path("/stack/new"), Title: r.L.T("inventory.new"), Suggest: r.Path("/stack/suggest"),
		Item: Item{Content: Content{Label: label, Quantity: 1, Exposure: ExposureUnknown, Criticality: Medium}},
	}))
}

// entryOf reads the form of an item.
func entryOf(f web.Form) (Entry, error) {
	n, err := f.Int("quantity", 1)
	return Entry{
		Asset: f.Text("asset"), Label: f.Text("label"), Publisher: f.Text("publisher"), Product: f.Text("product"), Version: f.Text("version"),
		Update: f.Text("update"), Edition: f.Text("edition"), TargetSW: f.Text("target_sw"), CPE: f.Text("cpe"), PURL: f.Text("purl"),
		Quantity: int(n), Owner: f.Text("owner"), Exposure: Exposure(own(f, "exposure")), Criticality: Criticality(own(f, "criticality")), Notes: f.Text("notes"),
	}, err
}

// own reads a value of the item itself; "" when it is to be its system's.
func own(f web.Form, name string) string {
	if v := f.Text(name); v != "asset" {
		return v
	}
	return ""
}

func (m *Module) create(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	e, err := entryOf(f)
	var i Item
	if err == nil {
		i, err = m.Add(r.Context(), r.Scope, e)
	}
	if err != nil {
		title := r.L.T("inventory.new")
		return r.Invalid(err, title, entryPage(formView{Base: r.Path("/stack"), Action: r.Path("/stack/new"), Title: title, State: r.FormState(err), Suggest: r.Path("/stack/suggest")}))
	}
	flashAdded(r, i)
	return r.Redirect(itemPath(r.Path("/stack"), i.ID))
}

func (m *Module) editPage(r *gate.Request) error {
	v, err := m.editForm(r)
	if err != nil {
		return err
	}
	return r.Page(v.Title, entryPage(v))
}

func (m *Module) editForm(r *gate.Request) (formView, error) {
	id, err := r.ID("id")
	if err != nil {
		return formView{}, err
	}
	i, err := m.Item(r.Context(), r.Scope, id)
	base := r.Path("/stack")
	return formView{Base: itemPath(base, id), Action: itemPath(base, id) + "/edit", Title: r.L.T("inventory.edit", "item", i.Title()), Item: i, Suggest: r.Path("/stack/suggest")}, err
}

func (m *Module) update(r *gate.Request) error {
	v, err := m.editForm(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	e, err := entryOf(f)
	if err == nil {
		_, err = m.Edit(r.Context(), r.Scope, v.Item.ID, e, parseID(f.Text("seen")))
	}
	if err != nil {
		v.State = r.FormState(err)
		return r.Invalid(err, v.Title, entryPage(v))
	}
	r.Flash(gate.Success, "inventory.saved")
	return r.Redirect(v.Base)
}

// seen is when the item was last changed as the form was shown.
func seen(f web.Form) time.Time {
	ms, err := strconv.ParseInt(f.Text("seen"), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (m *Module) removePage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	i, err := m.Item(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("inventory.remove.one", "item", i.Title()), removeBody(itemPath(r.Path("/stack"), id), i))
}

func (m *Module) remove(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if _, err := m.Item(r.Context(), r.Scope, id); err != nil {
		return err
	}
	n, err := m.Remove(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.removed", "n", n)
	return r.Redirect(r.Path("/stack"))
}

// confirm says what product an item is.
func (m *Module) confirm(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.Confirm(r.Context(), r.Scope, id, f.Text("product")); err != nil {
		return err
	}
	key := "inventory.confirmed"
	if r.Scope.Can(access.NameConfirm) {
		key = "inventory.confirmed_all"
	}
	r.Flash(gate.Success, key)
	return r.Redirect(itemPath(r.Path("/stack"), id))
}

// forget takes back what product an item is.
func (m *Module) forget(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Forget(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.forgotten")
	return r.Redirect(itemPath(r.Path("/stack"), id))
}

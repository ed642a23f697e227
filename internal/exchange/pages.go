// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/tlp"
	"martinella/web/ui"
)

// pages hangs the pages of the keys up twice: an organisation's, and the neighbours'.
func (m *Module) pages(g *gate.Gate) {
	for _, at := range []struct {
		path       string
		read, edit gate.Rule
	}{
		{"/o/{org}/exchange", gate.Member(access.HookRead), gate.Member(access.HookEdit)},
		{"/ops/exchange", gate.Staff(access.HookRead), gate.Staff(access.HookEdit)},
	} {
		one := at.path + "/keys/{id}"
		g.Handle("GET "+at.path, at.read, m.listPage)
		g.Handle("GET "+at.path+"/keys/new", at.edit, m.newPage, gate.Recent())
		g.Handle("POST "+at.path+"/keys/new", at.edit, m.create, gate.Recent())
		g.Handle("GET "+one, at.read, m.keyPage)
		g.Handle("GET "+one+"/edit", at.edit, m.editPage, gate.Recent())
		g.Handle("POST "+one+"/edit", at.edit, m.edit, gate.Recent())
		g.Handle("GET "+one+"/rotate", at.edit, m.rotatePage, gate.Recent())
		g.Handle("POST "+one+"/rotate", at.edit, m.rotate, gate.Recent())
		g.Handle("GET "+one+"/revoke", at.edit, m.revokePage)
		g.Handle("POST "+one+"/revoke", at.edit, m.revoke)
	}
	m.neverPages(g)
	g.Nav(
		gate.NavItem{Area: gate.AreaOwn, Key: "exchange.nav", Path: "/o/{org}/exchange", Permission: access.HookRead, Order: 96},
		gate.NavItem{Area: gate.AreaAdmin, Key: "exchange.nav", Path: "/ops/exchange", Permission: access.HookRead, Order: 61},
		gate.NavItem{Area: gate.AreaAdmin, Key: "exchange.never.nav", Path: neverPath, Permission: access.AdvisoryRead, Order: 62},
	)
}

// base is where the request's keys are.
func base(r *gate.Request) string {
	if r.Org.ID != 0 {
		return r.Path("/exchange")
	}
	return "/ops/exchange"
}

func keyPath(base string, id int64, rest string) string {
	return base + "/keys/" + strconv.FormatInt(id, 10) + rest
}

func (m *Module) listPage(r *gate.Request) error {
	v := listView{State: ui.ParseList(r.R.URL), Base: base(r), Neighbours: r.Org.ID == 0, CanEdit: r.Scope.Can(access.HookEdit)}
	var err error
	if v.Keys, v.Next, err = m.Keys(r.Context(), r.Scope, Filter{After: v.State.After()}); err != nil {
		return err
	}
	return r.Page(r.L.T("exchange.title"), listBody(v))
}

// inPath gives the key the address names.
func (m *Module) inPath(r *gate.Request) (Key, error) {
	id, err := r.ID("id")
	if err != nil {
		return Key{}, err
	}
	return m.Key(r.Context(), r.Scope, id)
}

func (m *Module) keyPage(r *gate.Request) error {
	k, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(k.Name, keyBody(keyView{Base: base(r), Key: k, CanEdit: r.Scope.Can(access.HookEdit), Now: m.now(), Addresses: m.addresses(k, "")}))
}

func (m *Module) newPage(r *gate.Request) error {
	return r.Page(r.L.T("exchange.new"), formBody(formView{Base: base(r), Neighbours: r.Org.ID == 0, Key: Key{Door: Feed, Upto: tlp.Clear}}))
}

func formOf(r *gate.Request) (f Form, version int64, err error) {
	in, err := r.Form()
	if err != nil {
		return f, 0, err
	}
	version, err = in.Int("version", 0)
	return Form{Name: in.Text("name"), Door: Door(in.Text("door")), Upto: tlp.Label(in.Text("upto")), Allow: in.Text("allow")}, version, err
}

func (m *Module) create(r *gate.Request) error {
	f, _, err := formOf(r)
	if err == nil {
		var k Key
		var secret string
		if k, secret, err = m.Create(r.Context(), r.Scope, f); err == nil {
			return r.Page(r.L.T("exchange.made"), secretBody(secretView{Base: base(r), Key: k, Secret: secret, New: true, Addresses: m.addresses(k, secret)}))
		}
	}
	return r.Invalid(err, r.L.T("exchange.new"), formBody(formView{Base: base(r), Neighbours: r.Org.ID == 0, State: r.FormState(err)}))
}

func (m *Module) editPage(r *gate.Request) error {
	k, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("exchange.edit"), formBody(formView{Base: base(r), Neighbours: r.Org.ID == 0, Key: k}))
}

func (m *Module) edit(r *gate.Request) error {
	k, err := m.inPath(r)
	if err != nil {
		return err
	}
	f, version, err := formOf(r)
	if err == nil {
		if _, err = m.Edit(r.Context(), r.Scope, k.ID, version, f); err == nil {
			r.Flash(gate.Success, "exchange.saved")
			return r.Redirect(keyPath(base(r), k.ID, ""))
		}
	}
	return r.Invalid(err, r.L.T("exchange.edit"), formBody(formView{Base: base(r), Neighbours: r.Org.ID == 0, Key: k, State: r.FormState(err)}))
}

func (m *Module) rotatePage(r *gate.Request) error {
	k, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("exchange.rotate"), rotateBody(keyView{Base: base(r), Key: k}))
}

func (m *Module) rotate(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	k, secret, err := m.Rotate(r.Context(), r.Scope, id, f.Bool("at_once"))
	if err != nil {
		return err
	}
	return r.Page(r.L.T("exchange.rotated"), secretBody(secretView{Base: base(r), Key: k, Secret: secret, Addresses: m.addresses(k, secret)}))
}

func (m *Module) revokePage(r *gate.Request) error {
	k, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("exchange.revoke"), revokeBody(keyView{Base: base(r), Key: k}))
}

func (m *Module) revoke(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Revoke(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "exchange.revoked")
	return r.Redirect(base(r))
}

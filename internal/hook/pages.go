// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/web/ui"
)

// pages hangs the same pages up twice: an organisation's, and the CSIRT's.
func (m *Module) pages(g *gate.Gate) {
	for _, at := range []struct {
		path       string
		read, edit gate.Rule
	}{
		{"/o/{org}/hooks", gate.Member(access.HookRead), gate.Member(access.HookEdit)},
		{"/ops/hooks", gate.Staff(access.HookRead), gate.Staff(access.HookEdit)},
	} {
		one := at.path + "/{id}"
		g.Handle("GET "+at.path, at.read, m.listPage)
		g.Handle("GET "+at.path+"/new", at.edit, m.newPage, gate.Recent())
		g.Handle("POST "+at.path+"/new", at.edit, m.create, gate.Recent())
		g.Handle("GET "+one, at.read, m.hookPage)
		g.Handle("GET "+one+"/edit", at.edit, m.editPage, gate.Recent())
		g.Handle("POST "+one+"/edit", at.edit, m.edit, gate.Recent())
		g.Handle("GET "+one+"/rotate", at.edit, m.rotatePage, gate.Recent())
		g.Handle("POST "+one+"/rotate", at.edit, m.rotate, gate.Recent())
		g.Handle("GET "+one+"/delete", at.edit, m.deletePage)
		g.Handle("POST "+one+"/delete", at.edit, m.remove)
		g.Handle("POST "+one+"/test", at.edit, m.test)
		g.Handle("POST "+one+"/pause", at.edit, m.pause)
		g.Handle("POST "+one+"/resume", at.edit, m.resume)
		g.Handle("GET "+one+"/deliveries/{delivery}", at.read, m.deliveryPage)
		g.Handle("POST "+one+"/deliveries/{delivery}/again", at.edit, m.again)
	}
	g.Nav(
		gate.NavItem{Area: gate.AreaOwn, Key: "hook.nav", Path: "/o/{org}/hooks", Permission: access.HookRead, Order: 95},
		gate.NavItem{Area: gate.AreaAdmin, Key: "hook.nav", Path: "/ops/hooks", Permission: access.HookRead, Order: 60},
	)
}

// base is where the request's hooks are.
func base(r *gate.Request) string {
	if r.Org.ID != 0 {
		return r.Path("/hooks")
	}
	return "/ops/hooks"
}

func hookPath(base string, id int64, rest string) string {
	return base + "/" + strconv.FormatInt(id, 10) + rest
}

func (m *Module) listPage(r *gate.Request) error {
	v := listView{State: ui.ParseList(r.R.URL), Base: base(r), All: r.Org.ID == 0, CanEdit: r.Scope.Can(access.HookEdit), Orgs: map[int64]Organisation{}}
	var err error
	if v.Page, err = m.List(r.Context(), r.Scope, Filter{All: v.All, After: v.State.After()}); err != nil {
		return err
	}
	if !v.All {
		return r.Page(r.L.T("hook.title"), listBody(v))
	}
	if v.Orgs, err = m.owners(r, v.Page.Hooks); err != nil {
		return err
	}
	return r.WidePage(r.L.T("hook.title"), listBody(v))
}

// owners are the organisations of hooks, read at once.
func (m *Module) owners(r *gate.Request, hooks []Hook) (map[int64]Organisation, error) {
	out := map[int64]Organisation{}
	var ids []int64
	for _, h := range hooks {
		if _, known := out[h.Organisation]; !known && h.Organisation != 0 {
			out[h.Organisation] = Organisation{}
			ids = append(ids, h.Organisation)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	orgs, err := m.deps.Organisations.Organisations(r.Context(), r.Scope, ids)
	for _, o := range orgs {
		out[o.ID] = o
	}
	return out, err
}

// inPath gives the hook the address names.
func (m *Module) inPath(r *gate.Request) (Hook, error) {
	id, err := r.ID("id")
	if err != nil {
		return Hook{}, err
	}
	return m.Hook(r.Context(), r.Scope, id)
}

func (m *Module) hookPage(r *gate.Request) error {
	h, err := m.inPath(r)
	if err != nil {
		return err
	}
	v := hookView{Base: base(r), Hook: h, State: ui.ParseList(r.R.URL), CanEdit: r.Scope.Can(access.HookEdit), Now: m.now()}
	if v.Log, v.Next, err = m.Log(r.Context(), r.Scope, h, v.State.After(), 0); err != nil {
		return err
	}
	return r.Page(h.Name, hookBody(v))
}

func (m *Module) rotatePage(r *gate.Request) error {
	h, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("hook.rotate"), rotateBody(hookView{Base: base(r), Hook: h}))
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
	h, secret, err := m.Rotate(r.Context(), r.Scope, id, f.Bool("at_once"))
	if err != nil {
		return err
	}
	return r.Page(r.L.T("hook.rotated"), secretBody(secretView{Base: base(r), Hook: h, Secret: secret}))
}

func (m *Module) deletePage(r *gate.Request) error {
	h, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("hook.delete"), deleteBody(hookView{Base: base(r), Hook: h}))
}

func (m *Module) remove(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Delete(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "hook.deleted")
	return r.Redirect(base(r))
}

func (m *Module) test(r *gate.Request) error {
	return m.act(r, "hook.tested", func(id int64) error {
		_, err := m.Test(r.Context(), r.Scope, id)
		return err
	})
}

func (m *Module) pause(r *gate.Request) error {
	return m.act(r, "hook.paused", func(id int64) error { return m.Pause(r.Context(), r.Scope, id) })
}

func (m *Module) resume(r *gate.Request) error {
	return m.act(r, "hook.resumed", func(id int64) error { return m.Resume(r.Context(), r.Scope, id) })
}

// act does something with the hook in the path and shows it again.
func (m *Module) act(r *gate.Request, said string, do func(id int64) error) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return err
	}
	r.Flash(gate.Success, said)
	return r.Redirect(hookPath(base(r), id, ""))
}

// kindKey is the key of a kind's words.
func kindKey(kind string) string { return "hook.kind." + kind }

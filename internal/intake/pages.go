// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
	"martinella/web/ui"
)

const base = "/ops/sources"

func (m *Module) pages(g *gate.Gate) {
	const one = base + "/{id}"
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.SourceEdit)
	g.Handle("GET "+base, read, m.listPage)
	g.Handle("GET "+base+"/new", edit, m.newPage, gate.Recent())
	g.Handle("POST "+base+"/new", edit, m.creating, gate.Recent())
	g.Handle("GET "+one, read, m.sourcePage)
	g.Handle("GET "+one+"/edit", edit, m.editPage, gate.Recent())
	g.Handle("POST "+one+"/edit", edit, m.editing, gate.Recent())
	g.Handle("GET "+one+"/delete", edit, m.deletePage)
	g.Handle("POST "+one+"/delete", edit, m.deleting)
	g.Handle("POST "+one+"/run", gate.Staff(access.FeedRun), m.running)
	m.mailPages(g)
	g.Nav(gate.NavItem{Area: gate.AreaAdmin, Key: "intake.nav", Path: base, Permission: access.AdvisoryRead, Order: 55})
}

func (m *Module) listPage(r *gate.Request) error {
	v := listView{State: ui.ParseList(r.R.URL), CanEdit: r.Scope.Can(access.SourceEdit), Idle: m.Idle}
	var err error
	v.Sources, v.Next, err = m.List(r.Context(), r.Scope, Filter{Failing: v.State.Get("show") == "failing", After: v.State.After()})
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("intake.title"), listBody(v))
}

// inPath gives the source the address names.
func (m *Module) inPath(r *gate.Request) (Source, error) {
	id, err := r.ID("id")
	if err != nil {
		return Source{}, err
	}
	return m.Source(r.Context(), r.Scope, id)
}

func (m *Module) sourcePage(r *gate.Request) error {
	x, err := m.inPath(r)
	if err != nil {
		return err
	}
	v := sourceView{Source: x, State: ui.ParseList(r.R.URL), CanEdit: r.Scope.Can(access.SourceEdit), CanRun: r.Scope.Can(access.FeedRun) && !m.Idle && x.polled()}
	if v.Items, v.Next, err = m.Items(r.Context(), r.Scope, x.ID, v.State.After(), 0); err != nil {
		return err
	}
	return r.Page(x.Name, sourceBody(v))
}

// blank is a form with what most want; suggestion names one that is ready made.
func blank(r *gate.Request, kind Kind) Form {
	f := Form{Kind: kind, Owner: r.Person.Email, Language: r.L.Lang(), Every: 15 * time.Minute, Active: true, TLP: tlp.Amber, AlertLanguage: i18n.Italian, Settings: Settings{Back: 7}}
	if kind == RSS && r.R.URL.Query().Get("suggestion") == "acn" {
		f.Name, f.Address, f.TLP = "ACN – CSIRT Italia", ACNFeed, tlp.Clear
	}
	return f
}

// ACNFeed is where CSIRT Italia publishes its alerts and bulletins.
const ACNFeed = "https://www.acn.gov.it/portale/feedrss/-/journal/rss/20119/723192"

func (m *Module) newPage(r *gate.Request) error {
	kind := Kind(r.R.URL.Query().Get("kind"))
	if !slices.Contains(Kinds(), kind) {
		return r.Page(r.L.T("intake.new"), kindsBody())
	}
	return r.Page(r.L.T("intake.new"), formBody(formView{Source: Source{Form: blank(r, kind)}, State: r.FormState(nil)}))
}

func formOf(r *gate.Request) (f Form, version int64, err error) {
	in, err := r.Form()
	if err != nil {
		return f, 0, err
	}
	f = Form{
		Name: in.Text("name"), Kind: Kind(in.Text("kind")), Address: in.Text("address"), Secret: in.Raw("secret"), Forget: in.Bool("forget"),
		Owner: in.Text("owner"), Language: in.Text("language"), Active: in.Bool("active"), TLP: tlp.Label(in.Text("tlp")), AlertLanguage: in.Text("alert_language"),
		Settings: Settings{User: in.Text("user"), Pages: in.Bool("pages"), Collection: in.Text("collection"),
			Senders: in.Raw("senders"), Keys: in.Raw("sender_keys"), Signed: in.Bool("signed"), Folder: in.Text("folder")},
	}
	if version, err = in.Int("version", 0); err != nil {
		return f, 0, err
	}
	every, err := in.Int("every", 15)
	if err != nil {
		return f, 0, err
	}
	back, err := in.Int("back", 7)
	// Bounded before it is multiplied; check says what is wrong with it.
	f.Every, f.Settings.Back = time.Duration(min(max(every, 0), 1e6))*time.Minute, int(min(max(back, -1), 1e6))
	return f, version, err
}

func (m *Module) creating(r *gate.Request) error {
	f, _, err := formOf(r)
	if err == nil {
		var x Source
		if x, err = m.Create(r.Context(), r.Scope, f); err == nil {
			r.Flash(gate.Success, "intake.made")
			return r.Redirect(path(x.ID, ""))
		}
	}
	if !slices.Contains(Kinds(), f.Kind) {
		return r.Redirect(base + "/new")
	}
	return r.Invalid(err, r.L.T("intake.new"), formBody(formView{Source: Source{Form: Form{Kind: f.Kind}}, State: r.FormState(err)}))
}

func (m *Module) editPage(r *gate.Request) error {
	x, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("intake.edit"), formBody(formView{Source: x, State: r.FormState(nil)}))
}

func (m *Module) editing(r *gate.Request) error {
	x, err := m.inPath(r)
	if err != nil {
		return err
	}
	f, version, err := formOf(r)
	if err == nil {
		if _, err = m.Edit(r.Context(), r.Scope, x.ID, version, f); err == nil {
			r.Flash(gate.Success, "intake.saved")
			return r.Redirect(path(x.ID, ""))
		}
	}
	return r.Invalid(err, r.L.T("intake.edit"), formBody(formView{Source: x, State: r.FormState(err)}))
}

func (m *Module) deletePage(r *gate.Request) error {
	x, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("intake.delete"), deleteBody(x))
}

func (m *Module) deleting(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Delete(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "intake.deleted")
	return r.Redirect(base)
}

func (m *Module) running(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.RunNow(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "intake.run.asked")
	return r.Redirect(path(id, ""))
}

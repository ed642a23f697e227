// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// sourcesView is the page of the servers an inventory is fetched from.
type sourcesView struct {
	Base    string
	CanPull bool
	Hosts   []string // those the administrators allow
	Sources []PullSource
	Why     map[int64]string
}

// sourceFormView is the form of a server, new or not.
type sourceFormView struct {
	Action, Back, Title string
	Source              PullSource
	Hosts               []string
	State               ui.FormState
}

func (m *Module) registerSources(g *gate.Gate) {
	edit := gate.Member(access.StackEdit)
	g.Handle("GET /o/{org}/stack/sources", edit, m.sourcesPage)
	g.Handle("GET /o/{org}/stack/sources/new", edit, m.sourceNew)
	g.Handle("POST /o/{org}/stack/sources/new", edit, m.sourceCreate)
	g.Handle("GET /o/{org}/stack/sources/{id}/edit", edit, m.sourceEdit)
	g.Handle("POST /o/{org}/stack/sources/{id}/edit", edit, m.sourceUpdate)
	g.Handle("POST /o/{org}/stack/sources/{id}/run", edit, m.sourceRun)
	g.Handle("GET /o/{org}/stack/sources/{id}/remove", edit, m.sourceRemovePage)
	g.Handle("POST /o/{org}/stack/sources/{id}/remove", edit, m.sourceRemove)
}

func sourcePath(base string, id int64) string { return base + "/sources/" + strconv.FormatInt(id, 10) }

func (m *Module) sourcesPage(r *gate.Request) error {
	v := sourcesView{Base: r.Path("/stack"), CanPull: m.CanPull(), Hosts: m.deps.Pull.Hosts, Why: map[int64]string{}}
	var err error
	if v.Sources, err = m.Sources(r.Context(), r.Scope); err != nil {
		return err
	}
	for _, p := range v.Sources {
		if p.Fault != nil {
			v.Why[p.ID] = r.Say(p.Fault)
		}
	}
	return r.Page(r.L.T("inventory.sources"), sourcesBody(v))
}

func (m *Module) sourceFormOf(r *gate.Request, id int64) (sourceFormView, error) {
	base := r.Path("/stack")
	v := sourceFormView{Action: base + "/sources/new", Back: base + "/sources", Title: r.L.T("inventory.source.new"), Hosts: m.deps.Pull.Hosts}
	if id == 0 {
		v.Source.Every = 24
		return v, nil
	}
	var err error
	v.Source, err = m.PullSource(r.Context(), r.Scope, id)
	v.Action, v.Title = sourcePath(base, id)+"/edit", r.L.T("inventory.source.edit", "source", v.Source.Name)
	return v, err
}

func (m *Module) sourceNew(r *gate.Request) error {
	v, err := m.sourceFormOf(r, 0)
	if err != nil {
		return err
	}
	return r.Page(v.Title, sourceForm(v))
}

func (m *Module) sourceEdit(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	v, err := m.sourceFormOf(r, id)
	if err != nil {
		return err
	}
	return r.Page(v.Title, sourceForm(v))
}

// sourceOfForm reads the form of a server.
func sourceOfForm(f web.Form) (SourceEntry, error) {
	n, err := f.Int("every", 24)
	return SourceEntry{Name: f.Text("name"), URL: f.Text("url"), User: f.Text("user"), Password: f.Raw("password"), Authority: f.Text("authority"),
		Every: int(n), Paused: f.Bool("paused")}, err
}

func (m *Module) sourceCreate(r *gate.Request) error { return m.sourceSave(r, 0) }

func (m *Module) sourceUpdate(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	return m.sourceSave(r, id)
}

func (m *Module) sourceSave(r *gate.Request, id int64) error {
	v, err := m.sourceFormOf(r, id)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	e, err := sourceOfForm(f)
	if err == nil {
		_, err = m.SaveSource(r.Context(), r.Scope, id, e)
	}
	if err != nil {
		v.State = r.FormState(err)
		delete(v.State.Values, "password") // typed again rather than sent back
		return r.Invalid(err, v.Title, sourceForm(v))
	}
	r.Flash(gate.Success, "inventory.source.saved")
	return r.Redirect(v.Back)
}

func (m *Module) sourceRun(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.PullNow(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Info, "inventory.source.asked")
	return r.Redirect(r.Path("/stack/sources"))
}

func (m *Module) sourceRemovePage(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	v, err := m.sourceFormOf(r, id)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("inventory.source.remove", "source", v.Source.Name), sourceRemoveBody(r.Path("/stack"), v.Source))
}

func (m *Module) sourceRemove(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.RemoveSource(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "inventory.source.removed")
	return r.Redirect(r.Path("/stack/sources"))
}

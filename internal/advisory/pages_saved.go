// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
)

const savedRoot = "/ops/audiences"

func savedPath(id int64, rest string) string {
	return savedRoot + "/" + strconv.FormatInt(id, 10) + rest
}

func (m *Module) savedPages(g *gate.Gate) {
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit)
	g.Handle("GET "+savedRoot, read, m.savedPage)
	g.Handle("GET "+savedRoot+"/words", read, m.wordsPage)
	g.Handle("GET "+savedRoot+"/new", edit, m.newSavedPage)
	g.Handle("POST "+savedRoot+"/new", edit, m.savingNew)
	g.Handle("GET "+savedRoot+"/{id}", edit, m.editSavedPage)
	g.Handle("POST "+savedRoot+"/{id}", edit, m.saving)
	g.Handle("GET "+savedRoot+"/{id}/delete", edit, m.forgetPage)
	g.Handle("POST "+savedRoot+"/{id}/delete", edit, m.forgetting)
}

func (m *Module) savedPage(r *gate.Request) error {
	all, err := m.AudiencesSaved(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.saved.title"), savedBody(savedList{all, r.Scope.Can(access.AdvisoryEdit)}))
}

func (m *Module) newSavedPage(r *gate.Request) error {
	return r.Page(r.L.T("advisory.saved.new"), savedForm(savedView{Saved: Saved{Audience: r.Query().Get("audience")}, State: r.FormState(nil)}))
}

func (m *Module) editSavedPage(r *gate.Request) error {
	v, err := m.savedInPath(r)
	if err != nil {
		return err
	}
	return r.Page(v.Name, savedForm(savedView{Saved: v, State: r.FormState(nil)}))
}

func (m *Module) savedInPath(r *gate.Request) (Saved, error) {
	id, err := r.ID("id")
	if err != nil {
		return Saved{}, err
	}
	return m.SavedAudience(r.Context(), r.Scope, id)
}

func (m *Module) savingNew(r *gate.Request) error { return m.saveForm(r, Saved{}) }

func (m *Module) saving(r *gate.Request) error {
	v, err := m.savedInPath(r)
	if err != nil {
		return err
	}
	return m.saveForm(r, v)
}

func (m *Module) saveForm(r *gate.Request, old Saved) error {
	f, version, err := versionOf(r)
	if err == nil {
		if _, err = m.SaveAudience(r.Context(), r.Scope, author(r), savedOf(f, old.ID, version)); err == nil {
			r.Flash(gate.Success, "advisory.saved.done")
			return r.Redirect(savedRoot)
		}
	}
	return r.Invalid(err, r.L.T("advisory.saved.title"), savedForm(savedView{Saved: old, State: r.FormState(err)}))
}

func savedOf(f web.Form, id, version int64) Saved {
	return Saved{ID: id, Version: version, Name: f.Text("name"), Audience: f.Text("audience"), Note: f.Text("note")}
}

func (m *Module) forgetPage(r *gate.Request) error {
	v, err := m.savedInPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.saved.delete"), forgetBody(v))
}

func (m *Module) forgetting(r *gate.Request) error {
	return drop(r, m.ForgetAudience, "advisory.saved.deleted", savedRoot)
}

// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
	"martinella/internal/platform/web"
)

const templateRoot = "/ops/advisory-templates"

func templatePath(id int64, rest string) string {
	return templateRoot + "/" + strconv.FormatInt(id, 10) + rest
}

func (m *Module) templatePages(g *gate.Gate) {
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit)
	g.Handle("GET "+templateRoot, read, m.templatesPage)
	g.Handle("GET "+templateRoot+"/new", edit, m.newTemplatePage)
	g.Handle("POST "+templateRoot+"/new", edit, m.makingTemplate)
	g.Handle("GET "+templateRoot+"/{id}", edit, m.editTemplatePage)
	g.Handle("POST "+templateRoot+"/{id}", edit, m.writingTemplate)
	g.Handle("GET "+templateRoot+"/{id}/delete", edit, m.deleteTemplatePage)
	g.Handle("POST "+templateRoot+"/{id}/delete", edit, m.deletingTemplate)
}

// usual is what a new alert, or a new template, begins with.
func usual() Entry {
	return Entry{Kind: Alert, Severity: High, TLP: tlp.Amber, AckWithin: 24 * time.Hour}
}

func (m *Module) templatesPage(r *gate.Request) error {
	all, err := m.Templates(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.templates"), templatesBody(templatesView{all, r.Scope.Can(access.AdvisoryEdit)}))
}

// newTemplatePage begins one: with ?advisory=N of that alert.
func (m *Module) newTemplatePage(r *gate.Request) error {
	t := Template{Entry: usual()}
	if id, err := strconv.ParseInt(r.Query().Get("advisory"), 10, 64); err == nil {
		a, err := m.Get(r.Context(), r.Scope, id)
		if err != nil {
			return err
		}
		t = TemplateOf(a.Entry)
	}
	return r.Page(r.L.T("advisory.template.new"), templateForm(templateView{Template: t, State: r.FormState(nil)}))
}

func (m *Module) templateInPath(r *gate.Request) (Template, error) {
	id, err := r.ID("id")
	if err != nil {
		return Template{}, err
	}
	return m.Template(r.Context(), r.Scope, id)
}

func (m *Module) editTemplatePage(r *gate.Request) error {
	t, err := m.templateInPath(r)
	if err != nil {
		return err
	}
	return r.Page(t.Name, templateForm(templateView{Template: t, State: r.FormState(nil)}))
}

func (m *Module) makingTemplate(r *gate.Request) error {
	return m.saveTemplate(r, Template{Entry: usual()})
}

func (m *Module) writingTemplate(r *gate.Request) error {
	t, err := m.templateInPath(r)
	if err != nil {
		return err
	}
	return m.saveTemplate(r, t)
}

func (m *Module) saveTemplate(r *gate.Request, old Template) error {
	f, version, err := versionOf(r)
	if err == nil {
		var t Template
		if t, err = templateIn(f, old.ID, version); err == nil {
			_, err = m.SaveTemplate(r.Context(), r.Scope, author(r), t)
		}
		if err == nil {
			r.Flash(gate.Success, "advisory.template.saved")
			return r.Redirect(templateRoot)
		}
	}
	return r.Invalid(err, r.L.T("advisory.templates"), templateForm(templateView{Template: old, State: r.FormState(err)}))
}

func templateIn(f web.Form, id, version int64) (Template, error) {
	e, err := entryOf(f)
	return Template{ID: id, Version: version, Name: f.Text("name"), Note: f.Text("note"), Entry: e}, err
}

func (m *Module) deleteTemplatePage(r *gate.Request) error {
	t, err := m.templateInPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.template.delete"), deleteTemplateBody(t))
}

func (m *Module) deletingTemplate(r *gate.Request) error {
	return drop(r, m.DeleteTemplate, "advisory.template.deleted", templateRoot)
}

// begun gives what a new alert begins with: of the template the address names, else the usual.
func (m *Module) beginning(r *gate.Request) (e Entry, all []Template, err error) {
	if all, err = m.Templates(r.Context(), r.Scope); err != nil {
		return e, nil, err
	}
	e = usual()
	if id, err := strconv.ParseInt(r.Query().Get("template"), 10, 64); err == nil {
		t, err := m.Template(r.Context(), r.Scope, id)
		if err != nil {
			return e, all, err
		}
		e = t.Entry
	}
	if to := r.Query().Get("audience"); to != "" {
		e.Audience = to
	}
	return e, all, nil
}

// languages names those of a content, for lists.
func languagesOf(c Content) (out []string) {
	for _, lang := range c.Languages() {
		out = append(out, i18n.Name(lang))
	}
	return out
}

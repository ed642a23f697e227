// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"net/http"
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

func (m *Module) templateAPI(a *api.API) {
	const tag, root = "Advisories", "/advisory-templates"
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit)
	api.Get(a, root, read, m.apiTemplates, api.Op{ID: "list-advisory-templates", Tag: tag, Summary: "List the templates of advisories", Text: "All of them, by name."})
	api.Post(a, root, edit, m.apiAddTemplate, api.Op{ID: "add-advisory-template", Tag: tag, Status: http.StatusCreated, Summary: "Make a template", Text: "What it does not have is of one advisory alone: reference, source, CVEs, products, indicators."})
	api.Get(a, root+"/{id}", read, m.apiTemplate, api.Op{ID: "get-advisory-template", Tag: tag, Summary: "Read a template"})
	api.Put(a, root+"/{id}", edit, m.apiEditTemplate, api.Op{ID: "update-advisory-template", Tag: tag, Summary: "Write a template whole", Text: "What was begun from it stays as it is."})
	api.Delete(a, root+"/{id}", edit, m.apiDeleteTemplate, api.Op{ID: "delete-advisory-template", Tag: tag, Summary: "Delete a template"})
}

// advisoryTemplateEntryJSON is what is written of a template.
type advisoryTemplateEntryJSON struct {
	Name       string                      `json:"name" minLength:"1" maxLength:"60" doc:"No two have the same."`
	Note       string                      `json:"note,omitempty" maxLength:"2000" doc:"When it is used."`
	Kind       Kind                        `json:"kind" enum:"alert,bulletin"`
	Severity   Severity                    `json:"severity" enum:"critical,high,medium,low"`
	TLP        string                      `json:"tlp" enum:"TLP:RED,TLP:AMBER+STRICT,TLP:AMBER,TLP:GREEN,TLP:CLEAR" doc:"Of the advisories, and of the template itself."`
	PAP        PAP                         `json:"pap,omitempty" enum:"PAP:RED,PAP:AMBER,PAP:GREEN,PAP:CLEAR"`
	Texts      map[string]advisoryTextJSON `json:"texts" doc:"By language: it, en, nb; at least one."`
	Main       string                      `json:"main_language,omitempty" enum:"it,en,nb"`
	References []string                    `json:"references,omitempty" maxItems:"100" doc:"Addresses."`
	Audience   string                      `json:"audience,omitempty" maxLength:"4000"`
	AckHours   int                         `json:"acknowledge_within_hours,omitempty" minimum:"0" maximum:"720"`
}

// AdvisoryTemplateEntry is embedded so that its fields stand beside the others.
type AdvisoryTemplateEntry = advisoryTemplateEntryJSON

func (e advisoryTemplateEntryJSON) template(id, version int64) Template {
	entry := advisoryEntryJSON{Kind: e.Kind, Severity: e.Severity, TLP: e.TLP, PAP: e.PAP, Texts: e.Texts, Main: e.Main, References: e.References, Audience: e.Audience, AckHours: e.AckHours}
	return Template{ID: id, Version: version, Name: e.Name, Note: e.Note, Entry: entry.entry()}
}

// advisoryTemplateJSON is what an advisory is begun from.
type advisoryTemplateJSON struct {
	ID int64 `json:"id"`
	AdvisoryTemplateEntry
	ChangedAt time.Time `json:"changed_at"`
	ChangedBy string    `json:"changed_by"`

	version int64
}

// RecordVersion implements api.Versioned.
func (t advisoryTemplateJSON) RecordVersion() int64 { return t.version }

// Location implements api.Located.
func (t advisoryTemplateJSON) Location() string {
	return api.Path("advisory-templates", strconv.FormatInt(t.ID, 10))
}

func viewTemplate(t Template) advisoryTemplateJSON {
	e := entryView(t.Entry)
	return advisoryTemplateJSON{t.ID, advisoryTemplateEntryJSON{t.Name, t.Note, e.Kind, e.Severity, e.TLP, e.PAP, e.Texts, e.Main, e.References, e.Audience, e.AckHours}, t.Changed.At, t.Changed.Name, t.Version}
}

func (m *Module) apiTemplates(r *api.Request, _ *api.Nothing) (api.List[advisoryTemplateJSON], error) {
	all, err := m.Templates(r.Context(), r.Scope)
	return api.Items(api.Each(all, viewTemplate), ""), err
}

func (m *Module) apiTemplate(r *api.Request, in *api.ID) (advisoryTemplateJSON, error) {
	t, err := m.Template(r.Context(), r.Scope, in.ID)
	return viewTemplate(t), err
}

type addTemplate struct{ Body advisoryTemplateEntryJSON }

func (m *Module) apiAddTemplate(r *api.Request, in *addTemplate) (advisoryTemplateJSON, error) {
	t, err := m.SaveTemplate(r.Context(), r.Scope, caller(r), in.Body.template(0, 0))
	return viewTemplate(t), err
}

type editTemplate struct {
	api.ID
	api.IfMatch
	Body advisoryTemplateEntryJSON
}

func (m *Module) apiEditTemplate(r *api.Request, in *editTemplate) (advisoryTemplateJSON, error) {
	t, err := m.SaveTemplate(r.Context(), r.Scope, caller(r), in.Body.template(in.ID.ID, in.Version()))
	return viewTemplate(t), err
}

func (m *Module) apiDeleteTemplate(r *api.Request, in *stepAdvisory) (api.Nothing, error) {
	return api.Nothing{}, m.DeleteTemplate(r.Context(), r.Scope, in.ID.ID, in.Version())
}

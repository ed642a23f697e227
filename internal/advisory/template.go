// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Template is what an alert is begun from: texts with their headings, label,
// audience and the rest as the CSIRT usually has them for alerts of a sort. It
// bears the label it gives: one made of an alert may hold what that alert said.
type Template struct {
	ID      int64
	Version int64
	Name    string
	Note    string // when it is used
	Entry          // without what is of one alert alone
	Changed Step
}

// maxTemplates is how many there are at most.
const maxTemplates = 200

// TemplateOf makes a template of an alert: without its reference and source, its
// CVEs, products and indicators, and what a revision said.
func TemplateOf(e Entry) Template {
	return Template{Name: clip(e.Title()), Entry: Entry{
		Kind: e.Kind, Severity: e.Severity, TLP: e.TLP, PAP: e.PAP, Audience: e.Audience, AckWithin: e.AckWithin,
		Content: Content{Texts: e.Texts, Main: e.Main, Links: e.Links},
	}}
}

func (t Template) tidy() Template {
	name, note := oneLine(t.Name), strings.TrimSpace(strings.ReplaceAll(t.Note, "\r\n", "\n"))
	id, version := t.ID, t.Version
	t = TemplateOf(t.Entry.tidy())
	t.ID, t.Version, t.Name, t.Note = id, version, name, note
	return t
}

func (t Template) check() error {
	f := fault.New(fault.Invalid, "advisory.template")
	switch {
	case t.Name == "":
		f.Field("name", "advisory.template.name")
	case utf8.RuneCountInString(t.Name) > maxName:
		f.Field("name", "advisory.long", fault.P{"limit": maxName})
	}
	if utf8.RuneCountInString(t.Note) > maxNote {
		f.Field("note", "advisory.long", fault.P{"limit": maxNote})
	}
	if err := t.Entry.check(); err != nil {
		f.Fields = append(f.Fields, fault.Of(err).Fields...)
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// Templates gives all of them by name.
func (m *Module) Templates(ctx context.Context, s access.Scope) ([]Template, error) {
	if err := m.mayRead(s); err != nil {
		return nil, err
	}
	return m.templates(ctx, m.deps.DB, s, "1 = 1 ORDER BY name LIMIT "+strconv.Itoa(maxTemplates))
}

// Template gives one; a NotFound fault where there is none.
func (m *Module) Template(ctx context.Context, s access.Scope, id int64) (Template, error) {
	if err := m.mayRead(s); err != nil {
		return Template{}, err
	}
	return m.oneTemplate(ctx, m.deps.DB, s, id, "")
}

// SaveTemplate writes one: a new one where its ID is 0, else over the one that
// is at its Version. Faults: advisory.template field by field, Conflict where
// another has the name; advisory.templates_many; advisory.changed_meanwhile.
func (m *Module) SaveTemplate(ctx context.Context, s access.Scope, who Author, t Template) (out Template, err error) {
	if err := m.mayWrite(s); err != nil {
		return out, err
	}
	if t = t.tidy(); t.check() != nil {
		return out, t.check()
	}
	if err := m.knowsLists(ctx, s, t.Entry); err != nil {
		return out, err
	}
	err = m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if t.ID, err = m.writeTemplate(ctx, tx, s, who, t); err != nil {
			return err
		}
		if out, err = m.oneTemplate(ctx, tx, s, t.ID, ""); err != nil {
			return err
		}
		return m.auditTemplate(ctx, tx, s, out, "advisory.template_saved")
	})
	return out, err
}

// DeleteTemplate deletes one. What was begun from it stays as it is.
func (m *Module) DeleteTemplate(ctx context.Context, s access.Scope, id, version int64) error {
	if err := m.mayWrite(s); err != nil {
		return err
	}
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		t, err := m.templateAt(ctx, tx, s, id, version)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM advisory_template WHERE id = $1", id); err != nil {
			return err
		}
		return m.auditTemplate(ctx, tx, s, t, "advisory.template_deleted")
	})
}

func (m *Module) auditTemplate(ctx context.Context, tx *db.Tx, s access.Scope, t Template, action string) error {
	return m.deps.Audit.Append(ctx, tx, s.Actor(), 0, action, "template:"+strconv.FormatInt(t.ID, 10), map[string]any{"name": t.Name, "tlp": t.TLP, "version": t.Version})
}

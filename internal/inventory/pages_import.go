// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"io"
	"strconv"
	"strings"

	"martinella/internal/access/gate"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// importView is the page where a list is handed over.
type importView struct {
	Base   string
	Kind   Source
	Text   string // pasted before, to be corrected
	Limit  int64
	State  ui.FormState
	Recent []Import
}

// importDetailView is the page of one import.
type importDetailView struct {
	Base string
	Path string
	Imp  Import
	Rows []PreviewRow
	Next string
	Bad  []string
	Why  string // why the whole was refused
	// CanMap says that format and columns may be corrected.
	CanMap bool
	State  ui.FormState
}

// kindOf reads the kind of a list: pasted, or a file whose format may be left to its content.
func kindOf(text string) Source {
	if text == "" || text == string(FromPaste) {
		return FromPaste
	}
	if known(intake.Formats(), intake.Format(text)) {
		return Source(text)
	}
	return Auto
}

func (m *Module) importPage(r *gate.Request) error {
	v, err := m.importView(r, kindOf(r.Query().Get("kind")))
	if err != nil {
		return err
	}
	if id := parseID(r.Query().Get("again")); id > 0 && v.Kind == FromPaste {
		i, err := m.Import(r.Context(), r.Scope, id)
		if err != nil {
			return err
		}
		if v.Text, err = m.Text(r.Context(), i); err != nil {
			return err
		}
	}
	return r.Page(r.L.T("inventory.import"), importBody(v))
}

func (m *Module) importView(r *gate.Request, kind Source) (importView, error) {
	recent, err := m.LastImports(r.Context(), r.Scope, 5)
	return importView{Base: r.Path("/stack"), Kind: kind, Limit: m.limitOf(kind), Recent: recent}, err
}

// upload takes a list and shows what it would do.
func (m *Module) upload(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	kind := kindOf(f.Text("kind"))
	i, err := m.receive(r, f, kind)
	if err != nil {
		v, viewErr := m.importView(r, kind)
		if viewErr != nil {
			return viewErr
		}
		v.State = r.FormState(err)
		return r.Invalid(err, r.L.T("inventory.import"), importBody(v))
	}
	return r.Redirect(importPath(r.Path("/stack"), i.ID))
}

func (m *Module) receive(r *gate.Request, f web.Form, kind Source) (Import, error) {
	if kind == FromPaste {
		return m.Upload(r.Context(), r.Scope, kind, "", f.Text("asset"), strings.NewReader(f.Raw("text")))
	}
	file, ok, err := f.File("file")
	if err != nil {
		return Import{}, err
	}
	if !ok {
		return Import{}, fault.New(fault.Invalid, "inventory.entry").Field("file", "inventory.import.no_file")
	}
	i, err := m.Upload(r.Context(), r.Scope, kind, file.Name, f.Text("asset"), io.Reader(file))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return i, err
}

func importPath(base string, id int64) string { return base + "/import/" + strconv.FormatInt(id, 10) }

// previewRows is how many rows a page of the preview shows.
const previewRows = 100

func (m *Module) importDetail(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	i, err := m.Import(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	v := importDetailView{Base: r.Path("/stack"), Path: importPath(r.Path("/stack"), id), Imp: i, CanMap: i.Kind != FromPaste}
	if r.IsFragment() && i.Working() {
		return r.Fragment(progress(v))
	}
	if r.IsFragment() {
		return r.Redirect(v.Path) // the work is over: the whole page is another one now
	}
	if err := m.fillImport(r, &v); err != nil {
		return err
	}
	return r.Page(r.L.T("inventory.import.one"), importDetailBody(v))
}

func (m *Module) fillImport(r *gate.Request, v *importDetailView) (err error) {
	switch v.Imp.State {
	case Refused:
		return m.fillRefused(r, v)
	case Ready:
		after := int64(-1)
		if text := r.Query().Get("after"); text != "" {
			after = parseID(text)
		}
		v.Rows, err = m.Preview(r.Context(), v.Imp, after, previewRows)
		if len(v.Rows) == previewRows {
			v.Next = strconv.FormatInt(v.Rows[previewRows-1].Line, 10)
		}
	}
	return err
}

func (m *Module) fillRefused(r *gate.Request, v *importDetailView) error {
	if v.Imp.Fault != nil {
		v.Why = r.Say(v.Imp.Fault)
		if file, ok := v.Imp.Fault.Params["file"].(string); ok {
			v.Why = r.L.T("inventory.import.in_file", "file", file, "why", v.Why)
		}
		return nil
	}
	bad, err := m.BadLines(r.Context(), v.Imp)
	for _, p := range bad {
		v.Bad = append(v.Bad, badLine(r, p))
	}
	return err
}

// badLine says what is wrong with a line, and where.
func badLine(r *gate.Request, p intake.Problem) string {
	say := r.Say(fault.New(fault.Invalid, p.Code, p.Params))
	if p.Text == "" {
		return r.L.T("inventory.import.bad_line", "line", p.Line, "problem", say)
	}
	return r.L.T("inventory.import.bad_line_text", "line", p.Line, "problem", say, "text", p.Text)
}

func (m *Module) importApply(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	i, err := m.Apply(r.Context(), r.Scope, id, f.Bool("remove_gone"))
	if err != nil {
		if fault.KindOf(err) != fault.Conflict {
			return err
		}
		r.Flash(gate.Error, "inventory.import.failed", "why", r.Say(err))
		return r.Redirect(importPath(r.Path("/stack"), id))
	}
	if i.State != Done {
		return r.Redirect(importPath(r.Path("/stack"), id))
	}
	r.Flash(gate.Success, "inventory.import.done", "fresh", i.Fresh, "changed", i.Changed, "gone", i.Gone*b2i(i.RemoveGone))
	return r.Redirect(r.Path("/stack"))
}

// readAgain reads an import in the format, and with the columns, a person chose.
func (m *Module) readAgain(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	i, err := m.Import(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	how := AnotherReading{Kind: kindOf(f.Text("kind")), Sheet: f.Text("sheet"), Asset: f.Text("asset")}
	if how.Kind == i.Kind && i.Tabular() && !f.Bool("headings") {
		for n := range i.Layout.Headings {
			how.Mapping = append(how.Mapping, intake.Field(f.Text("column"+strconv.Itoa(n))))
		}
	}
	if _, err := m.ReadAgain(r.Context(), r.Scope, id, how); err != nil {
		if k := fault.KindOf(err); k != fault.Conflict && k != fault.Invalid {
			return err
		}
		r.Flash(gate.Error, "inventory.import.failed", "why", r.Say(err))
	}
	return r.Redirect(importPath(r.Path("/stack"), id))
}

func (m *Module) importDiscard(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Discard(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Info, "inventory.import.discarded")
	return r.Redirect(r.Path("/stack/import"))
}

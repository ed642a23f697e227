// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

func (m *Module) filePages(g *gate.Gate) {
	read, edit := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit)
	const files = "/ops/advisories/{id}/files"
	g.Handle("GET "+files+"/new", edit, m.newFilePage)
	g.Handle("POST "+files+"/new", edit, m.addingFile, gate.MaxBody(MaxAttachment+1<<20))
	g.Handle("GET "+files+"/{file}", read, m.downloadFile, gate.Answers(MaxAttachment))
	g.Handle("POST "+files+"/{file}/remove", edit, m.removingFile)
	g.Handle("POST "+files+"/{file}/show", edit, m.showingFile)
	g.Handle("GET /o/{org}/advisories/{id}/files/{file}", gate.Member(access.AdvisoryRead), m.downloadReceived, gate.Answers(MaxAttachment))
}

func (m *Module) newFilePage(r *gate.Request) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.files.add"), fileForm(fileView{a, m.deps.Scanner != nil, r.FormState(nil)}))
}

func (m *Module) addingFile(r *gate.Request) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	if err := m.takeFile(r, a.ID); err != nil {
		return r.Invalid(asInvalid(err), r.L.T("advisory.files.add"), fileForm(fileView{a, m.deps.Scanner != nil, r.FormState(err)}))
	}
	r.Flash(gate.Success, "advisory.files.added")
	return r.Redirect(opsPath(a.ID, "#files"))
}

// asInvalid lets the form be shown again with a file that was too large beside it.
func asInvalid(err error) error {
	if of := fault.Of(err); of.Kind == fault.TooLarge && len(of.Fields) > 0 {
		of.Kind = fault.Invalid
		return of
	}
	return err
}

func (m *Module) takeFile(r *gate.Request, id int64) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	file, chosen, err := f.File("file")
	if err == nil && !chosen {
		err = refused(fault.Invalid, "advisory.attachment_none", nil)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	stored, err := m.StoreAttachment(r.Context(), r.Scope, id, file.Name, file)
	if err != nil {
		return err
	}
	_, err = m.AddAttachment(r.Context(), r.Scope, author(r), id, stored, f.Bool("public"))
	return err
}

// filePath gives the numbers of an advisory and of a file of it.
func filePath(r *gate.Request) (id, file int64, err error) {
	if id, err = r.ID("id"); err == nil {
		file, err = r.ID("file")
	}
	return id, file, err
}

func (m *Module) downloadFile(r *gate.Request) error {
	id, file, err := filePath(r)
	if err != nil {
		return err
	}
	f, content, err := m.OpenAttachment(r.Context(), r.Scope, id, file)
	if err != nil {
		return err
	}
	return r.SendFile(f.Name, f.Size, content)
}

func (m *Module) downloadReceived(r *gate.Request) error {
	id, file, err := filePath(r)
	if err != nil {
		return err
	}
	f, content, err := m.OpenReceived(r.Context(), r.Scope, author(r), id, file)
	if err != nil {
		return err
	}
	return r.SendFile(f.Name, f.Size, content)
}

func (m *Module) removingFile(r *gate.Request) error {
	return m.changingFile(r, "advisory.files.removed", func(id, file int64) error {
		return m.RemoveAttachment(r.Context(), r.Scope, author(r), id, file)
	})
}

func (m *Module) showingFile(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	return m.changingFile(r, "advisory.saved", func(id, file int64) error {
		return m.ShowAttachment(r.Context(), r.Scope, author(r), id, file, f.Bool("public"))
	})
}

func (m *Module) changingFile(r *gate.Request, said string, do func(id, file int64) error) error {
	id, file, err := filePath(r)
	if err != nil {
		return err
	}
	if err := do(id, file); err != nil {
		return err
	}
	r.Flash(gate.Success, said)
	return r.Redirect(opsPath(id, "#files"))
}

// clear says whether everybody may read an advisory.
func (a Advisory) clear() bool { return a.TLP == tlp.Clear }

func (f Attachment) path(base string) string { return base + "/files/" + strconv.FormatInt(f.ID, 10) }

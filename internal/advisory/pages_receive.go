// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"io"
	"strconv"

	"martinella/internal/access/gate"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/fault"
)

func (m *Module) receivePage(r *gate.Request) error {
	return r.Page(r.L.T("advisory.receive"), receiveBody(r.FormState(nil)))
}

func (m *Module) receiving(r *gate.Request) error {
	name, data, err := received(r)
	if err == nil {
		var a Advisory
		var known bool
		if a, known, err = m.Receive(r.Context(), r.Scope, author(r), name, data); err == nil {
			if known {
				r.Flash(gate.Warning, "advisory.received.known")
			} else {
				r.Flash(gate.Success, "advisory.received")
			}
			return r.Redirect(opsPath(a.ID, ""))
		}
	}
	return r.Invalid(err, r.L.T("advisory.receive"), receiveBody(r.FormState(err)))
}

// received reads the file that was chosen, or else the text.
func received(r *gate.Request) (name string, data []byte, err error) {
	f, err := r.Form()
	if err != nil {
		return "", nil, err
	}
	file, chosen, err := f.File("file")
	if err != nil {
		return "", nil, err
	}
	if chosen {
		defer file.Close()
		data, err := io.ReadAll(io.LimitReader(file, parse.Limit+1))
		return file.Name, data, err
	}
	if text := f.Raw("text"); text != "" {
		return "", []byte(text), nil
	}
	return "", nil, fault.New(fault.Invalid, "advisory.entry").Field("text", "advisory.nothing")
}

// original sends one to be saved: never opened in the browser, where it could act in the portal's name.
func (m *Module) original(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	n, err := r.ID("original")
	if err != nil {
		return err
	}
	o, content, err := m.OpenOriginal(r.Context(), r.Scope, id, n)
	if err != nil {
		return err
	}
	return r.SendFile(saveAs(id, o), o.Size, content)
}

func saveAs(id int64, o Original) string {
	if o.Name != "" {
		return o.Name
	}
	return "advisory-" + strconv.FormatInt(id, 10) + ".txt"
}

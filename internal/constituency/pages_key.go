// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"io"
	"net/http"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency/keys"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// keyPages are where a contact's keys are kept, and where operators see which
// end. To change one, a session left open is not enough.
func (m *Module) keyPages(g *gate.Gate) {
	g.Handle("GET /o/{org}/contacts/{id}/keys", gate.Member(access.ContactRead), m.keyPage)
	g.Handle("GET /o/{org}/contacts/{id}/keys/new", gate.Member(access.ContactEdit), m.keyForm, gate.Recent())
	g.Handle("POST /o/{org}/contacts/{id}/keys/new", gate.Member(access.ContactEdit), m.addKey, gate.Recent(), gate.MaxBody(2*keys.MaxSize))
	g.Handle("GET /o/{org}/keys/{id}", gate.Member(access.ContactRead), m.downloadKey)
	g.Handle("POST /o/{org}/keys/{id}/check", gate.Member(access.ContactEdit), m.checkKey, gate.Recent())
	g.Handle("POST /o/{org}/keys/{id}/remove", gate.Member(access.ContactEdit), m.removeKey, gate.Recent())
	g.Handle("GET /ops/keys", gate.Staff(access.TerritoryRead), m.endingKeysPage)
}

func (m *Module) keyView(r *gate.Request) (keyView, error) {
	c, err := m.contactView(r)
	if err != nil {
		return keyView{}, err
	}
	all, err := m.Keys(r.Context(), r.Scope)
	return keyView{Contact: c, Keys: all[c.ID], Now: m.now(), CanEdit: r.Scope.Can(access.ContactEdit)}, err
}

func (m *Module) keyPage(r *gate.Request) error {
	v, err := m.keyView(r)
	if err != nil {
		return err
	}
	return r.Page(v.title(r.L), keysPage(v))
}

func (m *Module) keyForm(r *gate.Request) error {
	v, err := m.keyView(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.key.add"), newKeyPage(v))
}

func (m *Module) addKey(r *gate.Request) error {
	v, err := m.keyView(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	data, err := keyData(f)
	if err == nil {
		_, err = m.AddKey(r.Context(), r.Scope, v.Contact.ID, data, f.Bool("confirmed"), r.Person.Name)
	}
	if err != nil {
		v.State, v.Confirm = r.FormState(err), fault.Of(err).Code == "constituency.key"
		v.State.Values = nil // nothing that was sent is sent back: it may have been a private key
		if v.Confirm {
			v.Text = publicText(data, v.Contact.Form.Email, m.now())
		}
		return r.Invalid(err, r.L.T("constituency.key.add"), newKeyPage(v))
	}
	r.Flash(gate.Success, "constituency.key.added")
	return r.Redirect(v.Contact.action() + "/keys")
}

// publicText writes what was read as text, so that a file need not be chosen
// again to confirm it. Only a public key gets that far.
func publicText(data []byte, address string, now time.Time) string {
	k, err := keys.Read(data, address, now)
	if err != nil {
		return ""
	}
	text, err := k.Armour()
	if err != nil {
		return ""
	}
	return text
}

// keyData gives the file, or what was pasted.
func keyData(f web.Form) ([]byte, error) {
	file, ok, err := f.File("file")
	if err != nil {
		return nil, err
	}
	if ok {
		defer file.Close()
		return io.ReadAll(io.LimitReader(file, keys.MaxSize+1))
	}
	if text := f.Raw("text"); text != "" {
		return []byte(text), nil
	}
	return nil, fault.New(fault.Invalid, "constituency.key_missing")
}

// downloadKey gives a public key as a file.
func (m *Module) downloadKey(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	k, err := m.Key(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	text, err := k.Armour()
	if err != nil {
		return err
	}
	kind, ending := "application/pgp-keys", ".asc"
	if k.Kind == keys.SMIME {
		kind, ending = "application/x-pem-file", ".pem"
	}
	r.W.Header().Set("Content-Type", kind)
	r.W.Header().Set("Content-Disposition", `attachment; filename="`+k.Fingerprint+ending+`"`)
	r.W.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(r.W, text) // a client that has gone is no error of ours
	return nil
}

func (m *Module) checkKey(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	k, err := m.CheckKey(r.Context(), r.Scope, id, CheckWay(f.Text("how")), r.Person.Name)
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.key.checked")
	return r.Redirect(r.Path("/contacts/" + strconvID(k.Contact) + "/keys"))
}

func (m *Module) removeKey(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	k, err := m.RemoveKey(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.key.removed")
	return r.Redirect(r.Path("/contacts/" + strconvID(k.Contact) + "/keys"))
}

func (m *Module) endingKeysPage(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	rows, next, err := m.EndingKeys(r.Context(), r.Scope, state.After(), rowsPerPage)
	if err != nil {
		return err
	}
	return r.WidePage(r.L.T("constituency.keys.ending"), endingPage(endingView{List: state, Rows: rows, Next: next, Now: m.now()}))
}

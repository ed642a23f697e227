// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"strconv"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/web/ui"
)

const (
	securityPage = "/account/security"
	passkeysPage = "/account/passkeys"

	passkeySignIn = "/signin/passkey"
	passkeyProof  = codePage + "/passkey"
)

// The fields of an answer. Where a form is kept, they begin as its own do.
const (
	passkeyToken  = stepUpOwn + "passkey_token"
	passkeyAnswer = stepUpOwn + "passkey_answer"
)

// maxPasskeyForm bounds an answer: attestations may hold certificates.
const maxPasskeyForm = 64 << 10

func (m *Module) passkeyRoutes(g *gate.Gate) {
	small, pending := gate.MaxBody(maxPasskeyForm), gate.AllowPending()
	in, open := gate.SignedIn(), gate.Public()
	g.Handle("POST "+passkeySignIn+"/begin", open, m.beginPasskeySignIn, pending, small)
	g.Handle("POST "+passkeySignIn, open, m.signInByPasskey, gate.Bare(), pending, small)
	g.Handle("POST "+passkeyProof+"/begin", in, m.beginPasskeyProof, pending, small)
	g.Handle("POST "+passkeyProof, in, m.confirmPasskey, gate.Bare(), pending, small)
	g.Handle("GET "+securityPage, in, m.showSecurity)
	g.Handle("GET "+passkeysPage+"/new", in, m.showNewPasskey, pending)
	g.Handle("POST "+passkeysPage+"/begin", in, m.beginPasskey, pending, small)
	g.Handle("POST "+passkeysPage+"/new", in, m.addPasskeyPage, pending, small)
	g.Handle("GET "+passkeysPage+"/{id}", in, m.showPasskey)
	g.Handle("POST "+passkeysPage+"/{id}", in, m.renamePasskey, small)
	g.Handle("GET "+passkeysPage+"/{id}/remove", in, m.showRemovePasskey, gate.Recent())
	g.Handle("POST "+passkeysPage+"/{id}/remove", in, m.removePasskey, gate.Recent(), small)
}

func (m *Module) beginPasskeySignIn(r *gate.Request) error {
	c, err := m.BeginPasskeySignIn(r.Context(), client(r))
	if err != nil {
		return err
	}
	return r.JSON(c)
}

func (m *Module) signInByPasskey(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	next := r.Query().Get("next")
	in, err := m.SignInByPasskey(r.Context(), f.Text(passkeyToken), f.Raw(passkeyAnswer), client(r))
	if err != nil {
		m.passkeyRefused(r, err)
		return r.Invalid(err, r.L.T("identity.signin.title"), signInPage(r.FormState(err), next, m.ways(next)))
	}
	if err := m.SignOut(r.Context(), sessionToken(r)); err != nil {
		return err
	}
	return welcomeIn(r, in, next)
}

// passkeyRefused writes why into the log: the page gives one reason for all.
func (m *Module) passkeyRefused(r *gate.Request, err error) {
	m.Log.Info("passkey refused", "person", r.Person.ID, "address", r.Client(), "error", err)
}

func (m *Module) beginPasskeyProof(r *gate.Request) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	c, err := m.BeginPasskeyProof(r.Context(), s)
	if err != nil {
		return err
	}
	return r.JSON(c)
}

func (m *Module) confirmPasskey(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	next := r.Query().Get("next")
	in, err := m.ConfirmPasskey(r.Context(), sessionToken(r), f.Text(passkeyToken), f.Raw(passkeyAnswer), client(r))
	if err != nil {
		m.passkeyRefused(r, err)
		return m.codePage(r, next, err)
	}
	return welcomeIn(r, in, next)
}

func (m *Module) showSecurity(r *gate.Request) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	v := security{session: s, offered: m.PasskeysOffered(), recent: m.Config.RecentLife}
	if v.keys, err = m.Passkeys(r.Context(), r.Scope); err != nil {
		return err
	}
	if v.codes, err = m.RecoveryCodesLeft(r.Context(), r.Scope); err != nil {
		return err
	}
	return page(r, "identity.security.title", securityBody(v))
}

func (m *Module) showNewPasskey(r *gate.Request) error { return m.newPasskeyForm(r, nil) }

// newPasskeyForm shows the page that makes a passkey; who has a second factor
// shows it first.
func (m *Module) newPasskeyForm(r *gate.Request, wrong error) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	if err := m.mayAddPasskey(s); err != nil {
		if fault.KindOf(err) == fault.Forbidden {
			return r.Redirect(withNext(stepUpPage, passkeysPage+"/new"))
		}
		return err
	}
	body := newPasskeyBody(r.FormState(wrong), s, m.PasskeysOffered(), r.Query().Get("next"))
	if wrong != nil {
		m.passkeyRefused(r, wrong)
		return r.Invalid(wrong, r.L.T("identity.passkey.new"), body)
	}
	return page(r, "identity.passkey.new", body)
}

func (m *Module) beginPasskey(r *gate.Request) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	c, err := m.BeginPasskey(r.Context(), s)
	if err != nil {
		return err
	}
	return r.JSON(c)
}

func (m *Module) addPasskeyPage(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	s, err := m.current(r)
	if err != nil {
		return err
	}
	done, err := m.AddPasskey(r.Context(), r.Scope, s, NewPasskey{
		Name: f.Text("name"), Current: f.Raw("current"), Token: f.Text(passkeyToken), Answer: f.Raw(passkeyAnswer),
	})
	if err != nil {
		return m.newPasskeyForm(r, err)
	}
	setCookie(r.W, "session", done.Token, 0, r.Secure())
	if len(done.Codes) > 0 {
		return page(r, "identity.codes.title", codesPage(done.Codes, r.Query().Get("next")))
	}
	r.Flash(gate.Success, "identity.passkey.added", "item", f.Text("name"))
	return r.Redirect(securityPage)
}

// passkey gives the person's own one that the path names.
func (m *Module) passkey(r *gate.Request) (Passkey, error) {
	id, err := r.ID("id")
	if err != nil {
		return Passkey{}, err
	}
	list, err := m.Passkeys(r.Context(), r.Scope)
	if err != nil {
		return Passkey{}, err
	}
	for _, k := range list {
		if k.ID == id {
			return k, nil
		}
	}
	return Passkey{}, passkeyGone()
}

func (m *Module) showPasskey(r *gate.Request) error {
	k, err := m.passkey(r)
	if err != nil {
		return err
	}
	return page(r, "identity.passkey.rename", renamePasskeyBody(ui.FormState{}, k))
}

func (m *Module) renamePasskey(r *gate.Request) error {
	k, err := m.passkey(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.RenamePasskey(r.Context(), r.Scope, k.ID, f.Text("name")); err != nil {
		return r.Invalid(err, r.L.T("identity.passkey.rename"), renamePasskeyBody(r.FormState(err), k))
	}
	r.Flash(gate.Success, "identity.passkey.renamed")
	return r.Redirect(securityPage)
}

func (m *Module) showRemovePasskey(r *gate.Request) error {
	k, err := m.passkey(r)
	if err != nil {
		return err
	}
	return page(r, "identity.passkey.remove", removePasskeyBody(ui.FormState{}, k))
}

func (m *Module) removePasskey(r *gate.Request) error {
	k, err := m.passkey(r)
	if err != nil {
		return err
	}
	if _, err := r.Form(); err != nil {
		return err
	}
	if err := m.RemovePasskey(r.Context(), r.Scope, k.ID); err != nil {
		return r.Invalid(err, r.L.T("identity.passkey.remove"), removePasskeyBody(r.FormState(err), k))
	}
	r.Flash(gate.Success, "identity.passkey.removed", "item", k.Name)
	return r.Redirect(securityPage)
}

func (k Passkey) path(rest string) string {
	return passkeysPage + "/" + strconv.FormatInt(k.ID, 10) + rest
}

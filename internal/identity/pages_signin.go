// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"martinella/internal/access/gate"
	"martinella/web/ui"
)

func (m *Module) showSignIn(r *gate.Request) error {
	s, err := m.Session(r.Context(), sessionToken(r))
	if err != nil {
		return err
	}
	if s != nil && s.Pending == Nothing {
		return r.Redirect("/home")
	}
	return page(r, "identity.signin.title", signInPage(ui.FormState{}, r.Query().Get("next"), m.ways(r.Query().Get("next"))))
}

func (m *Module) signIn(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	in, err := m.SignIn(r.Context(), f.Text("email"), f.Raw("password"), client(r))
	if err != nil {
		return r.Invalid(err, r.L.T("identity.signin.title"), signInPage(r.FormState(err), r.Query().Get("next"), m.ways(r.Query().Get("next"))))
	}
	// The session this browser had, if any, ends: its token must not live on.
	if err := m.SignOut(r.Context(), sessionToken(r)); err != nil {
		return err
	}
	return welcomeIn(r, in, r.Query().Get("next"))
}

func (m *Module) showCode(r *gate.Request) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	if s.Pending != CodeWanted {
		return r.Redirect("/home")
	}
	return m.codePage(r, r.Query().Get("next"), nil)
}

func (m *Module) confirmCode(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	in, err := m.ConfirmCode(r.Context(), sessionToken(r), f.Text("code"), client(r))
	if err != nil {
		return m.codePage(r, r.Query().Get("next"), err)
	}
	return welcomeIn(r, in, r.Query().Get("next"))
}

// codePage shows the second step, with what was wrong with an attempt.
func (m *Module) codePage(r *gate.Request, next string, wrong error) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	code, err := m.demoCode(r.Context(), r.Person.ID)
	if err != nil {
		return err
	}
	body := codePageBody(r.FormState(wrong), next, code, s.Person, s.Person.Passkeys > 0 && m.PasskeysOffered())
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.code.title"), body)
	}
	return page(r, "identity.code.title", body)
}

func (m *Module) signOut(r *gate.Request) error {
	label, address, err := m.alsoLeave(r)
	if err != nil {
		return err
	}
	if err := m.SignOut(r.Context(), sessionToken(r)); err != nil {
		return err
	}
	setCookie(r.W, "session", "", -1, r.Secure())
	if address != "" {
		return page(r, "identity.oidc.left_title", leftPage(label, address))
	}
	r.Flash(gate.Success, "identity.signout.done")
	return r.Redirect("/signin")
}

func (m *Module) showForgot(r *gate.Request) error {
	return page(r, "identity.forgot.title", forgotPage(ui.FormState{}))
}

func (m *Module) forgot(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.ForgotPassword(r.Context(), f.Text("email"), client(r)); err != nil {
		return r.Invalid(err, r.L.T("identity.forgot.title"), forgotPage(r.FormState(err)))
	}
	return page(r, "identity.forgot.title", forgotDonePage(f.Text("email")))
}

func (m *Module) showInvitation(r *gate.Request) error {
	p, err := m.Invited(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	return page(r, "identity.invitation.title", invitationPage(ui.FormState{}, r.Param("token"), p))
}

func (m *Module) acceptInvitation(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	p, err := m.Invited(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	in, err := m.AcceptInvitation(r.Context(), r.Param("token"), f.Raw("password"), client(r))
	if err != nil {
		return r.Invalid(err, r.L.T("identity.invitation.title"), invitationPage(r.FormState(err), r.Param("token"), p))
	}
	r.Flash(gate.Success, "identity.invitation.done")
	return welcomeIn(r, in, "")
}

func (m *Module) showReset(r *gate.Request) error {
	p, err := m.ResetFor(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	return page(r, "identity.reset.title", resetPage(ui.FormState{}, r.Param("token"), p))
}

func (m *Module) reset(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	p, err := m.ResetFor(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	if err := m.ResetPassword(r.Context(), r.Param("token"), f.Raw("password")); err != nil {
		return r.Invalid(err, r.L.T("identity.reset.title"), resetPage(r.FormState(err), r.Param("token"), p))
	}
	r.Flash(gate.Success, "identity.reset.done")
	return r.Redirect("/signin")
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"martinella/internal/access/gate"
	"martinella/web/ui"
)

func (m *Module) accountRoutes(g *gate.Gate) {
	small, pending := gate.MaxBody(smallForm), gate.AllowPending()
	in := gate.SignedIn()
	g.Handle("GET /account", in, m.showAccount)
	g.Handle("POST /account", in, m.setProfile, small)
	g.Handle("GET /account/password", in, m.showPassword)
	g.Handle("POST /account/password", in, m.setPassword, small)
	g.Handle("GET /account/email", in, m.showEmail)
	g.Handle("POST /account/email", in, m.askEmail, small)
	g.Handle("GET /account/email/{token}", in, m.showConfirmEmail)
	g.Handle("POST /account/email/{token}", in, m.confirmEmail, small)
	g.Handle("GET /account/sessions", in, m.showSessions)
	g.Handle("POST /account/sessions/{id}/end", in, m.endSession, small)
	g.Handle("POST /account/sessions/end-others", in, m.endOthers, small)
	g.Handle("GET "+enrolPage, in, m.showFactor, pending)
	g.Handle("GET "+enrolPage+"/new", in, m.showEnrol, pending)
	g.Handle("POST "+enrolPage+"/new", in, m.enrol, pending, small)
	g.Handle("GET "+enrolPage+"/codes", in, m.showNewCodes)
	g.Handle("POST "+enrolPage+"/codes", in, m.newCodesPage, small)
	g.Handle("GET "+enrolPage+"/remove", in, m.showRemoveFactor)
	g.Handle("POST "+enrolPage+"/remove", in, m.removeFactor, small)
}

func (m *Module) showAccount(r *gate.Request) error { return m.account(r, ui.FormState{}, nil) }

func (m *Module) account(r *gate.Request, state ui.FormState, wrong error) error {
	p, err := m.Me(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	orgs, err := m.MyOrganisations(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	linked, err := m.LinkedIdentities(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	body := accountPage(state, p, orgs, len(linked))
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.account.title"), body)
	}
	return page(r, "identity.account.title", body)
}

func (m *Module) setProfile(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.SetProfile(r.Context(), r.Scope, f.Text("name"), f.Text("language")); err != nil {
		return m.account(r, r.FormState(err), err)
	}
	r.Flash(gate.Success, "identity.account.saved")
	// The language also goes to this browser, which may have another chosen.
	return r.Redirect("/account?lang=" + languageOr(f.Text("language")))
}

func (m *Module) showPassword(r *gate.Request) error {
	return page(r, "identity.password.title", passwordPage(ui.FormState{}, r.Person.Email))
}

func (m *Module) setPassword(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	s, err := m.current(r)
	if err != nil {
		return err
	}
	token, err := m.ChangePassword(r.Context(), r.Scope, s.ID, f.Raw("current"), f.Raw("password"))
	if err != nil {
		return r.Invalid(err, r.L.T("identity.password.title"), passwordPage(r.FormState(err), r.Person.Email))
	}
	setCookie(r.W, "session", token, 0, r.Secure())
	r.Flash(gate.Success, "identity.password.done")
	return r.Redirect("/account")
}

func (m *Module) showEmail(r *gate.Request) error {
	return page(r, "identity.emailchange.title", emailPage(ui.FormState{}, r.Person.Email))
}

func (m *Module) askEmail(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.AskEmail(r.Context(), r.Scope, f.Raw("current"), f.Text("email")); err != nil {
		return r.Invalid(err, r.L.T("identity.emailchange.title"), emailPage(r.FormState(err), r.Person.Email))
	}
	r.Flash(gate.Info, "identity.emailchange.sent", "email", f.Text("email"))
	return r.Redirect("/account")
}

func (m *Module) showConfirmEmail(r *gate.Request) error {
	email, err := m.NewEmail(r.Context(), r.Scope, r.Param("token"))
	if err != nil {
		return err
	}
	return page(r, "identity.emailchange.title", confirmEmailPage(r.Param("token"), email))
}

func (m *Module) confirmEmail(r *gate.Request) error {
	if err := m.ConfirmEmail(r.Context(), r.Scope, r.Param("token")); err != nil {
		return err
	}
	r.Flash(gate.Success, "identity.emailchange.done")
	return r.Redirect("/account")
}

func (m *Module) showSessions(r *gate.Request) error {
	now, err := m.current(r)
	if err != nil {
		return err
	}
	list, err := m.Sessions(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return page(r, "identity.sessions.title", sessionsPage(list, now.ID))
}

func (m *Module) endSession(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.EndSession(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "identity.sessions.ended")
	return r.Redirect("/account/sessions")
}

func (m *Module) endOthers(r *gate.Request) error {
	now, err := m.current(r)
	if err != nil {
		return err
	}
	if err := m.EndOtherSessions(r.Context(), r.Scope, now.ID); err != nil {
		return err
	}
	r.Flash(gate.Success, "identity.sessions.others_ended")
	return r.Redirect("/account/sessions")
}

func (m *Module) showFactor(r *gate.Request) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	if s.Pending == CodeWanted {
		return r.Redirect(codePage)
	}
	if !s.Person.TOTP {
		return m.enrolment(r, s, nil)
	}
	left, err := m.RecoveryCodesLeft(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return page(r, "identity.factor.title", factorPage(left, s.Mandatory))
}

func (m *Module) showEnrol(r *gate.Request) error {
	s, err := m.current(r)
	if err != nil {
		return err
	}
	return m.enrolment(r, s, nil)
}

// enrolment shows the page that sets up the second factor.
func (m *Module) enrolment(r *gate.Request, s Session, wrong error) error {
	e, err := m.Enrol(r.Context(), r.Scope, s)
	if err != nil {
		return err
	}
	body := enrolPageBody(r.FormState(wrong), e, s, r.Query().Get("next"))
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.enrol.title"), body)
	}
	return page(r, "identity.enrol.title", body)
}

func (m *Module) enrol(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	s, err := m.current(r)
	if err != nil {
		return err
	}
	done, err := m.ConfirmEnrolment(r.Context(), r.Scope, s, f.Raw("current"), f.Text("code"))
	if err != nil {
		return m.enrolment(r, s, err)
	}
	setCookie(r.W, "session", done.Token, 0, r.Secure())
	return page(r, "identity.codes.title", codesPage(done.Codes, r.Query().Get("next")))
}

func (m *Module) showNewCodes(r *gate.Request) error {
	return page(r, "identity.codes.renew", renewCodesPage(ui.FormState{}))
}

func (m *Module) newCodesPage(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	codes, err := m.NewRecoveryCodes(r.Context(), r.Scope, f.Raw("current"))
	if err != nil {
		return r.Invalid(err, r.L.T("identity.codes.renew"), renewCodesPage(r.FormState(err)))
	}
	return page(r, "identity.codes.title", codesPage(codes, ""))
}

func (m *Module) showRemoveFactor(r *gate.Request) error {
	return page(r, "identity.factor.remove", removeFactorPage(ui.FormState{}))
}

func (m *Module) removeFactor(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.RemoveSecondFactor(r.Context(), r.Scope, f.Raw("current")); err != nil {
		return r.Invalid(err, r.L.T("identity.factor.remove"), removeFactorPage(r.FormState(err)))
	}
	r.Flash(gate.Success, "identity.factor.removed")
	return r.Redirect(enrolPage)
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/web/ui"
)

const (
	recoveryPage = "/recovery"
	recoveryDesk = "/ops/recoveries"
)

func (m *Module) recoveryRoutes(g *gate.Gate) {
	small, open := gate.MaxBody(smallForm), gate.Public()
	bare := []gate.Option{gate.Bare(), gate.AllowPending(), small}
	g.Handle("GET "+recoveryPage, open, m.showAskRecovery, bare...)
	g.Handle("POST "+recoveryPage, open, m.askRecovery, bare...)
	g.Handle("GET "+recoveryPage+"/use/{token}", open, m.showUseRecovery, bare...)
	g.Handle("POST "+recoveryPage+"/use/{token}", open, m.useRecoveryPage, bare...)
	g.Handle("GET "+recoveryPage+"/cancel/{token}", open, m.showCancelRecovery, bare...)
	g.Handle("POST "+recoveryPage+"/cancel/{token}", open, m.cancelRecovery, bare...)
	for base, may := range map[string]gate.Rule{recoveryDesk: gate.Staff(access.PeopleEdit), "/o/{org}/recoveries": gate.Member(access.PeopleEdit)} {
		g.Handle("GET "+base, may, m.showRecoveries)
		g.Handle("GET "+base+"/{id}", may, m.showRecovery, gate.Recent())
		g.Handle("POST "+base+"/{id}/approve", may, m.approveRecovery, gate.Recent(), small)
		g.Handle("POST "+base+"/{id}/refuse", may, m.refuseRecovery, gate.Recent(), small)
	}
}

func (m *Module) showAskRecovery(r *gate.Request) error {
	return page(r, "identity.recovery.title", askRecoveryBody(ui.FormState{}))
}

func (m *Module) askRecovery(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.AskRecovery(r.Context(), f.Text("email"), client(r)); err != nil {
		return r.Invalid(err, r.L.T("identity.recovery.title"), askRecoveryBody(r.FormState(err)))
	}
	return page(r, "identity.recovery.title", recoveryAskedBody(f.Text("email")))
}

func (m *Module) showUseRecovery(r *gate.Request) error {
	p, err := m.RecoveryFor(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	return page(r, "identity.recovery.use_title", useRecoveryBody(ui.FormState{}, r.Param("token"), p))
}

func (m *Module) useRecoveryPage(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	p, err := m.RecoveryFor(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	if err := m.UseRecovery(r.Context(), r.Param("token"), f.Text("code"), f.Raw("password")); err != nil {
		return r.Invalid(err, r.L.T("identity.recovery.use_title"), useRecoveryBody(r.FormState(err), r.Param("token"), p))
	}
	r.Flash(gate.Success, "identity.recovery.used")
	return r.Redirect("/signin")
}

func (m *Module) showCancelRecovery(r *gate.Request) error {
	p, err := m.RecoveryToEnd(r.Context(), r.Param("token"))
	if err != nil {
		return err
	}
	return page(r, "identity.recovery.cancel_title", cancelRecoveryBody(r.Param("token"), p))
}

func (m *Module) cancelRecovery(r *gate.Request) error {
	if err := m.CancelRecovery(r.Context(), r.Param("token")); err != nil {
		return err
	}
	r.Flash(gate.Success, "identity.recovery.cancelled")
	return r.Redirect("/signin")
}

// recoveryBase is where the requests are listed that the asker decides on.
func recoveryBase(r *gate.Request) string {
	if r.Org.ID != 0 {
		return r.Path("/recoveries")
	}
	return recoveryDesk
}

func (m *Module) showRecoveries(r *gate.Request) error {
	list, err := m.Recoveries(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return page(r, "identity.recovery.list", recoveriesBody(list, recoveryBase(r)))
}

func (m *Module) showRecovery(r *gate.Request) error { return m.recoveryPage(r, nil, "") }

// recoveryPage shows one request: with what keeps the asker from approving it,
// or with the code to read out.
func (m *Module) recoveryPage(r *gate.Request, wrong error, code string) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	x, err := m.Recovery(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	v := recoveryView{Recovery: x, base: recoveryBase(r), code: code}
	if _, no := m.partOf(r.Context(), m.DB, x, r.Person.ID); no != nil && x.State == recoveryOpen {
		v.why = r.Say(no)
	}
	body := recoveryBody(r.FormState(wrong), v)
	if wrong != nil {
		return r.Invalid(wrong, r.L.T("identity.recovery.list"), body)
	}
	return page(r, "identity.recovery.list", body)
}

func (m *Module) approveRecovery(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	code, err := m.ApproveRecovery(r.Context(), r.Scope, id)
	if err != nil {
		return m.recoveryPage(r, err, "")
	}
	if code != "" {
		return m.recoveryPage(r, nil, code)
	}
	r.Flash(gate.Success, "identity.recovery.first_done")
	return r.Redirect(recoveryBase(r))
}

func (m *Module) refuseRecovery(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.RefuseRecovery(r.Context(), r.Scope, id); err != nil {
		return m.recoveryPage(r, err, "")
	}
	r.Flash(gate.Success, "identity.recovery.refused")
	return r.Redirect(recoveryBase(r))
}

func (x Recovery) path(base, rest string) string {
	return base + "/" + strconv.FormatInt(x.ID, 10) + rest
}

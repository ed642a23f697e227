// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/web/ui"
)

// confirmPages are where a member says that its record still is right: by the link of a mail,
// or signed in.
func (m *Module) confirmPages(g *gate.Gate) {
	g.Handle("GET /confirm/{token}", gate.Public(), m.askedForm, gate.Bare(), gate.AllowPending())
	g.Handle("POST /confirm/{token}", gate.Public(), m.confirmByLink, gate.Bare(), gate.AllowPending())
	g.Handle("GET /o/{org}/confirm", gate.Member(access.OrganisationRead), m.confirmPage)
	g.Handle("POST /o/{org}/confirm", gate.Member(access.ContactEdit), m.confirmSignedIn)
}

// askedForm shows what there is to confirm. A mail scanner that opens the link confirms nothing.
func (m *Module) askedForm(r *gate.Request) error {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return err
	}
	o, all, err := m.AskedByLink(r.Context(), r.Scope, r.Param("token"))
	if err != nil {
		return m.confirmProblem(r, err)
	}
	v := confirmView{Org: o, Ref: m.ref, Contacts: all, Action: "/confirm/" + r.Param("token"), Changed: "/o/" + o.Code + "/confirm", CanConfirm: true}
	return r.Page(r.L.T("constituency.confirming.title"), askedPage(v))
}

func (m *Module) confirmByLink(r *gate.Request) error {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return err
	}
	o, err := m.ConfirmByLink(r.Context(), r.Scope, r.Param("token"))
	if err != nil {
		return m.confirmProblem(r, err)
	}
	return r.Page(r.L.T("constituency.confirming.done"), confirmedPage(o, m.now().In(o.Zone()).AddDate(0, 0, confirmAfter)))
}

// confirmProblem says what to do about a link that opens nothing any more.
func (m *Module) confirmProblem(r *gate.Request, err error) error {
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	return r.Invalid(err, r.L.T("constituency.link.title"), ui.Callout{Tone: ui.Info, Title: r.L.T("constituency.link.title"), Text: r.Say(err)})
}

func (m *Module) confirmPage(r *gate.Request) error {
	o, all, err := m.chart(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := confirmView{Org: o, Ref: m.ref, Contacts: all, Action: r.Path("/confirm"), Base: r.Path(""), CanConfirm: o.State == Approved && r.Scope.Can(access.ContactEdit)}
	if v.Confirmation, v.Asked, err = m.Confirmation(r.Context(), r.Scope); err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.confirming.title"), confirmOwnPage(v))
}

func (m *Module) confirmSignedIn(r *gate.Request) error {
	if err := m.Confirm(r.Context(), r.Scope, r.Person.Name); err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.confirming.done")
	return r.Redirect(r.Path("/confirm"))
}

// confirmPanel asks on the member's home, once the time has come.
func (m *Module) confirmPanel(ctx context.Context, s access.Scope) (templ.Component, error) {
	c, _, err := m.Confirmation(ctx, s)
	if err != nil || !c.Due(m.now()) || !s.Can(access.ContactEdit) {
		return nil, err
	}
	o, err := m.Own(ctx, s)
	if err != nil || o.State != Approved {
		return nil, err
	}
	return confirmTodo(c, "/o/"+o.Code), nil
}

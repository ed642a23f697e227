// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"mime"
	"strconv"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency/document"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
)

// agreementPages are the conditions: read, accepted and signed by members, published by administrators.
func (m *Module) agreementPages(g *gate.Gate) {
	g.Handle("GET /o/{org}/agreements", gate.Member(access.OrganisationRead), m.agreementPage)
	g.Handle("POST /o/{org}/agreements/accept", gate.Member(access.OrganisationEdit), m.acceptAgreement)
	g.Handle("POST /o/{org}/agreements/files", gate.Member(access.OrganisationEdit), m.keepSignedFile, gate.MaxBody(document.MaxSize+1<<20))
	g.Handle("GET /o/{org}/agreements/files/{id}", gate.Member(access.OrganisationRead), m.signedFile, gate.Recent())
	g.Handle("GET /ops/agreements", gate.Staff(access.TerritoryRead), m.agreementList)
	g.Handle("GET /ops/agreements/new", gate.Staff(access.AgreementPublish), m.publishForm)
	g.Handle("POST /ops/agreements/new", gate.Staff(access.AgreementPublish), m.publishConditions)
	g.Nav(gate.NavItem{Area: gate.AreaAdmin, Key: "constituency.nav.agreements", Path: "/ops/agreements", Permission: access.TerritoryRead, Order: 5})
}

func (m *Module) agreementPage(r *gate.Request) error { return m.showAgreement(r, nil) }

func (m *Module) showAgreement(r *gate.Request, wrong error) error {
	a, err := m.Agreement(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := agreementView{Agreement: a, Name: r.Org.Name, Base: r.Path("/agreements"), CanDo: r.Scope.Can(access.OrganisationEdit), Now: m.now(), State: r.FormState(wrong)}
	title := r.L.T("constituency.agreement.title")
	if wrong != nil {
		return r.Invalid(wrong, title, agreementPage(v))
	}
	return r.Page(title, agreementPage(v))
}

func (m *Module) acceptAgreement(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if !f.Bool("accept") {
		err = fault.New(fault.Invalid, "constituency.agreement").Field("accept", "constituency.agreement_tick")
	} else {
		err = m.Accept(r.Context(), r.Scope, r.Person.Name, f.Text("version"), r.L.Lang())
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.Conflict) {
		return m.showAgreement(r, err)
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.agreement.accepted")
	return r.Redirect(r.Path("/agreements"))
}

func (m *Module) keepSignedFile(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	err = m.takeFile(r, f)
	if err != nil && fault.KindOf(err) == fault.Invalid {
		return m.showAgreement(r, err)
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.agreement.kept")
	return r.Redirect(r.Path("/agreements"))
}

func (m *Module) takeFile(r *gate.Request, f web.Form) error {
	file, chosen, err := f.File("file")
	if err != nil {
		return err
	}
	if !chosen {
		return fault.New(fault.Invalid, "constituency.agreement_file").Field("file", "constituency.agreement_no_file")
	}
	defer file.Close()
	return m.KeepSigned(r.Context(), r.Scope, r.Person.Name, file.Name, file)
}

func (m *Module) signedFile(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	f, data, err := m.Signed(r.Context(), r.Scope, id)
	if err != nil {
		return err
	}
	h := r.W.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Filename}))
	h.Set("ETag", `"`+f.SHA256+`"`)
	_, _ = r.W.Write(data) // a client that has gone is no error of ours
	return nil
}

func (m *Module) agreementList(r *gate.Request) error {
	all, err := m.allConditions(r.Context(), m.db)
	if err != nil {
		return err
	}
	counts, err := acceptedBy(r.Context(), m.db)
	if err != nil {
		return err
	}
	v := agreementsView{Ref: m.ref, All: all, Accepted: counts, Now: m.now(), CanPublish: r.Scope.Can(access.AgreementPublish)}
	return r.WidePage(r.L.T("constituency.agreement.list"), agreementsPage(v))
}

func (m *Module) publishForm(r *gate.Request) error {
	c, err := m.CurrentConditions(r.Context())
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.agreement.new"), publishPage(publishView{Ref: m.ref, Current: c}))
}

func (m *Module) publishConditions(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	n := NewConditions{Version: f.Text("version"), Tier: Tier(f.Text("tier")), NeedsAcceptance: f.Bool("needs_acceptance"), By: r.Person.Name,
		Texts: map[string]string{}, Changed: map[string]string{}}
	for _, lang := range i18n.Languages() {
		n.Texts[lang], n.Changed[lang] = f.Text("text_"+lang), f.Text("changed_"+lang)
	}
	if n.Effective, err = f.Date("effective"); err == nil {
		n.GraceDays, err = f.Int("grace_days", 30)
	}
	if err == nil {
		err = m.Publish(r.Context(), r.Scope, n)
	}
	if err != nil {
		c, readErr := m.CurrentConditions(r.Context())
		if readErr != nil {
			return readErr
		}
		return r.Invalid(err, r.L.T("constituency.agreement.new"), publishPage(publishView{Ref: m.ref, Current: c, State: r.FormState(err)}))
	}
	r.Flash(gate.Success, "constituency.agreement.published")
	return r.Redirect("/ops/agreements")
}

// agreementPanel asks on the member's home for what must be accepted. Nothing else waits for it.
func (m *Module) agreementPanel(ctx context.Context, s access.Scope) (templ.Component, error) {
	o, err := m.Own(ctx, s)
	if err != nil || o.State != Approved {
		return nil, err
	}
	a, err := m.agreementOf(ctx, m.db, o)
	if err != nil || a.Wanted == nil {
		return nil, err
	}
	return agreementBanner(a.Standing, "/o/"+o.Code+"/agreements", m.now()), nil
}

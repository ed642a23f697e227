// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"fmt"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// HomePanels are what this room says on a member's home page, which is another
// room's: where the accreditation stands while it is under way, and what the record lacks.
func (m *Module) HomePanels() []Panel {
	return []Panel{
		{ID: "standing", Title: "constituency.home.standing", Permission: access.OrganisationRead, Render: m.standingPanel},
		{ID: "agreement", Title: "constituency.agreement.title", Permission: access.OrganisationRead, Render: m.agreementPanel},
		{ID: "confirm", Title: "constituency.confirming.over", Permission: access.OrganisationRead, Render: m.confirmPanel},
		{ID: "record", Title: "constituency.home.todo", Permission: access.ContactRead, Render: m.recordPanel},
		{ID: "completeness", Title: "constituency.score.title", Permission: access.OrganisationRead, Render: m.scorePanel},
	}
}

func (m *Module) standingPanel(ctx context.Context, s access.Scope) (templ.Component, error) {
	v, err := m.homeView(ctx, s)
	if err != nil || v.Org.State == Approved {
		return nil, err
	}
	return homeNow(v), nil
}

func (m *Module) recordPanel(ctx context.Context, s access.Scope) (templ.Component, error) {
	v, err := m.homeView(ctx, s)
	if err != nil || len(v.Missing) == 0 {
		return nil, err
	}
	return missingPanel(v), nil
}

func (m *Module) homeView(ctx context.Context, s access.Scope) (v homeView, err error) {
	o, all, err := m.chart(ctx, s)
	if err != nil {
		return v, err
	}
	v = homeView{Org: o, Ref: m.ref, Missing: Missing(m.ref, o.Country, all), Base: "/o/" + o.Code, CanEdit: s.Can(access.ContactEdit)}
	v.Told, err = m.History(ctx, s, o.ID)
	return v, err
}

// askAgain shows where the accreditation stands with what was wrong with an answer.
func (m *Module) askAgain(r *gate.Request, wrong error) error {
	v, err := m.homeView(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v.State = r.FormState(wrong)
	return r.Invalid(wrong, v.Org.Name, answerPage(v))
}

// chart reads the scope's organisation with its contacts.
func (m *Module) chart(ctx context.Context, s access.Scope) (Organisation, []Contact, error) {
	o, err := m.Own(ctx, s)
	if err != nil {
		return o, nil, err
	}
	all, err := m.Contacts(ctx, s)
	return o, all, err
}

// shownPanel is another room's panel, ready to be shown.
type shownPanel struct {
	ID, Title string
	Body      templ.Component
}

// renderPanels asks the rooms for their panels. One room's trouble is the page's: half a picture would mislead.
func renderPanels(r *gate.Request, s access.Scope, panels []Panel) ([]shownPanel, error) {
	var out []shownPanel
	for _, p := range panels {
		if !s.Can(p.Permission) {
			continue
		}
		body, err := p.Render(r.Context(), s)
		if err != nil {
			return nil, fmt.Errorf("panel %s: %w", p.ID, err)
		}
		if body != nil {
			out = append(out, shownPanel{p.ID, r.L.T(p.Title), body})
		}
	}
	return out, nil
}

func (m *Module) answerSignedIn(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.AnswerQuestion(r.Context(), r.Scope, r.Person.Name, f.Text("answer")); err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		return m.askAgain(r, err)
	}
	r.Flash(gate.Success, "constituency.answer.sent")
	return r.Redirect(r.Path(""))
}

func (m *Module) ownRecord(r *gate.Request) error {
	o, err := m.Own(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	v := recordView{Org: o, Ref: m.ref, Base: r.Path(""), CanEdit: r.Scope.Can(access.OrganisationEdit), Instance: m.deps.Instance}
	if v.Told, err = m.History(r.Context(), r.Scope, o.ID); err != nil {
		return err
	}
	if v.Change, err = m.openChangeNote(r); err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.organisation.title"), recordPage(v))
}

func (m *Module) ownForm(r *gate.Request) error {
	o, err := m.Own(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.own.title"), ownPage(ownView{Org: o, Base: r.Path(""), Version: o.Version}))
}

func (m *Module) editOwn(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	version, err := f.Int("version", 0)
	if err == nil {
		err = m.EditOwn(r.Context(), r.Scope, version, ownFormOf(f))
	}
	if err != nil {
		o, readErr := m.Own(r.Context(), r.Scope)
		if readErr != nil {
			return readErr
		}
		v := ownView{Org: o, Base: r.Path(""), Version: version, State: r.FormState(err)}
		return r.Invalid(err, r.L.T("constituency.own.title"), ownPage(v))
	}
	r.Flash(gate.Success, "constituency.saved")
	return r.Redirect(r.Path("/organisation"))
}

func ownFormOf(f web.Form) OwnForm {
	return OwnForm{
		Email:    f.Text("email"),
		Language: f.Text("language"), TimeZone: f.Text("time_zone"), PatronDay: f.Text("patron_day"),
	}
}

// timeZones are offered with the one the body has; any IANA name is taken.
func timeZones(current string) []ui.Option {
	out := []ui.Option{{Value: "Europe/Rome", Text: "Europe/Rome"}, {Value: "Europe/Oslo", Text: "Europe/Oslo"}, {Value: "UTC", Text: "UTC"}}
	for _, o := range out {
		if o.Value == current {
			return out
		}
	}
	return append(out, ui.Option{Value: current, Text: current})
}

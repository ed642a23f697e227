// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/constituency/onboarding"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// checklistPages are the completeness of a record and the onboarding checklist.
func (m *Module) checklistPages(g *gate.Gate) {
	g.Handle("GET /o/{org}/completeness", gate.Member(access.OrganisationRead), m.completenessPage)
	g.Handle("GET /o/{org}/onboarding", gate.Member(access.OrganisationRead), m.onboardingPage)
	g.Handle("GET /o/{org}/onboarding/{section}", gate.Member(access.OrganisationEdit), m.onboardingForm)
	g.Handle("POST /o/{org}/onboarding/{section}", gate.Member(access.OrganisationEdit), m.answerOnboarding)
	g.Nav(gate.NavItem{Area: gate.AreaOwn, Key: "constituency.nav.onboarding", Path: "/o/{org}/onboarding", Permission: access.OrganisationRead, Order: 75})
}

func (m *Module) completenessPage(r *gate.Request) error {
	score, err := m.Score(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("constituency.score.title"), scorePage(scoreView{Name: r.Org.Name, Base: r.Path(""), Score: score, At: m.now(), CanEdit: r.Scope.Can(access.OrganisationEdit)}))
}

// scorePanel is what the member's home says of the record's completeness: nothing when nothing is missing.
func (m *Module) scorePanel(ctx context.Context, s access.Scope) (templ.Component, error) {
	o, err := m.Own(ctx, s)
	if err != nil || o.State != Approved {
		return nil, err
	}
	score, err := m.Score(ctx, s)
	if err != nil || len(score.Missing()) == 0 {
		return nil, err
	}
	return scoreSummary(scoreView{Name: o.Name, Base: "/o/" + o.Code, Score: score, CanEdit: s.Can(access.OrganisationEdit)}, homeLacks), nil
}

// homeLacks is how many missing things a panel names; the page has them all.
const homeLacks = 3

func (m *Module) onboardingPage(r *gate.Request) error {
	v, err := m.Onboarding(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	view := onboardingView{Onboarding: v, Name: r.Org.Name, Base: r.Path(""), CanEdit: r.Scope.Can(access.OrganisationEdit)}
	return r.Page(r.L.T("constituency.onboarding.title"), onboardingPage(view))
}

func (m *Module) onboardingForm(r *gate.Request) error { return m.showSection(r, nil) }

func (m *Module) showSection(r *gate.Request, wrong error) error {
	all, err := m.Onboarding(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	sec, ok := all.List.Section(r.Param("section"))
	if !ok {
		return fault.New(fault.NotFound, "access.page")
	}
	v := sectionView{Section: sec, Answers: all.Answers, Facts: all.Facts, Base: r.Path(""), State: r.FormState(wrong)}
	title := sec.Title.In(r.L.Lang())
	if wrong != nil {
		return r.Invalid(wrong, title, sectionPage(v))
	}
	return r.Page(title, sectionPage(v))
}

func (m *Module) answerOnboarding(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	err = m.AnswerOnboarding(r.Context(), r.Scope, r.Param("section"), r.Person.Name, f.Text)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		return m.showSection(r, err)
	}
	if err != nil {
		return err
	}
	r.Flash(gate.Success, "constituency.saved")
	return r.Redirect(r.Path("/onboarding#" + r.Param("section")))
}

// answerNote says who answered and when.
func answerNote(l *i18n.Localizer, a onboarding.Answer) string {
	if a.At.IsZero() {
		return ""
	}
	return l.T("constituency.onboarding.by", "who", a.By, "when", l.DateTime(a.At))
}

// scoreTone is the mood of a score.
func scoreTone(score int) ui.Tone {
	switch {
	case score >= 80:
		return ui.Success
	case score >= 50:
		return ui.Info
	}
	return ui.Warning
}

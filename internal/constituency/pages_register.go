// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"net/url"
	"strings"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// registerForm shows the form; ?municipality= fills in what follows from it.
func (m *Module) registerForm(r *gate.Request) error {
	terms, err := m.CurrentConditions(r.Context())
	if err != nil {
		return err
	}
	v := registerView{Ref: m.ref, Conditions: terms, Country: m.deps.Instance.Country, Typed: strings.TrimSpace(r.Query().Get("town"))}
	if town, ok := m.ref.MunicipalityNamed(v.Typed); ok {
		v.State.Values = url.Values{
			"municipality": {town.Label()}, "type": {"municipality"}, "code": {town.Code}, "province": {town.Province},
			"name": {"Comune di " + town.Name}, "language": {r.L.Lang()},
		}
		v.Filled = town.Name
	} else if v.Typed != "" {
		v.Unknown = true
	}
	return r.Page(r.L.T("constituency.register.title"), registerPage(v))
}

func (m *Module) register(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err = tooOften(r, m.deps.FormLimit); err == nil {
		err = m.Apply(r.Context(), r.Scope, m.registrationOf(f))
	}
	if err != nil {
		terms, readErr := m.CurrentConditions(r.Context())
		if readErr != nil {
			return readErr
		}
		v := registerView{Ref: m.ref, Conditions: terms, Country: m.deps.Instance.Country, State: r.FormState(err)}
		return r.Invalid(err, r.L.T("constituency.register.title"), registerPage(v))
	}
	return r.Redirect("/register/sent")
}

func (m *Module) registrationOf(f web.Form) Registration {
	return Registration{
		Country: m.deps.Instance.Country, TimeZone: m.deps.Instance.Zone,
		Code: f.Text("code"), Name: f.Text("name"), Type: f.Text("type"), Municipality: f.Text("municipality"), Province: f.Text("province"),
		FiscalCode: f.Text("fiscal_code"), PEC: f.Text("pec"), Email: f.Text("email"), Website: f.Text("website"),
		LegalRepresentative: f.Text("legal_representative"),
		ApplicantName:       f.Text("applicant_name"), ApplicantPosition: f.Text("applicant_position"),
		ApplicantEmail: f.Text("applicant_email"), ApplicantPhone: f.Text("applicant_phone"), Language: f.Text("language"),
		ConditionsVersion: f.Text("conditions_version"), Accepted: f.Bool("accept"),
	}
}

func (m *Module) registerSent(r *gate.Request) error {
	return r.Page(r.L.T("constituency.sent.title"), sentPage(ui.FormState{}, m.deps.Instance))
}

func (m *Module) resend(r *gate.Request) error {
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err = tooOften(r, m.deps.FormLimit); err == nil {
		err = m.Resend(r.Context(), r.Scope, f.Text("email"))
	}
	if err != nil {
		return r.Invalid(err, r.L.T("constituency.sent.title"), sentPage(r.FormState(err), m.deps.Instance))
	}
	r.Flash(gate.Success, "constituency.sent.again")
	return r.Redirect("/register/sent")
}

// municipalities answers the form's type-ahead.
func (m *Module) municipalities(r *gate.Request) error {
	var out ui.Suggestions
	for _, town := range m.ref.MunicipalitiesLike(r.Query().Get("q"), 10) {
		out = append(out, ui.Suggestion{Value: town.ISTAT, Text: town.Label(), Hint: town.Province})
	}
	return r.Fragment(out)
}

func (m *Module) confirmForm(r *gate.Request) error {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return err
	}
	o, err := m.Pending(r.Context(), r.Scope, r.Param("token"))
	if err != nil {
		return m.linkProblem(r, err)
	}
	return r.Page(r.L.T("constituency.confirm.title"), confirmPage(o, r.Param("token")))
}

func (m *Module) confirmMailbox(r *gate.Request) error {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return err
	}
	done, err := m.ConfirmMailbox(r.Context(), r.Scope, r.Param("token"))
	if err != nil {
		return m.linkProblem(r, err)
	}
	if done.Duplicate {
		return r.Page(r.L.T("constituency.duplicate.title"), duplicatePage(done.Organisation, m.deps.Instance))
	}
	r.Flash(gate.Success, "constituency.confirm.done")
	return r.Redirect("/register/status/" + done.StatusToken)
}

// linkProblem says what to do about a link that opens nothing any more.
func (m *Module) linkProblem(r *gate.Request, err error) error {
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	return r.Invalid(err, r.L.T("constituency.link.title"), linkPage(r.Say(err), m.deps.Instance))
}

func (m *Module) standing(r *gate.Request) error {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return err
	}
	return m.showStanding(r, nil)
}

// showStanding shows where a registration stands; err is what was wrong with an answer.
func (m *Module) showStanding(r *gate.Request, wrong error) error {
	o, told, err := m.Standing(r.Context(), r.Scope, r.Param("token"))
	if err != nil {
		return m.linkProblem(r, err)
	}
	v := standingView{Org: o, Ref: m.ref, Told: told, Action: r.R.URL.Path, State: r.FormState(wrong), Instance: m.deps.Instance}
	title := r.L.T("constituency.standing.title")
	if wrong != nil {
		return r.Invalid(wrong, title, standingPage(v))
	}
	return r.Page(title, standingPage(v))
}

func (m *Module) answerByLink(r *gate.Request) error {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	if err := m.AnswerByLink(r.Context(), r.Scope, r.Param("token"), f.Text("answer")); err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		return m.showStanding(r, err)
	}
	r.Flash(gate.Success, "constituency.answer.sent")
	return r.Redirect("/register/status/" + r.Param("token"))
}

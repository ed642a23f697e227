// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"time"

	"martinella/internal/access/gate/api"
)

func (m *Module) apiCurrentConditions(r *api.Request, _ *api.Nothing) (conditionsJSON, error) {
	c, err := m.CurrentConditions(r.Context())
	return conditionsView(c, r.L.Lang()), err
}

// municipalityJSON is a municipality.
type municipalityJSON struct {
	ISTAT    string `json:"istat"`
	Name     string `json:"name"`
	Province string `json:"province"`
	Plate    string `json:"plate" doc:"The province's two letters."`
	Code     string `json:"code" doc:"What IndicePA's convention calls it."`
}

type municipalityQuery struct {
	api.Paging
	Query string `query:"q" minLength:"1" maxLength:"100" required:"true"`
}

func (m *Module) apiMunicipalities(_ *api.Request, in *municipalityQuery) (api.List[municipalityJSON], error) {
	return api.Items(api.Each(m.ref.MunicipalitiesLike(in.Query, min(10, in.Limit)), func(t Municipality) municipalityJSON {
		return municipalityJSON{t.ISTAT, t.Name, t.Province, t.Plate, t.Code}
	}), ""), nil
}

type registerInput struct {
	Body struct {
		VerifiedRecordJSON
		Email             string `json:"email,omitempty" maxLength:"254" doc:"Of the body."`
		ApplicantName     string `json:"applicant_name" maxLength:"200"`
		ApplicantPosition string `json:"applicant_position" maxLength:"200"`
		ApplicantEmail    string `json:"applicant_email" maxLength:"254"`
		ApplicantPhone    string `json:"applicant_phone" maxLength:"40"`
		Language          string `json:"language" enum:"it,en,nb" doc:"In which the body and the applicant are written to."`
		ConditionsVersion string `json:"conditions_version" maxLength:"20" doc:"The version that was read (get-conditions)."`
		Accept            bool   `json:"accept" doc:"The applicant accepts them."`
	} `nameHint:"NewRegistration"`
}

func (m *Module) apiRegister(r *api.Request, in *registerInput) (api.Nothing, error) {
	if err := tooOften(r, m.deps.FormLimit); err != nil {
		return api.Nothing{}, err
	}
	g, b := in.Body.form(), in.Body
	g.Country, g.TimeZone = m.deps.Instance.Country, m.deps.Instance.Zone
	g.Email, g.Language = b.Email, b.Language
	g.ApplicantName, g.ApplicantPosition, g.ApplicantEmail, g.ApplicantPhone = b.ApplicantName, b.ApplicantPosition, b.ApplicantEmail, b.ApplicantPhone
	g.ConditionsVersion, g.Accepted = b.ConditionsVersion, b.Accept
	return api.Nothing{}, m.Apply(r.Context(), r.Scope, g)
}

type resendInput struct {
	Body struct {
		Email string `json:"email" maxLength:"254" doc:"The applicant's."`
	} `nameHint:"RegistrationMail"`
}

func (m *Module) apiResend(r *api.Request, in *resendInput) (api.Nothing, error) {
	if err := tooOften(r, m.deps.FormLimit); err != nil {
		return api.Nothing{}, err
	}
	return api.Nothing{}, m.Resend(r.Context(), r.Scope, in.Body.Email)
}

type confirmInput struct {
	Body struct {
		Token string `json:"token" maxLength:"200" doc:"The end of the link in the mail."`
	} `nameHint:"RegistrationConfirmation"`
}

// confirmedJSON is what became of a confirmation.
type confirmedJSON struct {
	Code      string `json:"code"`
	State     State  `json:"state"`
	Duplicate bool   `json:"duplicate" doc:"The body was known already: the registration ends here."`
	Token     string `json:"token,omitempty" doc:"Opens get-registration-status."`
}

func (m *Module) apiConfirmMailbox(r *api.Request, in *confirmInput) (confirmedJSON, error) {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return confirmedJSON{}, err
	}
	c, err := m.ConfirmMailbox(r.Context(), r.Scope, in.Body.Token)
	return confirmedJSON{c.Organisation.Code, c.Organisation.State, c.Duplicate, c.StatusToken}, err
}

// TokenPath names a registration by its token.
type TokenPath struct {
	Token string `path:"token" maxLength:"200" doc:"The end of the link in the mail."`
}

// standingJSON is where a registration stands.
type standingJSON struct {
	Code       string             `json:"code"`
	Name       string             `json:"name"`
	State      State              `json:"state"`
	StateSince time.Time          `json:"state_since"`
	Tier       Tier               `json:"tier"`
	Reason     string             `json:"reason" doc:"What the CSIRT said when it brought the registration there."`
	Steps      []standingStepJSON `json:"steps" doc:"The newest first."`
}

// standingStepJSON is a step on the way in, as the applicant sees it.
type standingStepJSON struct {
	At     time.Time `json:"at"`
	Action Action    `json:"action"`
	To     State     `json:"to"`
}

func (m *Module) apiStanding(r *api.Request, in *TokenPath) (standingJSON, error) {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return standingJSON{}, err
	}
	o, told, err := m.Standing(r.Context(), r.Scope, in.Token)
	return standingJSON{o.Code, o.Name, o.State, o.StateSince, o.Tier, lastReason(told), api.Each(told, func(h Happening) standingStepJSON {
		return standingStepJSON{h.At, h.Action, h.To}
	})}, err
}

type answerByLinkInput struct {
	TokenPath
	Body AnswerTextJSON
}

func (m *Module) apiAnswerByLink(r *api.Request, in *answerByLinkInput) (standingJSON, error) {
	if err := tooOften(r, m.deps.LinkLimit); err != nil {
		return standingJSON{}, err
	}
	if err := m.AnswerByLink(r.Context(), r.Scope, in.Token, in.Body.Answer); err != nil {
		return standingJSON{}, err
	}
	return m.apiStanding(r, &in.TokenPath)
}

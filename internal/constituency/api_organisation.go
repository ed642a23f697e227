// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"time"

	"martinella/internal/access/gate/api"
)

// organisationJSON is an organisation as programs see it.
type organisationJSON struct {
	Code                string    `json:"code" doc:"IndicePA code or organisation number, in lower case."`
	Name                string    `json:"name"`
	Type                string    `json:"type" doc:"The kind of body, such as municipality."`
	Country             string    `json:"country" doc:"ISO 3166-1 alpha-2."`
	Municipality        string    `json:"municipality" doc:"ISTAT code; empty when it belongs to none."`
	Province            string    `json:"province"`
	FiscalCode          string    `json:"fiscal_code"`
	PEC                 string    `json:"pec" doc:"Certified mailbox."`
	Email               string    `json:"email"`
	Website             string    `json:"website"`
	LegalRepresentative string    `json:"legal_representative"`
	Language            string    `json:"language" doc:"BCP 47."`
	TimeZone            string    `json:"time_zone" doc:"IANA name."`
	PatronDay           string    `json:"patron_day" doc:"Local holiday as MM-DD."`
	State               State     `json:"state" enum:"unconfirmed,submitted,under_review,info_requested,approved,suspended,rejected,withdrawn" doc:"Where the accreditation stands."`
	StateSince          time.Time `json:"state_since"`
	Tier                Tier      `json:"tier" doc:"basic, full, or empty while not accredited."`
	ApprovedAt          time.Time `json:"approved_at,omitzero" doc:"The first time; missing when never."`
	ConditionsVersion   string    `json:"conditions_version" doc:"Which conditions of the service were accepted."`
	Version             int64     `json:"version"`
}

// RecordVersion implements api.Versioned.
func (o organisationJSON) RecordVersion() int64 { return o.Version }

// organisationView shows an organisation to programs.
func organisationView(o Organisation) organisationJSON {
	return organisationJSON{
		Code: o.Code, Name: o.Name, Type: o.Type, Country: o.Country, Municipality: o.Municipality, Province: o.Province,
		FiscalCode: o.FiscalCode, PEC: o.PEC, Email: o.Email, Website: o.Website, LegalRepresentative: o.LegalRepresentative,
		Language: o.Language, TimeZone: o.TimeZone, PatronDay: o.PatronDay, State: o.State, StateSince: o.StateSince, Tier: o.Tier,
		ApprovedAt: o.ApprovedAt, ConditionsVersion: o.ConditionsVersion, Version: o.Version,
	}
}

func (m *Module) apiOrganisation(r *api.Request, _ *api.Nothing) (organisationJSON, error) {
	o, err := m.Own(r.Context(), r.Scope)
	return organisationView(o), err
}

type ownInput struct {
	api.IfMatch
	Body struct {
		Email     string `json:"email" maxLength:"254"`
		Language  string `json:"language" enum:"it,en,nb"`
		TimeZone  string `json:"time_zone" maxLength:"60" doc:"IANA name, such as Europe/Rome."`
		PatronDay string `json:"patron_day,omitempty" maxLength:"5" doc:"Local holiday as MM-DD."`
	} `nameHint:"OrganisationChange"`
}

func (m *Module) apiEditOwn(r *api.Request, in *ownInput) (organisationJSON, error) {
	if err := m.EditOwn(r.Context(), r.Scope, in.Version(), OwnForm(in.Body)); err != nil {
		return organisationJSON{}, err
	}
	return m.apiOrganisation(r, nil)
}

// serviceJSON is a service of the catalogue.
type serviceJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name" doc:"In the language asked for."`
	Summary   string `json:"summary" doc:"In the language asked for."`
	Tiers     []Tier `json:"tiers" doc:"The tiers that include it."`
	Available bool   `json:"available" doc:"The organisation is accredited and its tier includes the service."`
}

func (m *Module) apiServices(r *api.Request, _ *api.Paging) (api.List[serviceJSON], error) {
	o, err := m.Own(r.Context(), r.Scope)
	lang := r.L.Lang()
	return api.Items(api.Each(m.ref.Catalogue.Services, func(s Service) serviceJSON {
		return serviceJSON{s.ID, s.Name.In(lang), s.Summary.In(lang), s.Tiers, o.State == Approved && s.In(o.Tier)}
	}), ""), err
}

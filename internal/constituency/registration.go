// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/constituency/check"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// maxText bounds a field of one line, maxLong one of several, in characters.
const (
	maxText = 200
	maxLong = 4000
)

// Registration is the public form as it was typed. Its field names in faults
// are those of the form.
type Registration struct {
	Country             string
	Code                string
	Name                string
	Type                string
	Municipality        string // a name, a label or an ISTAT code
	Province            string
	FiscalCode          string
	PEC                 string
	Email               string
	Website             string
	LegalRepresentative string
	TimeZone            string

	ApplicantName     string
	ApplicantPosition string
	ApplicantEmail    string
	ApplicantPhone    string
	Language          string

	ConditionsVersion string // the version shown
	Accepted          bool
}

// validate gives the record and the applicant in canonical form, or a fault
// with one sentence for each wrong field; conditions is the version that must be accepted.
func (g Registration) validate(ref *Reference, conditions string) (Record, Applicant, error) {
	problems := fault.New(fault.Invalid, "constituency.registration")
	rec := g.record(ref, problems)
	app := g.applicant(problems)
	if g.Accepted && g.ConditionsVersion != conditions {
		problems.Field("accept", "constituency.conditions_changed")
	} else if !g.Accepted {
		problems.Field("accept", "constituency.conditions")
	}
	return rec, app, problems.OrNil()
}

func (g Registration) record(ref *Reference, problems *fault.Error) Record {
	rec := Record{
		Country: orDefault(strings.ToUpper(strings.TrimSpace(g.Country)), check.Italy), Type: g.Type,
		Province: strings.TrimSpace(g.Province), Language: language(g.Language), TimeZone: g.TimeZone,
	}
	rec.Name = text(problems, "name", g.Name, maxText, true)
	rec.LegalRepresentative = text(problems, "legal_representative", g.LegalRepresentative, maxText, false)
	rec.verified(ref, problems, g)
	rec.Email = checked(problems, "email", "constituency.email", g.Email, check.Email, false)
	rec.Website = checked(problems, "website", "constituency.website", g.Website, check.Website, false)
	if _, err := time.LoadLocation(rec.TimeZone); err != nil || rec.TimeZone == "" || rec.TimeZone == "Local" {
		problems.Field("time_zone", "constituency.time_zone")
	}
	return rec
}

// verified fills in what identifies the body.
func (r *Record) verified(ref *Reference, problems *fault.Error, g Registration) {
	code, ok := check.Code(r.Country, g.Code)
	if !ok {
		problems.Field("code", codeProblem(r.Country))
	}
	r.Code = code
	if _, ok := ref.Type(r.Type); !ok {
		problems.Field("type", "constituency.type")
	}
	r.territory(ref, problems, g.Municipality)
	italian := r.Country == check.Italy
	if italian {
		r.FiscalCode = checked(problems, "fiscal_code", "constituency.fiscal_code", g.FiscalCode, check.FiscalCode, false)
	}
	r.PEC = checked(problems, "pec", "constituency.pec", g.PEC, check.Email, italian)
}

func codeProblem(country string) string {
	if country == check.Norway {
		return "constituency.organisation_number"
	}
	return "constituency.code"
}

// territory resolves the municipality; a municipality must be one of the list
// where there is a list for its country.
func (r *Record) territory(ref *Reference, problems *fault.Error, typed string) {
	typed = strings.TrimSpace(typed)
	m, found := ref.MunicipalityNamed(typed)
	switch {
	case found && r.Country == check.Italy:
		r.Municipality, r.Province = m.ISTAT, m.Province
	case typed != "" && r.Country == check.Italy:
		problems.Field("municipality", "constituency.municipality_unknown")
	case r.Type == "municipality" && r.Country == check.Italy:
		problems.Field("municipality", "constituency.municipality")
	}
	if utf8.RuneCountInString(r.Province) > maxText {
		problems.Field("province", "constituency.too_long", fault.P{"limit": maxText})
	}
}

func (g Registration) applicant(problems *fault.Error) Applicant {
	return Applicant{
		Name:     text(problems, "applicant_name", g.ApplicantName, maxText, true),
		Position: text(problems, "applicant_position", g.ApplicantPosition, maxText, true),
		Email:    checked(problems, "applicant_email", "constituency.email", g.ApplicantEmail, check.Email, true),
		Phone:    checked(problems, "applicant_phone", "constituency.phone", g.ApplicantPhone, check.Phone, true),
		Language: language(g.Language),
	}
}

// text reads a line; an empty one is a problem when it is required.
func text(problems *fault.Error, field, typed string, limit int, required bool) string {
	s := strings.TrimSpace(typed)
	switch {
	case s == "" && required:
		problems.Field(field, "constituency.required")
	case utf8.RuneCountInString(s) > limit:
		problems.Field(field, "constituency.too_long", fault.P{"limit": limit})
	}
	return s
}

// checked reads a field with a parser of package check.
func checked(problems *fault.Error, field, code, typed string, parse func(string) (string, bool), required bool) string {
	if strings.TrimSpace(typed) == "" {
		if required {
			problems.Field(field, "constituency.required")
		}
		return ""
	}
	s, ok := parse(typed)
	if !ok {
		problems.Field(field, code)
	}
	return s
}

func language(tag string) string {
	if i18n.Known(tag) {
		return tag
	}
	return i18n.Default
}

func orDefault(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

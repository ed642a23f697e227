// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/check"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// OwnForm is what a member keeps itself of its record, as it was typed.
type OwnForm struct {
	Email, Website      string
	LegalRepresentative string
	Language, TimeZone  string
	PatronDay           string
}

func (f OwnForm) apply(r *Record) error {
	problems := fault.New(fault.Invalid, "constituency.record")
	r.Email = checked(problems, "email", "constituency.email", f.Email, check.Email, false)
	r.Website = checked(problems, "website", "constituency.website", f.Website, check.Website, false)
	r.LegalRepresentative = text(problems, "legal_representative", f.LegalRepresentative, maxText, false)
	r.PatronDay = checked(problems, "patron_day", "constituency.patron_day", f.PatronDay, check.MonthDay, false)
	r.Language, r.TimeZone = language(f.Language), strings.TrimSpace(f.TimeZone)
	if _, err := time.LoadLocation(r.TimeZone); err != nil || r.TimeZone == "" || r.TimeZone == "Local" {
		problems.Field("time_zone", "constituency.time_zone")
	}
	return problems.OrNil()
}

// EditOwn changes what a member keeps itself, if its record still is the version the user saw.
func (m *Module) EditOwn(ctx context.Context, s access.Scope, version int64, form OwnForm) error {
	org, err := s.Organisation()
	if err != nil {
		return err
	}
	if err := s.Require(access.OrganisationEdit); err != nil {
		return err
	}
	return m.edit(ctx, s, org, version, "organisation.edited", form.apply)
}

// EditVerified changes what operators verify: name, code, kind, territory, fiscal code, PEC.
func (m *Module) EditVerified(ctx context.Context, s access.Scope, id, version int64, form Registration) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AccreditationEdit); err != nil {
		return err
	}
	return m.edit(ctx, s, id, version, "organisation.corrected", func(r *Record) error {
		problems := fault.New(fault.Invalid, "constituency.record")
		r.Name = text(problems, "name", form.Name, maxText, true)
		r.Type, r.Municipality, r.Province = form.Type, "", strings.TrimSpace(form.Province)
		r.verified(m.ref, problems, form)
		return problems.OrNil()
	})
}

func (m *Module) edit(ctx context.Context, s access.Scope, id, version int64, action string, change func(*Record) error) error {
	return m.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := organisation(ctx, tx, s, id)
		if err != nil {
			return err
		}
		if o.Version != version {
			return changedMeanwhile()
		}
		old := o.Record
		if err := change(&o.Record); err != nil {
			return err
		}
		if o.Record == old {
			return nil
		}
		if err := updateOrganisation(ctx, tx, &o); err != nil {
			return err
		}
		err = m.deps.Audit.Append(ctx, tx, s.Actor(), o.ID, action, "organisation:"+o.Code, map[string]any{"fields": old.changes(o.Record)})
		if err != nil {
			return err
		}
		return m.publish(ctx, tx, o, "")
	})
}

// changes names the fields in which two records differ.
func (r Record) changes(next Record) []string {
	var out []string
	for _, f := range []struct{ name, before, after string }{
		{"code", r.Code, next.Code}, {"name", r.Name, next.Name}, {"type", r.Type, next.Type}, {"municipality", r.Municipality, next.Municipality},
		{"province", r.Province, next.Province}, {"fiscal_code", r.FiscalCode, next.FiscalCode}, {"pec", r.PEC, next.PEC}, {"email", r.Email, next.Email},
		{"website", r.Website, next.Website}, {"legal_representative", r.LegalRepresentative, next.LegalRepresentative},
		{"language", r.Language, next.Language}, {"time_zone", r.TimeZone, next.TimeZone}, {"patron_day", r.PatronDay, next.PatronDay},
	} {
		if f.before != f.after {
			out = append(out, f.name)
		}
	}
	return out
}

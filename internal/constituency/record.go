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
	Email              string
	Language, TimeZone string
	PatronDay          string
}

func (f OwnForm) apply(r *Record) error {
	problems := fault.New(fault.Invalid, "constituency.record")
	r.Email = checked(problems, "email", "constituency.email", f.Email, check.Email, false)
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

// EditVerified changes what operators verify (see recordFields); by is the operator's name. Where
// two must approve, it is a request that he approved first.
func (m *Module) EditVerified(ctx context.Context, s access.Scope, id, version int64, by string, form Registration) error {
	if err := s.Territory(); err != nil {
		return err
	}
	if err := s.Require(access.AccreditationEdit); err != nil {
		return err
	}
	if m.deps.Instance.FourEyes {
		return m.proposeCorrection(ctx, s, id, version, by, form)
	}
	return m.edit(ctx, s, id, version, "organisation.corrected", func(r *Record) error { return form.correct(m.ref, r) })
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

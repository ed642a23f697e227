// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strings"

	"martinella/internal/constituency/check"
	"martinella/internal/platform/fault"
)

// recordField is one datum of a record: what it is called in forms, faults and the audit log, and who may change it.
type recordField struct {
	name     string
	label    string // its sentence
	verified bool   // operators verify it: a member proposes, and does not change
	at       func(*Record) *string
}

// fieldTier is what a proposal calls the wish for another tier, which is no part of the record.
const fieldTier = "tier"

// recordFields is the table that says which data are verified.
func recordFields() []recordField {
	return []recordField{
		{"name", "constituency.field.name", true, func(r *Record) *string { return &r.Name }},
		{"code", "constituency.column.code", true, func(r *Record) *string { return &r.Code }},
		{"type", "constituency.field.type", true, func(r *Record) *string { return &r.Type }},
		{"municipality", "constituency.field.municipality", true, func(r *Record) *string { return &r.Municipality }},
		{"province", "constituency.field.province", true, func(r *Record) *string { return &r.Province }},
		{"fiscal_code", "constituency.field.fiscal_code", true, func(r *Record) *string { return &r.FiscalCode }},
		{"pec", "constituency.field.pec", true, func(r *Record) *string { return &r.PEC }},
		{"website", "constituency.field.website", true, func(r *Record) *string { return &r.Website }},
		{"legal_representative", "constituency.field.legal_representative", true, func(r *Record) *string { return &r.LegalRepresentative }},
		{"email", "constituency.field.email", false, func(r *Record) *string { return &r.Email }},
		{"language", "constituency.field.language", false, func(r *Record) *string { return &r.Language }},
		{"time_zone", "constituency.field.time_zone", false, func(r *Record) *string { return &r.TimeZone }},
		{"patron_day", "constituency.field.patron_day", false, func(r *Record) *string { return &r.PatronDay }},
	}
}

// changes names the fields in which two records differ.
func (r Record) changes(next Record) []string {
	var out []string
	for _, f := range recordFields() {
		if *f.at(&r) != *f.at(&next) {
			out = append(out, f.name)
		}
	}
	return out
}

// correct puts the verified data of a form into a record, or says which fields are wrong.
func (g Registration) correct(ref *Reference, r *Record) error {
	problems := fault.New(fault.Invalid, "constituency.record")
	r.Name = text(problems, "name", g.Name, maxText, true)
	r.Type, r.Municipality, r.Province = g.Type, "", strings.TrimSpace(g.Province)
	r.verified(ref, problems, g)
	r.Website = checked(problems, "website", "constituency.website", g.Website, check.Website, false)
	r.LegalRepresentative = text(problems, "legal_representative", g.LegalRepresentative, maxText, false)
	return problems.OrNil()
}

// registration gives a record's verified data as their form holds them.
func (r Record) registration() Registration {
	return Registration{
		Country: r.Country, Code: r.Code, Name: r.Name, Type: r.Type, Municipality: r.Municipality, Province: r.Province,
		FiscalCode: r.FiscalCode, PEC: r.PEC, Website: r.Website, LegalRepresentative: r.LegalRepresentative,
	}
}

// FieldChange is one datum of a proposal.
type FieldChange struct {
	Field string // of the table of fields, or "tier"
	Old   string // what the record said when it was proposed
	New   string
	Now   string // what it says at present
}

// Moved says whether somebody changed the datum since the proposal was made.
func (f FieldChange) Moved() bool { return f.Now != f.Old }

// differences lists the verified data in which a proposal departs from a body's record, in the table's order.
func differences(o Organisation, next Record, tier Tier) []FieldChange {
	var out []FieldChange
	for _, f := range recordFields() {
		if was, wanted := *f.at(&o.Record), *f.at(&next); f.verified && was != wanted {
			out = append(out, FieldChange{Field: f.name, Old: was, New: wanted, Now: was})
		}
	}
	if tier != None && tier != o.Tier {
		out = append(out, FieldChange{Field: fieldTier, Old: string(o.Tier), New: string(tier), Now: string(o.Tier)})
	}
	return out
}

// applyTo puts a proposal's values into a record, as it is now, and checks the whole; the tier is the caller's to set.
func applyTo(ref *Reference, fields []FieldChange, r *Record) (tier Tier, err error) {
	next := *r
	for _, change := range fields {
		if change.Field == fieldTier {
			tier = Tier(change.New)
		}
		for _, f := range recordFields() {
			if f.name == change.Field {
				*f.at(&next) = change.New
			}
		}
	}
	if err := next.registration().correct(ref, &next); err != nil {
		return tier, err
	}
	*r = next
	return tier, nil
}

// nowOf fills in what a body's record says at present.
func nowOf(o Organisation, fields []FieldChange) []FieldChange {
	for i, change := range fields {
		if change.Field == fieldTier {
			fields[i].Now = string(o.Tier)
		}
		for _, f := range recordFields() {
			if f.name == change.Field {
				fields[i].Now = *f.at(&o.Record)
			}
		}
	}
	return fields
}

// labelOf gives the sentence that names a field of a proposal.
func labelOf(field string) string {
	for _, f := range recordFields() {
		if f.name == field {
			return f.label
		}
	}
	return "constituency.column.tier"
}

// valueOf writes a field's value as people read it.
func (r *Reference) valueOf(field, value, lang string) string {
	switch field {
	case "type":
		if kind, ok := r.Type(value); ok {
			return kind.Name.In(lang)
		}
	case "municipality":
		if town, ok := r.Municipality(value); ok {
			return town.Label()
		}
	case fieldTier:
		if t, ok := r.Catalogue.Tier(Tier(value)); ok {
			return t.Name.In(lang)
		}
	}
	return value
}

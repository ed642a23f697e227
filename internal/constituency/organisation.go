// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strings"
	"time"
)

// Record is what is known of a body. Verified data are changed by operators only, on the
// member's request or their own; the table of fields (recordFields) says which they are.
type Record struct {
	// Verified data.
	Code         string // IndicePA code or organisation number, lower case, unique among the living
	Name         string
	Type         string // an OrganisationType's id
	Country      string // ISO 3166-1 alpha-2
	Municipality string // ISTAT code; empty when it belongs to none
	Province     string
	FiscalCode   string // optional
	PEC          string // certified mailbox; optional where the country has none

	Website             string
	LegalRepresentative string

	// What the member keeps itself.
	Email     string
	Language  string // BCP 47
	TimeZone  string // IANA
	PatronDay string // local holiday as MM-DD; optional
}

// Applicant is who registered the body.
type Applicant struct {
	Name     string
	Position string
	Email    string
	Phone    string
	Language string
}

// Organisation is a body of the constituency with its accreditation.
type Organisation struct {
	ID int64
	Record
	Applicant Applicant

	State      State
	Tier       Tier
	StateSince time.Time
	CreatedAt  time.Time
	ApprovedAt time.Time // the first time; zero when never
	Version    int64     // counts changes, so that two people do not overwrite each other

	ConditionsVersion string
	ConditionsAt      time.Time

	Parent int64 // the body it belongs to; 0: none

	Score int // how complete the record was when it was last computed, 0-100; -1: never
}

// Zone is the body's time zone, UTC when its name is not known here.
func (r Record) Zone() *time.Location {
	if zone, err := time.LoadLocation(r.TimeZone); err == nil {
		return zone
	}
	return time.UTC
}

// Zones remembers zones for a run over many bodies, which share a few: the file
// of each is read once. The zero value must be made.
type Zones map[string]*time.Location

// Of gives a body's zone, as Record.Zone does.
func (z Zones) Of(r Record) *time.Location {
	if z[r.TimeZone] == nil {
		z[r.TimeZone] = r.Zone()
	}
	return z[r.TimeZone]
}

// Territory names where the body is: its municipality with the province, or the province.
func (r Record) Territory(ref *Reference) string {
	if m, ok := ref.Municipality(r.Municipality); ok {
		return m.Label()
	}
	return r.Province
}

// territoryKey is the part of a body's identity that its name lacks.
func (r Record) territoryKey() string {
	if r.Municipality != "" {
		return r.Municipality
	}
	return strings.ToLower(r.Province)
}

// Happening is one recorded move of an accreditation.
type Happening struct {
	ID        int64
	At        time.Time
	Action    Action
	From, To  State
	Tier      Tier
	Actor     string // access.Scope.Actor
	ActorName string // as it was then; empty for the program
	Reason    string
}

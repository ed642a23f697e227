// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/constituency/completeness"
	"martinella/internal/constituency/onboarding"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
)

//go:embed migrations
var migrations embed.FS

// Locales holds the room's sentences.
//
//go:embed locale/*.json
var Locales embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "constituency", FS: migrations} }

// EventChanged tells that an organisation's state, tier, language or time zone changed.
const EventChanged = "constituency.organisation_changed"

// Changed is the payload of EventChanged.
type Changed struct {
	Action   Action `json:"action,omitempty"` // empty when the record was edited
	State    State  `json:"state"`
	Tier     Tier   `json:"tier"`
	Language string `json:"language"`
	TimeZone string `json:"time_zone"`
}

// Mail is a message to one person.
type Mail struct {
	Kind         string // "registration.confirm", for the outbox
	Organisation int64
	To, ToName   string
	Language     string
	Subject      string
	Text         string // plain text
	Secret       bool   // it holds a link that opens something: nobody else may read it
}

// Mailer queues mails in the transaction of what they tell of.
type Mailer interface {
	Queue(ctx context.Context, tx *db.Tx, m Mail) error
}

// Invitation asks a person to become a member's administrator.
type Invitation struct {
	Organisation int64
	Name, Email  string
	Language     string
	Role         access.Role
}

// People invites people into organisations. Somebody who already is in the organisation
// is left as he is.
type People interface {
	Invite(ctx context.Context, tx *db.Tx, s access.Scope, i Invitation) error
}

// Limiter says whether a key may go on now, or how long it must wait.
type Limiter interface {
	Allow(key string) (ok bool, wait time.Duration)
}

// Panel is what another room adds to an organisation's pages.
type Panel struct {
	ID         string
	Title      string // a key of the catalogues
	Permission access.Permission
	// Render gives the panel for the scope's organisation; nil shows nothing.
	Render func(ctx context.Context, s access.Scope) (templ.Component, error)
}

// Instance is what the CSIRT that runs this program says of itself.
type Instance struct {
	Name         string // "CSIRT Toscana"
	Owner        string // the public body that runs it
	OwnerURL     string
	ContactEmail string
	ContactPhone string
	BaseURL      string // "https://csirt.example.it", without a slash at the end
	Country      string // of its bodies: "IT" when empty
	Zone         string // IANA; "Europe/Rome" when empty
	FourEyes     bool   // two people decide on accreditations and on changes of verified data
}

// Deps is what the room stands on.
type Deps struct {
	DB       *db.DB
	Clock    clock.Clock
	Audit    *audit.Log
	Bus      *events.Bus
	Bundle   *i18n.Bundle
	Data     fs.FS // data.Files
	Mail     Mailer
	People   People
	Seal     Sealer
	Files    Files
	Prover   Prover // looks for the proofs of domains; nil: none is ever found
	Instance Instance
	Queue    *jobs.Queue
	Facts    Facts // what other rooms know of a member; none when nil

	// FormLimit bounds registrations and resent links by client address,
	// LinkLimit tries of links.
	FormLimit Limiter
	LinkLimit Limiter

	// MemberPanels stand on the operator's page of an organisation.
	MemberPanels []Panel
	// Reach gives where the CSIRT is reached, as it says itself; nil: as the settings say.
	Reach func(ctx context.Context, s access.Scope) (email, phone string, err error)
	// Front gives what else stands on the front page; it may give nothing.
	Front func(ctx context.Context, s access.Scope) (templ.Component, error)
}

// Module is the room.
type Module struct {
	db   *db.DB
	ref  *Reference
	deps Deps

	onboarding onboarding.Lists
	model      completeness.Model
}

// New opens the room. It fails when the domain data cannot be read.
func New(d Deps) (*Module, error) {
	ref, err := LoadReference(d.Data)
	if err != nil {
		return nil, err
	}
	lists, err := onboarding.Load(d.Data)
	if err != nil {
		return nil, err
	}
	model, err := completeness.Load(d.Data)
	if err != nil {
		return nil, err
	}
	d.Instance.Country = orDefault(d.Instance.Country, "IT")
	d.Instance.Zone = orDefault(d.Instance.Zone, "Europe/Rome")
	return &Module{db: d.DB, ref: ref, deps: d, onboarding: lists, model: model}, nil
}

// Reference gives the domain data the room works with.
func (m *Module) Reference() *Reference { return m.ref }

// zone is the instance's time zone; UTC when its name is not known here.
func (m *Module) zone() *time.Location { return Record{TimeZone: m.deps.Instance.Zone}.Zone() }

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// notFound turns a missing row into the answer that another tenant's gets too.
func notFound(err error) error {
	if db.NotFound(err) {
		return fault.New(fault.NotFound, "access.organisation").Because(err)
	}
	return err
}

// SPDX-License-Identifier: EUPL-1.2

package operations

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// Waiting is work that waits for somebody of the CSIRT.
type Waiting struct {
	Key        string // its name, in the catalogues
	Count      int
	Oldest     time.Time // since when the oldest waits; zero when unknown
	Href       string
	Permission access.Permission // who is shown it
	Urgent     bool
}

// Feed is the health of a source of data.
type Feed struct {
	Name     string    // "nvd"
	Last     time.Time // last good run; zero: never
	DataDate time.Time // date of the newest data it brought
	Next     time.Time // next planned run; zero: none planned
	Records  int
	Broken   int
	State    string // "ok", "late", "failed", "never", "running"
	Error    string
}

// Feeds tells how the sources are.
type Feeds interface {
	Health(ctx context.Context, s access.Scope) ([]Feed, error)
}

// Mail is one message to one recipient, as the outbox lists it.
type Mail struct {
	ID           int64 // of the recipient's copy
	To           string
	Subject      string
	Kind         string
	State        string
	Organisation int64
	At           time.Time
	Error        string
	Text         string // only of a single mail
	HTML         string // only of a single mail
	Hidden       bool   // it holds somebody's single-use link: its parts stay unread
	Raw          []byte // only of a single mail: as it goes over the wire
}

// Mails reads the outbox.
type Mails interface {
	// Mails lists the newest first, older than the id before (0: from the newest).
	Mails(ctx context.Context, s access.Scope, query string, before int64, limit int) ([]Mail, error)
	// Mail gives one with its parts; a NotFound fault when there is none.
	Mail(ctx context.Context, s access.Scope, id int64) (Mail, error)
}

// Panel is a part of the control room that a neighbour fills.
type Panel func(ctx context.Context, s access.Scope) (templ.Component, error)

// Deps is what the room needs.
type Deps struct {
	DB      *db.DB
	Clock   clock.Clock
	Queue   *jobs.Queue
	Audit   *audit.Log
	Feeds   Feeds
	Mails   Mails
	Waiting []func(ctx context.Context, s access.Scope) ([]Waiting, error)
	Panels  []Panel
	// Fetch asks for the feeds to be fetched now.
	Fetch func(ctx context.Context, tx *db.Tx, s access.Scope) error
	// Home says where somebody begins who belongs to one organisation.
	Home func(ctx context.Context, p gate.Person) (string, error)
	// Who names an actor of the audit log ("person:12"); "" for one that is no person.
	Who func(ctx context.Context, actor string) string
	// Signatures are the CSIRT's own keys, and what is signed with them and ends; nil: none.
	Signatures func(ctx context.Context, s access.Scope) ([]Signature, error)
	// Outbox is true when mails stay here instead of being sent.
	Outbox bool
}

// Module is the room.
type Module struct{ Deps }

// New makes the room.
func New(d Deps) *Module { return &Module{d} }

// Register opens its routes.
func (m *Module) Register(g *gate.Gate) {
	g.Handle("GET /home", gate.SignedIn(), m.home)
	g.Handle("GET /ops", gate.Staff(access.TerritoryRead), m.room)
	g.Handle("GET /ops/own-keys", gate.Staff(access.TerritoryRead), m.signaturesPage)
	g.Handle("GET /ops/feeds", gate.Staff(access.FeedRead), m.feeds)
	g.Handle("POST /ops/feeds/fetch", gate.Staff(access.FeedRun), m.fetch)
	g.Handle("GET /ops/jobs", gate.Staff(access.JobRead), m.jobs)
	g.Handle("POST /ops/jobs/{id}/retry", gate.Staff(access.JobRetry), m.retry)
	g.Handle("GET /ops/mail", gate.Staff(access.OutboxRead), m.mails)
	g.Handle("GET /ops/mail/{id}", gate.Staff(access.OutboxRead), m.mail)
	g.Handle("GET /ops/mail/{id}/html", gate.Staff(access.OutboxRead), m.mailHTML)
	g.Handle("GET /ops/mail/{id}/eml", gate.Staff(access.OutboxRead), m.mailRaw)
	g.Handle("GET /ops/audit", gate.Staff(access.AuditRead), m.audit)
	g.Handle("POST /ops/audit/verify", gate.Staff(access.AuditRead), m.verify)
	g.Nav(
		gate.NavItem{Area: gate.AreaOps, Key: "operations.nav.room", Path: "/ops", Permission: access.TerritoryRead, Order: 10},
		gate.NavItem{Area: gate.AreaAdmin, Key: "operations.nav.feeds", Path: "/ops/feeds", Permission: access.FeedRead, Order: 10},
		gate.NavItem{Area: gate.AreaAdmin, Key: "operations.nav.signatures", Path: "/ops/own-keys", Permission: access.TerritoryRead, Order: 15},
		gate.NavItem{Area: gate.AreaAdmin, Key: "operations.nav.mail", Path: "/ops/mail", Permission: access.OutboxRead, Order: 20},
		gate.NavItem{Area: gate.AreaAdmin, Key: "operations.nav.jobs", Path: "/ops/jobs", Permission: access.JobRead, Order: 30},
		gate.NavItem{Area: gate.AreaAdmin, Key: "operations.nav.audit", Path: "/ops/audit", Permission: access.AuditRead, Order: 40},
	)
}

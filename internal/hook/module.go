// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"embed"
	"net/http"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
)

//go:embed migrations
var migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "hook", FS: migrations} }

// Kind is a kind of event that can be told.
type Kind struct {
	Name string // "inventory.changed"
	// Permission is what one must have to read what the event tells of.
	Permission access.Permission
	// Territory marks what concerns no single organisation: for the CSIRT alone.
	Territory bool
	// Members marks what is for an organisation's own addresses alone: the CSIRT
	// would be told of every member.
	Members bool
	// Refer names the object an event is about and the path where it is read; "{org}"
	// in it becomes the organisation's code. False: the event is not told.
	Refer func(n events.Notice) (object, path string, tell bool)
	// Details is what is told besides, and bounded; nil: nothing.
	Details func(n events.Notice) (any, error)
}

// Organisation is what the room needs to know of one.
type Organisation struct {
	ID         int64
	Code       string
	Name       string
	Accredited bool
	Zone       *time.Location
}

// Organisations knows them. Constituency implements it.
type Organisations interface {
	// Organisations gives those that exist, in no order.
	Organisations(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error)
}

// Mail is a message to a hook's contact.
type Mail struct {
	Kind         string
	Organisation int64
	To           string
	Language     string
	Subject      string
	Text         string
}

// Mailer queues mails in the transaction of what they tell of.
type Mailer interface {
	Queue(ctx context.Context, tx *db.Tx, m Mail) error
}

// Audit writes the audit log in the transaction of what it tells of.
type Audit interface {
	Append(ctx context.Context, tx *db.Tx, actor string, organisation int64, action, object string, detail any) error
}

// Sealer keeps secrets. *secret.Box implements it.
type Sealer interface {
	Seal(plain []byte, use string) []byte
	Open(sealed []byte, use string) ([]byte, error)
}

// Line is the way out. *fetch.Client, adapted, implements it: it refuses
// addresses of inner networks and follows no redirects.
type Line interface {
	// Check refuses an address that may never be reached, without resolving it.
	Check(address string) error
	Do(r *http.Request) (*http.Response, error)
}

// Deps is what the room stands on.
type Deps struct {
	DB            *db.DB
	Clock         clock.Clock
	Queue         *jobs.Queue
	Bus           *events.Bus
	Audit         Audit
	Bundle        *i18n.Bundle
	Organisations Organisations
	Mail          Mailer
	Seal          Sealer
	Line          Line
	Kinds         []Kind
	Zone          *time.Location

	Name    string // of the CSIRT
	BaseURL string
	Plain   bool                 // http addresses are taken too
	Ended   func(outcome string) // sees the end of every attempt, for metrics; nil: nobody
}

// Module is the room.
type Module struct{ deps Deps }

// New makes the room.
func New(d Deps) *Module {
	if d.Ended == nil {
		d.Ended = func(string) {}
	}
	return &Module{deps: d}
}

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// Register hangs the room's routes and jobs up, and makes it hear the events.
func (m *Module) Register(g *gate.Gate, q *jobs.Queue, bus *events.Bus) error {
	m.pages(g)
	m.listen(bus)
	q.Handle(deliverJob, m.deliver)
	q.Handle(purgeJob, func(ctx context.Context, _ jobs.Run) error { return m.Purge(ctx, access.System("hook")) })
	return q.Schedule(purgeJob, "20 4 * * *", m.deps.Zone, purgeJob)
}

// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"embed"
	"io"
	"log/slog"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
)

//go:embed migrations
var migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "publication", FS: migrations} }

// Alerts is the room of alerts. Advisory implements it.
type Alerts interface {
	// Public gives one that is for everybody; a NotFound fault for any other.
	Public(ctx context.Context, s access.Scope, id int64) (Alert, error)
	// PublicVersions gives id and version of those after an id, by id.
	PublicVersions(ctx context.Context, s access.Scope, after int64, limit int) ([]Version, error)
	// OpenPublic opens a file of one that everybody may have; a NotFound fault for any other.
	OpenPublic(ctx context.Context, s access.Scope, id, file int64) (File, io.ReadCloser, error)
}

// Version is which version of an alert there is.
type Version struct{ ID, Version int64 }

// Audit writes the audit log in the transaction of what it tells of.
type Audit interface {
	Append(ctx context.Context, tx *db.Tx, actor string, organisation int64, action, object string, detail any) error
}

// Deps is what the room stands on.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	Queue  *jobs.Queue
	Audit  Audit
	Log    *slog.Logger
	Bundle *i18n.Bundle
	Alerts Alerts
	PGP    *mailcrypt.PGP // signs what is published; nil: nothing does
	Zone   *time.Location

	Name     string // of the CSIRT
	Owner    string // the public body that runs it
	Email    string
	Phone    string
	BaseURL  string
	Language string // of what has but one language
	// Markdown gives safe HTML of an alert's text.
	Markdown func(source string) string
	// Status says how the service is now; nil: nobody can tell.
	Status func(ctx context.Context) []Part
	Prefix string // of tracking ids: "CSIRT-EXAMPLE"
}

// Module is the room.
type Module struct {
	deps   Deps
	files  *files
	status lastStatus
}

// New makes the room.
func New(d Deps) *Module { return &Module{deps: d, files: newFiles()} }

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

const (
	renewJob = "publication.renew"
	readyJob = "publication.ready" // after the profile was written
)

// Register hangs the room's routes and jobs up. published is the event that
// tells of a public alert; its payload names it as "advisory".
func (m *Module) Register(g *gate.Gate, q *jobs.Queue, bus *events.Bus, published string) error {
	m.provider(g)
	m.directory(g)
	m.pages(g)
	m.profilePages(g)
	g.Handle("GET "+statusPath, gate.Public(), m.statusPage, gate.Translated())
	g.Handle("GET "+securityPath, gate.Public(), m.security)
	bus.Subscribe(published, "publication", func(ctx context.Context, n events.Notice) error {
		var told struct {
			Advisory int64 `json:"advisory"`
		}
		if err := n.Decode(&told); err != nil {
			return err
		}
		return m.Publish(ctx, access.System("publication"), told.Advisory)
	})
	q.Handle(readyJob, func(ctx context.Context, _ jobs.Run) error { return m.MakeReady(ctx, access.System("publication")) })
	q.Handle(renewJob, func(ctx context.Context, _ jobs.Run) error { return m.Renew(ctx, access.System("publication")) })
	return q.Schedule(renewJob, "35 * * * *", m.deps.Zone, renewJob)
}

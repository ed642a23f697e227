// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/ratelimit"
)

//go:embed migrations
var migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "exchange", FS: migrations} }

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

// Audit writes the audit log in the transaction of what it tells of.
type Audit interface {
	Append(ctx context.Context, tx *db.Tx, actor string, organisation int64, action, object string, detail any) error
}

// Deps is what the room stands on.
type Deps struct {
	DB            *db.DB
	Clock         clock.Clock
	Audit         Audit
	Organisations Organisations
	Alerts        Alerts
	Owned         Owned
	Log           *slog.Logger
	HTML          func(markdown string) string // as the portal shows it

	Name    string // of the CSIRT
	BaseURL string
}

// Module is the room.
type Module struct {
	deps     Deps
	space    uuid.UUID          // of this portal's identifiers
	asking   *ratelimit.Limiter // by key
	guessing *ratelimit.Limiter // by address: keys that are none
	writing  chan struct{}      // a place for each list that is written at the same time
	events   events
}

// New makes the room. Programs ask every few minutes; a minute's worth may come at once.
func New(d Deps) (*Module, error) {
	if d.DB == nil || d.Alerts == nil {
		return nil, errors.New("exchange: it stands on nothing")
	}
	return &Module{
		deps:     d,
		space:    uuid.NewSHA1(uuid.NameSpaceURL, []byte(d.BaseURL)),
		writing:  make(chan struct{}, 2),
		asking:   ratelimit.New(d.Clock, ratelimit.Limit{Burst: 120, Every: time.Second}),
		guessing: ratelimit.New(d.Clock, ratelimit.Limit{Burst: 30, Every: 10 * time.Second}),
	}, nil
}

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// Register hangs the room's routes up.
func (m *Module) Register(g *gate.Gate) error {
	m.pages(g)
	m.feedDoor(g)
	m.taxiiDoor(g)
	m.blocklistDoor(g)
	m.mispDoor(g)
	return nil
}

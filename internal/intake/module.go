// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"embed"
	"log/slog"
	"math/rand/v2"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/tlp"
)

//go:embed migrations
var migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "intake", FS: migrations} }

// Alert is an alert as it came.
type Alert struct {
	Source   string // the name of where it came from
	Name     string // a file name: it says the form where the bytes do not
	Data     []byte
	TLP      tlp.Label // if it does not say its own
	Language string    // if it cannot be told; empty: no hint
	Before   int64     // the advisory that an earlier revision of it became; 0: none
}

// Receipt is what became of it.
type Receipt struct {
	Advisory int64
	Known    bool // its reference was known: nothing new was made
}

// Alerts is the room of alerts.
type Alerts interface {
	// Receive makes a draft of an alert, or keeps it beside the one that has its
	// reference or was made of its earlier revision. then writes in the same transaction. A fault of the kinds Invalid,
	// Unsupported and TooLarge means that it cannot be read, now or ever.
	Receive(ctx context.Context, s access.Scope, a Alert, then func(ctx context.Context, tx *db.Tx, r Receipt) error) error
}

// Mail is a message to a source's owner.
type Mail struct {
	Kind     string
	To       string
	Language string
	Subject  string
	Text     string
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

// Deps is what the room stands on.
type Deps struct {
	DB     *db.DB
	Clock  clock.Clock
	Queue  *jobs.Queue
	Audit  Audit
	Log    *slog.Logger
	Bundle *i18n.Bundle
	Alerts Alerts
	Mail   Mailer
	Seal   Sealer
	Line   *fetch.Client
	Zone   *time.Location

	Name    string // of the CSIRT
	BaseURL string
	Plain   bool           // keys may go over http too: for tests
	Jitter  func() float64 // in [0,1); nil: at random
}

// Module is the room.
type Module struct {
	deps Deps
	// Idle is set before Register where nothing is fetched: a demonstration, an air gap.
	Idle bool
}

// New makes the room.
func New(d Deps) *Module {
	if d.Jitter == nil {
		d.Jitter = rand.Float64
	}
	return &Module{deps: d}
}

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// Register hangs the room's routes and jobs up.
func (m *Module) Register(g *gate.Gate, q *jobs.Queue) error {
	m.pages(g)
	q.Handle(runJob, m.run)
	q.Handle(tickJob, m.tick)
	if m.Idle {
		return nil
	}
	return q.Schedule(tickJob, "* * * * *", m.deps.Zone, tickJob)
}

// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"embed"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/bounce"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/mailer"
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
	Read     []byte           // what is to be read in its place: a mail without its encryption; nil: Data
	Proof    *mailcrypt.Proof // of a mail: who sent and signed it
	TLP      tlp.Label        // if it does not say its own
	Language string           // if it cannot be told; empty: no hint
	Before   int64            // the advisory that an earlier revision of it became; 0: none
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
	// Preview gives the text a mail would be read as, for somebody who decides about it.
	Preview(mail []byte) (string, error)
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

// Returns is told of mails of ours that came back. *mailer.Mailer implements it.
type Returns interface {
	Bounced(ctx context.Context, tx *db.Tx, b mailer.Bounce) (mailer.Noted, error)
}

// Files keeps mails. *blob.Store implements it.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (blob.Object, error)
	Keep(ctx context.Context, tx *db.Tx, name string) error
	Release(ctx context.Context, tx *db.Tx, name string) error
	Open(ctx context.Context, name string) (io.ReadCloser, error)
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
	Return Returns
	Files  Files
	Keys   *mailcrypt.Ring // the CSIRT's own, that open mails
	Own    bounce.Own      // how our mails are known
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
	q.Handle(acceptJob, m.accepting)
	q.Handle(forgetJob, m.forget)
	if err := q.Schedule(forgetJob, "40 3 * * *", m.deps.Zone, forgetJob); err != nil || m.Idle {
		return err
	}
	return q.Schedule(tickJob, "* * * * *", m.deps.Zone, tickJob)
}

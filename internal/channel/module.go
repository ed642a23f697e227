// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"embed"
	"io"
	"log/slog"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/blob"
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
func Migrations() db.Migration { return db.Migration{Module: "channel", FS: migrations} }

// EventMessage tells that somebody wrote. Its payload is Written; it holds
// nothing of what was said.
const EventMessage = "channel.message_written"

// Written is the payload of EventMessage.
type Written struct {
	Thread int64  `json:"thread"`
	Side   Side   `json:"side"` // who wrote
	TLP    string `json:"tlp"`
	Named  bool   `json:"named,omitempty"` // for named people only
}

// Organisation is what the room needs to know of one.
type Organisation struct {
	ID   int64
	Code string // as it stands in paths
	Name string
	Zone *time.Location
}

// Organisations knows them. Constituency implements it.
type Organisations interface {
	// Organisations gives those that exist, in no order.
	Organisations(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error)
}

// People knows who has a permission. Identity implements it.
type People interface {
	// Holders gives the people with the permission in an organisation by a role
	// of theirs there; of the CSIRT when org is 0.
	Holders(ctx context.Context, s access.Scope, org int64, p access.Permission) ([]Person, error)
}

// Mail is a message to one person.
type Mail struct {
	Kind         string
	Organisation int64
	To, ToName   string
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

// Files keeps attachments. *blob.Store implements it.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (blob.Object, error)
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Keep(ctx context.Context, tx *db.Tx, name string) error
	Release(ctx context.Context, tx *db.Tx, name string) error
}

// Sealer seals texts. *blob.Key implements it.
type Sealer interface {
	// Seal encrypts for one use; only the same use opens it.
	Seal(plain []byte, use string) ([]byte, error)
	Open(sealed []byte, use string) ([]byte, error)
}

// Deps is what the room stands on.
type Deps struct {
	DB            *db.DB
	Clock         clock.Clock
	Queue         *jobs.Queue
	Bus           *events.Bus
	Audit         Audit
	Log           *slog.Logger
	Bundle        *i18n.Bundle
	Organisations Organisations
	People        People
	Mail          Mailer
	Files         Files
	Seal          Sealer
	Scanner       Scanner // nil: files are marked as not scanned

	Name    string // of the CSIRT
	BaseURL string
	// Mailbox is told of a member's message when nobody of the CSIRT takes part
	// in the conversation yet; "" for everybody of the CSIRT who may read it.
	Mailbox string
}

// Module is the room.
type Module struct{ deps Deps }

// New makes the room.
func New(d Deps) *Module { return &Module{deps: d} }

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// Register hangs the room's routes and jobs up.
func (m *Module) Register(g *gate.Gate, q *jobs.Queue) error {
	m.pages(g)
	return m.registerJobs(q)
}

// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"context"
	"embed"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
)

//go:embed migrations
var migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "callround", FS: migrations} }

// Lease is how long an operator has a line without doing anything about it.
const Lease = 10 * time.Minute

// Again is how long after a try in vain a line is tried again, if nothing else is said.
const Again = 15 * time.Minute

// Heading is what a line is about, in a few words.
type Heading struct {
	Title    string
	Severity string // as ui.SeverityBadge has it
	TLP      string
	Href     string // of its page for the CSIRT
}

// Script is what to say on the telephone.
type Script struct {
	Text []string // paragraphs
	Only []string // addresses: only these people may be told; none: whoever answers for the organisation
}

// Topic is a room that opens lines.
type Topic interface {
	// Headings says what some subjects are, in a language.
	Headings(ctx context.Context, s access.Scope, subjects []int64, lang string) (map[int64]Heading, error)
	// Script gives what to say to an organisation.
	Script(ctx context.Context, s access.Scope, subject int64, o Organisation, l *i18n.Localizer) (Script, error)
	// Reached is told, in the transaction that records it, who was spoken with, and by whom.
	Reached(ctx context.Context, tx *db.Tx, s access.Scope, subject, organisation int64, person, by string) error
}

// Organisation is what the room needs to know of one.
type Organisation struct {
	ID         int64
	Code, Name string
	Zone       *time.Location
}

// Call is somebody to telephone, and why.
type Call struct {
	Name, Role, Phone, Href, Email, Language string

	Reach     string // as the page of whom to call names it
	Why       []string
	Reachable bool // he is expected to answer
	Stranger  bool // he is none of the organisation's
}

// Directory knows the organisations and whom to call. Constituency implements it.
type Directory interface {
	// Named gives some organisations, in no order.
	Named(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error)
	// Calls gives whom to call now about one, the first one first, with the reasons in a language.
	Calls(ctx context.Context, s access.Scope, organisation int64, lang string) ([]Call, error)
}

// Audit writes the audit log in the transaction of what it tells of.
type Audit interface {
	Append(ctx context.Context, tx *db.Tx, actor string, organisation int64, action, object string, detail any) error
}

// Deps is what the room stands on.
type Deps struct {
	DB        *db.DB
	Clock     clock.Clock
	Audit     Audit
	Bundle    *i18n.Bundle
	Directory Directory
	Topics    map[string]Topic // by name
}

// Module is the room.
type Module struct{ deps Deps }

// New makes the room.
func New(d Deps) *Module { return &Module{deps: d} }

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// Register hangs the room's routes up.
func (m *Module) Register(g *gate.Gate) error {
	m.pages(g)
	return nil
}

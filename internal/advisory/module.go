// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"embed"
	"errors"
	"io"
	"log/slog"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/advisory/audience"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/filein"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/quiet"
)

//go:embed migrations
var migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "advisory", FS: migrations} }

// The events of the room. Their payload is Told.
const (
	EventSent         = "advisory.sent"         // to one organisation
	EventRevised      = "advisory.revised"      // to one that had an earlier revision
	EventAcknowledged = "advisory.acknowledged" // by it
)

// Told is the payload of the room's events; it holds nothing of what is said.
type Told struct {
	Advisory int64    `json:"advisory"`
	Kind     Kind     `json:"kind"`
	Severity Severity `json:"severity"`
	TLP      string   `json:"tlp"`
	Revision int      `json:"revision"`
}

// Organisation is what the room needs to know of one.
type Organisation struct {
	audience.Body
	Name string
	Zone *time.Location
	Days quiet.Calendar // its public holidays; nil: not known
}

// Contact is somebody of an organisation to write to.
type Contact struct {
	ID                      int64 // in the organisation's record; 0: who is not in it, as who registered it
	Address, Name, Language string
	KeyState                KeyState // where it was looked for
	Wish                    quiet.Wish
	Roleless                bool // nobody of the organisation has a role for emergencies
}

// Directory knows the organisations. Constituency implements it.
type Directory interface {
	// Members gives every organisation that may be sent advisories, by id.
	Members(ctx context.Context, s access.Scope) ([]Organisation, error)
	// Named gives some, in no order, whatever their state.
	Named(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error)
	// Contacts gives whom to write to now, the first one first; none where nobody is known.
	Contacts(ctx context.Context, s access.Scope, ids []int64) (map[int64][]Contact, error)
	// Others gives everybody who could be written to now, substitutes of who is away included.
	Others(ctx context.Context, s access.Scope, ids []int64) (map[int64][]Contact, error)
	// Words gives what an audience's terms can be about, in a language.
	Words(ctx context.Context, s access.Scope, lang string) (Words, error)
}

// Words are what an audience's terms can be about.
type Words struct {
	Tiers, Sectors []Word
	Provinces      []string
	Tags           []string
}

// Word is a value and what people call it.
type Word struct{ Value, Name string }

// Technology answers who runs what. Vulnerability implements it.
type Technology interface {
	Running(ctx context.Context, s access.Scope, question string) (map[int64]audience.Evidence, error)
	// Gravity says of some CVEs what the worst CVSS score is (0: none is known), and whether one is known to be exploited.
	Gravity(ctx context.Context, s access.Scope, cves []string) (worst float64, exploited bool, err error)
}

// Mail is an advisory's mail to one person.
type Mail struct {
	Advisory     int64
	Revision     int
	Number       int64 // of the recipient
	Organisation int64
	To           Contact
	Subject      string
	Text         string
	HTML         string // a fragment that says the same, without the signature
	Signature    string
	TLP          string
	Critical     bool
	Key          Key    // usable: it leaves encrypted with it
	OuterSubject string // what stands outside of an encrypted mail
	Step         string // of the escalation; empty: the first mail
}

// Mailer queues mails in the transaction of what they tell of.
type Mailer interface {
	Queue(ctx context.Context, tx *db.Tx, mails []Mail) error
	// Returned gives those of some addresses, in small letters, whose last mail came back.
	Returned(ctx context.Context, s access.Scope, addresses []string) (map[string]Returned, error)
	// QueueCollected queues one mail of several alerts.
	QueueCollected(ctx context.Context, tx *db.Tx, m CollectedMail) error
}

// Audit writes the audit log in the transaction of what it tells of.
type Audit interface {
	Append(ctx context.Context, tx *db.Tx, actor string, organisation int64, action, object string, detail any) error
}

// Files keeps the originals. *blob.Store implements it.
type Files interface {
	Put(ctx context.Context, r io.Reader, limit int64) (blob.Object, error)
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Keep(ctx context.Context, tx *db.Tx, name string) error
	Release(ctx context.Context, tx *db.Tx, name string) error
}

// PDF takes the text out of a PDF. pdftext.Program implements it.
type PDF interface {
	Text(ctx context.Context, pdf []byte) (string, error)
}

// Deps is what the room stands on.
type Deps struct {
	DB         *db.DB
	Clock      clock.Clock
	Queue      *jobs.Queue
	Bus        *events.Bus
	Audit      Audit
	Log        *slog.Logger
	Bundle     *i18n.Bundle
	Directory  Directory
	Technology Technology
	Mail       Mailer
	Weekly     Weekly
	// Frame makes of a mail's HTML and signature what a mail program gets; nil: the HTML alone.
	Frame   func(html, signature, language string) string
	Files   Files
	PDF     PDF
	Scanner filein.Scanner // of files; nil: they are marked as not scanned
	Calls   CallList
	Keys    Keys
	Opener  Opener // of mails that are brought by hand; nil: they are read as they are

	Name    string // of the CSIRT
	BaseURL string
	// FourEyes asks that whoever wrote an advisory last does not send it.
	FourEyes bool
	// Escalation is what is done about those who do not acknowledge an alert, by severity.
	Escalation map[Severity]Escalation
	// Zone is the CSIRT's: in its working hours people are reminded of what is not critical.
	Zone *time.Location
}

// Module is the room.
type Module struct{ deps Deps }

// New makes the room.
func New(d Deps) *Module { return &Module{deps: d} }

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// Register hangs the room's routes and jobs up.
func (m *Module) Register(g *gate.Gate, q *jobs.Queue) error {
	m.pages(g)
	m.registerJobs(q)
	return errors.Join(m.registerWeekly(q), m.registerDue(q), m.registerFigures(q))
}

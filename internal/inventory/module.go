// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"embed"
	"errors"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

//go:embed migrations
var migrations embed.FS

// Locales holds the room's sentences.
//
//go:embed locale/*.json
var Locales embed.FS

// Migrations is the room's schema.
func Migrations() db.Migration { return db.Migration{Module: "inventory", FS: migrations} }

// EventChanged tells that an organisation's stack changed. It has no payload.
const EventChanged = "inventory.changed"

// EventNames tells that people confirmed, or took back, what a CNA's names mean
// (Resolve). Its payload is {"vendor": …, "product": …}, as the CNA writes them.
const EventNames = "inventory.names_changed"

// Dictionary knows the products of the CVE corpus.
type Dictionary interface {
	// Generation changes whenever Products would answer differently.
	Generation(ctx context.Context) (int64, error)
	// Products gives every vendor and product with how many CVEs name it.
	Products(ctx context.Context, s access.Scope) ([]names.Product, error)
}

// Audit writes the audit log in the transaction of what it tells of.
type Audit interface {
	Append(ctx context.Context, tx *db.Tx, actor string, organisation int64, action, object string, detail any) error
}

// Panel is what another room adds to an item's page; nil when it has nothing to say.
type Panel func(r *gate.Request, item Item) (templ.Component, error)

// Limits bounds what is taken in. The zero value of each means its default.
type Limits struct {
	Items    int   // of one organisation; default 250,000
	List     int64 // bytes of a CSV file or of pasted lines; default 20 MB
	Document int64 // bytes of a CycloneDX document; default 100 MB
	Inline   int64 // bytes up to which a list is read at once, not by a job; default 256 KB
}

// Deps is what the room needs of others.
type Deps struct {
	DB         *db.DB
	Clock      clock.Clock
	Queue      *jobs.Queue
	Bus        *events.Bus
	Audit      Audit
	CPE        CPE
	Dictionary Dictionary
	Limits     Limits
	Pull       Puller // how inventories are fetched from servers

	// AffectedNames lists names of CVE 5 records nobody has confirmed yet, those
	// in most CVEs first, from the one after another on. nil: the operator's page has no such list.
	AffectedNames func(ctx context.Context, s access.Scope, after *AffectedName, limit int) ([]AffectedName, error)
	// Open counts the open vulnerabilities of items, for the list. nil: no such column.
	Open func(ctx context.Context, s access.Scope, items []int64) (map[int64]int, error)
	// Who names the author of a change ("person:12") as people know him; "" or nil: by number.
	Who func(ctx context.Context, actor string) string
	// Organisations names organisations, for the CSIRT's people. nil: by number.
	Organisations func(ctx context.Context, s access.Scope, ids []int64) (map[int64]gate.Organisation, error)
	// Panels stand on every item's page.
	Panels []Panel
}

// Module is the room.
type Module struct {
	deps Deps
	dict dictionary
}

// New makes the room.
func New(d Deps) *Module {
	if d.Limits.Items == 0 {
		d.Limits.Items = 250_000
	}
	d.Limits.List = orDefault(d.Limits.List, 20<<20)
	d.Limits.Document = orDefault(d.Limits.Document, 100_000_000)
	d.Limits.Inline = orDefault(d.Limits.Inline, 256<<10)
	return &Module{deps: d}
}

func orDefault(v, fallback int64) int64 {
	if v == 0 {
		return fallback
	}
	return v
}

func (m *Module) now() time.Time { return m.deps.Clock.Now() }

// Register hangs the room's routes, jobs and subscriptions up.
func (m *Module) Register(g *gate.Gate, q *jobs.Queue, bus *events.Bus) error {
	m.registerJobs(q, bus)
	m.registerPages(g)
	return errors.Join(q.Schedule("inventory.tidy", "20 3 * * *", time.UTC, jobTidy), q.Schedule("inventory.sources", "*/10 * * * *", time.UTC, jobSources))
}

// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"embed"
	"io"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"martinella/internal/access/gate"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/ratelimit"
)

//go:embed migrations
var migrations embed.FS

// Migrations gives the schema of the answers kept for idempotency keys.
func Migrations() db.Migration { return db.Migration{Module: "api", FS: migrations} }

// Locale holds the sentences of the API.
//
//go:embed locale/*.json
var Locale embed.FS

// Root is the path all operations are under.
const Root = "/api/v1"

// Version is the API's: the second number grows with additions, the first, which
// is in the path, with changes that break programs.
const Version = "1.0"

// Signer signs cursors. Platform/secret implements it.
type Signer interface {
	Sign(text []byte, use string) []byte
	Signed(text, signature []byte, use string) bool
}

// Meter says how often a key may ask. Platform/ratelimit implements it.
type Meter interface {
	Take(key string) ratelimit.Verdict
}

// Deps is what the API stands on.
type Deps struct {
	DB      *db.DB
	Clock   clock.Clock
	Signer  Signer
	Meter   Meter
	BaseURL string // "https://csirt.example.it", without a slash at the end
	Owner   string // who runs the instance
	Contact string // his address for questions; "" for none
}

// API is what rooms declare operations on.
type API struct {
	deps Deps
	gate *gate.Gate
	huma huma.API
	ops  []Operation

	written sync.Once
	text    []byte // the document
	failed  error
}

// Operation is what was declared, for the documentation and for tests.
type Operation struct {
	ID, Method, Path string // "/api/v1/organisations/{org}/stack/items"
	Rule             gate.Rule
}

// New makes an API whose operations are routes of g.
func New(g *gate.Gate, d Deps) *API {
	a := &API{deps: d, gate: g}
	a.huma = huma.NewAPI(huma.Config{
		OpenAPI:                      a.openAPI(),
		Formats:                      map[string]huma.Format{"application/json": {Marshal: write, Unmarshal: read}, "application/problem+json": {Marshal: nowhere}},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{catch},
	}, adapter{a})
	g.Elsewhere("/api/", gate.Machine(a.meter))
	a.describe()
	a.docs()
	return a
}

// Operations lists the operations as they were declared.
func (a *API) Operations() []Operation { return a.ops }

// URL makes an absolute address of a path beneath the API's root.
func (a *API) URL(path string) string { return a.deps.BaseURL + Root + path }

// write and read are the API's JSON: a list without elements is [], not null,
// and a name that stands twice in an object is an error, because two programs
// would read it differently (RFC 8259, section 4).
func write(w io.Writer, v any) error { return json.MarshalWrite(w, v, json.Deterministic(true)) }

// nowhere is where huma's own problem documents go: see catch.
func nowhere(io.Writer, any) error { return nil }

func read(data []byte, v any) error { return json.Unmarshal(data, v) }

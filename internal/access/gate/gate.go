// SPDX-License-Identifier: EUPL-1.2

package gate

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

// Person is who asks, as pages show him.
type Person struct {
	ID       int64
	Name     string
	Email    string
	Language string // "" when the person chose none
}

// Organisation is the one in the path.
type Organisation struct {
	ID         int64
	Code       string // as it stands in the path
	Name       string
	Zone       *time.Location // nil: the instance's
	Accredited bool
}

// Session is a signed-in person's.
type Session struct {
	Principal access.Principal
	Person    Person
	// Pending is the page the person must complete first, for example to set up
	// the second factor; "" when nothing is open. Only routes with AllowPending
	// are reachable until then.
	Pending string
	// Recent says that a second factor was shown in the last minutes (see [Recent]).
	Recent bool
	// Outside are the organisations that do not admit their members from the
	// address of this request. The CSIRT's people are let in nevertheless.
	Outside map[int64]bool
	// Address is the address the request came from, as a refusal names it.
	Address string
	// Token is the API token the request came with; 0 for a browser's session.
	Token int64
}

// Authenticator tells who sent a request; nil when nobody has signed in.
// Identity implements it.
type Authenticator interface {
	Authenticate(r *http.Request) (*Session, error)
}

// Directory knows the organisations. Constituency implements it.
type Directory interface {
	// OrganisationByCode gives a NotFound fault for an unknown code.
	OrganisationByCode(ctx context.Context, s access.Scope, code string) (Organisation, error)
	// OrganisationsByID gives those that exist, in no order.
	OrganisationsByID(ctx context.Context, s access.Scope, ids []int64) ([]Organisation, error)
}

// Config is what the gate stands on.
type Config struct {
	Auth      Authenticator
	Directory Directory
	Bundle    *i18n.Bundle
	Log       *slog.Logger
	Zone      *time.Location // the instance's
	Language  string         // the instance's; "" means Italian
	BaseURL   string         // "https://csirt.example.it", without a slash at the end
	Owner     ui.Link        // the public body that runs the instance
	Demo      bool
}

// Secure says whether cookies must be marked secure.
func (c Config) Secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Gate is the router of the whole program.
type Gate struct {
	cfg    Config
	mux    *http.ServeMux
	routes []Route
	nav    []NavItem
	quick  *Quick

	elsewhere map[string]options // of what is beneath a path, for programs

	confirm Handler
}

// Route is a registered route, for the matrix test and `doctor --permissions`.
type Route struct {
	Pattern string // "GET /o/{org}/stack"
	Rule    Rule
	Fresh   Freshness
}

// New makes a gate without routes.
func New(cfg Config) *Gate {
	g := &Gate{cfg: cfg, mux: http.NewServeMux(), elsewhere: map[string]options{}}
	g.mux.Handle("/", http.HandlerFunc(g.noRoute))
	return g
}

// Secure says whether the instance is reached by https.
func (g *Gate) Secure() bool { return g.cfg.Secure() }

// Routes lists the routes as they were registered.
func (g *Gate) Routes() []Route { return g.routes }

// Handler does what a route is for. A returned error becomes a page or a
// problem document.
type Handler func(r *Request) error

type options struct {
	maxBody      int64
	answer       int64
	allowPending bool
	bare         bool
	fresh        Freshness
	machine      bool // the asker is a program
	translated   bool // search engines are told of the page in each language
	guard        Guard
}

// Option changes what a route allows.
type Option func(*options)

// MaxBody lets the route's body be larger, or smaller, than web.DefaultMaxBody.
func MaxBody(bytes int64) Option { return func(o *options) { o.maxBody = bytes } }

// Answers says how large a file the route may answer with: a slow line has time for it.
func Answers(bytes int64) Option { return func(o *options) { o.answer = bytes } }

// AllowPending opens the route to somebody who has still to complete his sign-in.
func AllowPending() Option { return func(o *options) { o.allowPending = true } }

// Bare shows the route's pages without navigation: one short task in the middle.
func Bare() Option { return func(o *options) { o.bare = true } }

// Translated says that the route's page is for everybody and there in every
// language: search engines are told where ([Request.alternates]).
func Translated() Option { return func(o *options) { o.translated = true } }

// Handle registers a route ("GET /o/{org}/stack") with the rule of who may enter.
// A pattern that net/http refuses, or that is registered twice, panics there:
// it is a defect seen at the first start.
func (g *Gate) Handle(pattern string, rule Rule, h Handler, opts ...Option) {
	o := options{maxBody: web.DefaultMaxBody}
	for _, opt := range opts {
		opt(&o)
	}
	g.routes = append(g.routes, Route{Pattern: pattern, Rule: rule, Fresh: o.fresh})
	g.mux.Handle(pattern, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.serve(w, r, rule, h, o)
	}))
}

// Raw mounts a plain handler for everybody: static files, health. It takes part
// in no rule and gets no scope.
func (g *Gate) Raw(pattern string, h http.Handler) { g.mux.Handle(pattern, h) }

// ServeHTTP implements http.Handler. It belongs behind web.Secure.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

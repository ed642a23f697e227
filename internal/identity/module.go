// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"martinella/internal/access"
	"martinella/internal/identity/oidc"
	"martinella/internal/identity/password"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/ratelimit"
	"martinella/internal/platform/secret"
)

//go:embed migrations
var migrations embed.FS

// Migrations gives the module's schema.
func Migrations() db.Migration { return db.Migration{Module: "identity", FS: migrations} }

// Locale holds the module's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Organisation is what identity needs to know of one.
type Organisation struct {
	ID   int64
	Code string // as it stands in paths
	Name string
}

// Organisations knows the organisations. Constituency implements it.
type Organisations interface {
	// Organisations gives those of ids that exist, in no order. q may be a
	// transaction in which one of them has just been made.
	Organisations(ctx context.Context, q db.Querier, s access.Scope, ids []int64) ([]Organisation, error)
}

// Mail is a message to a person.
type Mail struct {
	Kind         string // "invitation", "reset"…
	Organisation int64  // whose matter it is; 0 when nobody's but the person's
	To           string
	Name         string
	Language     string
	Subject      string
	Text         string
	HTML         string
	Secret       bool // holds a single-use link: nobody but the person may read it
}

// Mails sends mail. Platform/mailer implements it.
type Mails interface {
	// Queue sends m when tx is committed.
	Queue(ctx context.Context, tx *db.Tx, m Mail) error
}

// Deps is what the module stands on.
type Deps struct {
	DB            *db.DB
	Clock         clock.Clock
	Audit         *audit.Log
	Queue         *jobs.Queue
	Secrets       *secret.Box
	Mails         Mails
	Organisations Organisations
	Bundle        *i18n.Bundle
	Zone          *time.Location // of the times in mails
	Log           *slog.Logger
	Config        Config
	Cards         Cards            // how people sign in with a card; zero: they do not
	Providers     []*oidc.Provider // where else people may be known
}

// Module is the capability.
type Module struct {
	Deps
	hasher   *password.Hasher
	relying  *webauthn.WebAuthn // nil: browsers have no passkeys for our address
	bySignIn *ratelimit.Limiter // sign-ins by client address
	byMail   *ratelimit.Limiter // requests for a mail by client address
	byTarget *ratelimit.Limiter // mails that strangers can make us send, by addressee
	bySender *ratelimit.Limiter // mails to addresses of their choice, by who signed in
}

// New makes the module.
func New(d Deps) (*Module, error) {
	d.Config = d.Config.withDefaults()
	hasher, err := password.NewHasher(d.Config.Hash, d.Config.HashAtOnce)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	relying, err := relyingParty(d.Config.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return &Module{
		Deps: d, hasher: hasher, relying: relying,
		// A municipality signs in from one address: some thirty people at eight o'clock.
		bySignIn: ratelimit.New(d.Clock, ratelimit.Limit{Burst: 60, Every: 2 * time.Second}),
		byMail:   ratelimit.New(d.Clock, ratelimit.Limit{Burst: 10, Every: time.Minute}),
		byTarget: ratelimit.New(d.Clock, ratelimit.Limit{Burst: 5, Every: 10 * time.Minute}),
		bySender: ratelimit.New(d.Clock, ratelimit.Limit{Burst: 50, Every: time.Minute}),
	}, nil
}

// note writes the audit log.
func (m *Module) note(ctx context.Context, tx *db.Tx, who string, organisation int64, action string, person int64, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	return m.Audit.Append(ctx, tx, who, organisation, action, actor(person), detail)
}

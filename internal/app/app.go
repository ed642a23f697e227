// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/constituency"
	"martinella/internal/identity/card/desk"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/secret"
)

// Options is what an App is made of.
type Options struct {
	Config  config.Config
	Log     *slog.Logger
	Clock   clock.Clock
	Version string
	Prover  constituency.Prover // where the proofs of domains are looked for; nil: in the world
}

// App is one instance of the program: an open database and everything on it.
type App struct {
	Options
	DB       *db.DB
	Queue    *jobs.Queue
	Bus      *events.Bus
	Audit    *audit.Log
	Gate     *gate.Gate
	API      *api.API
	bundle   *i18n.Bundle
	zone     *time.Location
	rooms    rooms
	aliases  *aliases
	box      *secret.Box
	desk     *desk.Desk // nil: nobody signs in with a card
	blobKey  *blob.Key
	keys     *mailcrypt.Ring // the CSIRT's own, that sign
	closers  []io.Closer
	metrics  *metrics
	migrated int
	draining atomic.Bool
}

// Open opens the instance's database, brings its schema up to date and builds
// every room. Nothing runs yet.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Config.Demo && o.Config.Name == config.DefaultName {
		o.Config.Name, o.Config.OwnerName = "CSIRT dimostrativo", "Territorio dimostrativo"
	}
	if o.Config.Demo {
		o.Config = withDemoCard(o.Config)
	}
	if err := os.MkdirAll(o.Config.Data, 0o750); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	if o.Config.Demo {
		var err error
		if o.Config, err = withDemoKey(o); err != nil {
			return nil, fmt.Errorf("the demonstration's key: %w", err)
		}
	}
	keys, err := loadKeys(o.Config.Keys, o.Clock.Now())
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, o.Config.Database)
	if err != nil {
		return nil, err
	}
	a := &App{Options: o, DB: d, zone: o.Config.Location(), keys: keys, metrics: newMetrics(o.Version)}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) (err error) {
	if a.migrated, err = a.DB.Migrate(ctx, Migrations()); err != nil {
		return err
	}
	if a.bundle, err = Bundle(); err != nil {
		return err
	}
	a.bundle = a.bundle.WithNow(a.Clock.Now)
	a.Queue = jobs.New(a.DB, a.Clock, a.Log, jobs.Config{Workers: a.Config.Workers})
	a.Queue.OnDone(a.metrics.job)
	a.Bus = events.NewBus(a.Queue, a.Clock)
	a.Audit = audit.New(a.DB, a.Clock.Now)
	return a.furnish(ctx)
}

// Migrated says how many schema steps Open applied.
func (a *App) Migrated() int { return a.migrated }

// Close ends the instance. What runs must have ended before.
func (a *App) Close() error {
	var errs []error
	for _, c := range a.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(append(errs, a.DB.Close())...)
}

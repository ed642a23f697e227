// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/a-h/templ"

	"martinella/data"
	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/advisory"
	"martinella/internal/advisory/audience"
	"martinella/internal/advisory/parse"
	"martinella/internal/callround"
	"martinella/internal/channel"
	"martinella/internal/constituency"
	"martinella/internal/exchange"
	"martinella/internal/hook"
	"martinella/internal/identity"
	"martinella/internal/intake"
	"martinella/internal/inventory"
	"martinella/internal/operations"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/i18n"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailer"
	"martinella/internal/platform/pdftext"
	"martinella/internal/platform/ratelimit"
	"martinella/internal/platform/secret"
	"martinella/internal/publication"
	"martinella/internal/vulnerability"
	"martinella/internal/vulnerability/corpus"
	"martinella/internal/vulnerability/digest"
	"martinella/internal/vulnerability/feed"
	"martinella/web/ui"
)

// rooms are the parts of the house. An adapter that is handed to one room and
// speaks to another holds a pointer to this and looks at the moment of the call.
type rooms struct {
	mails         *mailer.Mailer
	identity      *identity.Module
	constituency  *constituency.Module
	inventory     *inventory.Module
	corpus        *corpus.Store
	vulnerability *vulnerability.Module
	operations    *operations.Module
	files         *blob.Store
	channel       *channel.Module
	hooks         *hook.Module
	advisory      *advisory.Module
	intake        *intake.Module
	exchange      *exchange.Module
	publication   *publication.Module
	callround     *callround.Module
}

// Migrations lists every schema, in the order they are applied.
func Migrations() []db.Migration {
	return []db.Migration{
		{Module: "jobs", FS: jobs.Migrations},
		{Module: "events", FS: events.Migrations},
		{Module: "audit", FS: audit.Migrations},
		{Module: "mailer", FS: mailer.Migrations},
		{Module: "blob", FS: blob.Migrations},
		api.Migrations(),
		identity.Migrations(),
		constituency.Migrations(),
		inventory.Migrations(),
		vulnerability.Migrations(),
		channel.Migrations(),
		hook.Migrations(),
		advisory.Migrations(),
		intake.Migrations(),
		exchange.Migrations(),
		publication.Migrations(),
		callround.Migrations(),
	}
}

// Bundle merges every catalogue of sentences.
func Bundle() (*i18n.Bundle, error) {
	bundle, err := i18n.Load(
		ui.Locale, gate.Locale, api.Locale, mailer.Locale, fetch.Locale, feed.Locale, corpus.Locale, digest.Locale,
		identity.Locale,
		constituency.Locales,
		inventory.Locales,
		vulnerability.Locale,
		parse.Locale, pdftext.Locale,
		channel.Locale,
		hook.Locale,
		advisory.Locale,
		exchange.Locale,
		audience.Locale,
		publication.Locale,
		intake.Locale,
		callround.Locale,
		operations.Locale,
	)
	if err != nil {
		return nil, err
	}
	names, err := constituency.Names(data.Files)
	if err != nil {
		return nil, err
	}
	return bundle.With(names)
}

// furnish builds the rooms and opens their doors.
func (a *App) furnish(ctx context.Context) error {
	for _, build := range []func() error{
		a.buildMails,
		a.buildFiles,
		a.buildIdentity,
		a.buildConstituency,
		a.buildVulnerability,
		a.buildInventory,
		a.buildChannel,
		a.buildHooks,
		a.buildAdvisory,
		a.buildIntake,
		a.buildExchange,
		a.buildPublication,
		a.buildCallRound,
		a.buildOperations,
	} {
		if err := build(); err != nil {
			return err
		}
	}
	return a.open(ctx)
}

func (a *App) buildMails() error {
	out, err := transport(a.Config)
	if err != nil {
		return err
	}
	a.rooms.mails, err = mailer.New(a.DB, a.Queue, a.Clock, mailer.Config{From: a.Config.MailFrom, Tag: a.Config.Name, Transport: out, Log: a.Log,
		Keys: a.keys, Lines: a.Config.SMTPConnections})
	if err != nil {
		return err
	}
	a.Queue.Handle(purgeJob, func(ctx context.Context, _ jobs.Run) error { return a.purgeMails(ctx) })
	return a.Queue.Schedule(purgeJob, "50 3 * * *", a.zone, purgeJob)
}

const purgeJob = "app.purge_mails"

// mailLife is how long a mail can be read in the portal after it was sent.
const mailLife = 400 * 24 * time.Hour

func (a *App) purgeMails(ctx context.Context) error {
	return a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := a.rooms.mails.Purge(ctx, tx, a.Clock.Now().Add(-mailLife))
		return err
	})
}

func (a *App) buildIdentity() (err error) {
	a.box, err = secret.Load(secret.Source{Default: a.Config.SecretFile})
	if err != nil {
		return fmt.Errorf("the secret key: %w", err)
	}
	cfg := identity.Config{BaseURL: a.Config.BaseURL, RecentLife: a.Config.StepUp}
	if a.Config.Demo {
		cfg.DemoSecret = demoSecret
		cfg.Hash = demoHash()
	}
	cards, err := a.cards()
	if err != nil {
		return err
	}
	providers, err := a.providers()
	if err != nil {
		return err
	}
	a.rooms.identity, err = identity.New(identity.Deps{
		DB: a.DB, Clock: a.Clock, Audit: a.Audit, Queue: a.Queue, Secrets: a.box, Mails: identityMails{a.rooms.mails},
		Organisations: directory{&a.rooms}, Bundle: a.bundle, Zone: a.zone, Log: a.Log, Config: cfg,
		Cards: cards, Providers: providers,
	})
	return err
}

func (a *App) buildConstituency() (err error) {
	c := a.Config
	reference, err := a.reference()
	if err != nil {
		return err
	}
	prover, err := a.prover()
	if err != nil {
		return err
	}
	a.rooms.constituency, err = constituency.New(constituency.Deps{
		DB: a.DB, Clock: a.Clock, Audit: a.Audit, Bus: a.Bus, Bundle: a.bundle, Data: reference,
		Mail: constituencyMails{a.rooms.mails}, People: people{&a.rooms}, Seal: a.box, Files: a.rooms.files, Prover: prover, Queue: a.Queue, Facts: a.memberFacts,
		Instance: constituency.Instance{Name: c.Name, Owner: c.OwnerName, OwnerURL: c.OwnerURL, ContactEmail: c.ContactEmail,
			ContactPhone: c.ContactPhone, BaseURL: c.BaseURL, Zone: c.Zone, FourEyes: c.FourEyes},
		FormLimit:    ratelimit.New(a.Clock, ratelimit.Limit{Burst: 10, Every: 2 * time.Minute}),
		LinkLimit:    ratelimit.New(a.Clock, ratelimit.Limit{Burst: 60, Every: 10 * time.Second}),
		MemberPanels: a.memberPanels(),
		Reach: func(ctx context.Context, s access.Scope) (email, phone string, err error) {
			p, err := a.rooms.publication.Profile(ctx, s)
			return p.Email, p.Phone, err
		},
		Front: func(ctx context.Context, s access.Scope) (templ.Component, error) {
			return a.rooms.publication.Latest(ctx, s)
		},
	})
	return err
}

func (a *App) buildVulnerability() error {
	a.rooms.corpus = corpus.New(a.DB, a.Clock)
	a.aliases = &aliases{r: &a.rooms}
	a.rooms.vulnerability = vulnerability.New(vulnerability.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Bus: a.Bus, Audit: a.Audit, Log: a.Log, Bundle: a.bundle, BaseURL: a.Config.BaseURL,
		IndexFile: filepath.Join(a.Config.Data, "cache", "match.index"), Corpus: a.rooms.corpus, Stacks: stacks{&a.rooms}, Directory: members{&a.rooms}, Outbox: digestMails{r: &a.rooms, base: a.Config.BaseURL, listID: listID(a.Config.BaseURL)},
		Staff: staff{&a.rooms}, Aliases: a.aliases, Panels: a.homePanels(), Listeners: listeners{&a.rooms},
	})
	return nil
}

// listID names the digest for mail filters: "digest." and the portal's host.
func listID(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil || u.Hostname() == "" {
		return "digest.localhost"
	}
	return "digest." + u.Hostname()
}

func (a *App) buildInventory() error {
	a.rooms.inventory = inventory.New(inventory.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Bus: a.Bus, Audit: a.Audit, CPE: cpeNames{}, Dictionary: dictionary{&a.rooms},
		Pull: a.puller(), AffectedNames: a.affectedNames, Open: a.openCounts, Panels: []inventory.Panel{a.itemPanel}, Who: (&authors{r: &a.rooms}).Name,
		Organisations: a.organisationNames,
	})
	return nil
}

func (a *App) buildOperations() error {
	a.rooms.operations = operations.New(operations.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Audit: a.Audit, Feeds: feeds{a}, Mails: outbox{a.rooms.mails},
		Waiting: []func(context.Context, access.Scope) ([]operations.Waiting, error){
			a.waitingRegistrations,
			a.waitingNames,
			a.waitingKeys, a.waitingClaims,
			a.waitingMessages,
			a.waitingHooks,
			a.waitingAdvisories,
			a.waitingSources,
			a.waitingCalls,
		},
		Panels: a.roomPanels(), Signatures: a.signatures, Fetch: a.fetchFeeds(), Home: a.homeOf, Who: (&authors{r: &a.rooms}).Name, Outbox: a.Config.MailTransport == "outbox",
	})
	return nil
}

// open makes the gate and registers every route, job and subscription.
func (a *App) open(context.Context) error {
	secure := gate.Config{BaseURL: a.Config.BaseURL}.Secure()
	a.Gate = gate.New(gate.Config{
		Auth: a.rooms.identity.Authenticator(secure), Directory: directory{&a.rooms}, Bundle: a.bundle, Log: a.Log, Zone: a.zone,
		Language: a.Config.Language, BaseURL: a.Config.BaseURL, Owner: ui.Link{Text: a.owner(), Href: a.Config.OwnerURL}, Demo: a.Config.Demo,
	})
	a.rooms.operations.Register(a.Gate)
	return errors.Join(
		a.openAPI(),
		a.rooms.identity.Register(a.Gate, a.Queue),
		a.rooms.constituency.Register(a.Gate, a.Queue, a.Bus),
		a.rooms.inventory.Register(a.Gate, a.Queue, a.Bus),
		a.rooms.vulnerability.Register(a.Gate, a.Queue, a.Bus),
		a.rooms.files.Register(),
		a.rooms.channel.Register(a.Gate, a.Queue),
		a.rooms.hooks.Register(a.Gate, a.Queue, a.Bus),
		a.rooms.advisory.Register(a.Gate, a.Queue),
		a.rooms.intake.Register(a.Gate, a.Queue),
		a.rooms.exchange.Register(a.Gate),
		a.rooms.publication.Register(a.Gate, a.Queue, a.Bus, advisory.EventPublished),
		a.rooms.callround.Register(a.Gate),
		a.scheduleFeeds(),
	)
}

func (a *App) owner() string {
	if a.Config.OwnerName != "" {
		return a.Config.OwnerName
	}
	return a.Config.Name
}

// homeOf sends a member to his organisation, or, when he has several, to the
// page that lists them.
func (a *App) homeOf(ctx context.Context, p gate.Person) (string, error) {
	mine, err := a.rooms.identity.MyOrganisations(ctx, access.Principal{Person: p.ID}.Own())
	if err != nil {
		return "", err
	}
	if len(mine) == 0 {
		return "", fault.New(fault.NotFound, "access.organisation")
	}
	if len(mine) > 1 {
		return "/account", nil
	}
	return "/o/" + url.PathEscape(mine[0].Organisation.Code), nil
}

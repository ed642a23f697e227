// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"martinella/internal/access"
	"martinella/internal/access/gate/api"
	"martinella/internal/advisory"
	"martinella/internal/channel"
	"martinella/internal/constituency"
	"martinella/internal/hook"
	"martinella/internal/inventory"
	"martinella/internal/operations"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fetch"
	"martinella/internal/platform/mailer"
	"martinella/internal/platform/tlp"
	"martinella/internal/platform/web"
	"martinella/internal/vulnerability"
)

// hookTimeout is how long an address has to answer a webhook.
const hookTimeout = 10 * time.Second

func (a *App) buildHooks() error {
	line, err := a.hookLine()
	if err != nil {
		return err
	}
	a.rooms.hooks = hook.New(hook.Deps{
		DB: a.DB, Clock: a.Clock, Queue: a.Queue, Bus: a.Bus, Audit: a.Audit, Bundle: a.bundle, Organisations: tenants{&a.rooms},
		Mail: hookMails{a.rooms.mails}, Seal: a.box, Line: line, Kinds: hookKinds(), Zone: a.zone,
		Name: a.Config.Name, BaseURL: a.Config.BaseURL, Plain: a.Config.HookHTTP || a.Config.Demo,
		Ended: func(outcome string) { a.metrics.hooks.WithLabelValues(outcome).Inc() },
	})
	return nil
}

// hookKinds is the table of what may be told, to whom, and where it is read.
func hookKinds() []hook.Kind {
	at := func(object, path string) func(events.Notice) (string, string, bool) {
		return func(events.Notice) (string, string, bool) { return object, api.Root + path, true }
	}
	return []hook.Kind{
		{Name: constituency.EventChanged, Permission: access.OrganisationRead, Refer: at("organisation", "/organisations/{org}")},
		{Name: inventory.EventChanged, Permission: access.StackRead, Refer: at("stack", "/organisations/{org}/stack/items")},
		{Name: channel.EventMessage, Permission: access.ChannelRead, Refer: referMessage},
		touching(vulnerability.EventTouched), touching(vulnerability.EventEscalated),
		{Name: advisory.EventSent, Permission: access.AdvisoryRead, Refer: referAdvisory},
		{Name: advisory.EventRevised, Permission: access.AdvisoryRead, Refer: referAdvisory},
		{Name: advisory.EventAcknowledged, Permission: access.AdvisoryRead, Refer: referAdvisory},
		{Name: advisory.EventPublished, Permission: access.AdvisoryRead, Territory: true, Refer: referPublished},
		{Name: advisory.EventEscalated, Permission: access.AdvisoryRead, Refer: referAdvisory},
		{Name: inventory.EventNames, Permission: access.NameConfirm, Territory: true, Refer: at("names", "/names")},
		{Name: vulnerability.EventCorpus, Permission: access.FeedRead, Territory: true, Refer: at("feeds", "/feeds")},
	}
}

// touching tells an organisation how many CVEs a step of the matcher concerns, and
// which are the most urgent.
func touching(kind string) hook.Kind {
	return hook.Kind{
		Name: kind, Permission: access.VulnerabilityRead, Members: true,
		Refer: func(events.Notice) (string, string, bool) {
			return "vulnerabilities", api.Root + "/organisations/{org}/vulnerabilities", true
		},
		Details: func(n events.Notice) (any, error) {
			var t vulnerability.Touched
			err := n.Decode(&t)
			return t, err
		},
	}
}

// listeners is hook for the matcher.
type listeners struct{ r *rooms }

// Listening implements vulnerability.Listeners.
func (l listeners) Listening(ctx context.Context, tx *db.Tx, s access.Scope, kind string) ([]int64, error) {
	return l.r.hooks.Listening(ctx, tx, s, kind)
}

// referMessage tells of a message in the secure channel, unless it is above
// TLP:GREEN or for named people: then not even that there is one.
func referMessage(n events.Notice) (object, path string, tell bool) {
	var w channel.Written
	if err := n.Decode(&w); err != nil || w.Named || !tlp.Label(w.TLP).Within(tlp.Green) {
		return "", "", false
	}
	return "conversation", api.Root + "/organisations/{org}/channel/" + strconv.FormatInt(w.Thread, 10), true
}

// referAdvisory tells of an alert, unless it is for named people.
func referAdvisory(n events.Notice) (object, path string, tell bool) {
	var w advisory.Told
	if err := n.Decode(&w); err != nil || !tlp.Label(w.TLP).Within(tlp.AmberStrict) {
		return "", "", false
	}
	return "advisory", api.Root + "/organisations/{org}/advisories/" + strconv.FormatInt(w.Advisory, 10), true
}

// referPublished tells the CSIRT's programs of an alert that is for everybody.
func referPublished(n events.Notice) (object, path string, tell bool) {
	var w advisory.Told
	if err := n.Decode(&w); err != nil {
		return "", "", false
	}
	return "advisory", api.Root + "/advisories/" + strconv.FormatInt(w.Advisory, 10), true
}

// hookLine is the way to the addresses of webhooks. The demonstration on one's own machine also reaches that machine.
func (a *App) hookLine() (hook.Line, error) {
	allow, err := web.ParseProxies(a.Config.HookAllow)
	if err != nil {
		return nil, fmt.Errorf("--hook-allow: %w", err)
	}
	if host, _, err := net.SplitHostPort(a.Config.Listen); err == nil && a.Config.Demo {
		if own, err := netip.ParseAddr(host); err == nil && own.IsLoopback() {
			allow = append(allow, netip.PrefixFrom(own, own.BitLen()))
		}
	}
	c, err := fetch.New(fetch.Options{UserAgent: "Martinella/" + a.Version, Proxy: a.Config.FetchProxy, Allow: allow, Timeout: hookTimeout, Stall: hookTimeout})
	if err != nil {
		return nil, err
	}
	return guardedLine{c, c.HTTP()}, nil
}

// guardedLine is the guarded HTTP client for webhooks.
type guardedLine struct {
	*fetch.Client
	http *http.Client
}

// Do implements hook.Line.
func (g guardedLine) Do(r *http.Request) (*http.Response, error) { return g.http.Do(r) }

// tenants is the constituency for the webhooks.
type tenants struct{ r *rooms }

// Organisations implements hook.Organisations.
func (t tenants) Organisations(ctx context.Context, s access.Scope, ids []int64) ([]hook.Organisation, error) {
	all, err := t.r.constituency.OrganisationsByID(ctx, s, ids)
	out := make([]hook.Organisation, 0, len(all))
	for _, o := range all {
		out = append(out, hook.Organisation{ID: o.ID, Code: o.Code, Name: o.Name, Accredited: o.Accredited, Zone: o.Zone})
	}
	return out, err
}

// hookMails sends the webhooks' notices.
type hookMails struct{ mails *mailer.Mailer }

// Queue implements hook.Mailer.
func (x hookMails) Queue(ctx context.Context, tx *db.Tx, m hook.Mail) error {
	return x.mails.Queue(ctx, tx, mailer.Message{
		Kind: m.Kind, Organisation: m.Organisation, To: []mailer.Recipient{{Address: m.To}},
		Subject: m.Subject, Text: m.Text, HTML: asHTML(m.Text, m.Language), Language: m.Language,
	})
}

// waitingHooks tells the control room of webhooks that were stopped.
func (a *App) waitingHooks(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	if !s.Can(access.HookRead) {
		return nil, nil
	}
	n, err := a.rooms.hooks.Waiting(ctx, s)
	return []operations.Waiting{{Key: "operations.waiting.hooks", Count: n, Href: "/ops/hooks", Permission: access.HookRead}}, err
}

func newHookCounter() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "martinella_webhook_attempts_total", Help: "Attempts at webhook deliveries, by how they ended: delivered, failed (tried again), dead (given up), dropped (the webhook was paused).",
	}, []string{"outcome"})
}

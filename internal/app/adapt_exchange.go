// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"strings"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/constituency/claim"
	"martinella/internal/exchange"
)

func (a *App) buildExchange() (err error) {
	a.rooms.exchange, err = exchange.New(exchange.Deps{
		DB: a.DB, Clock: a.Clock, Audit: a.Audit, Log: a.Log, HTML: advisory.Markdown, Organisations: subscribers{&a.rooms}, Alerts: alertsOut{&a.rooms}, Owned: subscribers{&a.rooms},
		Name: a.Config.Name, BaseURL: a.Config.BaseURL,
	})
	return err
}

// subscribers is the constituency for what leaves.
type subscribers struct{ r *rooms }

// Organisations implements exchange.Organisations.
func (x subscribers) Organisations(ctx context.Context, s access.Scope, ids []int64) ([]exchange.Organisation, error) {
	all, err := x.r.constituency.OrganisationsByID(ctx, s, ids)
	out := make([]exchange.Organisation, 0, len(all))
	for _, o := range all {
		out = append(out, exchange.Organisation{ID: o.ID, Code: o.Code, Name: o.Name, Accredited: o.Accredited, Zone: o.Zone})
	}
	return out, err
}

// Owned implements exchange.Owned: what was verified, but for autonomous systems,
// whose addresses nobody here knows.
func (x subscribers) Owned(ctx context.Context, s access.Scope) ([]string, error) {
	all, err := x.r.constituency.Verified(ctx, s)
	var out []string
	for _, v := range all {
		switch {
		case v.Kind == claim.Domain:
			out = append(out, "."+v.Text) // a member's own host is never blocked, whatever was claimed of those below
		case v.Kind == claim.Network:
			out = append(out, v.Text)
		}
	}
	return out, err
}

// alertsOut is the advisories for what leaves.
type alertsOut struct{ r *rooms }

func outFilter(q exchange.Question) advisory.OutFilter {
	return advisory.OutFilter{Own: q.Own, Shared: q.Shared, Withdrawn: q.Withdrawn}
}

// Stamp implements exchange.Alerts.
func (x alertsOut) Stamp(ctx context.Context, s access.Scope, q exchange.Question) (out exchange.Stamp, err error) {
	out.Count, out.Versions, out.Last, err = x.r.advisory.OutStamp(ctx, s, outFilter(q))
	return out, err
}

// Since implements exchange.Alerts.
func (x alertsOut) Since(ctx context.Context, s access.Scope, q exchange.Question, after exchange.Place, limit int) ([]exchange.Alert, error) {
	all, err := x.r.advisory.OutSince(ctx, s, outFilter(q), advisory.OutPlace(after), limit)
	return leaving(all), err
}

// Newest implements exchange.Alerts.
func (x alertsOut) Newest(ctx context.Context, s access.Scope, q exchange.Question, limit int) ([]exchange.Alert, error) {
	all, err := x.r.advisory.OutNewest(ctx, s, outFilter(q), limit)
	return leaving(all), err
}

// One implements exchange.Alerts.
func (x alertsOut) One(ctx context.Context, s access.Scope, q exchange.Question, id int64) (exchange.Alert, error) {
	a, err := x.r.advisory.OutOne(ctx, s, outFilter(q), id)
	return alertOut(a), err
}

func leaving(all []advisory.Advisory) []exchange.Alert {
	out := make([]exchange.Alert, len(all))
	for i, a := range all {
		out[i] = alertOut(a)
	}
	return out
}

func alertOut(a advisory.Advisory) exchange.Alert {
	out := exchange.Alert{
		ID: a.ID, Version: a.Version, Kind: string(a.Kind), Reference: a.Reference, Severity: string(a.Severity), TLP: a.TLP, PAP: string(a.PAP),
		Main: a.Main, Texts: map[string]exchange.Text{}, CVEs: a.CVEs, Links: a.Links, Source: a.Source,
		Sent: a.Sent.At, Changed: a.ChangedOutside(), Withdrawn: a.State == advisory.Withdrawn, Why: a.Why,
	}
	for lang, t := range a.Texts {
		out.Texts[lang] = exchange.Text{Title: t.Title, Body: strings.TrimSpace(t.Summary + "\n\n" + t.Body)}
	}
	for _, p := range a.Products {
		out.Products = append(out.Products, exchange.Product(p))
	}
	for _, i := range a.Indicators {
		out.Indicators = append(out.Indicators, exchange.Indicator{Type: string(i.Type), Value: i.Value, Comment: i.Comment, Until: i.Until})
	}
	return out
}

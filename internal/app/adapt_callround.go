// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/advisory/audience"
	"martinella/internal/callround"
	"martinella/internal/constituency"
	"martinella/internal/operations"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
)

// aboutAdvisory is the topic of calls about alerts.
const aboutAdvisory = "advisory"

func (a *App) buildCallRound() error {
	a.rooms.callround = callround.New(callround.Deps{
		DB: a.DB, Clock: a.Clock, Audit: a.Audit, Bundle: a.bundle, Directory: callable{&a.rooms},
		Topics: map[string]callround.Topic{aboutAdvisory: advisoryCalls{&a.rooms}},
	})
	return nil
}

// callable is the constituency for the call round.
type callable struct{ r *rooms }

// Named implements callround.Directory.
func (x callable) Named(ctx context.Context, s access.Scope, ids []int64) ([]callround.Organisation, error) {
	all, err := x.r.constituency.OrganisationsByID(ctx, s, ids)
	out := make([]callround.Organisation, 0, len(all))
	for _, o := range all {
		out = append(out, callround.Organisation{ID: o.ID, Code: o.Code, Name: o.Name, Zone: o.Zone})
	}
	return out, err
}

// Calls implements callround.Directory.
func (x callable) Calls(ctx context.Context, s access.Scope, organisation int64, lang string) ([]callround.Call, error) {
	all, err := x.r.constituency.SpokenCalls(ctx, s, organisation, lang)
	out := make([]callround.Call, 0, len(all))
	for _, c := range all {
		if c.Reach == constituency.ReachCSIRT {
			continue // the CSIRT does not call itself
		}
		out = append(out, callround.Call{Name: c.Name, Role: c.RoleName, Phone: c.Phone, Href: c.Href, Email: c.Email, Language: c.Language,
			Reach: c.ReachName, Why: c.Why, Reachable: c.Reachable(), Stranger: c.Reach == constituency.ReachParent || c.Reach == constituency.ReachApplicant})
	}
	return out, err
}

// advisoryCalls is the advisories for the call round, and the call round for the advisories.
type advisoryCalls struct{ r *rooms }

// Headings implements callround.Topic.
func (x advisoryCalls) Headings(ctx context.Context, s access.Scope, subjects []int64, lang string) (map[int64]callround.Heading, error) {
	all, err := x.r.advisory.Briefs(ctx, s, subjects, lang)
	out := make(map[int64]callround.Heading, len(all))
	for _, b := range all {
		out[b.ID] = callround.Heading{Title: b.Title, Severity: string(b.Severity), TLP: b.TLP, Href: "/ops/advisories/" + strconv.FormatInt(b.ID, 10)}
	}
	return out, err
}

// Script implements callround.Topic.
func (x advisoryCalls) Script(ctx context.Context, s access.Scope, subject int64, o callround.Organisation, l *i18n.Localizer) (callround.Script, error) {
	text, only, err := x.r.advisory.CallScript(ctx, s, subject, advisory.Organisation{Body: audience.Body{ID: o.ID, Code: o.Code}, Name: o.Name, Zone: o.Zone}, l)
	return callround.Script{Text: text, Only: only}, err
}

// Reached implements callround.Topic.
func (x advisoryCalls) Reached(ctx context.Context, tx *db.Tx, s access.Scope, subject, organisation int64, person, by string) error {
	return x.r.advisory.AcknowledgeByPhone(ctx, tx, s, subject, organisation, person, by)
}

// Open implements advisory.CallList.
func (x advisoryCalls) Open(ctx context.Context, tx *db.Tx, s access.Scope, a advisory.Advisory, organisations []int64) error {
	list := make([]callround.Request, len(organisations))
	for i, org := range organisations {
		list[i] = callround.Request{Organisation: org, Severity: a.Severity.Rank(), Due: a.Due()}
	}
	return x.r.callround.Open(ctx, tx, s, aboutAdvisory, a.ID, list)
}

// Close implements advisory.CallList.
func (x advisoryCalls) Close(ctx context.Context, tx *db.Tx, s access.Scope, id, organisation int64, withdrawn bool) error {
	why := callround.Acknowledged
	if withdrawn {
		why = callround.Withdrawn
	}
	return x.r.callround.Close(ctx, tx, s, aboutAdvisory, id, organisation, why)
}

// waitingCalls tells the control room of the organisations to be telephoned, and of numbers that lead nowhere.
func (a *App) waitingCalls(ctx context.Context, s access.Scope) ([]operations.Waiting, error) {
	p, err := a.rooms.callround.Progress(ctx, s)
	return []operations.Waiting{
		{Key: "callround.waiting", Count: p.Open, Oldest: p.Oldest, Href: "/ops/round", Permission: access.CallTake, Urgent: p.Open > 0},
		{Key: "callround.waiting.numbers", Count: p.Numbers, Oldest: p.NumbersOldest, Href: "/ops/round/numbers", Permission: access.CallTake},
	}, err
}

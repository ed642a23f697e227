// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"net/url"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// callPages are "who do I call now?", for one body and for all, and the absences that change the answer.
func (m *Module) callPages(g *gate.Gate) {
	g.Handle("GET /ops/call", gate.Staff(access.TerritoryRead), m.callEverybody)
	g.Handle("GET /ops/call/{org}", gate.Staff(access.TerritoryRead), m.callOne)
	g.Handle("GET /o/{org}/contacts/chart", gate.Member(access.ContactRead), m.chartPage)
	g.Handle("GET /o/{org}/contacts/{id}/absences", gate.Member(access.ContactEdit), m.absencePage)
	g.Handle("POST /o/{org}/contacts/{id}/absences", gate.Member(access.ContactEdit), m.addAbsence)
	g.Handle("POST /o/{org}/absences/{id}/remove", gate.Member(access.ContactEdit), m.removeAbsence)
	g.Nav(gate.NavItem{Area: gate.AreaOps, Key: "constituency.nav.call", Path: "/ops/call", Permission: access.TerritoryRead, Order: 25})
	g.Quick(gate.Quick{Key: "constituency.quick", Path: "/ops/call", Permission: access.TerritoryRead})
}

// askedMoment reads ?at=2026-12-25T10:00 in a zone; without it, now.
func (m *Module) askedMoment(r *gate.Request, zone *time.Location) (time.Time, error) {
	text := r.Query().Get("at")
	if text == "" {
		return m.now().In(zone), nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", text, zone)
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		return m.now().In(zone), fault.New(fault.Invalid, "constituency.call").Because(err).Field("at", "constituency.call_moment")
	}
	return at, nil
}

func (m *Module) callOne(r *gate.Request) error {
	found, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return err
	}
	s, err := r.Scope.For(found.ID)
	if err != nil {
		return err
	}
	at, wrong := m.askedMoment(r, found.Zone)
	on, err := m.OnCall(r.Context(), s, at)
	if err != nil {
		return err
	}
	o := on.Organisation
	v := onCallView{On: on, Calls: m.tell(r.L.Lang(), o, on.Calls), L: m.localizer(r, o), Now: r.Query().Get("at") == "" || wrong != nil,
		State: r.FormState(wrong), At: on.At.Format("2006-01-02T15:04")}
	v.State.Values = nil // what was typed wrong is no date that the field could show
	title := r.L.T("constituency.call.title", "organisation", o.Name)
	if wrong != nil {
		return r.Invalid(wrong, title, onCallPage(v))
	}
	return r.Page(title, onCallPage(v))
}

// localizer speaks the reader's language in the body's time zone: hours on its door are told as its door shows them.
func (m *Module) localizer(r *gate.Request, o Organisation) *i18n.Localizer {
	return m.deps.Bundle.Localizer(r.L.Lang(), o.Zone())
}

// callEverybody lists whom to call in every body, or, when one name fits, goes straight there.
func (m *Module) callEverybody(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	zone := r.L.Zone()
	at, wrong := m.askedMoment(r, zone)
	f := m.filterOf(state)
	f.States = []State{Approved, Suspended}
	page, err := m.List(r.Context(), r.Scope, f)
	if err != nil {
		return err
	}
	if f.Query != "" && len(page.Rows) == 1 && page.Total == 1 && wrong == nil {
		to := "/ops/call/" + url.PathEscape(page.Rows[0].Code)
		if asked := r.Query().Get("at"); asked != "" {
			to += "?" + url.Values{"at": {asked}}.Encode()
		}
		return r.Redirect(to)
	}
	lists, err := m.callLists(r.Context(), r.Scope, page.Rows, at)
	if err != nil {
		return err
	}
	v := callsView{List: state, Page: page, At: at, Asked: r.Query().Get("at") != "" && wrong == nil}
	for _, o := range page.Rows {
		v.Rows = append(v.Rows, m.tell(r.L.Lang(), o, lists[o.ID]))
	}
	return r.WidePage(r.L.T("constituency.calls.everybody"), callsPage(v))
}

// toldCall is a call with the sentences that say why.
type toldCall struct {
	Call
	RoleName string
	Why      []string
}

// tell says why each is called, at the hours of the body's own clock.
func (m *Module) tell(lang string, o Organisation, calls []Call) []toldCall {
	l := m.deps.Bundle.Localizer(lang, o.Zone())
	out := make([]toldCall, len(calls))
	for i, c := range calls {
		out[i] = toldCall{Call: c, RoleName: c.Role.Name.In(l.Lang()), Why: why(l, c)}
	}
	return out
}

// why says why somebody is called in this place.
func why(l *i18n.Localizer, c Call) []string {
	var out []string
	switch {
	case c.For != "" && !c.ForAway.IsZero():
		out = append(out, l.T("constituency.why.for_away", "name", c.For, "date", l.Date(c.ForAway)))
	case c.For != "":
		out = append(out, l.T("constituency.why.for", "name", c.For))
	}
	switch c.Reach {
	case ReachAway:
		out = append(out, l.T("constituency.why.away", "date", l.Date(c.Away)))
	case ReachParent:
		out = append(out, l.T("constituency.why.parent", "parent", c.Parent))
	case ReachAlways, ReachUnknown, ReachApplicant, ReachCSIRT:
		out = append(out, l.T("constituency.why."+string(c.Reach)))
	default:
		if c.Reach == ReachOther {
			out = append(out, l.T("constituency.why.other"))
		}
		out = append(out, whyHours(l, c)...)
	}
	return out
}

func whyHours(l *i18n.Localizer, c Call) []string {
	switch {
	case !c.Until.IsZero():
		return []string{l.T("constituency.why.until", "when", clockOf(l, c.Until))}
	case c.atWork:
		return []string{l.T("constituency.why.open")}
	case c.Holiday != "":
		return []string{l.T("constituency.why.holiday", "holiday", c.Holiday, "when", clockOf(l, c.Back))}
	case !c.Back.IsZero():
		return []string{l.T("constituency.why.outside", "when", clockOf(l, c.Back))}
	}
	return nil
}

// clockOf writes a moment as briefly as it can be understood: the time today, the day too otherwise.
func clockOf(l *i18n.Localizer, t time.Time) string {
	if t.IsZero() {
		return l.T("constituency.why.no_time")
	}
	now, t := l.Now(), t.In(l.Zone())
	if now.Format(time.DateOnly) == t.Format(time.DateOnly) {
		return l.Time(t)
	}
	return l.Weekday(t) + " " + l.DateTime(t)
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"time"

	"martinella/internal/access/gate/api"
	"martinella/internal/platform/fault"
)

// callJSON is somebody to telephone, and why.
type callJSON struct {
	Contact  int64    `json:"contact,omitzero" doc:"The contact's id; missing of who is none, such as the CSIRT itself."`
	Name     string   `json:"name"`
	Position string   `json:"position,omitempty"`
	Role     string   `json:"role,omitempty" doc:"What he is called for; of a substitute, the absent one's role."`
	Phone    string   `json:"phone"`
	Email    string   `json:"email,omitempty"`
	Language string   `json:"language,omitempty"`
	Reach    Reach    `json:"reach" enum:"now,always,unknown,other,outside,away,applicant,parent,csirt" doc:"Why he is offered: at work now, answers round the clock, stated no hours, is not for emergencies, is out of hours, is away; who registered the body, somebody of the body it belongs to, the CSIRT."`
	For      string   `json:"for,omitempty" doc:"Whom he stands in for."`
	Why      []string `json:"why" doc:"In the language asked for, with the hours of the body's own clock."`
}

func callView(c toldCall) callJSON {
	return callJSON{c.ID, c.Name, c.Position, c.Role.ID, c.Phone, c.Email, c.Language, c.Reach, c.For, c.Why}
}

// memberCallsJSON is whom to call about one member.
type memberCallsJSON struct {
	Code    string     `json:"code"`
	Name    string     `json:"name"`
	At      time.Time  `json:"at" doc:"The moment asked about."`
	Holiday string     `json:"holiday,omitempty" doc:"The public holiday on that day."`
	Calls   []callJSON `json:"calls" doc:"The first one first."`
}

type callsQuery struct {
	At time.Time `query:"at" doc:"The moment asked about; now when it is missing."`
}

// moment checks the moment as the page does.
func (m *Module) moment(at time.Time) (time.Time, error) {
	if at.IsZero() {
		return m.now(), nil
	}
	if at.Year() < 2000 || at.Year() > 2200 {
		return at, fault.New(fault.Invalid, "constituency.call").Field("at", "constituency.call_moment")
	}
	return at, nil
}

func (m *Module) apiCallOne(r *api.Request, in *callsQuery) (memberCallsJSON, error) {
	at, err := m.moment(in.At)
	if err != nil {
		return memberCallsJSON{}, err
	}
	found, err := m.OrganisationByCode(r.Context(), r.Scope, r.Param("org"))
	if err != nil {
		return memberCallsJSON{}, err
	}
	s, err := r.Scope.For(found.ID)
	if err != nil {
		return memberCallsJSON{}, err
	}
	on, err := m.OnCall(r.Context(), s, at.In(found.Zone))
	o := on.Organisation
	return memberCallsJSON{o.Code, o.Name, at.UTC(), on.Holiday, api.Each(m.tell(r.L.Lang(), o, on.Calls), callView)}, err
}

type everybodyQuery struct {
	api.Paging
	At       time.Time `query:"at" doc:"The moment asked about; now when it is missing."`
	Query    string    `query:"q" maxLength:"100" doc:"Words of the name, or the beginning of the code."`
	Tier     Tier      `query:"tier" enum:"basic,full"`
	Type     string    `query:"type" maxLength:"60" doc:"The kind of body."`
	Province string    `query:"province" maxLength:"60"`
}

func (m *Module) apiCallEverybody(r *api.Request, in *everybodyQuery) (out api.List[memberCallsJSON], err error) {
	at, err := m.moment(in.At)
	if err != nil {
		return out, err
	}
	page, err := m.List(r.Context(), r.Scope, Filter{Query: in.Query, States: []State{Approved, Suspended}, Tier: in.Tier, Type: in.Type, Province: in.Province,
		After: in.After(), Limit: in.Limit})
	if err != nil {
		return out, err
	}
	lists, err := m.callLists(r.Context(), r.Scope, page.Rows, at)
	return api.Items(api.Each(page.Rows, func(o Organisation) memberCallsJSON {
		holiday, _ := rememberDays(holidays(o)).Holiday(at.In(o.Zone()))
		return memberCallsJSON{o.Code, o.Name, at.UTC(), holiday, api.Each(m.tell(r.L.Lang(), o, lists[o.ID]), callView)}
	}), page.Next), err
}

// postJSON is a role in the security organisation chart.
type postJSON struct {
	Role  string       `json:"role"`
	Name  string       `json:"name" doc:"In the language asked for."`
	Under string       `json:"under,omitempty" doc:"The nearest role above that is in the chart."`
	Held  []holderJSON `json:"held" doc:"Nobody: the role should be filled."`
}

// holderJSON is somebody in a role.
type holderJSON struct {
	Contact    int64    `json:"contact"`
	Name       string   `json:"name"`
	Lacks      []string `json:"lacks" doc:"Fields that the role requires and the contact lacks, such as phone_24h."`
	AwayUntil  string   `json:"away_until,omitempty" format:"date" doc:"The last day of his absence; missing when he is there."`
	Substitute int64    `json:"substitute,omitzero" doc:"The id of the contact that stands in for him."`
}

func (m *Module) apiChart(r *api.Request, _ *api.Paging) (out api.List[postJSON], err error) {
	o, all, err := m.chart(r.Context(), r.Scope)
	if err != nil {
		return out, err
	}
	absences, err := m.Absences(r.Context(), r.Scope)
	if err != nil {
		return out, err
	}
	posts := ChartOf(m.ref, o.Country, all, absences, m.now().In(o.Zone()))
	return api.Items(flatten(posts, "", r.L.Lang()), ""), nil
}

// flatten lists posts, each after the one above it.
func flatten(posts []Post, under, lang string) (out []postJSON) {
	for _, p := range posts {
		out = append(out, postJSON{p.Role.ID, p.Role.Name.In(lang), under, api.Each(p.Held, holderView)})
		out = append(out, flatten(p.Under, p.Role.ID, lang)...)
	}
	return out
}

func holderView(h Holder) holderJSON {
	out := holderJSON{Contact: h.ID, Name: h.Name, Lacks: h.Lacks}
	if !h.Away.IsZero() {
		out.AwayUntil = h.Away.Format(time.DateOnly)
	}
	if h.Substitute != nil {
		out.Substitute = h.Substitute.ID
	}
	return out
}

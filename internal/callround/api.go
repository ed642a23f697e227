// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
)

// RegisterAPI declares what the room does for programs.
func (m *Module) RegisterAPI(a *api.API) {
	const tag = "Call round"
	read, call := gate.Staff(access.TerritoryRead), gate.Staff(access.CallTake)
	api.Get(a, "/call-round", read, m.apiList, api.Op{ID: "list-call-lines", Tag: tag, Summary: "List the organisations to be telephoned", Text: "The open ones in the order of their turn."})
	api.Get(a, "/call-round-export", read, m.apiFile, api.Op{ID: "export-call-round", Tag: tag, Recent: true, Summary: "The call round as a CSV file"})
	api.Get(a, "/call-round-progress", read, m.apiProgress, api.Op{ID: "get-call-round-progress", Tag: tag, Summary: "Say how far the call round is"})
	api.Post(a, "/call-round/next", call, m.apiNext, api.Op{ID: "take-next-call", Tag: tag, Summary: "Take the line whose turn it is", Text: "Or the one the caller has already. No two people get the same. The lease ends by itself after ten minutes."})
	api.Get(a, "/call-round/{id}", read, m.apiDesk, api.Op{ID: "get-call-line", Tag: tag, Summary: "Read a line: whom to call now, what to say, what was tried"})
	api.Post(a, "/call-round/{id}/lease", call, m.apiTake, api.Op{ID: "take-call-line", Tag: tag, Summary: "Take a line, or keep it for another lease"})
	api.Delete(a, "/call-round/{id}/lease", call, m.apiRelease, api.Op{ID: "release-call-line", Tag: tag, Summary: "Give a line back"})
	api.Post(a, "/call-round/{id}/calls", call, m.apiRecord, api.Op{ID: "record-call", Tag: tag, Summary: "Write what a call gave", Text: "By the person who has the line. Reached: what the line is about is acknowledged for the organisation. Not reached: the line stays with the caller while somebody else of it is left to try."})
	api.Get(a, "/call-numbers", read, m.apiNumbers, api.Op{ID: "list-wrong-numbers", Tag: tag, Summary: "List the telephone numbers to be corrected"})
	api.Post(a, "/call-numbers/{id}/correction", call, m.apiCorrected, api.Op{ID: "correct-wrong-number", Tag: tag, Summary: "Say that a number was seen to"})
}

// callLineJSON is an organisation to be telephoned.
type callLineJSON struct {
	ID           int64     `json:"id"`
	Organisation string    `json:"organisation" doc:"Its code."`
	Name         string    `json:"name"`
	Topic        string    `json:"topic" doc:"What sort of thing it is about: advisory."`
	Subject      int64     `json:"subject" doc:"The id of that thing."`
	About        string    `json:"about"`
	Severity     string    `json:"severity,omitempty"`
	State        string    `json:"state" enum:"free,held,later,reached,acknowledged,withdrawn" doc:"later: it is not called before next_at."`
	OpenedAt     time.Time `json:"opened_at"`
	DueAt        time.Time `json:"due_at,omitzero"`
	NextAt       time.Time `json:"next_at,omitzero"`
	Tries        int       `json:"tries"`
	LastAt       time.Time `json:"last_at,omitzero"`
	HeldBy       string    `json:"held_by,omitempty"`
	HeldUntil    time.Time `json:"held_until,omitzero"`
	ClosedAt     time.Time `json:"closed_at,omitzero"`
}

func (m *Module) lineView(l told) callLineJSON {
	now := m.now()
	out := callLineJSON{ID: l.ID, Organisation: l.Organisation.Code, Name: l.Organisation.Name, Topic: l.Topic, Subject: l.Subject, About: l.Heading.Title, Severity: l.Heading.Severity,
		State: l.state(now), OpenedAt: l.Opened, DueAt: l.Due, NextAt: l.Next, Tries: l.Tries, LastAt: l.Last, ClosedAt: l.Closed}
	if l.Held(now) {
		out.HeldBy, out.HeldUntil = l.HolderName, l.HeldUntil
	}
	return out
}

type linesQuery struct {
	api.Paging
	Closed bool `query:"closed" doc:"Those that are closed, the last first."`
}

func (m *Module) apiList(r *api.Request, in *linesQuery) (out api.List[callLineJSON], err error) {
	lines, next, err := m.List(r.Context(), r.Scope, Filter{Closed: in.Closed, After: in.After(), Limit: in.Limit})
	if err != nil {
		return out, err
	}
	list, err := m.told(r, lines)
	return api.Items(api.Each(list, m.lineView), next), err
}

type exportQuery struct {
	Closed bool `query:"closed"`
}

func (m *Module) apiFile(r *api.Request, in *exportQuery) (api.Table, error) {
	return m.table(r, in.Closed), nil
}

// callProgressJSON is how far the round is.
type callProgressJSON struct {
	Open         int       `json:"open"`
	Held         int       `json:"held"`
	Later        int       `json:"later" doc:"Not to be called yet."`
	Reached      int       `json:"reached" doc:"Of what has still open lines."`
	Acknowledged int       `json:"acknowledged" doc:"By themselves."`
	Numbers      int       `json:"wrong_numbers"`
	Oldest       time.Time `json:"oldest,omitzero"`
}

func (m *Module) apiProgress(r *api.Request, _ *api.Nothing) (callProgressJSON, error) {
	p, err := m.Progress(r.Context(), r.Scope)
	return callProgressJSON{p.Open, p.Held, p.Later, p.Reached, p.Acknowledged, p.Numbers, p.Oldest}, err
}

// callContactJSON is somebody to telephone.
type callContactJSON struct {
	Name      string    `json:"name"`
	Role      string    `json:"role,omitempty"`
	Phone     string    `json:"phone"`
	Why       []string  `json:"why"`
	Reachable bool      `json:"reachable" doc:"Expected to answer now."`
	Tried     int       `json:"tried"`
	LastAt    time.Time `json:"last_at,omitzero"`
	Wrong     bool      `json:"wrong_number"`
}

// callJSON is what a call gave; its name in the document keeps it apart from whom to call.
type madeCallJSON struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Outcome Outcome   `json:"outcome" enum:"reached,not_reached,call_back,wrong_number"`
	Person  string    `json:"person,omitempty"`
	Phone   string    `json:"phone,omitempty"`
	Note    string    `json:"note,omitempty"`
	NextAt  time.Time `json:"next_at,omitzero"`
}

// callDeskJSON is all that is needed for one line.
type callDeskJSON struct {
	CallLine callLineJSON      `json:"line"`
	Language string            `json:"language" doc:"Of the script."`
	Script   []string          `json:"script" doc:"Paragraphs."`
	Contacts []callContactJSON `json:"contacts" doc:"Whom to call now, the first one first."`
	Calls    []madeCallJSON    `json:"calls" doc:"The last first."`
}

func (m *Module) deskJSON(d Desk) callDeskJSON {
	return callDeskJSON{m.lineView(told{d.Line, d.Organisation, d.Heading}), d.Language, append([]string{}, d.Script.Text...),
		api.Each(d.Contacts, func(c Contact) callContactJSON {
			return callContactJSON{c.Name, c.Role, c.Phone, append([]string{}, c.Why...), c.Reachable, c.Tried, c.Last, c.Wrong}
		}),
		api.Each(d.Tries, func(t Try) madeCallJSON {
			return madeCallJSON{t.At, t.By.Name, t.Outcome, t.Person, t.Phone, t.Note, t.Next}
		})}
}

func (m *Module) desk(r *api.Request, id int64) (callDeskJSON, error) {
	d, err := m.Desk(r.Context(), r.Scope, id, r.L.Lang())
	if err != nil {
		return callDeskJSON{}, err
	}
	return m.deskJSON(d), nil
}

func (m *Module) apiDesk(r *api.Request, in *api.ID) (callDeskJSON, error) { return m.desk(r, in.ID) }

func (m *Module) apiNext(r *api.Request, _ *api.Nothing) (callDeskJSON, error) {
	l, err := m.TakeNext(r.Context(), r.Scope, person(r))
	if err != nil {
		return callDeskJSON{}, err
	}
	return m.desk(r, l.ID)
}

func (m *Module) apiTake(r *api.Request, in *api.ID) (callDeskJSON, error) {
	if _, err := m.Take(r.Context(), r.Scope, person(r), in.ID); err != nil {
		return callDeskJSON{}, err
	}
	return m.desk(r, in.ID)
}

func (m *Module) apiRelease(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Release(r.Context(), r.Scope, person(r), in.ID)
}

type recordCall struct {
	api.ID
	Body struct {
		Outcome Outcome   `json:"outcome" enum:"reached,not_reached,call_back,wrong_number"`
		Person  string    `json:"person,omitempty" maxLength:"200" doc:"Who was called, or spoken with; needed for reached."`
		Phone   string    `json:"phone,omitempty" maxLength:"60" doc:"Needed for wrong_number."`
		Note    string    `json:"note,omitempty" maxLength:"2000"`
		At      time.Time `json:"at,omitzero" doc:"call_back: when, within seven days."`
		Again   int       `json:"again_minutes,omitempty" minimum:"0" maximum:"10080" doc:"When nobody is left to try: after how many minutes again; 0: fifteen."`
	}
}

func (m *Module) apiRecord(r *api.Request, in *recordCall) (callDeskJSON, error) {
	b := in.Body
	_, err := m.Record(r.Context(), r.Scope, person(r), in.ID.ID, Report{Outcome: b.Outcome, Person: b.Person, Phone: b.Phone, Note: b.Note, At: b.At, Again: time.Duration(b.Again) * time.Minute})
	if err != nil {
		return callDeskJSON{}, err
	}
	return m.desk(r, in.ID.ID)
}

// wrongNumberJSON is a number to be corrected.
type wrongNumberJSON struct {
	ID           int64     `json:"id"`
	Organisation string    `json:"organisation"`
	Name         string    `json:"name,omitempty"`
	Phone        string    `json:"phone"`
	At           time.Time `json:"noted_at"`
	By           string    `json:"noted_by"`
	Note         string    `json:"note,omitempty"`
}

func (m *Module) apiNumbers(r *api.Request, in *api.Paging) (out api.List[wrongNumberJSON], err error) {
	after, _ := strconv.ParseInt(in.After(), 10, 64) // what is no cursor is the beginning
	list, err := m.Numbers(r.Context(), r.Scope, 0, after)
	if err != nil {
		return out, err
	}
	list, next := cutNumbers(list)
	ids := make([]int64, len(list))
	for i, n := range list {
		ids[i] = n.Organisation
	}
	orgs, err := m.names(r, ids)
	return api.Items(api.Each(list, func(n Number) wrongNumberJSON {
		return wrongNumberJSON{n.ID, orgs[n.Organisation].Code, n.Name, n.Phone, n.At, n.By, n.Note}
	}), next), err
}

func (m *Module) apiCorrected(r *api.Request, in *api.ID) (api.Nothing, error) {
	return api.Nothing{}, m.Corrected(r.Context(), r.Scope, person(r), in.ID)
}

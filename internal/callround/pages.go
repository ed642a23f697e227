// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"strconv"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

const root = "/ops/round"

func (m *Module) pages(g *gate.Gate) {
	read, call := gate.Staff(access.TerritoryRead), gate.Staff(access.CallTake)
	g.Handle("GET "+root, read, m.listPage, gate.RecentExport())
	g.Handle("POST "+root+"/next", call, m.takingNext)
	g.Handle("GET "+root+"/numbers", read, m.numbersPage)
	g.Handle("POST "+root+"/numbers/{id}/corrected", call, m.correcting)
	g.Handle("GET "+root+"/{id}", read, m.linePage)
	g.Handle("POST "+root+"/{id}/take", call, m.taking)
	g.Handle("POST "+root+"/{id}/release", call, m.releasing)
	g.Handle("POST "+root+"/{id}/record", call, m.recording)
	g.Nav(gate.NavItem{Area: gate.AreaOps, Key: "callround.nav", Path: root, Permission: access.TerritoryRead, Order: 26})
}

func person(r *gate.Request) Person { return Person{r.Person.ID, r.Person.Name} }

func linePath(id int64, rest string) string {
	return root + "/" + strconv.FormatInt(id, 10) + rest
}

// live says whether a page asks for its changing part alone.
func live(r *gate.Request) bool { return r.IsFragment() && r.Query().Get("live") != "" }

func (m *Module) listPage(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	f := Filter{Closed: state.Get("show") == "closed", After: state.After()}
	if state.CSV() {
		return r.CSV(m.table(r, f.Closed))
	}
	v, err := m.listView(r, state, f)
	if err != nil {
		return err
	}
	if live(r) {
		return r.Fragment(roundBody(v))
	}
	return r.WidePage(r.L.T("callround.title"), listBody(v))
}

func (m *Module) listView(r *gate.Request, state ui.ListState, f Filter) (v listView, err error) {
	v = listView{State: state, Closed: f.Closed, CanCall: r.Scope.Can(access.CallTake), Me: r.Person.ID, Now: m.now()}
	if v.Progress, err = m.Progress(r.Context(), r.Scope); err != nil {
		return v, err
	}
	lines, next, err := m.List(r.Context(), r.Scope, f)
	if err != nil {
		return v, err
	}
	v.Next = next
	v.Lines, err = m.told(r, lines)
	return v, err
}

// told is a line with the names of what it is about.
type told struct {
	Line
	Organisation Organisation
	Heading      Heading
}

// told gives lines their names, read at once.
func (m *Module) told(r *gate.Request, lines []Line) ([]told, error) {
	ids := make([]int64, len(lines))
	subjects := map[string][]int64{}
	for i, l := range lines {
		ids[i] = l.Organisation
		subjects[l.Topic] = append(subjects[l.Topic], l.Subject)
	}
	orgs, err := m.names(r, ids)
	if err != nil {
		return nil, err
	}
	headings := map[string]map[int64]Heading{}
	for name, list := range subjects {
		if topic, known := m.deps.Topics[name]; known {
			if headings[name], err = topic.Headings(r.Context(), r.Scope, distinct(list), r.L.Lang()); err != nil {
				return nil, err
			}
		}
	}
	out := make([]told, len(lines))
	for i, l := range lines {
		out[i] = told{l, orgs[l.Organisation], headings[l.Topic][l.Subject]}
	}
	return out, nil
}

func distinct(ids []int64) []int64 {
	seen := map[int64]bool{}
	var out []int64
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

func (m *Module) names(r *gate.Request, ids []int64) (map[int64]Organisation, error) {
	out := map[int64]Organisation{}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := m.deps.Directory.Named(r.Context(), r.Scope, distinct(ids))
	for _, o := range list {
		out[o.ID] = o
	}
	return out, err
}

func (m *Module) takingNext(r *gate.Request) error {
	l, err := m.TakeNext(r.Context(), r.Scope, person(r))
	if err != nil {
		return m.sayAt(r, err, root)
	}
	return r.Redirect(linePath(l.ID, ""))
}

// sayAt says what went wrong on another page: somebody else was quicker, which is no fault of who asked.
func (m *Module) sayAt(r *gate.Request, err error, at string) error {
	if !expected(err) {
		return err
	}
	r.Flash(gate.Warning, "fault."+faultOf(err).Code, pairs(faultOf(err).Params)...)
	return r.Redirect(at)
}

func (m *Module) taking(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if _, err := m.Take(r.Context(), r.Scope, person(r), id); err != nil {
		return m.sayAt(r, err, root)
	}
	return r.Redirect(linePath(id, ""))
}

func (m *Module) releasing(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Release(r.Context(), r.Scope, person(r), id); err != nil {
		return err
	}
	return r.Redirect(root)
}

func (m *Module) linePage(r *gate.Request) error {
	v, err := m.deskView(r)
	if err != nil {
		return err
	}
	if live(r) {
		return r.Fragment(stateBody(v))
	}
	return r.Page(v.Organisation.Name, deskBody(v))
}

func (m *Module) deskView(r *gate.Request) (v deskView, err error) {
	id, err := r.ID("id")
	if err != nil {
		return v, err
	}
	v = deskView{CanCall: r.Scope.Can(access.CallTake), Me: r.Person.ID, Now: m.now(), State: r.FormState(nil)}
	v.Desk, err = m.Desk(r.Context(), r.Scope, id, r.L.Lang())
	v.Zone = v.Organisation.Zone
	return v, err
}

func (m *Module) recording(r *gate.Request) error {
	v, err := m.deskView(r)
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	report, err := reportOf(f, v.Zone)
	if err == nil {
		var l Line
		if l, err = m.Record(r.Context(), r.Scope, person(r), v.Line.ID, report); err == nil {
			return m.after(r, l, report)
		}
	}
	if expected(err) {
		return m.sayAt(r, err, root)
	}
	v.State = r.FormState(err)
	return r.Invalid(err, v.Organisation.Name, deskBody(v))
}

// after leads to the next contact of the line, or back to the list.
func (m *Module) after(r *gate.Request, l Line, report Report) error {
	if l.HeldBy(r.Person.ID, m.now()) {
		r.Flash(gate.Info, "callround.recorded.next")
		return r.Redirect(linePath(l.ID, ""))
	}
	r.Flash(gate.Success, "callround.recorded."+string(report.Outcome))
	return r.Redirect(root)
}

// reportOf reads the form; moments are on the organisation's clock, as the form says.
func reportOf(f web.Form, zone *time.Location) (Report, error) {
	minutes, err := f.Int("again", 0)
	r := Report{Outcome: Outcome(f.Text("outcome")), Person: f.Text("person"), Phone: f.Text("phone"), Note: f.Text("note"), Again: time.Duration(min(max(minutes, -1), 100_000)) * time.Minute}
	if text := f.Text("at"); text != "" && r.Outcome == CallBack {
		r.At, _ = time.ParseInLocation("2006-01-02T15:04", text, zone) // what is no moment is none
	}
	return r, err
}

func (m *Module) numbersPage(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	after, _ := strconv.ParseInt(state.After(), 10, 64) // what is no cursor is the beginning
	list, err := m.Numbers(r.Context(), r.Scope, 0, after)
	if err != nil {
		return err
	}
	v := numbersView{State: state, CanCall: r.Scope.Can(access.CallTake), Numbers: list}
	v.Numbers, v.Next = cutNumbers(list)
	ids := make([]int64, len(v.Numbers))
	for i, n := range v.Numbers {
		ids[i] = n.Organisation
	}
	if v.Orgs, err = m.names(r, ids); err != nil {
		return err
	}
	return r.Page(r.L.T("callround.numbers"), numbersBody(v))
}

// cutNumbers takes off the one more that was read, as the sign of a next page.
func cutNumbers(list []Number) ([]Number, string) {
	const most = 100
	if len(list) <= most {
		return list, ""
	}
	return list[:most], strconv.FormatInt(list[most-1].ID, 10)
}

func (m *Module) correcting(r *gate.Request) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	if err := m.Corrected(r.Context(), r.Scope, person(r), id); err != nil {
		return err
	}
	r.Flash(gate.Success, "callround.number.corrected")
	return r.Redirect(root + "/numbers")
}

// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

func (m *Module) pages(g *gate.Gate) {
	read, edit, send := gate.Staff(access.AdvisoryRead), gate.Staff(access.AdvisoryEdit), gate.Staff(access.AdvisorySend)
	const one = "/ops/advisories/{id}"
	g.Handle("GET /ops/advisories", read, m.listPage)
	g.Handle("GET /ops/advisories/new", edit, m.newPage)
	g.Handle("POST /ops/advisories/new", edit, m.creating)
	g.Handle("GET /ops/advisories/receive", edit, m.receivePage)
	g.Handle("POST /ops/advisories/receive", edit, m.receiving, gate.MaxBody(parse.Limit+1<<20))
	g.Handle("GET "+one, read, m.onePage)
	g.Handle("GET "+one+"/originals/{original}", read, m.original)
	g.Handle("GET "+one+"/preview", read, m.previewPage)
	g.Handle("GET "+one+"/preview/html", read, m.previewHTML)
	g.Handle("GET "+one+"/edit", edit, m.editPage)
	g.Handle("POST "+one+"/edit", edit, m.editing)
	g.Handle("POST "+one+"/propose", edit, m.proposing)
	g.Handle("GET "+one+"/discard", edit, m.discardPage)
	g.Handle("POST "+one+"/discard", edit, m.discarding)
	g.Handle("GET "+one+"/send", send, m.sendPage)
	g.Handle("POST "+one+"/send", send, m.sending)
	g.Handle("POST "+one+"/revise", edit, m.revising)
	g.Handle("GET "+one+"/withdraw", send, m.withdrawPage)
	g.Handle("POST "+one+"/withdraw", send, m.withdrawing)

	m.peoplePages(g)
	m.filePages(g)
	m.savedPages(g)
	m.mergePages(g)
	m.templatePages(g)
	m.statisticsPages(g)
	own, answer := gate.Member(access.AdvisoryRead), gate.Member(access.AdvisoryAnswer)
	g.Handle("GET /o/{org}/advisories", own, m.inboxPage)
	g.Handle("GET /o/{org}/advisories/{id}", own, m.receivedPage)
	g.Handle("POST /o/{org}/advisories/{id}/acknowledge", answer, m.acknowledging)
	g.Handle("POST /o/{org}/advisories/{id}/answer", answer, m.answering)
	g.Nav(
		gate.NavItem{Area: gate.AreaMember, Key: "advisory.nav", Path: "/o/{org}/advisories", Permission: access.AdvisoryRead, Order: 35},
		gate.NavItem{Area: gate.AreaOps, Key: "advisory.nav", Path: "/ops/advisories", Permission: access.AdvisoryRead, Order: 20, Also: []string{"/ops/audiences", templateRoot}},
	)
}

// author is who asks.
func author(r *gate.Request) Author {
	return Author{ID: r.Person.ID, Name: r.Person.Name, Email: r.Person.Email, Staff: r.Staff()}
}

func opsPath(id int64, rest string) string {
	return "/ops/advisories/" + strconv.FormatInt(id, 10) + rest
}

func (m *Module) listPage(r *gate.Request) error {
	v := listView{State: ui.ParseList(r.R.URL), CanEdit: r.Scope.Can(access.AdvisoryEdit)}
	var err error
	if v.Page, err = m.List(r.Context(), r.Scope, Filter{After: v.State.After(), Waiting: v.State.Get("show") == "waiting"}); err != nil {
		return err
	}
	if v.Alike, err = m.withAlike(r.Context(), r.Scope, v.waiting()); err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.title"), listBody(v))
}

// inPath gives the advisory the address names.
func (m *Module) inPath(r *gate.Request) (Advisory, error) {
	id, err := r.ID("id")
	if err != nil {
		return Advisory{}, err
	}
	return m.Get(r.Context(), r.Scope, id)
}

// versionOf reads the version that the form was made of.
func versionOf(r *gate.Request) (web.Form, int64, error) {
	f, err := r.Form()
	if err != nil {
		return f, 0, err
	}
	version, err := f.Int("version", 0)
	return f, version, err
}

func (m *Module) onePage(r *gate.Request) error {
	v, err := m.oneView(r)
	if err != nil {
		return m.ledOn(r, err)
	}
	return r.Page(v.title(r.L), oneBody(v))
}

func (m *Module) oneView(r *gate.Request) (v oneView, err error) {
	v = oneView{plan: m.planned, State: ui.ParseList(r.R.URL), CanEdit: r.Scope.Can(access.AdvisoryEdit), CanSend: r.Scope.Can(access.AdvisorySend), FourEyes: m.deps.FourEyes, Me: r.Person.ID, Now: m.now()}
	if v.Advisory, err = m.inPath(r); err != nil {
		return v, err
	}
	if v.Originals, err = m.Originals(r.Context(), r.Scope, v.ID); err != nil {
		return v, err
	}
	if err = v.withMerges(m, r); err != nil {
		return v, err
	}
	if v.All, err = m.Attachments(r.Context(), r.Scope, v.ID); err != nil {
		return v, err
	}
	v.Files = holding(v.All)
	if v.unsent() {
		v.Changes, err = m.changesOf(r.Context(), r.Scope, r.L, v.Advisory)
		return v, err
	}
	earlier, err := m.Revisions(r.Context(), r.Scope, v.ID)
	if err != nil {
		return v, err
	}
	v.History = history(r.L, earlier, v.Advisory, v.All)
	if v.Begun, err = m.Begun(r.Context(), r.Scope, v.ID); err != nil {
		return v, err
	}
	if v.Progress, err = m.Progress(r.Context(), r.Scope, v.ID); err != nil {
		return v, err
	}
	if v.Mails, err = m.MailSums(r.Context(), r.Scope, v.ID); err != nil {
		return v, err
	}
	if v.Steps, err = m.Steps(r.Context(), r.Scope, v.ID); err != nil {
		return v, err
	}
	v.Deliveries, v.Next, err = m.Deliveries(r.Context(), r.Scope, v.ID, v.State.Get("show") == "waiting", Filter{After: v.State.After()})
	if err != nil {
		return v, err
	}
	if v.Escalations, err = m.Escalations(r.Context(), r.Scope, v.ID, organisationsIn(v.Deliveries)); err != nil {
		return v, err
	}
	v.Orgs, err = m.named(r, v.Deliveries)
	return v, err
}

// named gives the organisations of deliveries, read at once.
func (m *Module) named(r *gate.Request, list []Delivery) (map[int64]Organisation, error) {
	ids := organisationsIn(list)
	out := map[int64]Organisation{}
	if len(ids) == 0 {
		return out, nil
	}
	orgs, err := m.deps.Directory.Named(r.Context(), r.Scope, ids)
	for _, o := range orgs {
		out[o.ID] = o
	}
	return out, err
}

func organisationsIn(list []Delivery) []int64 {
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.Organisation
	}
	return ids
}

// act does something with the advisory in the path and shows the one it gives:
// a revision that is sent is the advisory it revises.
func (m *Module) act(r *gate.Request, said string, do func(id, version int64) (Advisory, error)) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	_, version, err := versionOf(r)
	if err != nil {
		return err
	}
	a, err := do(id, version)
	if err != nil {
		return err
	}
	r.Flash(gate.Success, said)
	return r.Redirect(opsPath(a.ID, ""))
}

func (m *Module) proposing(r *gate.Request) error {
	return m.act(r, "advisory.proposed", func(id, version int64) (Advisory, error) {
		return m.Propose(r.Context(), r.Scope, author(r), id, version)
	})
}

func (m *Module) discardPage(r *gate.Request) error {
	a, err := m.inPath(r)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("advisory.discard"), discardBody(a))
}

func (m *Module) discarding(r *gate.Request) error {
	return drop(r, m.Discard, "advisory.discarded", "/ops/advisories")
}

// drop deletes what the address names, in the version the form was made of.
func drop(r *gate.Request, drop func(ctx context.Context, s access.Scope, id, version int64) error, flash, to string) error {
	id, err := r.ID("id")
	if err != nil {
		return err
	}
	_, version, err := versionOf(r)
	if err != nil {
		return err
	}
	if err := drop(r.Context(), r.Scope, id, version); err != nil {
		return err
	}
	r.Flash(gate.Success, flash)
	return r.Redirect(to)
}

// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"strconv"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/tlp"
	"martinella/internal/platform/web"
	"martinella/web/ui"
)

func (m *Module) pages(g *gate.Gate) {
	read, write := gate.Member(access.ChannelRead), gate.Member(access.ChannelWrite)
	g.Handle("GET /o/{org}/channel", read, m.listPage)
	g.Handle("GET /o/{org}/channel/new", write, m.newPage)
	g.Handle("POST /o/{org}/channel/new", write, m.start, gate.MaxBody(maxUpload))
	g.Handle("GET /o/{org}/channel/{thread}", read, m.threadPage)
	g.Handle("POST /o/{org}/channel/{thread}", write, m.reply, gate.MaxBody(maxUpload))
	g.Handle("POST /o/{org}/channel/{thread}/close", write, m.closing)
	g.Handle("GET /o/{org}/channel/{thread}/erase", write, m.erasePage)
	g.Handle("POST /o/{org}/channel/{thread}/erase", write, m.erasing)
	g.Handle("GET /o/{org}/channel/{thread}/files/{file}", read, m.download, gate.Answers(maxFile))
	g.Handle("GET /ops/channel", gate.Staff(access.ChannelRead), m.territoryPage)
	g.Nav(
		gate.NavItem{Area: gate.AreaMember, Key: "channel.nav", Path: "/o/{org}/channel", Permission: access.ChannelRead, Order: 50},
		gate.NavItem{Area: gate.AreaOps, Key: "channel.nav", Path: "/ops/channel", Permission: access.ChannelRead, Order: 60},
	)
}

// author is who asks, on his side of the channel.
func author(r *gate.Request) Author {
	a := Author{Person: Person{ID: r.Person.ID, Name: r.Person.Name, Email: r.Person.Email, Language: r.Person.Language}, Side: Member}
	if r.Staff() {
		a.Side = CSIRT
	}
	return a
}

func (m *Module) listPage(r *gate.Request) error {
	v := listView{State: ui.ParseList(r.R.URL), Base: r.Path("/channel"), CanWrite: r.Scope.Can(access.ChannelWrite)}
	var err error
	if v.Page, err = m.List(r.Context(), r.Scope, Filter{After: v.State.After()}); err != nil {
		return err
	}
	return r.Page(r.L.T("channel.title"), listBody(v))
}

func (m *Module) territoryPage(r *gate.Request) error {
	v := listView{State: ui.ParseList(r.R.URL), Territory: true, Orgs: map[int64]Organisation{}}
	var err error
	if v.Page, err = m.List(r.Context(), r.Scope, Filter{After: v.State.After(), Waiting: v.State.Get("show") == "waiting"}); err != nil {
		return err
	}
	orgs, err := m.deps.Organisations.Organisations(r.Context(), access.System("channel"), organisationsOf(v.Page.Threads))
	if err != nil {
		return err
	}
	for _, o := range orgs {
		v.Orgs[o.ID] = o
	}
	return r.WidePage(r.L.T("channel.title"), listBody(v))
}

func organisationsOf(threads []Thread) []int64 {
	seen := map[int64]bool{}
	var out []int64
	for _, t := range threads {
		if !seen[t.Organisation] {
			seen[t.Organisation] = true
			out = append(out, t.Organisation)
		}
	}
	return out
}

func (m *Module) newPage(r *gate.Request) error {
	v, err := m.newView(r, nil)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("channel.new"), newBody(v))
}

func (m *Module) newView(r *gate.Request, failure error) (newView, error) {
	a := author(r)
	v := newView{Base: r.Path("/channel"), Side: a.Side, Me: a.ID, Scanned: m.deps.Scanner != nil, State: r.FormState(failure)}
	var err error
	v.Own, v.Other, err = m.Sides(r.Context(), r.Scope, a.Side)
	return v, err
}

func (m *Module) start(r *gate.Request) error {
	d, done, err := draftOf(r)
	if err == nil {
		defer done()
		var id int64
		if id, err = m.Start(r.Context(), r.Scope, author(r), d); err == nil {
			r.Flash(gate.Success, "channel.sent")
			return r.Redirect(r.Path("/channel/" + strconv.FormatInt(id, 10)))
		}
	}
	v, viewErr := m.newView(r, err)
	if viewErr != nil {
		return viewErr
	}
	return r.Invalid(err, r.L.T("channel.new"), newBody(v))
}

// draftOf reads a form. done closes its files.
func draftOf(r *gate.Request) (d Draft, done func(), err error) {
	f, err := r.Form()
	if err != nil {
		return d, nil, err
	}
	life, err := f.Int("life", 0)
	if err != nil {
		return d, nil, err
	}
	d = Draft{Subject: f.Text("subject"), TLP: tlp.Label(f.Text("tlp")), Life: int(life), Text: f.Text("text"), Sample: f.Bool("sample")}
	for _, id := range f.All("named") {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			n = -1 // nobody's: the room says so beside the field
		}
		d.Named = append(d.Named, n)
	}
	files, err := f.Files("files")
	for _, file := range files {
		d.Files = append(d.Files, Upload{Name: file.Name, Data: file})
	}
	return d, func() { closeAll(files) }, err
}

func closeAll(files []web.File) {
	for _, f := range files {
		_ = f.Close() // it was only read
	}
}

func (m *Module) threadPage(r *gate.Request) error {
	v, err := m.threadView(r, nil)
	if err != nil {
		return err
	}
	return r.Page(v.title(r.L), threadBody(v))
}

func (m *Module) threadView(r *gate.Request, failure error) (threadView, error) {
	id, err := r.ID("thread")
	if err != nil {
		return threadView{}, err
	}
	before, _ := strconv.ParseInt(r.Query().Get("before"), 10, 64) // anything else is from the end
	a := author(r)
	c, err := m.Read(r.Context(), r.Scope, a, id, before)
	return threadView{Conversation: c, Base: r.Path("/channel"), Side: a.Side, CanWrite: r.Scope.Can(access.ChannelWrite),
		Scanned: m.deps.Scanner != nil, State: r.FormState(failure)}, err
}

func (m *Module) reply(r *gate.Request) error {
	id, err := r.ID("thread")
	if err != nil {
		return err
	}
	d, done, err := draftOf(r)
	if err == nil {
		defer done()
		if err = m.Reply(r.Context(), r.Scope, author(r), id, d); err == nil {
			r.Flash(gate.Success, "channel.sent")
			return r.Redirect(r.Path("/channel/" + strconv.FormatInt(id, 10)))
		}
	}
	v, viewErr := m.threadView(r, err)
	if viewErr != nil {
		return viewErr
	}
	return r.Invalid(err, v.title(r.L), threadBody(v))
}

func (m *Module) closing(r *gate.Request) error {
	id, err := r.ID("thread")
	if err != nil {
		return err
	}
	f, err := r.Form()
	if err != nil {
		return err
	}
	change, said := m.Close, "channel.closed"
	if f.Bool("reopen") {
		change, said = m.Reopen, "channel.reopened"
	}
	if err := change(r.Context(), r.Scope, id); err != nil {
		return err
	}
	r.Flash(gate.Success, said)
	return r.Redirect(r.Path("/channel/" + strconv.FormatInt(id, 10)))
}

func (m *Module) erasePage(r *gate.Request) error {
	v, err := m.threadView(r, nil)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("channel.erase.title"), eraseBody(v))
}

func (m *Module) erasing(r *gate.Request) error {
	id, err := r.ID("thread")
	if err != nil {
		return err
	}
	if err := m.Erase(r.Context(), r.Scope, author(r).Side, id); err != nil {
		return err
	}
	r.Flash(gate.Success, "channel.erased")
	return r.Redirect(r.Path("/channel"))
}

// download sends a file to be saved: never opened in the browser, where it could
// act in the portal's name.
func (m *Module) download(r *gate.Request) error {
	thread, err := r.ID("thread")
	if err != nil {
		return err
	}
	id, err := r.ID("file")
	if err != nil {
		return err
	}
	f, content, err := m.OpenFile(r.Context(), r.Scope, thread, id)
	if err != nil {
		return err
	}
	return r.SendFile(f.Name, f.Size, content)
}

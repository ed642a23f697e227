// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"strings"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// chartPage shows the security organisation chart, drawn and as a table.
func (m *Module) chartPage(r *gate.Request) error {
	o, all, err := m.chart(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	absences, err := m.Absences(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	now := m.now().In(o.Zone())
	v := chartView{Org: o, Posts: ChartOf(m.ref, o.Country, all, absences, now), Base: "/o/" + o.Code + "/contacts", CanEdit: r.Scope.Can(access.ContactEdit),
		Instance: m.deps.Instance.Name, Number: m.deps.Instance.ContactPhone}
	return r.Page(r.L.T("constituency.chart.title"), chartBody(v))
}

type chartView struct {
	Org              Organisation
	Posts            []Post
	Base             string
	CanEdit          bool
	Instance, Number string
}

// drawing makes boxes of the posts. Above a certain size the hours are left to the table, so that the sheet stays readable.
func (v chartView) drawing(l *i18n.Localizer) ui.OrgChart {
	people := 0
	var boxes func(posts []Post) []ui.OrgBox
	dense := countHolders(v.Posts) > denseFrom
	boxes = func(posts []Post) []ui.OrgBox {
		var out []ui.OrgBox
		for _, p := range posts {
			b := ui.OrgBox{Title: p.Role.Name.In(l.Lang()), Under: boxes(p.Under)}
			for _, h := range p.Held[:min(len(p.Held), maxDrawn)] {
				people++
				b.People = append(b.People, v.person(l, h, dense))
			}
			if more := len(p.Held) - maxDrawn; more > 0 {
				b.People = append(b.People, ui.OrgPerson{Name: l.T("constituency.chart.more", "n", more)})
			}
			if len(p.Held) == 0 {
				b.Empty = l.T("constituency.chart.empty")
				if v.CanEdit {
					b.Empty, b.EmptyHref = l.T("constituency.chart.add"), v.Base+"/new?role="+p.Role.ID
				}
			}
			out = append(out, b)
		}
		return out
	}
	c := ui.OrgChart{ID: "orgchart", Title: l.T("constituency.chart.of", "organisation", v.Org.Name), Roots: boxes(v.Posts)}
	c.Summary = l.T("constituency.chart.summary", "n", people, "missing", len(missingPosts(v.Posts)))
	return c
}

// What a sheet of A4 holds: from denseFrom people on they are drawn in brief, and of each role maxDrawn at most.
const (
	denseFrom = 9
	maxDrawn  = 4
)

func countHolders(posts []Post) (n int) {
	for _, p := range posts {
		n += len(p.Held) + countHolders(p.Under)
	}
	return n
}

func missingPosts(posts []Post) (out []Post) {
	for _, p := range posts {
		if len(p.Held) == 0 {
			out = append(out, p)
		}
		out = append(out, missingPosts(p.Under)...)
	}
	return out
}

func (v chartView) href(c Contact) string {
	if !v.CanEdit {
		return ""
	}
	return v.Base + "/" + strconvID(c.ID)
}

func (v chartView) person(l *i18n.Localizer, h Holder, dense bool) ui.OrgPerson {
	p := ui.OrgPerson{Name: h.Name, Href: v.href(h.Contact)}
	add := func(text, href string, tone ui.Tone) {
		if text != "" {
			p.Lines = append(p.Lines, ui.OrgLine{Text: text, Href: href, Tone: tone})
		}
	}
	if !h.Away.IsZero() {
		add(l.T("constituency.chart.away", "date", l.Date(h.Away)), "", ui.Warning)
	}
	if h.Phone != "" {
		add(h.Phone, telephone(h.Phone), "")
	}
	if h.PhoneAlways != "" {
		add(h.PhoneAlways+" (24/7)", telephone(h.PhoneAlways), "")
	}
	if !dense {
		for span := range strings.SplitAfterSeq(hoursText(l, h.Contact, l.T("constituency.always")), "; ") {
			add(strings.TrimSpace(span), "", "")
		}
	}
	for _, field := range h.Lacks {
		add(l.T("constituency.chart.lacks", "field", l.T("constituency.needs."+field)), v.href(h.Contact), ui.Warning)
	}
	if h.Substitute != nil {
		sub := v.person(l, *h.Substitute, true)
		sub.Name = l.T("constituency.chart.substitute", "name", sub.Name)
		if dense {
			sub.Lines = nil
		}
		p.Substitute = &sub
	}
	return p
}

// rows say the same as the drawing, in its order.
func (v chartView) rows(l *i18n.Localizer) []ui.Row {
	var out []ui.Row
	var add func(posts []Post)
	add = func(posts []Post) {
		for _, p := range posts {
			name := p.Role.Name.In(l.Lang())
			for _, h := range p.Held {
				out = append(out, v.row(l, name, h))
			}
			if len(p.Held) == 0 {
				empty := ui.Text(l.T("constituency.chart.empty"))
				if v.CanEdit {
					empty = ui.Linked(l.T("constituency.chart.add"), v.Base+"/new?role="+p.Role.ID)
				}
				out = append(out, ui.Row{Name: name, Tone: ui.Warning, Cells: []ui.Cell{ui.Text(name), empty, ui.Text(""), ui.Text(""), ui.Text("")}})
			}
			add(p.Under)
		}
	}
	add(v.Posts)
	return out
}

func (v chartView) row(l *i18n.Localizer, role string, h Holder) ui.Row {
	note, tone := "", ui.Tone("")
	for _, field := range h.Lacks {
		note, tone = l.T("constituency.chart.lacks", "field", l.T("constituency.needs."+field)), ui.Warning
	}
	if !h.Away.IsZero() {
		note, tone = l.T("constituency.chart.away", "date", l.Date(h.Away)), ui.Warning
	}
	substitute := ui.Text("")
	if h.Substitute != nil {
		substitute = ui.Cell{Text: h.Substitute.Name, Content: ways(h.Substitute.Contact)}
	}
	return ui.Row{Name: h.Name, Tone: tone, Cells: []ui.Cell{
		ui.Text(role), {Text: h.Name, Href: v.href(h.Contact), Note: note}, ui.In(ways(h.Contact)), ui.In(unbroken(hoursText(l, h.Contact, l.T("constituency.always")))), substitute,
	}}
}

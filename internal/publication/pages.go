// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

const alertsPath = "/avvisi"

func (m *Module) pages(g *gate.Gate) {
	g.Handle("GET "+alertsPath, gate.Public(), m.listPage, gate.Translated())
	g.Handle("GET "+alertsPath+".atom", gate.Public(), m.atom)
	g.Handle("GET "+alertsPath+"/{name}", gate.Public(), m.alertPage, gate.Translated())
	g.Handle("GET "+alertsPath+"/{name}/files/{file}", gate.Public(), m.filePage, gate.Answers(maxFile))
	g.Handle("GET /key", gate.Public(), m.keyPage, gate.Translated())
}

func (m *Module) listPage(r *gate.Request) error {
	state := ui.ParseList(r.R.URL)
	p, err := m.List(r.Context(), r.Scope, state.After(), 0)
	if err != nil {
		return err
	}
	return r.Page(r.L.T("publication.alerts"), listBody(listView{state, p}))
}

func (m *Module) alertPage(r *gate.Request) error {
	p, err := m.Get(r.Context(), r.Scope, r.Param("name"))
	if err != nil {
		return err
	}
	lang, text := p.In(r.L.Lang(), m.deps.Language)
	v := alertView{Published: p, Lang: lang, Text: text, HTML: m.deps.Markdown(text.Body), Foreign: lang != r.L.Lang()}
	return r.Page(text.Title, alertBody(v))
}

// maxFile is what a file of an alert has at most.
const maxFile = 20 << 20

func (m *Module) filePage(r *gate.Request) error {
	p, err := m.Get(r.Context(), r.Scope, r.Param("name"))
	if err != nil {
		return err
	}
	id, err := r.ID("file")
	if err != nil {
		return err
	}
	f, content, err := m.deps.Alerts.OpenPublic(r.Context(), r.Scope, p.ID, id)
	if err != nil {
		return err
	}
	return r.SendFile(f.Name, f.Size, content)
}

func (p Published) filePath(f File) string {
	return alertsPath + "/" + p.Name + "/files/" + strconv.FormatInt(f.ID, 10)
}

func (m *Module) keyPage(r *gate.Request) error {
	key, err := m.Key()
	if err != nil {
		return err
	}
	return r.Page(r.L.T("publication.key"), keyBody(key))
}

// Latest gives the panel of the front page: the newest public alerts; nil when there are none.
func (m *Module) Latest(ctx context.Context, s access.Scope) (templ.Component, error) {
	p, err := m.List(ctx, s, "", 3)
	if err != nil || len(p.Alerts) == 0 {
		return nil, err
	}
	return latest(p.Alerts), nil
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	HRef string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Links     []atomLink `xml:"link"`
	Summary   string     `xml:"summary"`
}

// atom answers with the feed of public alerts (RFC 4287), the newest twenty, in
// the language the reader's program asks for.
func (m *Module) atom(r *gate.Request) error {
	state, changed, err := m.state(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	f, err := m.files.get(state, "atom-"+r.L.Lang(), func() (file, error) { return m.makeAtom(r, changed) })
	if err != nil {
		return err
	}
	r.W.Header().Set("Vary", "Accept-Language, Cookie")
	return give(r, f)
}

func (m *Module) makeAtom(r *gate.Request, changed time.Time) (file, error) {
	p, err := m.List(r.Context(), r.Scope, "", 20)
	if err != nil {
		return file{}, err
	}
	feed := atomFeed{
		Lang: r.L.Lang(), ID: r.URL(alertsPath + ".atom"), Title: r.L.T("publication.alerts") + " – " + m.deps.Name, Updated: changed.Format(time.RFC3339), Author: m.deps.Name,
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", HRef: r.URL(alertsPath + ".atom")}, {Rel: "alternate", Type: "text/html", HRef: r.URL(alertsPath)}},
	}
	for _, a := range p.Alerts {
		feed.Entries = append(feed.Entries, m.atomEntry(r, a))
	}
	body, err := xml.MarshalIndent(feed, "", "  ")
	return file{kind: "application/atom+xml; charset=utf-8", body: append([]byte(xml.Header), body...), changed: changed}, err
}

func (m *Module) atomEntry(r *gate.Request, a Published) atomEntry {
	_, text := a.In(r.L.Lang(), m.deps.Language)
	page := r.URL(alertsPath + "/" + a.Name)
	return atomEntry{
		ID: page, Title: a.title(r.L, text), Published: a.Released.Format(time.RFC3339), Updated: a.Changed.Format(time.RFC3339), Summary: summary(r.L, a, text),
		Links: []atomLink{{Rel: "alternate", Type: "text/html", HRef: page}, {Rel: "related", Type: jsonKind, HRef: m.documentURL(a)}},
	}
}

// title says in front of it when it no longer holds.
func (p Published) title(l *i18n.Localizer, t Text) string {
	if !p.Withdrawn.At.IsZero() {
		return l.T("publication.csaf.withdrawn") + ": " + t.Title
	}
	return t.Title
}

// summary is how grave it is, which CVEs, and what whoever reads nothing else has to know.
func summary(l *i18n.Localizer, a Published, t Text) string {
	line := strings.Join(append([]string{l.T("publication.kind."+a.Kind) + ", " + l.T("publication.severity."+a.Severity)}, a.CVEs[:min(len(a.CVEs), 10)]...), ", ")
	if t.Summary != "" {
		line += ". " + t.Summary
	}
	return line
}

// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"martinella/internal/platform/i18n"
	"martinella/internal/platform/tlp"
)

// The elements of Atom (RFC 4287) that are written.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Author  atomPerson  `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomPerson struct {
		Name string `xml:"name"`
		URI  string `xml:"uri,omitempty"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomCategory struct {
		Term   string `xml:"term,attr"`
		Scheme string `xml:"scheme,attr,omitempty"`
	}
	atomText struct {
		Type string `xml:"type,attr,omitempty"`
		Lang string `xml:"xml:lang,attr,omitempty"`
		Text string `xml:",chardata"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      atomText       `xml:"title"`
		Published  string         `xml:"published"`
		Updated    string         `xml:"updated"`
		Links      []atomLink     `xml:"link"`
		Categories []atomCategory `xml:"category"`
		Rights     string         `xml:"rights,omitempty"`
		Content    *atomText      `xml:"content,omitempty"`
	}
)

// writeAtom writes the feed of a client's alerts, the newest first. It has no
// link to itself: its address is a secret, and feeds are passed on.
func (m *Module) writeAtom(c client, l *i18n.Localizer, alerts []Alert) ([]byte, error) {
	f := atomFeed{
		Lang: l.Lang(), ID: "urn:uuid:" + m.identifier("feed", c.key.ID).String(), Title: l.T("exchange.feed.title", "csirt", m.deps.Name, "organisation", c.title()),
		Updated: instant(c.key.CreatedAt), Author: atomPerson{m.deps.Name, m.deps.BaseURL + "/"}, Links: []atomLink{{Rel: "alternate", Href: m.deps.BaseURL + "/"}},
	}
	last := c.key.CreatedAt
	for _, a := range alerts {
		if a.Changed.After(last) {
			last = a.Changed
		}
		f.Entries = append(f.Entries, m.atomEntry(c, l, a))
	}
	f.Updated = instant(last)
	var out bytes.Buffer
	out.WriteString(xml.Header)
	if err := xml.NewEncoder(&out).Encode(f); err != nil {
		return nil, fmt.Errorf("exchange: writing a feed: %w", err)
	}
	return out.Bytes(), nil
}

// title says whose the client is.
func (c client) title() string {
	if c.org.ID != 0 {
		return c.org.Name
	}
	return c.key.Name
}

func (m *Module) atomEntry(c client, l *i18n.Localizer, a Alert) atomEntry {
	e := atomEntry{
		ID: "urn:uuid:" + m.identifier("alert", a.ID).String(), Published: instant(a.Sent), Updated: instant(a.Changed),
		Links: []atomLink{{Rel: "alternate", Href: m.portalPage(c, a)}}, Categories: []atomCategory{{Term: string(a.TLP), Scheme: "https://www.first.org/tlp/"}},
	}
	e.Rights = l.T("exchange.rights." + strings.ReplaceAll(string(a.TLP[len("TLP:"):]), "+", "_"))
	if !a.TLP.Within(tlp.Amber) {
		e.Title.Text = l.T("exchange.feed.closed", "label", string(a.TLP))
		e.Content = &atomText{Type: "text", Text: l.T("exchange.feed.closed.text")}
		return e
	}
	text, lang := a.In(l.Lang())
	e.Title = atomText{Lang: lang, Text: l.T("exchange.feed.entry", "severity", l.T("exchange.severity."+a.Severity), "title", text.Title)}
	e.Content = &atomText{Type: "html", Lang: lang, Text: m.deps.HTML(text.Body)}
	e.Categories = append(e.Categories, atomCategory{Term: a.Severity}, atomCategory{Term: a.Kind})
	if a.Withdrawn {
		e.Title.Text = l.T("exchange.feed.withdrawn", "title", text.Title)
		e.Content = &atomText{Type: "text", Text: l.T("exchange.feed.withdrawn.text", "why", a.Why)}
	}
	return e
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

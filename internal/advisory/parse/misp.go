// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mispEvent has what is read of an event of MISP (its core format).
type mispEvent struct {
	UUID       string          `json:"uuid"`
	Info       string          `json:"info"`
	Date       string          `json:"date"`
	Timestamp  loose           `json:"timestamp"`
	Published  loose           `json:"publish_timestamp"`
	Threat     loose           `json:"threat_level_id"`
	Attributes []mispAttribute `json:"Attribute"`
	Objects    []struct {
		Name       string          `json:"name"`
		Deleted    loose           `json:"deleted"`
		Attributes []mispAttribute `json:"Attribute"`
	} `json:"Object"`
	Tags []mispTag `json:"Tag"`
	Org  struct {
		Name string `json:"name"`
	} `json:"Orgc"`
	Reports []struct {
		Name    string `json:"name"`
		Content string `json:"content"`
	} `json:"EventReport"`
}

type mispTag struct {
	Name string `json:"name"`
}

type mispAttribute struct {
	Type    string    `json:"type"`
	Value   loose     `json:"value"`
	Comment string    `json:"comment"`
	ToIDS   loose     `json:"to_ids"`
	Deleted loose     `json:"deleted"`
	Tags    []mispTag `json:"Tag"`
}

// mispEvents reads one event, or the answer of a search, which has several.
func mispEvents(data []byte) ([]Document, error) {
	var wrapped struct {
		Event    json.RawMessage `json:"Event"`
		Response json.RawMessage `json:"response"`
	}
	outer := newBuilder(FormatMISP)
	list := data
	if data[0] == '{' {
		if err := decode(outer, data, &wrapped); err != nil {
			return nil, err
		}
		if list = wrapped.Response; wrapped.Event != nil {
			list = append(append([]byte(`[{"Event":`), wrapped.Event...), "}]"...)
		}
	}
	var events []struct {
		Event *mispEvent `json:"Event"`
	}
	if err := decode(outer, list, &events); err != nil {
		return nil, err
	}
	var docs []Document
	for _, e := range events {
		if e.Event == nil || len(docs) == maxItems {
			continue
		}
		b := newBuilder(FormatMISP)
		b.doc.Warnings = append(b.doc.Warnings, outer.doc.Warnings...)
		docs = append(docs, b.misp(*e.Event))
	}
	return docs, nil
}

func (b *builder) misp(e mispEvent) Document {
	b.doc.Kind = KindIntelligence
	b.bareTitleOf(e.Info)
	b.id("misp", clean(e.UUID))
	b.title(e.UUID)
	b.doc.Published, b.doc.Updated = seconds(e.Published), seconds(e.Timestamp)
	if b.doc.Published.IsZero() {
		b.doc.Published = stamp(e.Date)
	}
	// MISP's own scale: 1 high, 2 medium, 3 low, 4 undefined.
	b.severity(map[loose]Level{"1": LevelHigh, "2": LevelMedium, "3": LevelLow}[e.Threat], "threat_level_id "+string(e.Threat))
	b.mispTags(e.Tags)
	context := &strings.Builder{}
	for _, a := range e.Attributes {
		b.mispAttribute(a, "", context)
	}
	for _, o := range e.Objects {
		if truth(o.Deleted) {
			continue
		}
		for _, a := range o.Attributes {
			b.mispAttribute(a, o.Name, context)
		}
	}
	for _, r := range e.Reports {
		b.section(b.readable(r.Name), SectionDetails, b.readable(r.Content))
		b.cves(r.Content)
	}
	b.section("Attributes", SectionOther, b.readable(context.String()))
	return b.done()
}

func (b *builder) mispTags(tags []mispTag) {
	for _, t := range tags {
		name := strings.ToUpper(t.Name)
		switch {
		case strings.HasPrefix(name, "TLP:"):
			b.statedLabel(name)
		case strings.HasPrefix(name, "PAP:"):
			b.pap(papOf(name[4:]))
		}
	}
}

// mispAttribute takes an indicator where its author says that it detects
// ("to_ids"); what is there for context is kept as text.
func (b *builder) mispAttribute(a mispAttribute, object string, context *strings.Builder) {
	value := clean(string(a.Value))
	if truth(a.Deleted) || value == "" {
		return
	}
	b.mispTags(a.Tags)
	b.cves(value)
	switch {
	case a.Type == "link":
		b.link(value, b.readable(a.Comment))
	case a.Type == "vulnerability":
	case a.Type == "cpe":
		b.product(Product{Text: value, CPE: value})
	case truth(a.ToIDS) && b.mispIndicators(a.Type, value):
	default:
		if truth(a.ToIDS) {
			b.unplaced(a.Type + ": " + value)
		}
		if context.Len() < Limit {
			fmt.Fprintf(context, "%s: %s\n", strings.TrimPrefix(object+"/"+a.Type, "/"), strings.TrimSpace(value+"  "+a.Comment))
		}
	}
}

// mispIndicators reads a value, or the two of a composite one ("domain|ip").
func (b *builder) mispIndicators(kind, value string) (taken bool) {
	kinds, values := strings.Split(kind, "|"), strings.Split(value, "|")
	if len(kinds) != len(values) {
		kinds, values = []string{kind}, []string{value}
	}
	for i, k := range kinds {
		if !detects(k) {
			continue // a port, the name of a file
		}
		if t, plain := classify(values[i], true); t != "" {
			taken = b.keep(Indicator{Type: t, Value: plain, Written: values[i]}) || taken
		}
	}
	return taken
}

// detects names the types of MISP whose values are indicators here.
func detects(kind string) bool {
	switch kind {
	case "ip-src", "ip-dst", "ip", "domain", "hostname", "url", "uri", "email", "email-src", "email-dst", "email-reply-to", "md5", "sha1", "sha256", "sha512":
		return true
	}
	return false
}

func truth(l loose) bool { return l == "true" || l == "1" }

func seconds(l loose) time.Time {
	n, err := strconv.ParseInt(string(l), 10, 64)
	if err != nil || n <= 0 || n > 1<<33 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

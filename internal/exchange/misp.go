// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The parts of MISP's core format (draft-dulaunoy-misp-core-format) that are written.
type (
	mispEvent struct {
		UUID       string          `json:"uuid"`
		Info       string          `json:"info"`
		Date       string          `json:"date"`
		Timestamp  string          `json:"timestamp"`
		Published  bool            `json:"published"`
		PublishedS string          `json:"publish_timestamp"`
		Analysis   string          `json:"analysis"` // 2: complete
		Threat     string          `json:"threat_level_id"`
		Orgc       mispOrg         `json:"Orgc"`
		Tags       []mispTag       `json:"Tag"`
		Attributes []mispAttribute `json:"Attribute"`
		Reports    []mispReport    `json:"EventReport,omitempty"`
	}
	mispOrg struct {
		Name string `json:"name"`
		UUID string `json:"uuid"`
	}
	mispTag struct {
		Name   string `json:"name"`
		Colour string `json:"colour"`
	}
	mispAttribute struct {
		UUID      string `json:"uuid"`
		Type      string `json:"type"`
		Category  string `json:"category"`
		Value     string `json:"value"`
		Comment   string `json:"comment"`
		ToIDS     bool   `json:"to_ids"`
		Deleted   bool   `json:"deleted"`
		Timestamp string `json:"timestamp"`
		LastSeen  string `json:"last_seen,omitempty"`
	}
	mispReport struct {
		UUID      string `json:"uuid"`
		Name      string `json:"name"`
		Content   string `json:"content"`
		Timestamp string `json:"timestamp"`
		Deleted   bool   `json:"deleted"`
	}
)

// mispHead writes an event as the manifest has it.
func (m *Module) mispHead(a Alert) mispEvent {
	text, _ := a.In()
	e := mispEvent{
		UUID: m.identifier("event", a.ID).String(), Info: text.Title, Date: a.Sent.UTC().Format(time.DateOnly), Timestamp: unix(a.Changed), Published: true, PublishedS: unix(a.Changed),
		Analysis: "2", Threat: map[string]string{"critical": "1", "high": "1", "medium": "2", "low": "3"}[a.Severity], Orgc: mispOrg{m.deps.Name, m.identifier("organisation", 0).String()},
		Tags: []mispTag{{strings.ToLower(string(a.TLP)), mispColour(string(a.TLP))}},
	}
	if a.PAP != "" {
		e.Tags = append(e.Tags, mispTag{a.PAP, mispColour(a.PAP)})
	}
	if a.Withdrawn {
		e.Info = "[withdrawn] " + e.Info
	}
	return e
}

// mispColour is that of the taxonomies tlp and PAP.
func mispColour(label string) string {
	_, word, _ := strings.Cut(label, ":")
	return map[string]string{"CLEAR": "#ffffff", "GREEN": "#33ff00", "AMBER": "#ffc000", "RED": "#ff2b2b"}[word]
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// mispOf writes an event whole. One that was withdrawn keeps its attributes as
// deleted: who has it drops them. What PAP lets nobody act on is for context only.
func (m *Module) mispOf(a Alert) mispEvent {
	e, places := m.mispHead(a), map[string]int{}
	add := func(kind, category, value, comment string, ids bool, until time.Time) {
		at := mispAttribute{UUID: uuid.NewSHA1(m.space, []byte("attribute:"+id(a)+":"+kind+":"+value)).String(), Type: kind, Category: category, Value: value, Comment: comment,
			ToIDS: ids && !a.Withdrawn, Deleted: a.Withdrawn, Timestamp: e.Timestamp}
		if !until.IsZero() {
			at.LastSeen = instant(until)
		}
		if n, here := places[at.UUID]; here { // MISP takes one of a type and a value
			old := &e.Attributes[n].Comment
			*old = strings.Trim(*old+"; "+comment, "; ")
			return
		}
		places[at.UUID] = len(e.Attributes)
		e.Attributes = append(e.Attributes, at)
	}
	if a.Reference != "" {
		add("text", "External analysis", a.Reference, source(a, m.deps.Name), false, time.Time{})
	}
	for _, link := range a.Links {
		add("link", "External analysis", link, "", false, time.Time{})
	}
	for _, cve := range a.CVEs {
		add("vulnerability", "External analysis", cve, "", false, time.Time{})
	}
	for _, p := range a.Products {
		if p.CPE != "" {
			add("cpe", "External analysis", p.CPE, p.Text, false, time.Time{})
		}
	}
	for _, i := range a.Indicators {
		kind, category := mispType(i)
		add(kind, category, i.Value, i.Comment, blockable(a.PAP) && !i.Over(m.now()), i.Until)
	}
	for _, lang := range slices.Sorted(maps.Keys(a.Texts)) {
		t := a.Texts[lang]
		e.Reports = append(e.Reports, mispReport{UUID: uuid.NewSHA1(m.space, []byte("report:"+id(a)+":"+lang)).String(), Name: t.Title, Content: t.Body, Timestamp: e.Timestamp, Deleted: a.Withdrawn})
	}
	return e
}

// mispType gives the type and category of an attribute.
func mispType(i Indicator) (kind, category string) {
	switch i.Type {
	case "ip", "network":
		return "ip-dst", "Network activity"
	case "domain", "url":
		return i.Type, "Network activity"
	case "email":
		return "email-src", "Payload delivery"
	}
	return i.Type, "Payload delivery"
}

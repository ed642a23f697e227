// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The profiles we use (4).
const (
	base          = "csaf_base"
	informational = "csaf_informational_advisory"
	security      = "csaf_security_advisory"
)

// tlpText is the standard's own address for TLP; CSAF 2.0 knows the protocol's
// first version, whose WHITE is CLEAR today.
const tlpText = "https://www.first.org/tlp/"

// Make writes the document of an alert; self is the address it will have.
func Make(a Alert, p Publisher, self string, w Words) ([]byte, error) {
	d := document{Document: head{
		Severity: &severity{w.Severity}, Category: a.profile(), Version: "2.0", Lang: a.Lang,
		Distribution: distribution{tlp{"WHITE", tlpText}}, Notes: a.notes(w), Publisher: p.wire(),
		References: a.references(self, w), Title: a.title(w), Tracking: a.tracking(w),
	}}
	if a.Source != "" {
		d.Document.Thanks = []thanks{{a.Source, w.Source}}
	}
	if !a.takenBack() {
		var ids []string
		d.ProductTree, ids = tree(a.Products)
		d.Vulnerabilities = a.vulnerabilities(ids, w)
	}
	return write(d)
}

// write gives JSON as people read it, without the escapes of HTML.
func write(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("csaf: %w", err)
	}
	return b.Bytes(), nil
}

func (a Alert) takenBack() bool { return !a.Withdrawn.At.IsZero() }

// profile chooses the strictest profile whose demands what is known fulfils
// (4.1, 4.3, 4.4; mandatory tests 6.1.27).
func (a Alert) profile() string {
	switch {
	case a.takenBack():
		return base
	case len(a.CVEs) > 0 && len(named(a.Products)) > 0:
		return security
	case len(a.CVEs) == 0 && len(a.Links) > 0:
		return informational
	}
	return base
}

func (a Alert) title(w Words) string {
	if a.takenBack() {
		return w.Withdrawn + ": " + a.Title
	}
	return a.Title
}

func (a Alert) notes(w Words) []note {
	var out []note
	if a.takenBack() {
		out = append(out, note{"general", a.Withdrawn.Why, w.Withdrawn})
	}
	if a.Summary != "" {
		out = append(out, note{"summary", a.Summary, ""})
	}
	if a.Body == "" && a.Summary == "" {
		return append(out, note{"summary", a.Title, ""})
	}
	if a.Body == "" {
		return out
	}
	return append(out, note{"description", a.Body, w.Details})
}

func (p Publisher) wire() publisher {
	return publisher{Category: "coordinator", Name: p.Name, Namespace: p.Namespace, Contact: p.Contact, Authority: p.Authority}
}

func (a Alert) references(self string, w Words) []reference {
	out := []reference{{"self", w.Document, self}}
	if a.Page != "" {
		out = append(out, reference{"self", w.Page, a.Page})
	}
	for _, link := range a.Links {
		out = append(out, reference{"external", link, link})
	}
	for _, f := range a.Files {
		out = append(out, reference{"self", f.Name, f.URL})
	}
	return out
}

// tracking numbers the revisions 1, 2, …: integer versioning (3.1.11.1).
func (a Alert) tracking(w Words) tracking {
	t := tracking{ID: a.ID, Initial: stamp(a.Released()), Current: stamp(a.Changed()), Status: "final", Generator: &generator{engine{"Martinella"}}}
	if a.Reference != "" && a.Reference != a.ID {
		t.Aliases = []string{a.Reference}
	}
	for i, r := range a.Revisions {
		summary := orElse(r.Note, w.Revised)
		if i == 0 {
			summary = orElse(r.Note, w.First)
		}
		t.add(r.At, summary)
	}
	if a.takenBack() {
		t.add(a.Changed(), w.TakenBack+": "+a.Withdrawn.Why)
	}
	return t
}

func (t *tracking) add(at time.Time, summary string) {
	t.Version = strconv.Itoa(len(t.History) + 1)
	t.History = append(t.History, revision{stamp(at), t.Version, summary})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func orElse(s, other string) string {
	if s = strings.TrimSpace(s); s != "" {
		return s
	}
	return other
}

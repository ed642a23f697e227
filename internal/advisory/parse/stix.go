// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"martinella/internal/platform/tlp"
)

// stixObject has what is read of the objects of STIX 2.1.
type stixObject struct {
	Type        string   `json:"type"`
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Abstract    string   `json:"abstract"` // of notes
	Content     string   `json:"content"`
	Created     string   `json:"created"`
	Modified    string   `json:"modified"`
	Published   string   `json:"published"` // of reports
	Revoked     bool     `json:"revoked"`
	Lang        string   `json:"lang"`
	Pattern     string   `json:"pattern"`
	PatternType string   `json:"pattern_type"`
	ValidUntil  string   `json:"valid_until"`
	Marks       []string `json:"object_marking_refs"`
	Refs        []string `json:"object_refs"`
	Granular    []struct {
		Mark string `json:"marking_ref"`
	} `json:"granular_markings"`
	Vendor   string `json:"vendor"`
	Version  string `json:"version"`
	CPE      string `json:"cpe"`
	External []struct {
		Source      string `json:"source_name"`
		ID          string `json:"external_id"`
		URL         string `json:"url"`
		Description string `json:"description"`
	} `json:"external_references"`
	Definition struct {
		TLP       string `json:"tlp"`
		Statement string `json:"statement"`
	} `json:"definition"`
	Extensions map[string]json.RawMessage `json:"extensions"`
}

// stixBundle reads a bundle of STIX 2.1, or the envelope in which TAXII sends
// objects. The report gives title and text; without one, the first object that has a name.
func stixBundle(data []byte) ([]Document, error) {
	b := newBuilder(FormatSTIX)
	var bundle struct {
		ID      string            `json:"id"`
		Objects []json.RawMessage `json:"objects"`
	}
	if err := decode(b, data, &bundle); err != nil {
		return nil, err
	}
	b.doc.Kind = KindIntelligence
	objects := make([]stixObject, 0, len(bundle.Objects))
	for _, raw := range bundle.Objects {
		var o stixObject
		if err := decode(b, raw, &o); err != nil || o.Type == "" {
			b.unplaced(string(raw[:min(len(raw), 4*maxLine)]))
			continue
		}
		objects = append(objects, o)
	}
	// Reports first: what they say is of the whole.
	slices.SortStableFunc(objects, func(x, y stixObject) int { return rank(x.Type) - rank(y.Type) })
	marks := tlpMarks(objects)
	b.stixHead(objects)
	b.id("stix", bundle.ID)
	b.stixLabels(objects, marks)
	for _, o := range objects {
		b.stixObject(o)
	}
	b.stixMissing(objects)
	return b.titled()
}

// stixLabels takes the strictest label of all objects. Where the one that speaks
// for all has none that is understood, what is laxer than TLP:AMBER on its parts
// (a CVE's name is public) says nothing of the whole.
func (b *builder) stixLabels(objects []stixObject, marks map[string]tlp.Label) {
	open := len(objects) > 0 && rank(objects[0].Type) == 0
	for n, o := range objects {
		for _, m := range o.marks() {
			if label := marks[m]; n == 0 || !open || b.doc.TLP != "" || tlp.Amber.Within(label) {
				b.label(label)
			}
		}
	}
}

// marks names the markings of an object and of its parts.
func (o stixObject) marks() []string {
	out := slices.Clone(o.Marks)
	for _, g := range o.Granular {
		out = append(out, g.Mark)
	}
	return out
}

// stixMissing says which indicators and vulnerabilities a report names that are not here.
func (b *builder) stixMissing(objects []stixObject) {
	here := map[string]bool{}
	for _, o := range objects {
		here[o.ID] = true
	}
	for _, o := range objects {
		for _, id := range o.Refs {
			if !here[id] && (strings.HasPrefix(id, "indicator--") || strings.HasPrefix(id, "vulnerability--")) {
				b.unplaced(id)
			}
		}
	}
}

func rank(kind string) int {
	switch kind {
	case "report", "grouping":
		return 0
	case "marking-definition", "identity", "relationship":
		return 2
	}
	return 1
}

// stixHead takes title, times and identifier from the object that speaks for all.
func (b *builder) stixHead(objects []stixObject) {
	for _, o := range objects {
		name := o.Name
		if o.Type == "note" {
			name = o.Abstract
		}
		if rank(o.Type) == 2 || name == "" {
			continue
		}
		b.bareTitleOf(name + others(objects, o))
		b.id("stix", o.ID)
		b.doc.Language = feedLanguage(o.Lang)
		b.doc.Published, b.doc.Updated = stamp(o.Published), stamp(o.Modified)
		if b.doc.Published.IsZero() {
			b.doc.Published = stamp(o.Created)
		}
		b.doc.Update = o.Modified != "" && o.Created != "" && stamp(o.Modified).After(stamp(o.Created)) && rank(o.Type) == 0
		if rank(o.Type) == 0 {
			b.summary(b.readable(o.Description))
		}
		return
	}
}

// others says how many more there are where no report speaks for all.
func others(objects []stixObject, first stixObject) string {
	n := 0
	for _, o := range objects {
		if o.ID != first.ID && (o.Type == "indicator" || o.Type == "vulnerability") {
			n++
		}
	}
	if n == 0 || rank(first.Type) == 0 || first.Type == "note" {
		return ""
	}
	return " (+" + strconv.Itoa(n) + ")"
}

// tlpMarks maps the identifiers of marking definitions to labels: those of the
// standard (STIX 2.1, 7.2.1.4), those of TLP 2.0, and what the bundle defines.
func tlpMarks(objects []stixObject) map[string]tlp.Label {
	marks := map[string]tlp.Label{
		"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": tlp.Clear,
		"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": tlp.Green,
		"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": tlp.Amber,
		"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": tlp.Red,
		"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": tlp.Clear,
		"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": tlp.Green,
		"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": tlp.Amber,
		"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": tlp.AmberStrict,
		"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": tlp.Red,
	}
	for _, o := range objects {
		if o.Type != "marking-definition" || marks[o.ID] != "" {
			continue
		}
		label := labelOf(o.Definition.TLP)
		for _, extension := range o.Extensions {
			var e struct {
				TLP string `json:"tlp_2_0"`
			}
			if json.Unmarshal(extension, &e) == nil && e.TLP != "" {
				label = labelOf(e.TLP)
			}
		}
		if label == "" {
			label = labelOf(strings.TrimPrefix(strings.ToUpper(o.Name), "TLP:"))
		}
		marks[o.ID] = label
	}
	return marks
}

func (b *builder) stixObject(o stixObject) {
	if o.Revoked && rank(o.Type) == 0 {
		b.warn(WarnWithdrawn, o.ID)
	}
	for _, r := range o.External {
		b.stixReference(r.Source, r.ID, r.URL, r.Description)
	}
	switch o.Type {
	case "indicator":
		b.stixIndicator(o)
	case "software":
		b.product(Product{Text: clean(strings.Join([]string{o.Vendor, o.Name, o.Version}, " ")), Vendor: clean(o.Vendor),
			Product: clean(o.Name), Versions: clean(o.Version), CPE: clean(o.CPE)})
	case "marking-definition":
		b.labels(o.Definition.Statement)
	case "identity", "relationship", "extension-definition", "sighting", "language-content":
	default:
		b.stixText(o)
	}
}

func (b *builder) stixReference(source, id, address, text string) {
	b.cves(id)
	if !b.reference(id) && source != "cve" {
		b.id(source, id)
	}
	b.link(address, text)
}

// stixText keeps what an object says in words.
func (b *builder) stixText(o stixObject) {
	kinds := map[string]SectionKind{"report": SectionSummary, "grouping": SectionSummary, "course-of-action": SectionMitigation, "vulnerability": SectionDetails}
	kind := kinds[o.Type]
	if kind == "" {
		kind = SectionOther
	}
	title := o.Name
	if title == "" {
		title = o.Abstract
	}
	text := o.Description
	if text == "" {
		text = o.Content
	}
	b.cves(o.Name + "\n" + text)
	if text == "" && kind == SectionOther && title != "" {
		text = title // "ransomware", "a group": the name is all there is
	}
	b.section(join(o.Type, b.readable(title)), kind, b.readable(text))
}

func (b *builder) stixIndicator(o stixObject) {
	switch {
	case o.Revoked:
		b.warn(WarnRevoked, o.ID)
	case o.PatternType != "" && o.PatternType != "stix":
		b.unplaced(o.PatternType + ": " + clean(o.Pattern))
	default:
		b.stixPattern(o.Pattern, o.ValidUntil)
	}
	if o.Description != "" {
		b.section(join(o.Type, b.readable(o.Name)), SectionIndicators, b.readable(o.Description))
	}
}

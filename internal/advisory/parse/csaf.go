// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"strings"
)

// csafDocument reads a security advisory in CSAF 2.0, and what 2.1 has in the
// same places. Signatures and the standard's mandatory tests are the
// fetcher's matter.
func csafDocument(data []byte) ([]Document, error) {
	b := newBuilder(FormatCSAF)
	var wire csafWire
	if err := decode(b, data, &wire); err != nil {
		return nil, err
	}
	b.doc.Kind = KindAdvisory
	d := wire.Document
	b.doc.Language = feedLanguage(d.Lang)
	b.csafTracking(d)
	b.bareTitleOf(d.Title)
	b.severity(levelOf(d.AggregateSeverity.Text), d.AggregateSeverity.Text)
	for _, n := range d.Notes {
		b.csafNote(n, "")
	}
	affected := affectedProducts(wire.Vulnerabilities)
	for _, v := range wire.Vulnerabilities {
		b.csafVulnerability(v)
	}
	for _, r := range d.References {
		b.link(r.URL, r.Summary)
	}
	b.csafProducts(wire.ProductTree, affected)
	return b.titled()
}

func (b *builder) csafTracking(d csafHead) {
	t := d.Tracking
	b.id("csaf", t.ID)
	for _, alias := range t.Aliases {
		if !b.reference(alias) {
			b.id(d.Publisher.Name, alias)
		}
	}
	b.doc.Published, b.doc.Updated = stamp(t.Initial), stamp(t.Current)
	b.doc.Revision = short(oneLine(string(t.Version)), maxLine)
	b.doc.Update = len(t.History) > 1
	b.statedLabel(d.Distribution.TLP.Label)
}

// bareTitleOf takes a title that may carry a reference and the mark of a revision.
func (b *builder) bareTitleOf(s string) { b.title(b.bareTitle(b.readable(s))) }

// titled gives the one document; without a title its first identifier is shown.
func (b *builder) titled() ([]Document, error) {
	if b.doc.Title == "" && len(b.doc.IDs) > 0 {
		b.title(b.doc.IDs[0].Value)
	}
	return []Document{b.done()}, nil
}

func (b *builder) csafNote(n csafNote, of string) {
	kind := map[string]SectionKind{"summary": SectionSummary, "description": SectionDetails, "details": SectionDetails, "general": SectionOther}[n.Category]
	if kind == "" {
		kind = SectionOther
	}
	if of != "" && kind == SectionSummary {
		kind = SectionDetails // of one vulnerability, not of the document
	}
	title := n.Title
	if title == "" {
		title = n.Category
	}
	b.section(join(of, b.readable(title)), kind, b.readable(n.Text))
	b.cves(n.Text)
}

func (b *builder) csafVulnerability(v csafVulnerability) {
	of := v.Title
	if ids := b.cves(v.CVE); len(ids) > 0 {
		of = ids[0]
	}
	for _, n := range v.Notes {
		b.csafNote(n, b.readable(of))
	}
	for _, s := range append(v.Scores, contents(v.Metrics)...) {
		for _, c := range []csafCVSS{s.V4, s.V3, s.V2} {
			b.cvss(CVSS{CVE: cveOr(of), Version: short(oneLine(string(c.Version)), 10), Vector: short(oneLine(c.Vector), maxTitle), Score: c.Score})
			b.worst(levelOf(c.Severity))
		}
	}
	for _, t := range v.Threats {
		b.section(join(of, t.Category), SectionImpact, b.readable(t.Details))
	}
	for _, r := range v.Remediations {
		b.section(join(of, r.Category), SectionMitigation, b.readable(r.Details))
		b.link(r.URL, "")
	}
	for _, r := range v.References {
		b.link(r.URL, r.Summary)
	}
}

// worst keeps the worst severity of the scores, where the document states none for the whole.
func (b *builder) worst(l Level) {
	order := map[Level]int{LevelLow: 1, LevelMedium: 2, LevelHigh: 3, LevelCritical: 4}
	if s := &b.doc.Severity; (s.Written == "" || s.Written == "CVSS") && order[l] > order[s.Level] {
		s.Level, s.Written = l, "CVSS"
	}
}

func cveOr(s string) string {
	if m := cveID.FindStringSubmatch(s); m != nil && m[0] == s {
		return cveOf(m)
	}
	return ""
}

func join(of, what string) string {
	if of == "" {
		return what
	}
	return of + ": " + strings.ReplaceAll(what, "_", " ")
}

// affectedProducts gives the products that vulnerabilities call affected; nil
// when none says anything about any product.
func affectedProducts(all []csafVulnerability) map[string]bool {
	var affected map[string]bool
	for _, v := range all {
		for status, ids := range v.Status {
			if affected == nil {
				affected = map[string]bool{}
			}
			if status != "known_affected" && status != "first_affected" && status != "last_affected" {
				continue
			}
			for _, id := range ids {
				affected[id] = true
			}
		}
	}
	return affected
}

// csafProducts lists what is affected; all products when nothing says which.
func (b *builder) csafProducts(tree csafTree, affected map[string]bool) {
	take := func(p csafProduct, vendor, product, versions string) {
		if p.ID == "" || affected != nil && !affected[p.ID] {
			return
		}
		b.product(Product{Text: clean(p.Name), Vendor: clean(vendor), Product: clean(product), Versions: clean(versions),
			CPE: clean(p.Helper.CPE), PURL: clean(p.Helper.PURL)})
	}
	for _, p := range tree.Names {
		take(p, "", "", "")
	}
	for _, r := range tree.Relationships {
		take(r.Product, "", "", "")
	}
	for _, branch := range tree.Branches {
		walkBranch(branch, Product{}, take)
	}
}

// walkBranch goes down the tree of vendors, products and versions; JSON itself
// may be nested 10,000 deep at most.
func walkBranch(branch csafBranch, at Product, take func(p csafProduct, vendor, product, versions string)) {
	switch branch.Category {
	case "vendor":
		at.Vendor = branch.Name
	case "product_name":
		at.Product = branch.Name
	case "product_version", "product_version_range":
		at.Versions = branch.Name
	}
	take(branch.Product, at.Vendor, at.Product, at.Versions)
	for _, child := range branch.Branches {
		walkBranch(child, at, take)
	}
}

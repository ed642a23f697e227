// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"martinella/internal/platform/tlp"
)

// builder collects a document: everything once, and no more than its maximum.
type builder struct {
	doc  Document
	seen map[string]bool
	full map[string]bool
}

func newBuilder(f Format) *builder {
	return &builder{doc: Document{Format: f, Kind: KindUnknown}, seen: map[string]bool{}, full: map[string]bool{}}
}

// first reports whether key of a set was never added before.
func (b *builder) first(set, key string) bool {
	key = set + "\x00" + key
	if b.seen[key] {
		return false
	}
	b.seen[key] = true
	return true
}

// room reports whether a set may grow; when it may not, that is said once.
func (b *builder) room(set string, have, most int) bool {
	if have < most {
		return true
	}
	if !b.full[set] {
		b.full[set] = true
		b.warn(WarnLeftOut, set)
	}
	return false
}

func (b *builder) warn(code, detail string) {
	detail = short(detail, maxLine)
	if len(b.doc.Warnings) < maxWarnings && b.first("warning", code+detail) {
		b.doc.Warnings = append(b.doc.Warnings, Warning{Code: code, Detail: detail})
	}
}

// unplaced keeps a line that nothing was made of.
func (b *builder) unplaced(line string) {
	line = short(strings.TrimSpace(line), maxLine)
	if line != "" && b.room("unparsed", len(b.doc.Unparsed), maxUnparsed) && b.first("unparsed", line) {
		b.doc.Unparsed = append(b.doc.Unparsed, line)
	}
}

func (b *builder) title(s string) {
	if s = oneLine(s); s != "" && b.doc.Title == "" {
		b.doc.Title = short(s, maxTitle)
	}
}

func (b *builder) summary(s string) {
	if s = strings.TrimSpace(s); s != "" && b.doc.Summary == "" {
		b.doc.Summary = short(s, maxSummary)
	}
}

func (b *builder) section(title string, kind SectionKind, text string) {
	text = strings.TrimSpace(text)
	if text == "" || !b.room("sections", len(b.doc.Sections), maxSections) {
		return
	}
	b.doc.Sections = append(b.doc.Sections, Section{Title: short(oneLine(title), maxTitle), Kind: kind, Text: text})
	if kind == SectionSummary {
		b.summary(text)
	}
}

func (b *builder) product(p Product) {
	p.Text = short(p.Text, maxLine)
	if p.Text != "" && b.room("products", len(b.doc.Products), maxProducts) && b.first("product", p.Vendor+"\x00"+p.Text) {
		b.doc.Products = append(b.doc.Products, p)
	}
}

func (b *builder) cve(id string) {
	if b.room("cves", len(b.doc.CVEs), maxCVEs) && b.first("cve", id) {
		b.doc.CVEs = append(b.doc.CVEs, id)
	}
}

func (b *builder) cvss(c CVSS) {
	if c.Score < 0 || c.Score > 10 || c.Score == 0 && c.Vector == "" {
		return
	}
	if b.room("cvss", len(b.doc.CVSS), maxCVSS) && b.first("cvss", fmt.Sprint(c)) {
		b.doc.CVSS = append(b.doc.CVSS, c)
		b.first("score", scoreKey(c.CVE, c.Score))
	}
}

func scoreKey(of string, n float64) string { return fmt.Sprint(of, " ", n) }

func (b *builder) id(system, value string) {
	value = short(oneLine(value), maxLine)
	if value != "" && b.room("ids", len(b.doc.IDs), maxIDs) && b.first("id", system+value) {
		b.doc.IDs = append(b.doc.IDs, Identifier{System: system, Value: value})
	}
}

func (b *builder) indicator(i Indicator) {
	if b.room("indicators", len(b.doc.Indicators), maxIndicators) && b.first("indicator", string(i.Type)+i.Value) {
		b.doc.Indicators = append(b.doc.Indicators, i)
	}
}

// link keeps a reference that a browser may open; others are ignored.
func (b *builder) link(address, text string) {
	address = clean(address)
	if !isWebAddress(address) || !b.room("references", len(b.doc.References), maxLinks) || !b.first("link", address) {
		return
	}
	b.doc.References = append(b.doc.References, Link{URL: address, Text: short(oneLine(text), maxTitle)})
}

// label takes a TLP label; of several the most restricted one stays.
func (b *builder) label(l tlp.Label) {
	switch have := b.doc.TLP; {
	case !l.Known() || have == l:
	case have == "":
		b.doc.TLP = l
	default:
		b.warn(WarnTLP, "")
		if have.Within(l) {
			b.doc.TLP = l
		}
	}
}

func (b *builder) pap(p PAP) {
	order := map[PAP]int{PAPRed: 4, PAPAmber: 3, PAPGreen: 2, PAPClear: 1}
	if b.doc.PAP != "" && p != "" && b.doc.PAP != p {
		b.warn(WarnPAP, "")
	}
	if order[p] > order[b.doc.PAP] {
		b.doc.PAP = p
	}
}

// severity keeps what is said first.
func (b *builder) severity(l Level, written string) {
	if l != "" && b.doc.Severity.Level == "" {
		b.doc.Severity.Level, b.doc.Severity.Written = l, short(oneLine(written), maxTitle)
	}
}

// done gives the document, with what follows from its parts.
func (b *builder) done() Document {
	if b.doc.Language == "" {
		b.doc.Language = language(b.doc.Title, b.doc.Summary, b.doc.Sections)
	}
	if b.doc.Reference != nil {
		b.doc.Kind = b.doc.Reference.Kind
	}
	return b.doc
}

// short cuts s to n runes.
func short(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	at := 0
	for range n - 1 {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return strings.TrimSpace(s[:at]) + "…"
}

var blanks = regexp.MustCompile(`\s+`)

func oneLine(s string) string { return strings.TrimSpace(blanks.ReplaceAllString(s, " ")) }

// SPDX-License-Identifier: EUPL-1.2

package parse

import "strings"

// told is what the carrier of a text says about it: a feed's item, a mail.
type told struct {
	title string
	firm  bool // the title is the alert's own, not a mail's subject
}

// text reads an alert written for people. Sections begin at the headings that
// are known; before the first one stand title, reference, dates and labels.
func (b *builder) text(s string, by told) {
	s = b.readable(s)
	head, sections := divide(s)
	plain := len(sections) == 0
	b.labels(by.title)
	b.head(head, by, plain)
	if plain {
		b.plain(s)
	}
	for i := range sections {
		b.readSection(&sections[i])
	}
	if b.doc.Reference == nil {
		b.doc.Related = nil
		b.lateReference(s)
	}
	if b.doc.Format == FormatText && b.isACN(s) {
		b.doc.Format = FormatACN
	}
}

// divide cuts a text at its headings.
func divide(s string) (head string, sections []Section) {
	var text strings.Builder
	end := func() {
		if len(sections) == 0 {
			head = text.String()
		} else {
			sections[len(sections)-1].Text = strings.Trim(text.String(), "\n")
		}
		text.Reset()
	}
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \t\n")
		title, kind, rest, ok := known.of(unquoted(line))
		if !ok || len(sections) >= maxSections {
			text.WriteString(line)
			text.WriteByte('\n')
			continue
		}
		end()
		sections = append(sections, Section{Title: title, Kind: kind})
		if rest != "" {
			text.WriteString(rest + "\n")
		}
	}
	end()
	return head, sections
}

// unquoted is a line without the marks of a mail that was answered or passed on.
func unquoted(line string) string { return strings.TrimLeft(line, "> ") }

// plain keeps a text without headings as it is.
func (b *builder) plain(s string) {
	b.section("", SectionOther, s)
	b.lines(s, SectionOther)
	for paragraph := range strings.SplitSeq(s, "\n\n") {
		if strings.TrimSpace(paragraph) == "" {
			continue
		}
		if p := oneLine(short(paragraph, maxSummary)); p != "" && !greeting.MatchString(p) && b.bareTitle(p) != b.doc.Title {
			b.summary(paragraph)
			return
		}
	}
}

// readSection keeps a section and reads what its kind promises.
func (b *builder) readSection(s *Section) {
	b.section(s.Title, s.Kind, s.Text)
	b.lines(s.Text, s.Kind)
	switch s.Kind {
	case SectionProducts:
		b.productLines(s.Text)
	case SectionCVEs:
		b.cveTable(s.Text)
	}
}

// lines reads what may stand anywhere: CVEs, scores, labels, links, indicators.
func (b *builder) lines(s string, kind SectionKind) {
	found := b.newFinder(s, kind)
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		b.labels(line)
		b.scores(line, b.cves(line))
		if kind == SectionImpact || strings.Contains(strings.ToLower(short(line, maxLine)), "impatto") {
			if !b.impact(line) && kind == SectionImpact {
				b.severity(levelOf(line), line)
			}
		}
		if kind == SectionOther && len(line) < maxLine {
			b.dates(line)
		}
		found.line(line)
	}
	b.otherReferences(s)
}

// lateReference takes the one ACN reference of a text that has it in no usual place.
func (b *builder) lateReference(s string) {
	if !containsAny(s, "CSIRT-ITA", "csirt-ita") {
		return
	}
	all := acnReference.FindAllString(s, maxRelated)
	for _, r := range all {
		if !strings.EqualFold(r, all[0]) {
			b.otherReferences(s)
			return
		}
	}
	if len(all) > 0 {
		b.reference(all[0])
	}
}

// isACN says whether a text is of ACN: it has its number, or says so.
func (b *builder) isACN(s string) bool {
	return b.doc.Reference != nil || strings.Contains(s[:min(len(s), 2000)], "CSIRT Italia")
}

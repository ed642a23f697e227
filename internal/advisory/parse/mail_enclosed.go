// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

const (
	maxEnclosed = 20 // files of a mail that are looked into
	maxPDFs     = 3  // of them, which are read by a program that takes its time
)

// WithEnclosed reads the alerts a mail carries as files (PDF, CSAF, STIX, MISP)
// and gives the mail and them as one document. A file that is none is left as it
// is: a mail may carry anything. pdf gives the text of a PDF.
func WithEnclosed(d Document, pdf func([]byte) ([]byte, error)) Document {
	if d.Mail == nil {
		return d
	}
	pdfs := 0
	few := func(data []byte) ([]byte, error) {
		if pdfs++; pdfs > maxPDFs {
			return nil, fault.New(fault.TooLarge, CodeParts, fault.P{"limit": maxPDFs})
		}
		return pdf(data)
	}
	for _, a := range d.Mail.Attachments[:min(len(d.Mail.Attachments), maxEnclosed)] {
		for _, e := range enclosed(a, few) {
			d = joined(d, e)
		}
	}
	return d
}

// enclosed reads one file; nothing where it is no alert.
func enclosed(a Attachment, pdf func([]byte) ([]byte, error)) []Document {
	start := bytes.TrimLeft(a.Data, " \t\r\n\xEF\xBB\xBF")
	hint := a.Name
	switch {
	case bytes.HasPrefix(start, []byte("%PDF-")):
		text, err := pdf(a.Data)
		if err != nil {
			return nil
		}
		a.Data, hint = text, "text/plain"
	case len(start) == 0 || start[0] != '{' && start[0] != '[':
		return nil
	}
	all, err := All(hint, a.Data)
	if err != nil {
		return nil
	}
	return all
}

// says tells whether a document has what only alerts have.
func (d Document) says() bool {
	return d.Reference != nil || len(d.CVEs) > 0 || len(d.Indicators) > 0 || len(d.Products) > 0
}

// joined makes one document of two. What the mail itself says comes first, unless
// it is only a covering letter.
func joined(mail, file Document) Document {
	first, second := mail, file
	if !mail.says() && file.Title != "" {
		first, second = file, mail
	}
	out := first
	out.Mail = mail.Mail
	if out.Reference == nil {
		out.Reference = second.Reference
	}
	if out.Kind == KindUnknown {
		out.Kind = second.Kind
	}
	if out.Severity.Level == "" {
		out.Severity = second.Severity
	}
	out.Language = cmp.Or(out.Language, second.Language)
	out.TLP = stricter(first.TLP, second.TLP)
	if papRank(second.PAP) > papRank(out.PAP) {
		out.PAP = second.PAP
	}
	out.Sections = append(asSections(first, first.Sections), asSections(second, second.Sections)...)
	out.IDs = append(slices.Clip(first.IDs), second.IDs...)
	out.Products = append(slices.Clip(first.Products), second.Products...)
	out.CVSS = append(slices.Clip(first.CVSS), second.CVSS...)
	out.CVEs = once(append(slices.Clip(first.CVEs), second.CVEs...), strings.ToUpper)
	out.Indicators = once(append(slices.Clip(first.Indicators), second.Indicators...), func(i Indicator) Indicator { return Indicator{Type: i.Type, Value: i.Value} })
	out.References = once(append(slices.Clip(first.References), second.References...), func(l Link) string { return l.URL })
	out.Unparsed = append(slices.Clip(first.Unparsed), second.Unparsed...)
	out.Warnings = append(slices.Clip(first.Warnings), second.Warnings...)
	return out.bounded()
}

// asSections gives a document's text as sections, under its title where it has none.
func asSections(d Document, all []Section) []Section {
	if len(all) > 0 || d.Summary == "" {
		return slices.Clip(all)
	}
	return []Section{{Title: d.Title, Kind: SectionOther, Text: d.Summary}}
}

// once leaves out what comes again.
func once[T any, K comparable](all []T, key func(T) K) (out []T) {
	seen := map[K]bool{}
	for _, x := range all {
		if k := key(x); !seen[k] {
			seen[k] = true
			out = append(out, x)
		}
	}
	return out
}

// bounded holds a document of several to the bounds of one.
func (d Document) bounded() Document {
	d.Sections, d.Products, d.CVEs = cut(d.Sections, maxSections), cut(d.Products, maxProducts), cut(d.CVEs, maxCVEs)
	d.CVSS, d.Indicators, d.References = cut(d.CVSS, maxCVSS), cut(d.Indicators, maxIndicators), cut(d.References, maxLinks)
	d.IDs, d.Unparsed, d.Warnings = cut(d.IDs, maxIDs), cut(d.Unparsed, maxUnparsed), cut(d.Warnings, maxWarnings)
	return d
}

func cut[T any](all []T, limit int) []T { return all[:min(len(all), limit)] }

// stricter gives the label that binds where two are stated.
func stricter(a, b tlp.Label) tlp.Label {
	if !a.Known() || b.Known() && slices.Index(tlp.Labels(), b) < slices.Index(tlp.Labels(), a) {
		return b
	}
	return a
}

func papRank(p PAP) int { return slices.Index([]PAP{PAPClear, PAPGreen, PAPAmber, PAPRed}, p) }

// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"martinella/internal/platform/i18n"
	"martinella/web/ui"
)

// difference is what a revision changed in one part of an advisory.
type difference struct {
	Title string
	ui.Difference
}

// part is a part of an advisory as text, one thing a line.
type part struct{ title, text string }

// parts are what is compared of an entry, in the order people read it.
func parts(l *i18n.Localizer, e Entry) []part {
	out := []part{
		{l.T("advisory.col.severity"), l.T("advisory.severity." + string(e.Severity))},
		{l.T("advisory.col.label"), strings.TrimSpace(string(e.TLP) + "\n" + string(e.PAP))},
	}
	for _, lang := range i18n.Languages() {
		t := e.Texts[lang]
		out = append(out, part{l.T("advisory.text_in", "language", i18n.Name(lang)), joined(t.Title, t.Summary, t.Body)})
	}
	return append(out,
		part{l.T("advisory.products"), strings.Join(productTexts(e.Products), "\n")},
		part{l.T("advisory.cves"), strings.Join(e.CVEs, "\n")},
		part{l.T("advisory.links"), strings.Join(e.Links, "\n")},
		part{l.T("advisory.indicators"), strings.Join(defanged(e.Indicators), "\n")},
	)
}

// differences says what changed from one entry to another, part by part.
func differences(l *i18n.Localizer, before, after Entry) (out []difference) {
	old := parts(l, before)
	for i, now := range parts(l, after) {
		if now.text != old[i].text {
			out = append(out, difference{now.title, ui.Difference{Lines: changed(old[i].text, now.text)}})
		}
	}
	return out
}

// fileDifference says which files a revision brought or left out.
func fileDifference(l *i18n.Localizer, before, after []Attachment) []difference {
	old, now := fileLines(before), fileLines(after)
	if old == now {
		return nil
	}
	return []difference{{l.T("advisory.files"), ui.Difference{Lines: changed(old, now)}}}
}

func fileLines(list []Attachment) string {
	var out []string
	for _, f := range list {
		out = append(out, f.Name+" "+f.SHA256)
	}
	return strings.Join(out, "\n")
}

// around is how many lines are shown on each side of a change.
const around = 2

// changed compares two texts line by line.
func changed(before, after string) (out []ui.ChangedLine) {
	before, after = ended(before), ended(after)
	u, err := udiff.ToUnifiedDiff("", "", before, udiff.Lines(before, after), around)
	if err != nil { // edits that do not fit their own text: never
		return []ui.ChangedLine{{Kind: ui.Removed, Text: before}, {Kind: ui.Added, Text: after}}
	}
	for _, h := range u.Hunks {
		if h.FromLine > 1 {
			out = append(out, ui.ChangedLine{Kind: ui.Skipped})
		}
		for _, line := range h.Lines {
			kind := map[udiff.OpKind]ui.ChangeKind{udiff.Insert: ui.Added, udiff.Delete: ui.Removed}[line.Kind]
			out = append(out, ui.ChangedLine{Kind: kind, Text: strings.TrimSuffix(line.Content, "\n")})
		}
	}
	return out
}

// ended ends a text with a line break, so that its last line is compared like the others.
func ended(s string) string {
	if s == "" {
		return s
	}
	return s + "\n"
}

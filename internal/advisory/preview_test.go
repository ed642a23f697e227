// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"strings"
	"testing"

	"martinella/internal/advisory"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

func (w *world) holds(what, text string, parts ...string) {
	w.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			w.Errorf("%s: no %q in\n%s", what, part, text)
		}
	}
}

func (w *world) lacks(what, text string, parts ...string) {
	w.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			w.Errorf("%s: %q in\n%s", what, part, text)
		}
	}
}

// Whose language an alert is not written in reads the main one, and is told so.
func TestTheMainLanguage(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		e.Main = "en"
		e.Texts["en"] = advisory.Text{Title: "FortiOS to be updated", Summary: "Update  today.", Body: "Update **now**."}
		a := w.send(e)
		if a.Title("nb") != "FortiOS to be updated" || a.Languages()[0] != "en" || a.Texts["en"].Summary != "Update today." {
			w.Errorf("%v %+v", a.Languages(), a.Texts)
		}
		const note = "Teksten finnes bare på dette språket: English."
		w.holds("Rita, in Norwegian", w.mails[2].Text, note, "KRITISK - FortiOS to be updated", "Update today.\n\nUpdate **now**.")
		w.holds("Rita, in Norwegian", w.mails[2].HTML, note, `<div lang="en">`, "<p><strong>Update today.</strong></p>")
		w.lacks("Paolo, in Italian", w.mails[0].Text, "soltanto in questa lingua", "Update today")
		w.lacks("Lia, in English", w.mails[1].Text, "this language only")
	})
}

func TestWhatIsWrongWithTexts(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		for _, c := range []struct {
			name, field string
			change      func(e *advisory.Entry)
		}{
			{"no text in the main language", "title_en", func(e *advisory.Entry) { e.Main = "en" }},
			{"no such language", "main", func(e *advisory.Entry) { e.Main = "fr" }},
			{"a long summary", "summary_it", func(e *advisory.Entry) {
				e.Texts["it"] = advisory.Text{Title: "x", Summary: strings.Repeat("è", 601)}
			}},
			{"a summary alone", "title_nb", func(e *advisory.Entry) { e.Texts["nb"] = advisory.Text{Summary: "x"} }},
		} {
			e := entry()
			c.change(&e)
			_, err := w.Create(w.Context(), s, who, e)
			w.wantField(c.name, err, c.field)
		}
	})
}

func TestPreview(t *testing.T) {
	each(t, func(w *world) {
		s, _ := w.staff(teresaID)
		e := entry()
		e.Texts["en"] = advisory.Text{Title: "FortiOS to be updated", Body: "Update **now**."}
		a := w.create(e)
		see := func(id int64, language string, keyed bool) advisory.Preview {
			p, err := w.PreviewMail(w.Context(), s, id, language, keyed)
			w.must(err)
			return p
		}
		p := see(a.ID, "en", true)
		w.holds("in English", p.Subject+p.Text, "Critical: FortiOS to be updated", "Update **now**.", "Please acknowledge it by", "TLP:AMBER: ")
		if p.Language != "en" || p.Sealed || p.HTML == "" {
			w.Errorf("%s %v", p.Language, p.Sealed)
		}
		if p = see(a.ID, "nb", true); p.Language != "it" {
			w.Error(p.Language)
		}
		w.holds("in Norwegian", p.Text, "Teksten finnes bare", "FortiOS da aggiornare")

		// Above TLP:AMBER only who has a key gets the text.
		e.TLP, e.Reference = tlp.AmberStrict, ""
		strict := w.create(e)
		p = see(strict.ID, "it", true)
		w.holds("with a key", p.Text, "Aggiornate **subito**.")
		w.lacks("with a key, outside", p.OuterSubject, "FortiOS")
		p = see(strict.ID, "it", false)
		w.lacks("without a key", p.Subject+p.Text+p.HTML, "FortiOS")

		// The mail of a revision's draft says what it changes.
		sent := w.send(entryWithout("AL02/261125/CSIRT-PROVA"))
		staff, who := w.staff(teresaID)
		draft, err := w.Revise(w.Context(), staff, who, sent.ID)
		w.must(err)
		again := draft.Entry
		again.Change = "Una versione in più."
		draft, err = w.Edit(w.Context(), staff, who, draft.ID, draft.Version, again)
		w.must(err)
		p = see(draft.ID, "it", true)
		w.holds("a revision", p.Subject+p.Text, "Aggiornamento. Critica", "Una versione in più.", "25 novembre 2026")
		if len(w.addressed()) != 3 {
			w.Error("a preview sends nothing", w.addressed())
		}

		_, err = w.PreviewMail(w.Context(), s, a.ID, "fr", true)
		w.wantField("another language", err, "language")
		member, _ := w.member(paoloID, castelvento)
		_, err = w.PreviewMail(w.Context(), member, a.ID, "it", true)
		w.wantFault("a member", err, "access.territory")
	})
}

func entryWithout(reference string) advisory.Entry {
	e := entry()
	e.Reference = reference
	return e
}

func (w *world) wantField(what string, err error, field string) {
	w.Helper()
	if of := fault.Of(err); len(of.Fields) != 1 || of.Fields[0].Name != field {
		w.Errorf("%s: %v %+v, want %s", what, err, of.Fields, field)
	}
}

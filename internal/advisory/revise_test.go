// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// revise begins a revision, writes it and sends it, mails and all.
func (w *world) revise(a advisory.Advisory, change func(*advisory.Entry)) advisory.Advisory {
	w.Helper()
	s, who := w.staff(teresaID)
	draft, err := w.Revise(w.Context(), s, who, a.ID)
	w.must(err)
	e := draft.Entry
	e.Change = "Cambia la versione che corregge."
	change(&e)
	draft, err = w.Edit(w.Context(), s, who, draft.ID, draft.Version, e)
	w.must(err)
	a, err = w.Send(w.Context(), s, who, draft.ID, draft.Version)
	w.must(err)
	w.must(w.Tell(w.Context(), access.System("test"), a.ID))
	return a
}

// A revision reaches whoever had the alert and whoever it now concerns, once each; the id stays and the earlier text is kept.
func TestARevisionReachesWhoHadTheAlert(t *testing.T) {
	each(t, func(w *world) {
		s, _ := w.staff(teresaID)
		e := entry()
		e.Audience = "code:c_x101"
		first := w.send(e)
		own, paolo := w.member(paoloID, castelvento)
		_, err := w.Acknowledge(w.Context(), own, paolo, first.ID)
		w.must(err)
		w.mails = nil
		w.clock.Advance(time.Hour)
		now := w.revise(first, func(e *advisory.Entry) {
			e.Audience = "code:c_x102"
			e.Texts["it"] = advisory.Text{Title: "FortiOS da aggiornare", Body: "Aggiornate alla 7.2.9."}
		})
		if now.ID != first.ID || now.Revision != 2 || now.Organisations != 2 || now.People != 3 || now.Told != 0 || !now.Revised.At.Equal(w.clock.Now()) || !now.Sent.At.Equal(first.Sent.At) {
			t.Errorf("%+v", now)
		}
		if diff := cmp.Diff([]string{"Paolo@castelvento.example", "shared@example.org", "rita@roccasalina.example"}, w.addressed(), cmp.Transformer("set", sorted)); diff != "" {
			t.Error(diff)
		}
		for _, mail := range w.mails {
			again := strings.HasPrefix(mail.To.Address, "paolo@") || strings.HasPrefix(mail.To.Address, "shared@")
			if told := strings.Contains(mail.Text, "Cambia la versione"); told != again || !strings.Contains(mail.Text, "7.2.9") || mail.Revision != 2 {
				t.Errorf("%s\n%s", mail.To.Address, mail.Text)
			}
		}
		earlier, err := w.Revisions(w.Context(), s, now.ID)
		w.must(err)
		if len(earlier) != 1 || earlier[0].Number != 1 || earlier[0].In("it").Body != "Aggiornate **subito**." || earlier[0].By != "Teresa Bruni" {
			t.Errorf("%+v", earlier)
		}
		got, err := w.Read(w.Context(), own, paolo, now.ID)
		w.must(err)
		if got.Acknowledged.At.IsZero() || got.Since != 1 {
			t.Errorf("the acknowledgement is gone: %+v", got.Delivery)
		}
		p, err := w.List(w.Context(), s, advisory.Filter{})
		w.must(err)
		if len(p.Advisories) != 1 {
			t.Errorf("the draft is still there: %+v", p.Advisories)
		}
	})
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	for i := range out {
		out[i] = strings.ToLower(out[i])
	}
	slices.Sort(out)
	return out
}

// A revision that asks anew takes the acknowledgements back and gives the whole time again.
func TestARevisionCanAskAnew(t *testing.T) {
	each(t, func(w *world) {
		first := w.send(entry())
		own, paolo := w.member(paoloID, castelvento)
		_, err := w.Answer(w.Context(), own, paolo, first.ID, advisory.Fixed, "Fatto.")
		w.must(err)
		w.clock.Advance(10 * time.Hour)
		now := w.revise(first, func(e *advisory.Entry) { e.Renew = true })
		if want := w.clock.Now().Add(4 * time.Hour); !now.Due().Equal(want) {
			t.Errorf("due %s, want %s", now.Due(), want)
		}
		got, err := w.Read(w.Context(), own, paolo, now.ID)
		w.must(err)
		if !got.Acknowledged.At.IsZero() || got.Outcome != "" || got.Late(w.clock.Now()) {
			t.Errorf("%+v", got.Delivery)
		}
	})
}

// Who is no contact any more is not written to, and who has left the audience still is.
func TestARevisionIsNotWrittenToWhoLeft(t *testing.T) {
	each(t, func(w *world) {
		first := w.send(entry())
		w.contacts[castelvento] = []advisory.Contact{{Address: "nuova@castelvento.example", Name: "Nuova Persona", Language: "it"}}
		w.mails = nil
		now := w.revise(first, func(*advisory.Entry) {})
		if diff := cmp.Diff([]string{"nuova@castelvento.example", "rita@roccasalina.example", "shared@example.org"}, sorted(w.addressed())); diff != "" {
			t.Error(diff)
		}
		if now.People != 3 {
			t.Errorf("%d people", now.People)
		}
		w.must(w.Tell(w.Context(), access.System("test"), now.ID))
		if len(w.mails) != 3 {
			t.Errorf("told twice: %v", w.addressed())
		}
	})
}

func TestWhatCanBeRevised(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		draft := w.create(entry())
		_, err := w.Revise(w.Context(), s, who, draft.ID)
		w.wantFault("a draft", err, "advisory.not_sent")
		sent, err := w.Send(w.Context(), s, who, draft.ID, draft.Version)
		w.must(err)
		one, err := w.Revise(w.Context(), s, who, sent.ID)
		w.must(err)
		if again, err := w.Revise(w.Context(), s, who, sent.ID); err != nil || again.ID != one.ID {
			t.Errorf("begun twice: %+v %v", again, err)
		}
		_, err = w.Send(w.Context(), s, who, one.ID, one.Version)
		w.wantFault("without a word of what changes", err, "advisory.not_ready")
		_, err = w.Withdraw(w.Context(), s, who, sent.ID, sent.Version, "Non era vero.")
		w.must(err)
		e := one.Entry
		e.Change = "Tutto."
		one, err = w.Edit(w.Context(), s, who, one.ID, one.Version, e)
		w.must(err)
		_, err = w.Send(w.Context(), s, who, one.ID, one.Version)
		w.wantFault("of a withdrawn one", err, "advisory.not_sent")
		own, member := w.member(paoloID, castelvento)
		if _, err := w.Revise(w.Context(), own, member, sent.ID); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.NotFound {
			t.Error("a member revises", err)
		}
	})
}

// An alert that comes again with something new begins the next revision, to those it was sent to.
func TestAnUpdateFromOutsideIsARevision(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		a, _, err := w.Receive(w.Context(), s, who, "", []byte(pasted))
		w.must(err)
		e := a.Entry
		e.Audience = "code:c_x101"
		a, err = w.Edit(w.Context(), s, who, a.ID, a.Version, e)
		w.must(err)
		a, err = w.Send(w.Context(), s, who, a.ID, a.Version)
		w.must(err)
		same, known, err := w.Receive(w.Context(), s, who, "", []byte(pasted))
		w.must(err)
		if !known || same.ID != a.ID {
			t.Errorf("the same text again: %+v", same)
		}
		text := strings.Replace(pasted, "nella VPN", "nella VPN, ora sfruttato", 1)
		draft, known, err := w.Receive(w.Context(), s, who, "aggiornamento.txt", []byte(text))
		w.must(err)
		if !known || draft.Revises != a.ID || draft.State != advisory.Draft || draft.Audience != "code:c_x101" || !strings.Contains(draft.In("it").Body, "ora sfruttato") {
			t.Errorf("%+v", draft)
		}
		e = draft.Entry
		e.Change = "Il difetto è sfruttato."
		draft, err = w.Edit(w.Context(), s, who, draft.ID, draft.Version, e)
		w.must(err)
		now, err := w.Send(w.Context(), s, who, draft.ID, draft.Version)
		w.must(err)
		list, err := w.Originals(w.Context(), s, now.ID)
		w.must(err)
		if now.ID != a.ID || len(list) != 3 || list[2].Name != "aggiornamento.txt" {
			t.Errorf("%+v", list)
		}
	})
}

// TLP:RED is for the people the revision that holds was written to: who is no contact any more
// reads it no longer, and one that would reach others who had the alert is refused.
func TestARevisionUnderRed(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		e.TLP, e.Audience = tlp.Red, "code:c_x101"
		red := w.send(e)
		own, paolo := w.member(paoloID, castelvento)
		_, err := w.Read(w.Context(), own, paolo, red.ID)
		w.must(err)
		w.contacts[castelvento] = w.contacts[castelvento][1:]
		w.revise(red, func(*advisory.Entry) {})
		if _, err := w.Read(w.Context(), own, paolo, red.ID); fault.KindOf(err) != fault.NotFound {
			t.Error("who left still reads what was never written to him:", err)
		}

		e = entry()
		e.Reference = ""
		wide := w.send(e)
		s, who := w.staff(teresaID)
		draft, err := w.Revise(w.Context(), s, who, wide.ID)
		w.must(err)
		n := draft.Entry
		n.TLP, n.Audience, n.Change = tlp.Red, "code:c_x101", "Ora è riservata."
		draft, err = w.Edit(w.Context(), s, who, draft.ID, draft.Version, n)
		w.must(err)
		_, err = w.Send(w.Context(), s, who, draft.ID, draft.Version)
		w.wantFault("to those who had it under another label", err, "advisory.red_revision")
	})
}

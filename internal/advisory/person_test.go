// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/db"
)

// settled tells what became of mails, as the mailer does.
func (w *world) settled(all ...advisory.Settled) {
	w.Helper()
	for i := range all {
		all[i].At = w.clock.Now()
	}
	w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
		return w.NoteSettled(w.Context(), tx, access.System("mailer"), all)
	}))
}

// people lists the people of an advisory: name, mail and more.
func (w *world) people(id int64, show advisory.PeopleShow) []string {
	w.Helper()
	s, _ := w.staff(teresaID)
	list, next, err := w.People(w.Context(), s, id, advisory.PeopleFilter{Show: show})
	w.must(err)
	if next != "" {
		w.Errorf("there is a next page: %s", next)
	}
	out := []string{}
	for _, p := range list {
		out = append(out, fmt.Sprintf("%d %s %s %q %q>%q", p.Number, p.Name, p.Address, p.Fate, p.Former, p.Corrected))
	}
	return out
}

func (w *world) wantPeople(what string, id int64, show advisory.PeopleShow, want ...string) {
	w.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.people(id, show)); diff != "" {
		w.Errorf("%s: %s", what, diff)
	}
}

// withIDs gives the contacts their places in the record.
func (w *world) withIDs() {
	n := int64(100)
	for _, org := range []int64{castelvento, roccasalina} {
		for i := range w.contacts[org] {
			n++
			w.contacts[org][i].ID = n
		}
	}
	w.others = w.contacts
}

func TestWhatBecameOfItAtEachPerson(t *testing.T) {
	each(t, func(w *world) {
		w.withIDs()
		a := w.send(entry())
		s, _ := w.staff(teresaID)
		const paolo, lia, rita = `1 Paolo Nencini paolo@castelvento.example %q "">""`, `2 Lia Conti shared@example.org %q "">""`, `3 Rita Salvi rita@roccasalina.example %q "">""`
		w.wantPeople("queued", a.ID, advisory.ShowUnsent, fmt.Sprintf(paolo, ""), fmt.Sprintf(lia, ""), fmt.Sprintf(rita, ""))
		w.settled(
			advisory.Settled{Advisory: a.ID, Revision: 1, Number: 1, Address: "paolo@castelvento.example", Fate: advisory.FateSent, Answer: "250 ok", Protection: "signed"},
			advisory.Settled{Advisory: a.ID, Revision: 1, Number: 2, Address: "shared@example.org", Fate: advisory.FateSent, Protection: "signed"},
			advisory.Settled{Advisory: a.ID, Revision: 1, Number: 3, Address: "rita@roccasalina.example", Fate: advisory.FateFailed, Answer: "550 5.1.1 no such user"})
		w.settled(advisory.Settled{Advisory: a.ID, Revision: 2, Number: 1, Address: "paolo@castelvento.example", Fate: advisory.FateFailed}) // of no revision there is
		w.wantPeople("sent", a.ID, advisory.ShowUnsent)
		w.wantPeople("not arrived", a.ID, advisory.ShowBounced, fmt.Sprintf(rita, "failed"))
		sums, err := w.MailSums(w.Context(), s, a.ID)
		if want := (advisory.MailSums{Bounced: 1, Unreachable: 1}); err != nil || sums != want { // the hospital has nobody
			t.Errorf("%+v, %v", sums, err)
		}
		w.settled(advisory.Settled{Advisory: a.ID, Revision: 1, Number: 2, Address: "shared@example.org", Fate: advisory.FateBounced, Answer: "5.2.2 full"})
		lost, _, err := w.Unreachable(w.Context(), s, a.ID, advisory.Filter{})
		if err != nil || len(lost) != 2 || lost[0].Organisation != roccasalina || lost[1].Organisation != ospedale {
			t.Errorf("%+v, %v", lost, err)
		}
		own, who := w.member(paoloID, castelvento)
		_, err = w.Acknowledge(w.Context(), own, who, a.ID)
		w.must(err)
		w.wantPeople("silent", a.ID, advisory.ShowUnacknowledged, fmt.Sprintf(lia, "bounced"), fmt.Sprintf(rita, "failed"))
		_, err = w.Read(w.Context(), own, who, a.ID)
		w.must(err)
		list, _, err := w.People(w.Context(), s, a.ID, advisory.PeopleFilter{Limit: 1})
		if err != nil || list[0].Opened.IsZero() || list[0].Protection != "signed" || list[0].Sent.IsZero() || list[0].Bodies[0].Acknowledged.Name != "Paolo Nencini" {
			t.Errorf("%+v, %v", list, err)
		}
		if _, _, err := w.People(w.Context(), own, a.ID, advisory.PeopleFilter{}); err == nil {
			t.Error("a member sees whom else it was written to")
		}
	})
}

// TestACorrectedAddressIsWrittenToOnce: whatever is pressed, and whatever the old mail's end is.
func TestACorrectedAddressIsWrittenToOnce(t *testing.T) {
	each(t, func(w *world) {
		w.withIDs()
		a := w.send(entry())
		s, _ := w.staff(teresaID)
		_, err := w.WriteAnew(w.Context(), s, a.ID, 3)
		w.wantFault("of one that is on its way", err, "advisory.arrived")
		back := advisory.Settled{Advisory: a.ID, Revision: 1, Number: 3, Address: "rita@roccasalina.example", Fate: advisory.FateBounced, Answer: "550 5.1.1 no such user"}
		w.settled(back)
		_, err = w.WriteAnew(w.Context(), s, a.ID, 3)
		w.wantFault("uncorrected", err, "advisory.same_address")
		w.contacts[roccasalina][0].Address = "shared@example.org"
		_, err = w.WriteAnew(w.Context(), s, a.ID, 3)
		w.wantFault("somebody else's", err, "advisory.address_taken")
		w.contacts[roccasalina][0].Address = "Salvi@roccasalina.example"
		w.wantPeople("corrected", a.ID, advisory.ShowBounced, `3 Rita Salvi rita@roccasalina.example "bounced" "">"Salvi@roccasalina.example"`)
		operator, _ := w.staff(andreaID, access.Operator)
		if _, err := w.WriteAnew(w.Context(), operator, a.ID, 3); err == nil {
			t.Error("who may not send writes")
		}
		before := len(w.mails)
		errs := make(chan error, 2)
		for range 2 {
			go func() { _, err := w.WriteAnew(context.WithoutCancel(w.Context()), s, a.ID, 3); errs <- err }()
		}
		if one, two := <-errs, <-errs; (one == nil) == (two == nil) {
			t.Errorf("%v, %v", one, two)
		}
		if sent := w.mails[before:]; len(sent) != 1 || sent[0].To.Address != "salvi@roccasalina.example" && sent[0].To.Address != "Salvi@roccasalina.example" || sent[0].Step != "anew:1" {
			t.Errorf("%+v", sent)
		}
		w.settled(back) // the old mail's report comes again
		w.wantPeople("written anew", a.ID, advisory.ShowUnsent, `1 Paolo Nencini paolo@castelvento.example "" "">""`, `2 Lia Conti shared@example.org "" "">""`, `3 Rita Salvi salvi@roccasalina.example "" "rita@roccasalina.example">""`)
	})
}

// TestPeopleCostTheSameQueries: however many there are on a page.
func TestPeopleCostTheSameQueries(t *testing.T) {
	each(t, func(w *world) {
		for i := range 60 {
			w.contacts[castelvento] = append(w.contacts[castelvento], advisory.Contact{ID: int64(1000 + i), Address: fmt.Sprintf("p%d@castelvento.example", i), Name: "P", Language: "it"})
		}
		a := w.send(entry())
		for n := range int64(50) {
			w.settled(advisory.Settled{Advisory: a.ID, Revision: 1, Number: n + 3, Address: fmt.Sprintf("p%d@castelvento.example", n), Fate: advisory.FateFailed})
		}
		s, _ := w.staff(teresaID)
		var queries atomic.Int64
		w.db.OnQuery(func(string) { queries.Add(1) })
		var took []int64
		for _, limit := range []int{1, 50} {
			queries.Store(0)
			list, next, err := w.People(w.Context(), s, a.ID, advisory.PeopleFilter{Limit: limit, Show: advisory.ShowUnacknowledged})
			if err != nil || len(list) != limit || next == "" {
				t.Fatalf("%d, %q, %v", len(list), next, err)
			}
			took = append(took, queries.Load())
		}
		if took[0] != took[1] || took[0] > 2 {
			t.Errorf("%v queries", took)
		}
	})
}

// TestARevisionBeginsAnew: its mails have their own fate; who left meanwhile gets none.
func TestARevisionBeginsAnew(t *testing.T) {
	each(t, func(w *world) {
		w.withIDs()
		a := w.send(entry())
		w.settled(advisory.Settled{Advisory: a.ID, Revision: 1, Number: 1, Address: "paolo@castelvento.example", Fate: advisory.FateSent})
		w.contacts[roccasalina] = w.contacts[roccasalina][1:] // Rita left
		s, who := w.staff(teresaID)
		draft, err := w.Revise(w.Context(), s, who, a.ID)
		w.must(err)
		e := draft.Entry
		e.Change = "Un prodotto in più."
		draft, err = w.Edit(w.Context(), s, who, draft.ID, draft.Version, e)
		w.must(err)
		_, err = w.Send(w.Context(), s, who, draft.ID, draft.Version)
		w.must(err)
		w.settled(advisory.Settled{Advisory: a.ID, Revision: 1, Number: 2, Address: "shared@example.org", Fate: advisory.FateFailed}) // of the first
		w.wantPeople("after the revision", a.ID, "", `1 Paolo Nencini paolo@castelvento.example "" "">""`, `2 Lia Conti shared@example.org "" "">""`, `3 Rita Salvi rita@roccasalina.example "dropped" "">""`)
	})
}

// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/db"
	"martinella/internal/platform/tlp"
)

// Readers implements advisory.Weekly: whoever is a contact.
func (w *world) Readers(_ context.Context, s access.Scope) ([]advisory.Contact, error) {
	org, err := s.Organisation()
	return w.contacts[org], err
}

// QueueWeekly implements advisory.Weekly: a mail exists when its transaction does.
func (w *world) QueueWeekly(_ context.Context, tx *db.Tx, m advisory.WeekMail) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.breaks--; w.breaks == 0 {
		return errBroken
	}
	tx.AfterCommit(func() { w.mu.Lock(); defer w.mu.Unlock(); w.weekly = append(w.weekly, m) })
	return nil
}

func (w *world) weeklyTo(address string) (out []advisory.WeekMail) {
	for _, m := range w.weekly {
		if m.To.Address == address {
			out = append(out, m)
		}
	}
	return out
}

func (w *world) has(what, text string, wanted bool, parts ...string) {
	w.Helper()
	for _, p := range parts {
		if strings.Contains(text, p) != wanted {
			w.Errorf("%s: %q there: %v, want %v, in\n%s", what, p, !wanted, wanted, text)
		}
	}
}

// It is Wednesday, 25 November 2026, when the world begins.
var monday = time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)

func TestEachMemberIsToldOnceOfItsWeek(t *testing.T) {
	each(t, func(w *world) {
		s := access.System("test")
		a := w.send(entry())
		own, paolo := w.member(paoloID, castelvento)
		_, err := w.Acknowledge(w.Context(), own, paolo, a.ID)
		w.must(err)
		w.clock.Set(monday.Add(-time.Minute))
		w.must(w.SendWeekly(w.Context(), s))
		if len(w.weekly) != 0 {
			t.Fatalf("before seven: %v", w.weekly)
		}
		w.clock.Set(monday)
		w.must(w.SendWeekly(w.Context(), s))
		w.must(w.SendWeekly(w.Context(), s))
		if len(w.weekly) != 4 {
			t.Fatalf("%d mails, want one to each person of each body", len(w.weekly))
		}
		w.has("who acknowledged", w.weeklyTo("Paolo@castelvento.example")[0].Text, true, "FortiOS da aggiornare (AL01/261125/CSIRT-PROVA)", "confermata il", "Paolo Nencini", "/o/c_x101/advisories/", "?week=2026-11-23", "\nTLP:AMBER: ")
		w.has("who did not", w.weeklyTo("rita@roccasalina.example")[0].Text, true, "IKKE bekreftet", "Roccasalina")
		w.clock.Set(monday.AddDate(0, 0, 1))
		w.must(w.SendWeekly(w.Context(), s))
		if len(w.weekly) != 4 {
			t.Error("told again on Tuesday")
		}
	})
}

func TestAWeeklyListSaysNoMoreThanMailMay(t *testing.T) {
	each(t, func(w *world) {
		strict, red := entry(), entry()
		strict.TLP, strict.Reference = tlp.AmberStrict, "STRICT-1"
		red.TLP, red.Reference, red.Audience = tlp.Red, "RED-1", "code:c_x101"
		w.send(strict)
		w.send(red)
		w.contacts[castelvento] = append(w.contacts[castelvento], advisory.Contact{Address: "new@castelvento.example", Name: "Nuova", Language: "it"})
		w.clock.Set(monday)
		w.must(w.SendWeekly(w.Context(), access.System("test")))
		written, other := w.weeklyTo("Paolo@castelvento.example")[0], w.weeklyTo("new@castelvento.example")[0]
		w.has("written to", written.Text, true, "TLP:RED", "TLP:AMBER+STRICT")
		w.has("written to", written.Text+written.Subject, false, "FortiOS", "STRICT-1", "RED-1")
		w.has("another person", other.Text, true, "TLP:AMBER+STRICT")
		w.has("another person", other.Text, false, "TLP:RED")
	})
}

func TestAWeekBrokenOffIsToldWholeAndOnce(t *testing.T) {
	each(t, func(w *world) {
		w.send(entry())
		w.clock.Set(monday)
		w.breaks = 2 // in the middle of the first body's mails
		if err := w.SendWeekly(w.Context(), access.System("test")); err == nil {
			t.Fatal("nothing broke")
		}
		w.must(w.SendWeekly(w.Context(), access.System("test")))
		if n := len(w.weekly); n != 4 || len(w.weeklyTo("Paolo@castelvento.example")) != 1 {
			t.Errorf("%d mails: %v", n, w.weekly)
		}
	})
}

func TestAQuietWeekIsToldOnceAMonth(t *testing.T) {
	each(t, func(w *world) {
		for week, want := range []int{0, 4, 4, 4, 4, 8, 8} { // from 30 November; 7 December and 4 January are first Mondays
			w.clock.Set(monday.AddDate(0, 0, 7*week))
			w.must(w.SendWeekly(w.Context(), access.System("test")))
			if n := len(w.weekly); n != want {
				t.Errorf("week %d: %d mails, want %d", week, n, want)
			}
		}
	})
}

func TestRevisionsAndWithdrawalsAreInTheirWeek(t *testing.T) {
	each(t, func(w *world) {
		a := w.send(entry())
		w.clock.Set(monday)
		w.must(w.SendWeekly(w.Context(), access.System("test")))
		s, who := w.staff(teresaID)
		w.clock.Set(monday.Add(time.Hour))
		a, err := w.Get(w.Context(), s, a.ID)
		w.must(err)
		_, err = w.Withdraw(w.Context(), s, who, a.ID, a.Version, "Non era vero.")
		w.must(err)
		w.weekly = nil
		w.clock.Set(monday.AddDate(0, 0, 7))
		w.must(w.SendWeekly(w.Context(), access.System("test")))
		w.has("withdrawn", w.weeklyTo("Paolo@castelvento.example")[0].Text, true, "ritiro del")
	})
}

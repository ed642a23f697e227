// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/db"
	"martinella/internal/platform/quiet"
	"martinella/internal/platform/tlp"
)

// wishing gives the contacts wishes: Paolo is quiet by night, Lia wants one mail a
// day in one of her two places and quiet in the other, Rita none at all.
func (w *world) wishing() {
	w.withIDs()
	night := quiet.Hours{From: 20 * 60, To: 7 * 60}
	w.contacts[castelvento][0].Wish = quiet.Wish{Hours: night}
	for _, org := range []int64{castelvento, roccasalina} {
		w.contacts[org][1].Wish = quiet.Wish{Mails: quiet.Collect}
	}
	w.contacts[roccasalina][0].Wish = quiet.Wish{Mails: quiet.Portal}
}

// plain is an alert that is not critical, and asks for no answer.
func plain() advisory.Entry {
	e := entry()
	e.Severity, e.AckWithin, e.Reference = advisory.High, 0, ""
	return e
}

func (w *world) due() {
	w.Helper()
	w.must(w.SendDue(w.Context(), access.System("test")))
}

// told lists the mails there are: those of one alert, and the collected ones.
func (w *world) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := []string{}
	for _, m := range w.mails {
		out = append(out, strings.ToLower(m.To.Address))
	}
	for _, m := range w.collected {
		out = append(out, fmt.Sprintf("%s %d", m.To.Address, strings.Count(m.Text, "/advisories/")))
	}
	slices.Sort(out)
	return out
}

func (w *world) wantTold(what string, want ...string) {
	w.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.told()); diff != "" {
		w.Errorf("%s: %s", what, diff)
	}
}

func TestEachIsWrittenToWhenHeWishes(t *testing.T) {
	each(t, func(w *world) {
		w.wishing()
		w.clock.Advance(12 * time.Hour) // 21:00
		s, _ := w.staff(teresaID)
		reach, err := w.Preview(w.Context(), s, plain())
		if want := (advisory.Ways{Quiet: 1, Collected: 1, Portal: 1}); err != nil || reach.Ways != want {
			t.Errorf("%+v, %v", reach.Ways, err)
		}
		a := w.send(plain())
		b := w.send(plain())
		w.due()
		w.wantTold("in the evening")
		w.wantPeople("waiting", a.ID, advisory.ShowUnsent, `1 Paolo Nencini paolo@castelvento.example "" "">""`, `2 Lia Conti shared@example.org "" "">""`)
		list, _, err := w.People(w.Context(), s, a.ID, advisory.PeopleFilter{})
		if err != nil || list[0].Wait != advisory.WaitQuiet || list[1].Wait != advisory.WaitCollected || list[2].Fate != advisory.FatePortal ||
			!list[0].Due.Equal(time.Date(2026, 11, 26, 7, 0, 0, 0, time.UTC)) || !list[1].Due.Equal(time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v, %v", list, err)
		}
		w.clock.Advance(9*time.Hour + 59*time.Minute) // 06:59
		w.due()
		w.wantTold("a minute before")
		w.clock.Advance(time.Minute)
		w.due()
		w.due()
		w.wantTold("after the night", "paolo@castelvento.example", "paolo@castelvento.example")
		w.clock.Advance(-3 * time.Hour) // somebody puts the clock back
		w.due()
		w.clock.Advance(30 * time.Hour) // and far ahead
		w.due()
		w.due()
		w.wantTold("the day after", "paolo@castelvento.example", "paolo@castelvento.example", "shared@example.org 4")
		mail := w.collected[0]
		if mail.TLP != "AMBER" || !strings.Contains(mail.Text, "TLP:AMBER") || !strings.Contains(mail.Text, "FortiOS da aggiornare") || !strings.Contains(mail.Subject, "2 alerts") {
			t.Errorf("%+v", mail)
		}
		w.settled(advisory.Settled{Bundle: mail.Bundle, Address: mail.To.Address, Fate: advisory.FateSent})
		for _, id := range []int64{a.ID, b.ID} {
			w.wantPeople("told", id, advisory.ShowUnsent, `1 Paolo Nencini paolo@castelvento.example "" "">""`)
		}
	})
}

// TestWithdrawingDoesNotWaitForTheDaysMails in a circle: both lock alerts before people.
func TestWithdrawingDoesNotWaitForTheDaysMails(t *testing.T) {
	each(t, func(w *world) {
		if w.db.Dialect() != db.Postgres {
			return // one writer at a time cannot wait for another in a circle
		}
		w.wishing()
		a := w.send(plain())
		w.clock.Advance(48 * time.Hour)
		sent := make(chan error, 1)
		w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error { // what a withdrawal does, in its order
			if _, err := tx.Exec(w.Context(), "UPDATE advisory SET state = 'withdrawn' WHERE id = $1", a.ID); err != nil {
				return err
			}
			go func() { sent <- w.SendDue(w.Context(), access.System("test")) }()
			if err := w.untilLocked(); err != nil {
				return err
			}
			_, err := tx.Exec(w.Context(), "UPDATE advisory_recipient SET due_at = NULL WHERE advisory_id = $1 AND wait = $2", a.ID, advisory.WaitCollected)
			return err
		}))
		w.must(<-sent)
		if len(w.collected) != 0 {
			t.Errorf("what was withdrawn was told: %+v", w.collected)
		}
	})
}

// TestARevisionDoesNotWaitForSettledMails in a circle: both lock people in the order of their numbers.
func TestARevisionDoesNotWaitForSettledMails(t *testing.T) {
	each(t, func(w *world) {
		if w.db.Dialect() != db.Postgres {
			return // one writer at a time cannot wait for another in a circle
		}
		a := w.send(entry())
		lock := func(tx *db.Tx, number int64) error { // as a revision does
			_, err := tx.Exec(w.Context(), "UPDATE advisory_recipient SET name = name WHERE advisory_id = $1 AND number = $2", a.ID, number)
			return err
		}
		noted := make(chan error, 1)
		w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
			if err := lock(tx, 1); err != nil {
				return err
			}
			go func() {
				noted <- w.db.Tx(w.Context(), func(tx *db.Tx) error {
					return w.NoteSettled(w.Context(), tx, access.System("mailer"), []advisory.Settled{
						{Advisory: a.ID, Revision: 1, Number: 3, Address: "rita@roccasalina.example", Fate: advisory.FateFailed, At: w.clock.Now()},
						{Advisory: a.ID, Revision: 1, Number: 1, Address: "paolo@castelvento.example", Fate: advisory.FateSent, At: w.clock.Now()}})
				})
			}()
			if err := w.untilLocked(); err != nil {
				return err
			}
			return lock(tx, 3)
		}))
		w.must(<-noted)
		w.wantPeople("noted", a.ID, advisory.ShowBounced, `3 Rita Salvi rita@roccasalina.example "failed" "">""`)
	})
}

// untilLocked returns when somebody waits for a lock of PostgreSQL.
func (w *world) untilLocked() error {
	for waiting := 0; waiting == 0; {
		err := w.db.QueryRow(w.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		if err != nil {
			return err
		}
	}
	return nil
}

// TestWhatIsCriticalGoesThrough, whatever anybody wishes.
func TestWhatIsCriticalGoesThrough(t *testing.T) {
	each(t, func(w *world) {
		w.wishing()
		w.clock.Advance(12 * time.Hour)
		w.send(entry())
		w.wantTold("at once", "paolo@castelvento.example", "rita@roccasalina.example", "shared@example.org")
		w.clock.Advance(48 * time.Hour)
		w.due()
		w.wantTold("later", "paolo@castelvento.example", "rita@roccasalina.example", "shared@example.org")
	})
}

// TestWithdrawnBeforeItIsDue: nobody is told of what holds no longer.
func TestWithdrawnBeforeItIsDue(t *testing.T) {
	each(t, func(w *world) {
		w.wishing()
		w.clock.Advance(12 * time.Hour)
		a := w.send(plain())
		s, who := w.staff(teresaID)
		_, err := w.Withdraw(w.Context(), s, who, a.ID, a.Version, "Un errore.")
		w.must(err)
		w.clock.Advance(48 * time.Hour)
		w.due()
		w.wantTold("withdrawn")
		w.wantPeople("withdrawn", a.ID, "", `1 Paolo Nencini paolo@castelvento.example "withdrawn" "">""`, `2 Lia Conti shared@example.org "withdrawn" "">""`, `3 Rita Salvi rita@roccasalina.example "portal" "">""`)
	})
}

// TestARevisionBeforeItIsDue: one mail, of what holds, and not of what changed since.
func TestARevisionBeforeItIsDue(t *testing.T) {
	each(t, func(w *world) {
		w.wishing()
		w.clock.Advance(12 * time.Hour)
		a := w.send(plain())
		s, who := w.staff(teresaID)
		draft, err := w.Revise(w.Context(), s, who, a.ID)
		w.must(err)
		e := draft.Entry
		e.Change, e.Texts = "Un'altra versione.", map[string]advisory.Text{"it": {Title: "Titolo nuovo", Body: "Testo nuovo."}}
		draft, err = w.Edit(w.Context(), s, who, draft.ID, draft.Version, e)
		w.must(err)
		_, err = w.Send(w.Context(), s, who, draft.ID, draft.Version)
		w.must(err)
		w.must(w.Tell(w.Context(), access.System("test"), a.ID))
		w.wantTold("by night")
		w.clock.Advance(24 * time.Hour)
		w.due()
		w.wantTold("by day", "paolo@castelvento.example", "shared@example.org 2")
		if mail := w.mails[0]; !strings.Contains(mail.Subject, "Titolo nuovo") || strings.Contains(mail.Text, "Un'altra versione.") || mail.Revision != 2 {
			t.Errorf("%+v", mail)
		}
	})
}

// TestAMailThatIsDueBreaksOff: whatever breaks, each is written once.
func TestAMailThatIsDueBreaksOff(t *testing.T) {
	each(t, func(w *world) {
		w.wishing()
		w.clock.Advance(12 * time.Hour)
		w.send(plain())
		w.send(plain())
		w.clock.Advance(24 * time.Hour)
		for at := 1; ; at++ {
			w.breaks = at
			err := w.SendDue(w.Context(), access.System("test"))
			w.breaks = 0
			if err == nil {
				break
			}
		}
		w.due()
		w.wantTold("in the end", "paolo@castelvento.example", "paolo@castelvento.example", "shared@example.org 4")
	})
}

// TestAReminderStandsForTheMailThatWaits: escalation does not wait, and says it all.
func TestAReminderStandsForTheMailThatWaits(t *testing.T) {
	each(t, func(w *world) {
		w.wishing()
		w.clock.Advance(12 * time.Hour)
		e := plain()
		e.AckWithin = 40 * time.Hour
		a := w.send(e)
		s, _ := w.staff(teresaID)
		steps, err := w.Steps(w.Context(), s, a.ID)
		w.must(err)
		w.must(w.Escalate(w.Context(), access.System("test"), a.ID, advisory.Remind, steps[0].Due))
		w.wantTold("reminded", "paolo@castelvento.example", "rita@roccasalina.example", "shared@example.org")
		w.clock.Advance(48 * time.Hour)
		w.due()
		w.wantTold("no more", "paolo@castelvento.example", "rita@roccasalina.example", "shared@example.org")
		list, _, err := w.People(w.Context(), s, a.ID, advisory.PeopleFilter{})
		if err != nil || list[0].Reminders != 1 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// TestACollectedMailSaysWhatItsLabelsAllow: of what is stricter only that it waits.
func TestACollectedMailSaysWhatItsLabelsAllow(t *testing.T) {
	each(t, func(w *world) {
		w.wishing()
		for _, label := range []tlp.Label{tlp.Green, tlp.AmberStrict} {
			e := plain()
			e.TLP = label
			e.Texts = map[string]advisory.Text{"it": {Title: "Titolo " + string(label), Body: "Corpo."}}
			w.send(e)
		}
		w.clock.Advance(24 * time.Hour)
		w.due()
		if text := w.collected[0].Text; !strings.Contains(text, "Titolo TLP:GREEN") || strings.Contains(text, "Titolo TLP:AMBER+STRICT") || !strings.Contains(text, "TLP:AMBER+STRICT") || w.collected[0].TLP != "AMBER" {
			t.Errorf("%s", text)
		}
	})
}

// TestWhomItMayNotReachIsSaidBefore, with the reason.
func TestWhomItMayNotReachIsSaidBefore(t *testing.T) {
	each(t, func(w *world) {
		w.contacts[roccasalina][0].Roleless = true
		w.returned = map[string]advisory.Returned{"shared@example.org": {At: w.clock.Now(), Why: "550 5.1.1 no such user"}}
		w.keys = map[string]advisory.Key{"paolo@castelvento.example": {State: advisory.KeyUsable}, "rita@roccasalina.example": {State: advisory.KeyExpired}}
		s, _ := w.staff(teresaID)
		e := plain()
		e.TLP = tlp.AmberStrict
		reach, err := w.Preview(w.Context(), s, e)
		want := map[advisory.Doubt]int{advisory.DoubtNobody: 1, advisory.DoubtReturned: 1, advisory.DoubtRole: 1, advisory.DoubtNoKey: 1, advisory.DoubtExpired: 1}
		if diff := cmp.Diff(want, reach.Doubtful); err != nil || diff != "" || len(reach.Doubts) != 5 || reach.Doubts[1].Contact.Name != "Lia Conti" {
			t.Errorf("%s, %+v, %v", diff, reach.Doubts, err)
		}
	})
}

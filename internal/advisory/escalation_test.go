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
	"martinella/internal/platform/db"
	"martinella/internal/platform/tlp"
)

// due gives the settled steps of an advisory.
func (w *world) steps(a advisory.Advisory) map[advisory.EscalationStep]advisory.PlannedStep {
	w.Helper()
	s, _ := w.staff(teresaID)
	list, err := w.Steps(w.Context(), s, a.ID)
	w.must(err)
	out := map[advisory.EscalationStep]advisory.PlannedStep{}
	for _, p := range list {
		out[p.Step] = p
	}
	return out
}

// reach lets the time of a step come, and does it.
func (w *world) reach(a advisory.Advisory, step advisory.EscalationStep) {
	w.Helper()
	p := w.steps(a)[step]
	w.clock.Set(p.Due)
	w.mu.Lock()
	w.mails = nil
	w.mu.Unlock()
	w.must(w.Escalate(w.Context(), access.System("test"), a.ID, step, p.Due))
	w.must(w.Tell(w.Context(), access.System("test"), a.ID))
}

func (w *world) calls() []int64 {
	var out []int64
	for org := range w.called {
		out = append(out, org)
	}
	slices.Sort(out)
	return out
}

func TestWhoDoesNotAcknowledgeIsRemindedThenOthersThenCalled(t *testing.T) {
	each(t, func(w *world) {
		w.others = map[int64][]advisory.Contact{
			castelvento: {{Address: "paolo@castelvento.example", Name: "Paolo Nencini", Language: "it"}, {Address: "sindaca@castelvento.example", Name: "Sara Bini", Language: "it"}},
			ospedale:    {{Address: "turno@ospedale.example", Name: "Turno", Language: "en"}},
		}
		a := w.send(entry())
		s, who := w.member(ritaID, roccasalina)
		_, err := w.Acknowledge(w.Context(), s, who, a.ID)
		w.must(err)

		w.reach(a, advisory.Remind)
		if diff := cmp.Diff([]string{"paolo@castelvento.example", "shared@example.org"}, w.addressed()); diff != "" {
			t.Errorf("reminded (-want +got): %s", diff)
		}
		for _, mail := range w.mails {
			if strings.Contains(mail.Text, "Roccasalina") || !strings.Contains(mail.Text, "Comune di Castelvento") || mail.Step == "" {
				t.Errorf("a reminder: %s", mail.Text)
			}
		}
		w.reach(a, advisory.Remind)
		if got := w.addressed(); len(got) != 0 {
			t.Errorf("reminded again: %v", got)
		}

		w.reach(a, advisory.Widen)
		if diff := cmp.Diff([]string{"sindaca@castelvento.example", "turno@ospedale.example"}, w.addressed()); diff != "" {
			t.Errorf("written to besides (-want +got): %s", diff)
		}
		w.reach(a, advisory.Widen)
		if got := w.addressed(); len(got) != 0 {
			t.Errorf("written to again: %v", got)
		}

		w.reach(a, advisory.Phone)
		if diff := cmp.Diff([]int64{castelvento, ospedale}, w.calls()); diff != "" {
			t.Errorf("to be called (-want +got): %s", diff)
		}
		w.seen(a)
	})
}

// seen checks what the CSIRT sees of the escalation, and how it ends.
func (w *world) seen(a advisory.Advisory) {
	w.Helper()
	staff, _ := w.staff(teresaID)
	done, err := w.Escalations(w.Context(), staff, a.ID, []int64{castelvento, roccasalina})
	w.must(err)
	var got []advisory.EscalationStep
	for _, e := range done[castelvento] {
		got = append(got, e.Step)
	}
	if diff := cmp.Diff(advisory.EscalationSteps(), got); diff != "" || len(done[roccasalina]) != 0 {
		w.Errorf("Castelvento (-want +got): %s; Roccasalina: %v", diff, done[roccasalina])
	}
	if n := w.steps(a)[advisory.Phone].Organisations; n != 2 {
		w.Errorf("%d organisations to be called", n)
	}
	s, who := w.member(paoloID, castelvento)
	_, err = w.Acknowledge(w.Context(), s, who, a.ID)
	w.must(err)
	if diff := cmp.Diff([]int64{ospedale}, w.calls()); diff != "" {
		w.Errorf("after Castelvento acknowledged (-want +got): %s", diff)
	}
}

func TestAnAcknowledgementByPhoneIsThePersonsReached(t *testing.T) {
	each(t, func(w *world) {
		a := w.send(entry())
		w.reach(a, advisory.Phone)
		s, _ := w.staff(teresaID)
		reach := func() error {
			return w.db.Tx(w.Context(), func(tx *db.Tx) error {
				return w.AcknowledgeByPhone(w.Context(), tx, s, a.ID, ospedale, "Dario Testi", "Teresa Bruni")
			})
		}
		w.must(reach())
		w.wantFault("again", reach(), "advisory.acknowledged_already")
		list, _, err := w.Deliveries(w.Context(), s, a.ID, false, advisory.Filter{})
		w.must(err)
		if got := list[2].Acknowledged.Name; got != "Dario Testi (tel. Teresa Bruni)" || len(w.calls()) != 2 {
			t.Errorf("acknowledged by %q; to be called: %v", got, w.calls())
		}
		member, _ := w.member(paoloID, castelvento)
		err = w.db.Tx(w.Context(), func(tx *db.Tx) error {
			return w.AcknowledgeByPhone(w.Context(), tx, member, a.ID, castelvento, "x", "y")
		})
		if err == nil {
			t.Error("a member acknowledged by phone")
		}
	})
}

func TestAWithdrawnAlertIsNotEscalated(t *testing.T) {
	each(t, func(w *world) {
		a := w.send(entry())
		s, who := w.staff(teresaID)
		_, err := w.Withdraw(w.Context(), s, who, a.ID, a.Version, "Non era vero.")
		w.must(err)
		for _, step := range advisory.EscalationSteps() {
			w.reach(a, step)
		}
		if len(w.addressed()) > 0 || len(w.calls()) > 0 || w.steps(a)[advisory.Remind].Done.IsZero() {
			t.Errorf("mails %v, calls %v", w.addressed(), w.calls())
		}
	})
}

// A step that breaks in the middle is finished by the next attempt: nobody is reminded twice.
func TestAStepThatBreaksIsTakenUpAgain(t *testing.T) {
	each(t, func(w *world) {
		a := w.send(entry())
		p := w.steps(a)[advisory.Remind]
		w.clock.Set(p.Due)
		w.mails, w.breaks = nil, 2
		if err := w.Escalate(w.Context(), access.System("test"), a.ID, advisory.Remind, p.Due); err == nil {
			t.Fatal("the mailer did not break")
		}
		w.must(w.Escalate(w.Context(), access.System("test"), a.ID, advisory.Remind, p.Due))
		if got := w.addressed(); len(got) != 3 {
			t.Errorf("reminded: %v", got)
		}
	})
}

func TestWhatIsPlanned(t *testing.T) {
	each(t, func(w *world) {
		house := advisory.Escalation{Remind: 30, Widen: 60, Phone: 90}
		for name, c := range map[string]struct {
			change func(*advisory.Entry)
			want   advisory.Escalation
		}{
			"critical, as the house does": {func(*advisory.Entry) {}, house},
			"medium":                      {func(e *advisory.Entry) { e.Severity = advisory.Medium }, advisory.Escalation{}},
			"its own":                     {func(e *advisory.Entry) { e.Escalation = &advisory.Escalation{Phone: 5} }, advisory.Escalation{Phone: 5}},
			"a bulletin":                  {func(e *advisory.Entry) { e.Kind = advisory.Bulletin }, advisory.Escalation{}},
			"need not be acknowledged":    {func(e *advisory.Entry) { e.AckWithin = 0 }, advisory.Escalation{}},
			"for named people":            {func(e *advisory.Entry) { e.TLP = tlp.Red }, advisory.Escalation{Remind: 30, Phone: 90}},
		} {
			e := entry()
			c.change(&e)
			if got, _ := w.Planned(e); got != c.want {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
		}
	})
}

// What is not critical waits for working hours; 2026-11-27 is a Friday.
func TestRemindersOfWhatIsNotCriticalComeByDay(t *testing.T) {
	each(t, func(w *world) {
		for i, c := range [][2]string{{"2026-11-27 10:00", "2026-11-27 11:00"}, {"2026-11-27 17:30", "2026-11-30 08:00"}, {"2026-11-27 03:00", "2026-11-27 08:00"}, {"2026-11-28 12:00", "2026-11-30 08:00"}} {
			sent, err := time.Parse("2006-01-02 15:04", c[0])
			w.must(err)
			w.clock.Set(sent)
			e := entry()
			e.Severity, e.Reference = advisory.High, string(rune('A'+i))
			if got := w.steps(w.send(e))[advisory.Remind].Due.Format("2006-01-02 15:04"); got != c[1] {
				t.Errorf("sent %s: reminder %s, want %s", c[0], got, c[1])
			}
		}
	})
}

func TestTheHousesPlanIsRead(t *testing.T) {
	got, err := advisory.ParseEscalation("critical=30,60,90  high=240,0,0")
	if diff := cmp.Diff(map[advisory.Severity]advisory.Escalation{advisory.Critical: {Remind: 30, Widen: 60, Phone: 90}, advisory.High: {Remind: 240}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got): %s", err, diff)
	}
	for _, wrong := range []string{"critical", "critical=1,2", "grave=1,2,3", "low=1,2,x", "low=-1,0,0", "low=1,2,99999999"} {
		if _, err := advisory.ParseEscalation(wrong); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
}

// Whoever was written to because nobody else acknowledged hears of a revision too, and one that asks anew begins the plan again.
func TestARevisionOfAnEscalatedAlert(t *testing.T) {
	each(t, func(w *world) {
		w.others = map[int64][]advisory.Contact{castelvento: {
			{Address: "sindaca@castelvento.example", Name: "Sara Bini", Language: "it"}, {Address: "exit@castelvento.example", Name: "Va Via", Language: "it"}}}
		a := w.send(entry())
		w.reach(a, advisory.Widen)
		w.others = map[int64][]advisory.Contact{castelvento: {{Address: "sindaca@castelvento.example", Name: "Sara Bini", Language: "it"}}}
		w.mails = nil
		now := w.revise(a, func(e *advisory.Entry) { e.Renew = true })
		if diff := cmp.Diff([]string{"paolo@castelvento.example", "rita@roccasalina.example", "shared@example.org", "sindaca@castelvento.example"}, sorted(w.addressed())); diff != "" {
			t.Error(diff)
		}
		s, _ := w.staff(teresaID)
		list, err := w.Steps(w.Context(), s, now.ID)
		w.must(err)
		again := 0
		for _, p := range list {
			if p.Due.After(w.clock.Now()) && p.Step == advisory.Remind && p.Due.Equal(w.clock.Now().Add(30*time.Minute)) {
				again++
			}
		}
		if again != 1 {
			t.Errorf("the plan did not begin again: %+v", list)
		}
	})
}

// A revision that does not ask anew reaches also those whose organisation has acknowledged, the ones who came in later included.
func TestARevisionReachesWhoHasAcknowledged(t *testing.T) {
	each(t, func(w *world) {
		w.others = map[int64][]advisory.Contact{castelvento: {{Address: "sindaca@castelvento.example", Name: "Sara Bini", Language: "it"}}}
		a := w.send(entry())
		w.reach(a, advisory.Widen)
		own, paolo := w.member(paoloID, castelvento)
		_, err := w.Acknowledge(w.Context(), own, paolo, a.ID)
		w.must(err)
		w.mails = nil
		w.revise(a, func(*advisory.Entry) {})
		if diff := cmp.Diff([]string{"paolo@castelvento.example", "rita@roccasalina.example", "shared@example.org", "sindaca@castelvento.example"}, sorted(w.addressed())); diff != "" {
			t.Error(diff)
		}
	})
}

// A revision that asks anew takes the place of the steps that were still to come.
func TestARevisionThatAsksAnewRemindsOnce(t *testing.T) {
	each(t, func(w *world) {
		a := w.send(entry())
		first := w.steps(a)[advisory.Remind].Due
		w.clock.Advance(time.Minute)
		w.revise(a, func(e *advisory.Entry) { e.Renew = true })
		w.mails = nil
		w.clock.Set(first)
		w.must(w.Escalate(w.Context(), access.System("test"), a.ID, advisory.Remind, first))
		if len(w.mails) != 0 {
			t.Errorf("reminded by the plan of the text before: %v", w.addressed())
		}
	})
}

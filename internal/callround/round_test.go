// SPDX-License-Identifier: EUPL-1.2

package callround_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/callround"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/i18n"
)

// world is the room with what it stands on; it plays the neighbours itself.
type world struct {
	*testing.T
	*callround.Module
	db      *db.DB
	clock   *clock.Fake
	calls   []callround.Call
	reached []string
	only    []string
}

func each(t *testing.T, f func(w *world)) {
	migrations := []db.Migration{{Module: "audit", FS: audit.Migrations}, callround.Migrations()}
	dbtest.Each(t, migrations, func(t *testing.T, d *db.DB) {
		w := &world{T: t, db: d, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)), calls: []callround.Call{
			{Name: "Ada", Phone: "1", Email: "ada@example.org", Language: "nb", Reachable: true}, {Name: "Bruno", Phone: "2"}, {Name: "Chi registrò", Phone: "3", Stranger: true}}}
		bundle, err := i18n.Load(callround.Locale)
		w.must(err)
		w.Module = callround.New(callround.Deps{DB: d, Clock: w.clock, Audit: audit.New(d, w.clock.Now), Bundle: bundle, Directory: w, Topics: map[string]callround.Topic{"advisory": w}})
		f(w)
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Named implements callround.Directory.
func (w *world) Named(_ context.Context, _ access.Scope, ids []int64) (out []callround.Organisation, err error) {
	for _, id := range ids {
		out = append(out, callround.Organisation{ID: id, Code: fmt.Sprint("c_", id), Name: fmt.Sprint("Comune ", id), Zone: time.UTC})
	}
	return out, nil
}

// Calls implements callround.Directory.
func (w *world) Calls(context.Context, access.Scope, int64, string) ([]callround.Call, error) {
	return slices.Clone(w.calls), nil
}

// Headings implements callround.Topic.
func (w *world) Headings(context.Context, access.Scope, []int64, string) (map[int64]callround.Heading, error) {
	return map[int64]callround.Heading{7: {Title: "Un'allerta"}}, nil
}

// Script implements callround.Topic.
func (w *world) Script(context.Context, access.Scope, int64, callround.Organisation, *i18n.Localizer) (callround.Script, error) {
	return callround.Script{Text: []string{"Buongiorno."}, Only: w.only}, nil
}

// Reached implements callround.Topic.
func (w *world) Reached(ctx context.Context, tx *db.Tx, s access.Scope, subject, organisation int64, person, by string) error {
	w.reached = append(w.reached, person+" by "+by)
	return w.Close(ctx, tx, s, "advisory", subject, organisation, callround.Acknowledged)
}

// operator is somebody who calls.
func operator(id int64) (access.Scope, callround.Person) {
	return access.Principal{Person: id, Staff: []access.Role{access.Operator}}.Territory(), callround.Person{ID: id, Name: fmt.Sprint("Operatrice ", id)}
}

// open asks for calls to organisations about subject 7.
func (w *world) open(severity int, due time.Time, orgs ...int64) {
	w.Helper()
	var list []callround.Request
	for _, id := range orgs {
		list = append(list, callround.Request{Organisation: id, Severity: severity, Due: due})
	}
	w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
		return w.Open(w.Context(), tx, access.System("test"), "advisory", 7, list)
	}))
}

// next takes the next line and gives its organisation; 0 where there is none.
func (w *world) next(person int64) (callround.Line, int64) {
	w.Helper()
	s, who := operator(person)
	l, err := w.TakeNext(w.Context(), s, who)
	if fault.Of(err).Code == "callround.nothing" {
		return l, 0
	}
	w.must(err)
	return l, l.Organisation
}

func (w *world) record(person, line int64, r callround.Report) error {
	s, who := operator(person)
	_, err := w.Record(w.Context(), s, who, line, r)
	return err
}

func (w *world) wantFault(what string, err error, code string) {
	w.Helper()
	if fault.Of(err).Code != code {
		w.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestTheGravestWhoseTurnItIsComesFirst(t *testing.T) {
	each(t, func(w *world) {
		now := w.clock.Now()
		w.open(1, now.Add(-time.Hour), 1)
		w.open(0, now.Add(-time.Minute), 2)
		w.open(0, now.Add(-time.Hour), 3)
		w.open(0, time.Time{}, 4)
		w.open(0, time.Time{}, 4) // asked again: one line
		var got []int64
		for person := int64(1); person <= 5; person++ {
			_, org := w.next(person)
			got = append(got, org)
		}
		if diff := cmp.Diff([]int64{3, 2, 4, 1, 0}, got); diff != "" {
			t.Errorf("(-want +got): %s", diff)
		}
		if _, org := w.next(2); org != 2 {
			t.Errorf("who has a line is given %d", org)
		}
	})
}

// Many at once, and nobody gets what another has.
func TestNoTwoOperatorsHaveALine(t *testing.T) {
	each(t, func(w *world) {
		const operators, lines = 24, 20
		var orgs []int64
		for id := int64(1); id <= lines; id++ {
			orgs = append(orgs, id)
		}
		w.open(0, time.Time{}, orgs...)
		var mu sync.Mutex
		var all sync.WaitGroup
		had := map[int64]int{}
		for person := int64(1); person <= operators; person++ {
			all.Go(func() {
				s, who := operator(person)
				l, err := w.TakeNext(w.Context(), s, who)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					had[l.ID]++
				} else if fault.Of(err).Code != "callround.nothing" {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for id, n := range had {
			if n != 1 {
				t.Errorf("line %d was given to %d", id, n)
			}
		}
		if len(had) != lines {
			t.Errorf("%d of %d lines were given to %d people", len(had), lines, operators)
		}
	})
}

func TestALeaseEndsByItself(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 1)
		l, _ := w.next(1)
		s, who := operator(2)
		_, err := w.Take(w.Context(), s, who, l.ID)
		w.wantFault("taking another's", err, "callround.taken")
		w.clock.Advance(callround.Lease + time.Second)
		if _, org := w.next(2); org != 1 {
			t.Error("it did not come back")
		}
		w.wantFault("recording what is another's now", w.record(1, l.ID, callround.Report{Outcome: callround.NotReached, Phone: "1"}), "callround.not_yours")
		w.must(w.Release(w.Context(), s, who, l.ID))
		if _, org := w.next(1); org != 1 {
			t.Error("a line given back is nobody's")
		}
	})
}

func TestWhatACallGives(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 1, 2)
		l, _ := w.next(1)
		w.must(w.record(1, l.ID, callround.Report{Outcome: callround.NotReached, Person: "Ada", Phone: "1"}))
		s, _ := operator(1)
		d, err := w.Desk(w.Context(), s, l.ID, "it")
		w.must(err)
		if d.Contacts[0].Name != "Bruno" || !d.Line.HeldBy(1, w.clock.Now()) || d.Language != "nb" {
			t.Errorf("after Ada did not answer: %+v", d)
		}
		w.must(w.record(1, l.ID, callround.Report{Outcome: callround.WrongNumber, Person: "Bruno", Phone: "2"}))
		if _, org := w.next(1); org != 2 {
			t.Errorf("after all were tried comes %d", org)
		}
		numbers, err := w.Numbers(w.Context(), s, 1, 0)
		w.must(err)
		if len(numbers) != 1 || numbers[0].Phone != "2" {
			t.Errorf("to be corrected: %v", numbers)
		}
		_, who := operator(1)
		w.must(w.Corrected(w.Context(), s, who, numbers[0].ID))
		w.wantFault("again", w.Corrected(w.Context(), s, who, numbers[0].ID), "callround.unknown")
		w.clock.Advance(callround.Again)
		s2, other := operator(2)
		back, err := w.Take(w.Context(), s2, other, l.ID)
		w.must(err)
		if back.Tries != 2 || back.Next.After(w.clock.Now()) {
			t.Errorf("after a quarter of an hour: %+v", back)
		}
		w.must(w.record(2, back.ID, callround.Report{Outcome: callround.WasReached, Person: "Ada", Phone: "1"}))
		got, err := w.Get(w.Context(), s, back.ID)
		w.must(err)
		if got.Why != callround.Reached || !slices.Equal(w.reached, []string{"Ada by Operatrice 2"}) {
			t.Errorf("%+v, %v", got, w.reached)
		}
	})
}

func TestAPromisedCallComesFirst(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 1)
		l, _ := w.next(1)
		w.must(w.record(1, l.ID, callround.Report{Outcome: callround.CallBack, At: w.clock.Now().Add(time.Hour)}))
		w.clock.Advance(30 * time.Minute)
		w.open(0, w.clock.Now().Add(-24*time.Hour), 2, 3)
		if _, org := w.next(1); org != 2 {
			t.Errorf("before its time came %d", org)
		}
		w.clock.Advance(31 * time.Minute)
		if _, org := w.next(1); org != 1 {
			t.Errorf("at its time came %d", org)
		}
	})
}

func TestWhoAcknowledgesByItselfLeavesTheRound(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 1, 2)
		l, _ := w.next(1)
		w.must(w.db.Tx(w.Context(), func(tx *db.Tx) error {
			return w.Close(w.Context(), tx, access.System("test"), "advisory", 7, l.Organisation, callround.Acknowledged)
		}))
		w.wantFault("recording then", w.record(1, l.ID, callround.Report{Outcome: callround.NotReached, Phone: "1", Note: "in ferie"}), "callround.late.acknowledged")
		w.wantFault("twice", w.record(1, l.ID, callround.Report{Outcome: callround.NotReached, Phone: "1", Note: "in ferie"}), "callround.late.acknowledged")
		s, _ := operator(1)
		if d, err := w.Desk(w.Context(), s, l.ID, "it"); err != nil || len(d.Tries) != 1 || d.Tries[0].Note != "in ferie" || d.Line.Open() {
			t.Errorf("what he wrote is lost: %+v, %v", d.Tries, err)
		}
		p, err := w.Progress(w.Context(), s)
		w.must(err)
		if diff := cmp.Diff(callround.Progress{Total: 2, Open: 1, Acknowledged: 1, Oldest: w.clock.Now()}, p); diff != "" {
			t.Errorf("(-want +got): %s", diff)
		}
	})
}

func TestOnlyNamedPeopleAreCalledWhereTheLabelSaysSo(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 1)
		w.only = []string{"ada@example.org"}
		l, _ := w.next(1)
		s, _ := operator(1)
		d, err := w.Desk(w.Context(), s, l.ID, "it")
		w.must(err)
		if len(d.Contacts) != 1 || d.Contacts[0].Name != "Ada" {
			t.Errorf("%+v", d.Contacts)
		}
	})
}

func TestAnIncompleteReportWritesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 1)
		l, _ := w.next(1)
		for name, r := range map[string]callround.Report{
			"outcome": {}, "person": {Outcome: callround.WasReached}, "phone": {Outcome: callround.WrongNumber},
			"at": {Outcome: callround.CallBack, At: w.clock.Now()}, "again": {Outcome: callround.NotReached, Again: -time.Minute},
		} {
			err := w.record(1, l.ID, r)
			if f := fault.Of(err); f.Code != "callround.report" || len(f.Fields) != 1 || f.Fields[0].Name != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		s, _ := operator(1)
		if tries, err := w.Tries(w.Context(), s, l.ID); err != nil || len(tries) != 0 {
			t.Errorf("%v, %v", tries, err)
		}
	})
}

func TestTheListGoesOnByCursor(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 5, 6, 7)
		w.open(1, time.Time{}, 8)
		s, _ := operator(1)
		var got []int64
		for after := ""; ; {
			lines, next, err := w.List(w.Context(), s, callround.Filter{After: after, Limit: 1})
			w.must(err)
			for _, l := range lines {
				got = append(got, l.Organisation)
			}
			if after = next; after == "" {
				break
			}
		}
		if diff := cmp.Diff([]int64{5, 6, 7, 8}, got); diff != "" {
			t.Errorf("(-want +got): %s", diff)
		}
	})
}

func TestWhoMayNotCall(t *testing.T) {
	each(t, func(w *world) {
		w.open(0, time.Time{}, 1)
		auditor := access.Principal{Person: 9, Staff: []access.Role{access.Auditor}}.Territory()
		_, err := w.TakeNext(w.Context(), auditor, callround.Person{ID: 9})
		w.wantFault("an auditor", err, "access.permission")
		s, _ := operator(1)
		_, err = w.TakeNext(w.Context(), s, callround.Person{})
		w.wantFault("nobody", err, "access.permission")
		member, _ := access.Principal{Person: 3, Memberships: map[int64][]access.Role{1: {access.OrgAdmin}}}.In(1)
		_, _, err = w.List(w.Context(), member, callround.Filter{})
		w.wantFault("a member", err, "access.territory")
	})
}

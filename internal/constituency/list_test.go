// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
)

func names(p Page) []string {
	var out []string
	for _, o := range p.Rows {
		out = append(out, o.Name)
	}
	return out
}

func TestPagesForwardAndBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var want []string
		for n := range 7 {
			w.submitted(t, body(n))
			w.clock.Advance(time.Minute)
			want = append(want, fmt.Sprintf("Ente %03d", n))
		}
		for _, order := range []Order{ByName, BySince} {
			f := Filter{Order: order, Limit: 3}
			var forward [][]string
			var last Page
			for {
				p, err := w.List(t.Context(), operator(1), f)
				if err != nil || p.Total != 7 {
					t.Fatalf("%+v, %v", p, err)
				}
				forward, last = append(forward, names(p)), p
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			if diff := cmp.Diff([][]string{want[:3], want[3:6], want[6:]}, forward); diff != "" {
				t.Errorf("forward: %s", diff)
			}
			back, err := w.List(t.Context(), operator(1), Filter{Order: order, Limit: 3, Before: last.Prev})
			if err != nil || !cmp.Equal(names(back), want[3:6]) || back.Prev == "" || back.Next == "" {
				t.Errorf("back: %v, %+v, %v", names(back), back, err)
			}
			first, err := w.List(t.Context(), operator(1), Filter{Order: order, Limit: 3, Before: back.Prev})
			if err != nil || !cmp.Equal(names(first), want[:3]) || first.Prev != "" {
				t.Errorf("back to the first: %v, prev %q, %v", names(first), first.Prev, err)
			}
		}
	})
}

func TestFilters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.approved(t, firenze(), Full)
		w.approved(t, body(1), Basic)
		w.submitted(t, body(2))
		percent := body(3)
		percent.Name = "Ente 100% città"
		w.submitted(t, percent)
		for _, c := range []struct {
			f    Filter
			want []string
		}{
			{Filter{}, []string{"Comune di Firenze", "Ente 001", "Ente 002", "Ente 100% città"}},
			{Filter{Query: "FIRENZE comune"}, []string{"Comune di Firenze"}},
			{Filter{Query: "C_d6"}, []string{"Comune di Firenze"}}, {Filter{Query: "d612"}, nil}, {Filter{Query: "cxd6"}, nil},
			{Filter{Query: "ente_002"}, []string{"Ente 002"}},
			{Filter{Query: "citta"}, []string{"Ente 100% città"}},
			{Filter{Query: "%"}, []string{"Comune di Firenze", "Ente 001", "Ente 002", "Ente 100% città"}},
			{Filter{States: []State{Approved}}, []string{"Comune di Firenze", "Ente 001"}},
			{Filter{States: []State{"'; DROP TABLE organisation"}}, nil},
			{Filter{Tier: Full}, []string{"Comune di Firenze"}}, {Filter{Type: "agency", States: []State{Submitted}}, []string{"Ente 002", "Ente 100% città"}},
			{Filter{Province: "Siena", Tier: Basic}, []string{"Ente 001"}},
			{Filter{After: "rubbish"}, []string{"Comune di Firenze", "Ente 001", "Ente 002", "Ente 100% città"}},
		} {
			c.f.Limit = 10
			p, err := w.List(t.Context(), operator(1), c.f)
			if err != nil || !cmp.Equal(names(p), c.want) || (c.f.After == "" && p.Total != len(c.want)) {
				t.Errorf("%+v: %v of %d, %v", c.f, names(p), p.Total, err)
			}
		}
	})
}

func TestListsAskTheSameHoweverLongTheyAre(t *testing.T) {
	d := dbtest.SQLite(t, schema())
	w := newWorld(t, d)
	queries := func() (n int) {
		d.OnQuery(func(string) { n++ })
		defer d.OnQuery(nil)
		if _, err := w.List(t.Context(), operator(1), Filter{Limit: 50, Query: "ente"}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	w.approved(t, body(0), Basic)
	few := queries()
	for n := range 40 {
		w.submitted(t, body(n+1))
	}
	if many := queries(); few != 2 || many != 2 {
		t.Errorf("%d queries for one row, %d for 41; 2 wanted", few, many)
	}
}

func TestOneTenantSeesNothingOfAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		a, b := w.approved(t, firenze(), Basic), w.approved(t, body(1), Full)
		mine := member(t, a.ID, access.OrgAdmin)
		theirs, err := w.Contacts(ctx, member(t, b.ID, access.OrgAdmin))
		if err != nil || len(theirs) != 1 {
			t.Fatalf("%+v, %v", theirs, err)
		}
		tries := map[string]func() error{
			"organisation": func() error { _, err := w.Organisation(ctx, mine, b.ID); return err },
			"history":      func() error { _, err := w.History(ctx, mine, b.ID); return err },
			"by code":      func() error { _, err := w.OrganisationByCode(ctx, mine, b.Code); return err },
			"contact": func() error {
				_, err := w.SaveContact(ctx, mine, theirs[0].ID, theirs[0].Version, ContactForm{Name: "X", Roles: []string{"legal_representative"}})
				return err
			},
			"removal": func() error { return w.RemoveContact(ctx, mine, theirs[0].ID) },
			"visitor": func() error { _, err := w.Contacts(ctx, access.System("x")); return err },
		}
		for what, try := range tries {
			if err := try(); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err = w.SaveContact(ctx, mine, 0, 0, ContactForm{Name: "X", Roles: []string{"legal_representative"}, Substitute: theirs[0].ID})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("a substitute from another body: %v", err)
		}
		if got, err := w.OrganisationsByID(ctx, mine, []int64{a.ID, b.ID}); err != nil || len(got) != 1 || got[0].ID != a.ID {
			t.Errorf("names: %+v, %v", got, err)
		}
		for what, try := range map[string]func() error{
			"list":    func() error { _, err := w.List(ctx, mine, Filter{Limit: 1}); return err },
			"waiting": func() error { _, err := w.Waiting(ctx, mine); return err },
			"active":  func() error { return w.EachActive(ctx, mine, func(Organisation) error { return nil }) },
			"edit":    func() error { return w.EditVerified(ctx, mine, a.ID, a.Version, "Olga", firenze()) },
		} {
			if err := try(); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s: %v", what, err)
			}
		}
		leader := member(t, a.ID, access.OrgLeader)
		if err := w.EditOwn(ctx, leader, a.Version, OwnForm{TimeZone: "UTC"}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a reader edits: %v", err)
		}
	})
}

func TestRecordsAreEditedByWhoKeepsThem(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		o := w.approved(t, firenze(), Basic)
		mine := member(t, o.ID, access.OrgAdmin)
		form := OwnForm{Email: "urp@comune.fi.it", Language: "nb", TimeZone: "Europe/Oslo", PatronDay: "06-24"}
		if err := w.EditOwn(ctx, mine, o.Version, form); err != nil {
			t.Fatal(err)
		}
		if err := w.EditOwn(ctx, mine, o.Version, form); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old version overwrote: %v", err)
		}
		got := w.get(t, o.ID)
		if got.Language != "nb" || got.PatronDay != "06-24" || got.Code != "c_d612" || got.Website != "https://www.comune.fi.it" {
			t.Errorf("after: %+v", got)
		}
		for _, bad := range []OwnForm{{TimeZone: "Mars/Olympus"}, {TimeZone: "Local"}, {TimeZone: "UTC", PatronDay: "02-30"}, {TimeZone: "UTC", Email: "x"}} {
			if err := w.EditOwn(ctx, mine, got.Version, bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		fixed := firenze()
		fixed.Code = "comune_firenze"
		if err := w.EditVerified(ctx, operator(1), o.ID, got.Version, "Olga", fixed); err != nil {
			t.Fatal(err)
		}
		if _, err := w.OrganisationByCode(ctx, access.System("gate"), "COMUNE_FIRENZE"); err != nil {
			t.Errorf("by its new code: %v", err)
		}
		other := w.approved(t, body(1), Basic)
		fixed = body(1)
		fixed.Code = "comune_firenze"
		if err := w.EditVerified(ctx, operator(1), other.ID, other.Version, "Olga", fixed); fault.KindOf(err) != fault.Conflict {
			t.Errorf("two with one code: %v", err)
		}
		var active []string
		err := w.EachActive(ctx, access.System("digest"), func(o Organisation) error { active = append(active, o.Code); return nil })
		if diff := cmp.Diff([]string{"comune_firenze", "ente_001"}, active); diff != "" || err != nil {
			t.Errorf("active: %s %v", diff, err)
		}
	})
}

func FuzzCursor(f *testing.F) {
	w := newWorld(f, dbtest.SQLite(f, schema()))
	w.submitted(f, body(1))
	for _, s := range []string{"", "eyJpIjoxfQ", "eyJuIjoiZW50ZSIsImkiOjF9", "!!", "bnVsbA"} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, cursor string, after bool) {
		filter := Filter{Limit: 1, Before: cursor}
		if after {
			filter = Filter{Limit: 1, After: cursor, Order: BySince}
		}
		if p, err := w.List(t.Context(), operator(1), filter); err != nil || p.Total != 1 {
			t.Errorf("%q: %+v, %v", cursor, p, err)
		}
	})
}

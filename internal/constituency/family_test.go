// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/fault"
)

func (w *world) belongs(t testing.TB, child, parent Organisation) error {
	t.Helper()
	return w.SetParent(t.Context(), operator(1), child.ID, w.get(t, child.ID).Version, parent.Code)
}

func TestFamiliesHaveNoCirclesAndAnEnd(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []Organisation
		for i := range 6 {
			all = append(all, w.approved(t, body(i), Basic))
		}
		for i := 1; i < 4; i++ { // four generations: 0 over 1 over 2 over 3
			if err := w.belongs(t, all[i], all[i-1]); err != nil {
				t.Fatal(err)
			}
		}
		for name, pair := range map[string][2]int{"itself": {0, 0}, "a circle of two": {0, 1}, "a circle of four": {0, 3}, "a fifth generation": {4, 3}, "a generation above": {0, 4}} {
			err := w.belongs(t, all[pair[0]], all[pair[1]])
			if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != "parent" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.SetParent(t.Context(), operator(1), all[5].ID, all[5].Version, "no_such"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("nobody: %v", err)
		}
		if err := w.SetParent(t.Context(), operator(1), all[5].ID, all[5].Version-1, all[0].Code); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old version: %v", err)
		}
		if err := w.SetParent(t.Context(), member(t, all[5].ID, access.OrgAdmin), all[5].ID, all[5].Version, all[0].Code); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a member: %v", err)
		}
		f, err := w.FamilyOf(t.Context(), operator(1), w.get(t, all[1].ID))
		if err != nil || f.Parent == nil || f.Parent.Code != "ente_000" || len(f.Children) != 1 || f.Children[0].Code != "ente_002" {
			t.Errorf("%+v, %v", f, err)
		}
		if err := w.SetParent(t.Context(), operator(1), all[1].ID, w.get(t, all[1].ID).Version, ""); err != nil || w.get(t, all[1].ID).Parent != 0 {
			t.Errorf("ending the link: %v", err)
		}
	})
}

func TestAParentsPeopleGetNoAccess(t *testing.T) {
	s := newSite(t, nil)
	parent, child := s.approved(t, firenze(), Basic), s.approved(t, body(1), Basic)
	if err := s.belongs(t, child, parent); err != nil {
		t.Fatal(err)
	}
	s.join("ada", parent.ID, access.OrgAdmin)
	for _, path := range []string{"", "/organisation", "/contacts", "/family", "/onboarding", "/changes"} {
		if status, _ := s.get(t, "ada", "/o/ente_001"+path); status != 404 {
			t.Errorf("the parent's administrator at %q: %d", path, status)
		}
	}
	_, page := s.get(t, "ada", "/o/c_d612/family")
	mustContain(t, "the parent's page", page, "Ente 001")
	s.join("bo", child.ID, access.OrgAdmin)
	_, page = s.get(t, "bo", "/o/ente_001/family")
	mustContain(t, "the child's page", page, "Comune di Firenze", "Mai ereditato", "Ereditato dove manca")
	if strings.Contains(page, "/ops/") {
		t.Error("a member is led to the operators' pages")
	}
	_, page = s.get(t, "operator", "/ops/members")
	mustContain(t, "the list", page, "di Comune di Firenze")
	form := url.Values{"parent": {"ente_001"}, "version": {strconv.FormatInt(s.world.get(t, parent.ID).Version, 10)}}
	if status, page := s.post(t, "operator", "/ops/members/c_d612/family", form); status != 422 || !strings.Contains(page, "neppure passando per altri") {
		t.Errorf("a circle by form: %d", status)
	}
	if status, _ := s.post(t, "auditor", "/ops/members/c_d612/family", form); status != 403 {
		t.Errorf("an auditor: %d", status)
	}
	_, page = s.get(t, "operator", "/ops/members/c_d612")
	mustContain(t, "the parent's dossier", page, "/ops/members/ente_001", `name="children"`)
}

func TestTheParentsContactsComeLast(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		own := body(1)
		own.ApplicantPhone = "0577 111"
		parent, child := w.approved(t, firenze(), Basic), w.approved(t, own, Basic)
		if err := w.belongs(t, child, parent); err != nil {
			t.Fatal(err)
		}
		on, err := w.OnCall(t.Context(), member(t, child.ID, access.OrgAdmin), w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		last := on.Calls[len(on.Calls)-1]
		if last.Reach != ReachParent || last.Parent != "Comune di Firenze" || last.Name != "Ada Rossi" || on.Calls[0].Reach == ReachParent {
			t.Errorf("%+v", on.Calls)
		}
		w.decide(t, parent.ID, Suspend, None, "prova")
		on, err = w.OnCall(t.Context(), member(t, child.ID, access.OrgAdmin), w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if last := on.Calls[len(on.Calls)-1]; last.Reach != ReachParent {
			t.Errorf("a suspended parent's people still answer the telephone: %+v", last)
		}
	})
}

func TestWithdrawingAParentSaysWhatBecomesOfItsChildren(t *testing.T) {
	for how, want := range map[ChildrenOnExit]State{ReleaseChildren: Approved, WithdrawChildren: Withdrawn} {
		t.Run(string(how), func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				a, b, c := w.approved(t, firenze(), Basic), w.approved(t, body(1), Basic), w.approved(t, body(2), Basic)
				for _, link := range [][2]Organisation{{b, a}, {c, b}} {
					if err := w.belongs(t, link[0], link[1]); err != nil {
						t.Fatal(err)
					}
				}
				d := Decision{Action: Withdraw, Version: w.get(t, a.ID).Version, Reason: "fusione", By: "Olga"}
				if err := w.Decide(t.Context(), operator(1), a.ID, d); fault.KindOf(err) != fault.Invalid {
					t.Fatalf("without a word about the children: %v", err)
				}
				if got := w.get(t, a.ID); got.State != Approved {
					t.Fatalf("refused, and yet %s", got.State)
				}
				d.Children = how
				if err := w.Decide(t.Context(), operator(1), a.ID, d); err != nil {
					t.Fatal(err)
				}
				if got := w.get(t, b.ID); got.State != want || how == ReleaseChildren && got.Parent != 0 {
					t.Errorf("child: %s, parent %d", got.State, got.Parent)
				}
				if got := w.get(t, c.ID); got.State != want || how == ReleaseChildren && got.Parent != b.ID {
					t.Errorf("grandchild: %s, parent %d", got.State, got.Parent)
				}
			})
		})
	}
}

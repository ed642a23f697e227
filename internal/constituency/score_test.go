// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/constituency/completeness"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"

	"martinella/internal/platform/db"
)

// working makes the world's background work run, with these facts from other rooms.
func (w *world) working(t testing.TB, facts map[string]int) {
	t.Helper()
	w.deps.Facts = func(context.Context, access.Scope) (map[string]int, error) { return facts, nil }
	var err error
	if w.Module, err = New(w.deps); err != nil {
		t.Fatal(err)
	}
	w.RegisterWork(t)
}

func line(s completeness.Score, id string) completeness.Line {
	for _, l := range s.Lines {
		if l.ID == id {
			return l
		}
	}
	return completeness.Line{}
}

func TestCompletenessFollowsTheRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		facts := map[string]int{"stack_items": 10, "stack_known": 5, "people": 1}
		w.working(t, facts)
		o := w.approved(t, firenze(), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		before, err := w.Score(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string][2]int{"stack": {10, 5}, "stack_known": {5, 10}, "roles": {1, 6}, "pec": {1, 1}, "legal_representative": {0, 1}, "onboarding": {2, 22}} {
			if l := line(before, id); l.Have != want[0] || l.Need != want[1] {
				t.Errorf("%s: %d of %d, want %v", id, l.Have, l.Need, want)
			}
		}
		w.drain(t)
		if got := w.get(t, o.ID); got.Score != before.Value || got.Version != o.Version {
			t.Errorf("stored %d (version %d), computed %d (version %d)", got.Score, got.Version, before.Value, o.Version)
		}
		_, err = w.SaveContact(t.Context(), s, 0, 0, ContactForm{Roles: []string{"technical"}, Name: "Ivo", Email: "ivo@comune.fi.it"})
		if err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		after, err := w.Score(t.Context(), s)
		if got := w.get(t, o.ID); err != nil || after.Value <= before.Value || got.Score != after.Value {
			t.Errorf("a contact more: %d, then %d, stored %d (%v)", before.Value, after.Value, got.Score, err)
		}
		facts["stack_known"] = 10
		if err := w.db.Tx(t.Context(), func(tx *db.Tx) error {
			return w.bus.Publish(t.Context(), tx, events.Event{Kind: "inventory.changed", Organisation: o.ID})
		}); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if got := w.get(t, o.ID); got.Score <= after.Value {
			t.Errorf("products recognised: still %d", got.Score)
		}
	})
}

func TestMembersByScore(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, score := range []int{70, 10, 95, 10, 50} {
			o := w.approved(t, body(i), Basic)
			if _, err := w.db.Exec(t.Context(), "UPDATE organisation SET score = $1 WHERE id = $2", score, o.ID); err != nil {
				t.Fatal(err)
			}
		}
		read := func(f Filter) (out []string) {
			for {
				p, err := w.List(t.Context(), operator(1), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range p.Rows {
					out = append(out, fmt.Sprintf("%s %d", o.Code, o.Score))
				}
				if f.After = p.Next; f.After == "" {
					return out
				}
			}
		}
		for want, f := range map[string]Filter{
			"ente_001 10, ente_003 10, ente_004 50, ente_000 70, ente_002 95": {Order: ByScore, Limit: 2},
			"ente_002 95, ente_000 70, ente_004 50, ente_003 10, ente_001 10": {Order: ByScore, Down: true, Limit: 2},
			"ente_004 50, ente_000 70":                                        {Order: ByScore, Score: Fair, Limit: 1},
			"ente_003 10, ente_001 10":                                        {Down: true, Score: Poor, Limit: 1},
		} {
			if got := strings.Join(read(f), ", "); got != want {
				t.Errorf("%+v:\n got %s\nwant %s", f, got, want)
			}
		}
		last, err := w.List(t.Context(), operator(1), Filter{Order: ByScore, Down: true, Limit: 2, After: ""})
		if err != nil {
			t.Fatal(err)
		}
		second, err := w.List(t.Context(), operator(1), Filter{Order: ByScore, Down: true, Limit: 2, After: last.Next})
		if err != nil {
			t.Fatal(err)
		}
		back, err := w.List(t.Context(), operator(1), Filter{Order: ByScore, Down: true, Limit: 2, Before: second.Prev})
		if err != nil || len(back.Rows) != 2 || back.Rows[0].Score != 95 {
			t.Errorf("back: %+v, %v", back.Rows, err)
		}
	})
}

func typed(pairs ...string) func(string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Get
}

func TestOnboardingAnswersKeepWhoGaveThem(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o, other := w.approved(t, firenze(), Basic), w.approved(t, body(1), Basic)
		s := member(t, o.ID, access.OrgAdmin)
		first := w.clock.Now()
		if err := w.AnswerOnboarding(t.Context(), s, "accreditation", "Ada", typed("incident_procedure", "yes", "incident_procedure_day", "2025-03-01", "risk_analysis", "no")); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Hour)
		if err := w.AnswerOnboarding(t.Context(), s, "accreditation", "Bea", typed("incident_procedure", "yes", "incident_procedure_day", "2025-03-01", "risk_analysis", "yes")); err != nil {
			t.Fatal(err)
		}
		got, err := w.Onboarding(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if a := got.Answers["incident_procedure"]; a.By != "Ada" || !a.At.Equal(first) || a.Day != "2025-03-01" {
			t.Errorf("unchanged: %+v", a)
		}
		if a := got.Answers["risk_analysis"]; a.By != "Bea" || a.Value != "yes" {
			t.Errorf("changed: %+v", a)
		}
		if foreign, err := w.Onboarding(t.Context(), member(t, other.ID, access.OrgAdmin)); err != nil || len(foreign.Answers) != 0 {
			t.Errorf("another tenant sees %v, %v", foreign.Answers, err)
		}
		for want, err := range map[fault.Kind]error{
			fault.Invalid:   w.AnswerOnboarding(t.Context(), s, "accreditation", "Ada", typed("risk_analysis", "maybe")),
			fault.NotFound:  w.AnswerOnboarding(t.Context(), s, "nothing", "Ada", typed()),
			fault.Forbidden: w.AnswerOnboarding(t.Context(), member(t, o.ID, access.OrgTechnician), "network", "Ivo", typed("logs", "x")),
		} {
			if fault.KindOf(err) != want {
				t.Errorf("%v: %v", want, err)
			}
		}
	})
}

func TestChecklistPages(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	s.join("ada", o.ID, access.OrgAdmin)
	s.join("leo", o.ID, access.OrgLeader)
	for _, lang := range []string{"it", "en", "nb"} {
		s.sessions["ada"].Person.Language = lang
		for _, path := range []string{"/o/c_d612/completeness", "/o/c_d612/onboarding", "/o/c_d612/onboarding/accreditation", "/o/c_d612/onboarding/network"} {
			if status, _ := s.get(t, "ada", path); status != 200 {
				t.Errorf("%s in %s: %d", path, lang, status)
			}
		}
	}
	s.sessions["ada"].Person.Language = "it"
	form := url.Values{"incident_procedure": {"yes"}, "incident_procedure_day": {"2025-03-01"}, "domains": {"comune.fi.it\n<script>x"}}
	if status, to := s.post(t, "ada", "/o/c_d612/onboarding/accreditation", form); status != 303 || to != "/o/c_d612/onboarding#accreditation" {
		t.Errorf("answered: %d %s", status, to)
	}
	_, page := s.get(t, "leo", "/o/c_d612/onboarding")
	mustContain(t, "the checklist", page, "marzo 2025", "comune.fi.it", "&lt;script&gt;x", "ada")
	if strings.Contains(page, "/onboarding/accreditation") {
		t.Error("who may not answer is led to the form")
	}
	form.Set("incident_procedure_day", "2025-13-01")
	if status, page := s.post(t, "ada", "/o/c_d612/onboarding/accreditation", form); status != 422 || !strings.Contains(page, "&lt;script&gt;x") {
		t.Errorf("a wrong day: %d", status)
	}
	_, page = s.get(t, "ada", "/o/c_d612/completeness")
	mustContain(t, "completeness", page, "/o/c_d612/stack", "/o/c_d612/onboarding", "di 22")
	if _, page := s.get(t, "leo", "/o/c_d612/completeness"); strings.Contains(page, "/changes/new") || !strings.Contains(page, "/o/c_d612/onboarding") {
		t.Error("who may not change the record is led to its form, or not to what he may read")
	}
	_, page = s.get(t, "operator", "/ops/members/c_d612")
	mustContain(t, "the operator's page", page, "/o/c_d612/completeness")
	for _, query := range []string{"?sort=score", "?sort=-score", "?score=poor", "?sort=-name", "?format=csv"} {
		if status, _ := s.get(t, "operator", "/ops/members"+query); status != 200 {
			t.Errorf("members%s: %d", query, status)
		}
	}
}

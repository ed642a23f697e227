// SPDX-License-Identifier: EUPL-1.2

package onboarding_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/data"
	. "martinella/internal/constituency/onboarding"
	"martinella/internal/platform/fault"
)

func section() Section {
	return Section{ID: "s", Items: []Item{
		{ID: "procedure", Kind: YesNo, Dated: true}, {ID: "exercise", Kind: Date}, {ID: "weak", Kind: Text},
		{ID: "stack", Kind: Computed, Fact: "stack_items"},
	}}
}

func form(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestAnswersAreRead(t *testing.T) {
	got, err := section().Read(form("procedure", "yes", "procedure_day", "2025-03-01", "procedure_note", " delibera ", "exercise", "2026-10-02", "weak", "vecchio server", "stack", "99"))
	want := map[string]Answer{
		"procedure": {Item: "procedure", Value: "yes", Day: "2025-03-01", Note: "delibera"},
		"exercise":  {Item: "exercise", Value: "2026-10-02"}, "weak": {Item: "weak", Value: "vecchio server"},
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	no, err := section().Read(form("procedure", "no", "procedure_day", "2025-03-01"))
	if err != nil || no["procedure"].Day != "" {
		t.Errorf("a no has no day: %+v, %v", no["procedure"], err)
	}
}

func TestWrongAnswersAreNamed(t *testing.T) {
	for field, f := range map[string]func(string) string{
		"procedure":      form("procedure", "perhaps"),
		"procedure_day":  form("procedure", "yes", "procedure_day", "30/02/2026"),
		"exercise":       form("exercise", "2026-02-30"),
		"weak":           form("weak", strings.Repeat("à", MaxText+1)),
		"procedure_note": form("procedure", "no", "procedure_note", strings.Repeat("à", MaxText+1)),
	} {
		_, err := section().Read(f)
		if got := fault.Of(err); got.Kind != fault.Invalid || len(got.Fields) != 1 || got.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestProgress(t *testing.T) {
	l := List{Sections: []Section{section()}}
	n, all := l.Progress(map[string]Answer{"procedure": {Value: "no"}, "weak": {}}, map[string]int{"stack_items": 3})
	if n != 2 || all != 4 {
		t.Errorf("%d of %d", n, all)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("yes", "2025-03-01", "x")
	f.Fuzz(func(t *testing.T, value, day, note string) {
		got, err := section().Read(form("procedure", value, "procedure_day", day, "procedure_note", note, "exercise", day, "weak", note))
		if err != nil {
			return
		}
		a := got["procedure"]
		if a.Value != "" && a.Value != "yes" && a.Value != "no" || a.Day != "" && a.Value != "yes" {
			t.Errorf("%+v", a)
		}
	})
}

func TestTheShippedListsAreWhole(t *testing.T) {
	lists, err := Load(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	for country, ids := range map[string][]string{
		"IT": {"incident_procedure", "risk_analysis", "information_classification", "domains", "networks", "stack", "exposed_services", "weaknesses", "companies"},
		"NO": {"applications", "network_map", "exposed_services", "internal_services", "suppliers", "contingency", "weaknesses", "companies", "water_ot", "schools", "health"},
	} {
		have := map[string]bool{}
		for _, i := range lists.Of(country).Items() {
			have[i.ID] = true
			for _, lang := range []string{"it", "en", "nb"} {
				if i.Question[lang] == "" {
					t.Errorf("%s: %s lacks its question in %s", country, i.ID, lang)
				}
			}
		}
		for _, id := range ids {
			if !have[id] {
				t.Errorf("%s lacks %s", country, id)
			}
		}
	}
	if len(lists.Of("SE").Sections) != 0 {
		t.Error("a country without a list has one")
	}
}

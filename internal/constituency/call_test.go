// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"martinella/data"
	. "martinella/internal/constituency"
	"martinella/internal/constituency/hours"
	"martinella/internal/platform/holiday"
)

func reference(t testing.TB) *Reference {
	t.Helper()
	ref, err := LoadReference(data.Files)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func week(t testing.TB, text string) hours.Hours {
	t.Helper()
	h, err := hours.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func romeAt(t testing.TB, text string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A chart with a chain of substitutes that ends in a loop, at the moments that differ.
func TestWhoToCallAtAnyHour(t *testing.T) {
	italy, err := holiday.New("IT", "06-24")
	if err != nil {
		t.Fatal(err)
	}
	office := week(t, "lun-ven 8:30-13:30")
	d := Duty{
		Contacts: []Contact{
			{ID: 1, Name: "Ada", Roles: []string{"security_contact"}, Phone: "1", Hours: office, Substitute: 2},
			{ID: 2, Name: "Bruno", Roles: []string{"technical"}, Phone: "2", Hours: office, Substitute: 3},
			{ID: 3, Name: "Carla", Roles: []string{"communication"}, Phone: "3", Hours: week(t, "lun-dom 8-22"), Substitute: 1},
			{ID: 4, Name: "Turno", Roles: []string{"round_the_clock"}, PhoneAlways: "4"},
		},
		Absences: []Absence{{Contact: 1, First: "2026-12-01", Last: "2026-12-03"}, {Contact: 1, First: "2026-12-04", Last: "2026-12-07"},
			{Contact: 2, First: "2026-12-03", Last: "2026-12-03"}, {Contact: 4, First: "2026-12-24", Last: "2026-12-26"}},
		Holidays: italy,
		Last:     []Call{{Contact: Contact{Name: "Firma"}, Phone: "5", Reach: ReachApplicant}},
	}
	for at, want := range map[string][]string{
		"2026-11-25 09:00": {"Ada now", "Bruno now", "Turno always", "Carla other", "Firma applicant"},
		"2026-11-25 13:30": {"Carla now for Ada", "Turno always", "Ada outside", "Bruno outside for Ada", "Firma applicant"},
		"2026-11-25 23:59": {"Turno always", "Ada outside", "Bruno outside for Ada", "Carla outside for Ada", "Firma applicant"},
		"2026-12-02 09:00": {"Bruno now for Ada", "Turno always", "Carla other", "Ada away", "Firma applicant"},
		"2026-12-03 09:00": {"Carla now for Ada", "Turno always", "Ada away", "Bruno away for Ada", "Firma applicant"},
		"2026-12-08 09:00": {"Carla now for Ada", "Turno always", "Ada outside", "Bruno outside for Ada", "Firma applicant"}, // a holiday
		"2026-12-25 23:00": {"Ada outside", "Bruno outside for Ada", "Carla outside for Ada", "Turno away", "Firma applicant"},
	} {
		var got []string
		for _, c := range WhoToCall(reference(t), d, romeAt(t, at)) {
			line := c.Name + " " + string(c.Reach)
			if c.For != "" {
				line += " for " + c.For
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %s (-want +got): %s", at, diff)
		}
	}
}

func TestWhyIsTold(t *testing.T) {
	italy, err := holiday.New("IT", "")
	if err != nil {
		t.Fatal(err)
	}
	office := week(t, "lun-ven 8:30-13:30")
	d := Duty{Contacts: []Contact{{ID: 1, Name: "Ada", Roles: []string{"security_contact"}, Phone: "1", Hours: office, Substitute: 2},
		{ID: 2, Name: "Bruno", Roles: []string{"technical"}, Phone: "2", Hours: office}}, Holidays: italy,
		Absences: []Absence{{Contact: 1, First: "2026-12-01", Last: "2026-12-03"}, {Contact: 1, First: "2026-12-04", Last: "2026-12-07"}}}
	first := func(at string) Call { return WhoToCall(reference(t), d, romeAt(t, at))[0] }
	if c := first("2026-11-25 09:00"); c.Name != "Ada" || !c.Until.Equal(romeAt(t, "2026-11-25 13:30")) {
		t.Errorf("in hours: %s until %s", c.Name, c.Until)
	}
	if c := first("2026-12-02 09:00"); c.For != "Ada" || !c.ForAway.Equal(romeAt(t, "2026-12-07 00:00")) || c.Role.ID != "security_contact" {
		t.Errorf("the substitute: for %q away until %s as %s; two absences that follow are one", c.For, c.ForAway, c.Role.ID)
	}
	if c := first("2026-12-08 09:00"); c.Holiday == "" || !c.Back.Equal(romeAt(t, "2026-12-09 08:30")) {
		t.Errorf("on a holiday: %q, back %s", c.Holiday, c.Back)
	}
}

// Whoever is there is found, whatever the chart, its loops and the moment: when
// anybody is at work or answers round the clock, the first to call is such a
// one unless those who are there have no emergency role. Nobody's number is lost or told twice.
func TestWhoIsThereIsFound(t *testing.T) {
	ref := reference(t)
	italy, err := holiday.New("IT", "06-24")
	if err != nil {
		t.Fatal(err)
	}
	weeks := []hours.Hours{nil, week(t, "lun-ven 8:30-13:30"), week(t, "lun-ven 0-24"), week(t, "dom 1-2:30"), week(t, "ven 20-24; sab 0-6"), hours.Always()}
	starts := []time.Time{romeAt(t, "2026-03-28 12:00"), romeAt(t, "2026-10-24 12:00"), romeAt(t, "2026-12-24 12:00"), romeAt(t, "2026-06-22 12:00")}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "contacts")
		d := Duty{Holidays: italy}
		for i := 1; i <= n; i++ {
			c := Contact{ID: int64(i), Name: fmt.Sprint(i), Roles: []string{rapid.SampledFrom(ref.Roles).Draw(t, "role").ID},
				Hours: rapid.SampledFrom(weeks).Draw(t, "hours"), Substitute: int64(rapid.IntRange(0, n+1).Draw(t, "substitute"))}
			if rapid.Bool().Draw(t, "phone") {
				c.Phone = fmt.Sprintf("0%d", i)
			}
			if rapid.IntRange(0, 4).Draw(t, "always") == 0 {
				c.PhoneAlways = fmt.Sprintf("1%d", i)
			}
			d.Contacts = append(d.Contacts, c)
			if rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
				d.Absences = append(d.Absences, Absence{Contact: c.ID, First: "2026-03-01", Last: rapid.SampledFrom([]string{"2026-03-28", "2026-10-25", "2026-12-31"}).Draw(t, "last")})
			}
		}
		at := rapid.SampledFrom(starts).Draw(t, "start").Add(time.Duration(rapid.IntRange(0, 3*24*60).Draw(t, "minutes")) * time.Minute)
		calls := WhoToCall(ref, d, at)
		checkCalls(t, ref, d, calls, at)
	})
}

func checkCalls(t *rapid.T, ref *Reference, d Duty, calls []Call, at time.Time) {
	away := func(c Contact) bool {
		return slices.ContainsFunc(d.Absences, func(a Absence) bool {
			return a.Contact == c.ID && a.First <= at.Format(time.DateOnly) && at.Format(time.DateOnly) <= a.Last
		})
	}
	numbers, there := 0, ""
	for _, c := range d.Contacts {
		role, _ := ref.Role(c.Roles[0])
		for _, phone := range []string{c.Phone, c.PhoneAlways} {
			if phone != "" {
				numbers++
			}
		}
		if !away(c) && (c.PhoneAlways != "" || role.Call > 0 && c.Phone != "" && c.Hours.CoverOn(d.Holidays, at)) {
			there = c.Name
		}
	}
	if len(calls) != numbers {
		t.Fatalf("%d numbers, %d calls", numbers, len(calls))
	}
	if there != "" && !calls[0].Reachable() {
		t.Fatalf("%s is there, the first to call is %s (%s)", there, calls[0].Name, calls[0].Reach)
	}
	for _, c := range calls {
		if c.Reachable() && away(c.Contact) {
			t.Fatalf("%s is away and called as %s", c.Name, c.Reach)
		}
		if c.Reach == ReachNow && !c.Hours.CoverOn(d.Holidays, at) {
			t.Fatalf("%s is out of hours and called as %s", c.Name, c.Reach)
		}
	}
}

func BenchmarkWhoToCall(b *testing.B) {
	ref := reference(b)
	italy, err := holiday.New("IT", "06-24")
	if err != nil {
		b.Fatal(err)
	}
	d := Duty{Holidays: italy}
	for i := range 200 { // as many as a chart may have
		d.Contacts = append(d.Contacts, Contact{ID: int64(i + 1), Name: fmt.Sprint(i), Roles: []string{"technical"}, Phone: fmt.Sprint(i), Hours: week(b, "lun-ven 8:30-13:30"), Substitute: int64(i+1)%8 + 1})
	}
	at := romeAt(b, "2026-12-24 20:00")
	for b.Loop() {
		WhoToCall(ref, d, at)
	}
}

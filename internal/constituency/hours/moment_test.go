// SPDX-License-Identifier: EUPL-1.2

package hours_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"martinella/internal/constituency/hours"
	"martinella/internal/platform/holiday"
)

func rome(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestUntilAndNext(t *testing.T) {
	zone := rome(t)
	italy, err := holiday.New("IT", "06-24")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ hours, at, until, next, why string }{
		{"lun-ven 8:30-13:30", "2026-11-25 09:00", "2026-11-25 13:30", "", "a Wednesday"},
		{"lun-ven 8:30-13:30", "2026-11-27 13:30", "", "2026-11-30 08:30", "Friday's end to Monday"},
		{"lun-ven 8:30-13:30", "2026-12-08 09:00", "", "2026-12-09 08:30", "the Immaculate Conception, a Tuesday"},
		{"lun-ven 8:30-13:30", "2026-06-24 09:00", "", "2026-06-25 08:30", "the patron saint, a Wednesday"},
		{"lun-dom 8-20", "2026-12-25 09:00", "2026-12-25 20:00", "", "whoever works on Sundays works at Christmas"},
		{"ven 20-24; sab 0-6", "2026-11-27 23:59", "2026-11-28 06:00", "", "over midnight"},
		{"lun-ven 0-24", "2026-12-07 12:00", "2026-12-08 00:00", "", "until a holiday begins"},
		{"dom 1-2:30", "2026-03-29 01:59", "2026-03-29 03:00", "", "02:30 does not exist that night"},
		{"dom 2:30-4", "2026-03-29 01:59", "", "2026-03-29 03:00", "nor does its beginning"},
		{"h24", "2026-11-25 09:00", "", "", "round the clock has no end"},
		{"", "2026-11-25 09:00", "", "", "nothing known"},
	} {
		h, err := hours.Parse(c.hours)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		for what, ask := range map[string]func(hours.Calendar, time.Time) (time.Time, bool){c.until: h.Until, c.next: h.Next} {
			got, ok := ask(italy, at)
			if text := got.Format("2006-01-02 15:04"); ok != (what != "") || ok && text != what {
				t.Errorf("%s at %s (%s): %s %v, want %q", c.hours, c.at, c.why, text, ok, what)
			}
		}
	}
}

// Whatever the week, the moment and the season: nothing changes before the moment that Until and
// Next name, and everything does there. Minutes are tried one by one around it.
func TestNothingChangesBeforeTheTurn(t *testing.T) {
	zone := rome(t)
	italy, err := holiday.New("IT", "")
	if err != nil {
		t.Fatal(err)
	}
	span := rapid.Custom(func(t *rapid.T) hours.Span {
		from := rapid.IntRange(0, 24*60-1).Draw(t, "from")
		return hours.Span{Days: hours.Days(rapid.IntRange(1, 127).Draw(t, "days")), From: from, To: rapid.IntRange(from+1, 24*60).Draw(t, "to")}
	})
	// Around both changes of the clock, around Christmas, anywhere.
	starts := []time.Time{time.Date(2026, 3, 28, 0, 0, 0, 0, zone), time.Date(2026, 10, 24, 0, 0, 0, 0, zone), time.Date(2026, 12, 24, 0, 0, 0, 0, zone)}
	rapid.Check(t, func(t *rapid.T) {
		h := hours.Hours(rapid.SliceOfN(span, 1, 5).Draw(t, "hours"))
		at := rapid.SampledFrom(starts).Draw(t, "start").Add(time.Duration(rapid.IntRange(0, 3*24*3600).Draw(t, "seconds")) * time.Second)
		before := h.CoverOn(italy, at)
		turn, ok := h.Until(italy, at)
		if !before {
			turn, ok = h.Next(italy, at)
		}
		if !ok {
			turn = at.Add(14 * 24 * time.Hour)
		} else if h.CoverOn(italy, turn) == before || h.CoverOn(italy, turn.Add(-time.Nanosecond)) != before {
			t.Fatalf("%s: from %s the turn is at %s, where nothing turns", h, at, turn)
		}
		for m := at; m.Before(turn); m = m.Add(7 * time.Minute) {
			if h.CoverOn(italy, m) != before {
				t.Fatalf("%s: from %s the turn is said to be at %s, but %s differs", h, at, turn, m)
			}
		}
	})
}

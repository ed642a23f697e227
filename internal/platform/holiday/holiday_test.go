// SPDX-License-Identifier: EUPL-1.2

package holiday_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"martinella/internal/platform/holiday"
)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func calendar(t *testing.T, country, patron string) holiday.Calendar {
	t.Helper()
	c, err := holiday.New(country, patron)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// year lists a year's holidays as "MM-DD name".
func year(c holiday.Calendar, y int) []string {
	var out []string
	for d := time.Date(y, 1, 1, 12, 0, 0, 0, time.UTC); d.Year() == y; d = d.AddDate(0, 0, 1) {
		if name, ok := c.Holiday(d); ok {
			out = append(out, d.Format("01-02 ")+name)
		}
	}
	return out
}

func TestAWholeYear(t *testing.T) {
	for _, c := range []struct {
		country, patron string
		year            int
		want            string
	}{
		// Easter 2027 is 28 March.
		{"IT", "06-24", 2027, `01-01 Capodanno
01-06 Epifania
03-29 Pasquetta
04-25 Festa della Liberazione
05-01 Festa del Lavoro
06-02 Festa della Repubblica
06-24 Santo patrono
08-15 Assunzione
10-04 San Francesco d'Assisi
11-01 Tutti i santi
12-08 Immacolata Concezione
12-25 Natale
12-26 Santo Stefano`},
		// Easter 2026 is 5 April.
		{"NO", "", 2026, `01-01 Første nyttårsdag
04-02 Skjærtorsdag
04-03 Langfredag
04-06 Andre påskedag
05-01 Arbeidernes dag
05-14 Kristi Himmelfartsdag
05-17 Grunnlovsdag
05-25 Andre pinsedag
12-25 Første juledag
12-26 Andre juledag`},
	} {
		t.Run(c.country, func(t *testing.T) {
			got := year(calendar(t, c.country, c.patron), c.year)
			if diff := cmp.Diff(strings.Split(c.want, "\n"), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestBusinessDays(t *testing.T) {
	for _, c := range []struct {
		country, patron, date string
		want                  bool
		why                   string
	}{
		{"IT", "", "2026-11-20", true, "a Friday"},
		{"IT", "", "2026-11-21", false, "a Saturday"},
		{"IT", "", "2026-11-22", false, "a Sunday"},
		{"IT", "", "2026-04-06", false, "Easter Monday"},
		{"NO", "", "2026-04-02", false, "Maundy Thursday"},
		{"IT", "", "2026-04-02", true, "Maundy Thursday is worked in Italy"},
		{"IT", "", "2026-04-03", true, "and Good Friday too"},
		{"NO", "", "2027-05-17", false, "Constitution Day, on a Monday"},
		{"NO", "", "2028-05-17", false, "Constitution Day, on a Wednesday"},
		{"IT", "", "2027-05-17", true, "a Monday elsewhere"},
		{"NO", "", "2027-05-06", false, "Ascension 2027, 39 days after 28 March"},
		{"IT", "", "2027-05-06", true, "Ascension is worked in Italy"},
		{"IT", "", "2024-10-04", true, "Saint Francis before the law"},
		{"IT", "", "2027-10-04", false, "Saint Francis, on a Monday"},
		{"IT", "06-24", "2026-06-24", false, "Saint John in Florence"},
		{"IT", "", "2026-06-24", true, "not in Pisa"},
		{"IT", "02-29", "2028-02-29", false, "a patron on a leap day"},
		{"NO", "", "2026-12-24", true, "Christmas Eve: the morning is worked"},
	} {
		t.Run(c.country+" "+c.date, func(t *testing.T) {
			got, err := holiday.IsBusinessDay(c.country, c.patron, day(t, c.date))
			if err != nil || got != c.want {
				t.Errorf("got %v, %v; %s", got, err, c.why)
			}
		})
	}
}

func TestTheDateIsThatOfTheOffice(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	// 23:30 UTC on Sunday is half past midnight on Monday in Rome.
	late := time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)
	c := calendar(t, "IT", "")
	if c.IsBusinessDay(late) || !c.IsBusinessDay(late.In(rome)) {
		t.Errorf("UTC %v, Rome %v", c.IsBusinessDay(late), c.IsBusinessDay(late.In(rome)))
	}
}

func TestNextSkipsEaster(t *testing.T) {
	got := calendar(t, "NO", "").Next(day(t, "2026-04-01").Add(7 * time.Hour))
	if want := day(t, "2026-04-07").Add(7 * time.Hour); !got.Equal(want) {
		t.Errorf("after the Wednesday before Easter: got %v, want %v", got, want)
	}
}

func TestUnknownInputIsRefused(t *testing.T) {
	for _, c := range [][2]string{{"FR", ""}, {"", ""}, {"it", ""}, {"IT", "24-06"}, {"IT", "06-31"}, {"IT", "24 giugno"}} {
		if _, err := holiday.New(c[0], c[1]); err == nil {
			t.Errorf("New(%q, %q) accepted", c[0], c[1])
		}
	}
}

// Whatever the year, a national calendar has as many holidays as the law, less
// two that may meet: Easter Monday and 25 April; Ascension or Whit Monday and 1 or 17 May.
func TestEveryYearHasItsHolidays(t *testing.T) {
	italy, norway := calendar(t, "IT", ""), calendar(t, "NO", "")
	rapid.Check(t, func(rt *rapid.T) {
		y := rapid.IntRange(2026, 2199).Draw(rt, "year")
		if n := len(year(italy, y)); n < 11 || n > 12 {
			rt.Errorf("Italy has %d holidays in %d", n, y)
		}
		if n := len(year(norway, y)); n < 9 || n > 10 {
			rt.Errorf("Norway has %d holidays in %d", n, y)
		}
	})
}

func BenchmarkIsBusinessDay(b *testing.B) {
	date := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	for b.Loop() {
		if _, err := holiday.IsBusinessDay("IT", "06-24", date); err != nil {
			b.Fatal(err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

// Package holiday knows on which days public offices work: not on Saturdays,
// Sundays, the public holidays of Italy or Norway, and, in Italy, the feast of
// the municipality's patron saint.
//
// National holidays are rules computed for any year (Easter included), from
// github.com/rickar/cal, with one that the library does not have yet: Saint
// Francis, 4 October, a public holiday in Italy from 2026 (law 151 of 8
// October 2025). The Norwegian half days (24 and 31 December, the Wednesday
// before Easter) are working days: offices are open in the morning.
package holiday

import (
	"fmt"
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/no"
)

// Calendar tells working days from others for one office. The zero value knows
// weekends only.
type Calendar struct {
	days []*cal.Holiday
}

// New gives the calendar of an office in a country ("IT", "NO") whose patron
// saint is celebrated on patron: "06-24", month and day; empty for none. It
// fails for a country it does not know and for a day that does not exist.
func New(country, patron string) (Calendar, error) {
	var c Calendar
	switch country {
	case "IT":
		c.days = append(slices.Clone(it.Holidays), saintFrancis())
	case "NO":
		c.days = slices.Clone(no.Holidays)
	default:
		return Calendar{}, fmt.Errorf("no holidays known for country %q", country)
	}
	if patron == "" {
		return c, nil
	}
	// A leap year, because 29 February is a day.
	day, err := time.Parse("2006-01-02", "2024-"+patron)
	if err != nil {
		return Calendar{}, fmt.Errorf("patron saint's day %q is not MM-DD: %w", patron, err)
	}
	c.days = append(c.days, fixed("Santo patrono", day.Month(), day.Day(), 0))
	return c, nil
}

func saintFrancis() *cal.Holiday {
	return fixed("San Francesco d'Assisi", time.October, 4, 2026)
}

func fixed(name string, month time.Month, day, since int) *cal.Holiday {
	return &cal.Holiday{Name: name, Type: cal.ObservancePublic, Month: month, Day: day, StartYear: since, Func: cal.CalcDayOfMonth}
}

// Holiday gives the name, in the country's language, of the public holiday that
// falls on the date that day shows in its own time zone. ok is false when there is none.
func (c Calendar) Holiday(day time.Time) (name string, ok bool) {
	year, month, date := day.Date()
	for _, h := range c.days {
		actual, _ := h.Calc(year)
		if y, m, d := actual.Date(); y == year && m == month && d == date {
			return h.Name, true
		}
	}
	return "", false
}

// IsBusinessDay reports whether offices work on the date that day shows in its own time zone.
func (c Calendar) IsBusinessDay(day time.Time) bool {
	if weekday := day.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
		return false
	}
	_, holiday := c.Holiday(day)
	return !holiday
}

// Next gives the first business day after day, at the same time of day.
func (c Calendar) Next(day time.Time) time.Time {
	for {
		day = day.AddDate(0, 0, 1)
		if c.IsBusinessDay(day) {
			return day
		}
	}
}

// IsBusinessDay reports whether an office in country with that patron saint's
// day ("MM-DD" or empty) works on date. It fails as New does.
func IsBusinessDay(country, patron string, date time.Time) (bool, error) {
	c, err := New(country, patron)
	if err != nil {
		return false, err
	}
	return c.IsBusinessDay(date), nil
}

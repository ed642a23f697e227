// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"fmt"
	"strconv"
	"time"
)

// Every method below shows a moment in the reader's zone; the zero time is
// shown as a dash, because "1 January 0001" has never helped anybody.
const noDate = "–"

// Date writes the day: "22 novembre 2026", "22. november 2026".
func (l *Localizer) Date(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	t = t.In(l.zone)
	return fmt.Sprintf("%s %s %d", l.day(t.Day()), monthName(l.lang, t.Month()), t.Year())
}

// ShortDate writes the day for tables: "22/11/2026", "22 Nov 2026",
// "22.11.2026".
func (l *Localizer) ShortDate(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	t = t.In(l.zone)
	switch l.lang {
	case Italian:
		return t.Format("02/01/2006")
	case Norwegian:
		return t.Format("02.01.2006")
	}
	return t.Format("2 Jan 2006")
}

// Time writes the time of day: "14:20", in Norwegian "14.20".
func (l *Localizer) Time(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	if l.lang == Norwegian {
		return t.In(l.zone).Format("15.04")
	}
	return t.In(l.zone).Format("15:04")
}

// DateTime writes day and time: "22 novembre 2026, ore 14:20".
func (l *Localizer) DateTime(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	return l.join(l.Date(t), l.Time(t))
}

// ShortDateTime writes day and time for tables: "22/11/2026 14:20".
func (l *Localizer) ShortDateTime(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	if l.lang == English {
		return l.ShortDate(t) + ", " + l.Time(t)
	}
	return l.ShortDate(t) + " " + l.Time(t)
}

// Weekday names the day of the week: "domenica".
func (l *Localizer) Weekday(t time.Time) string {
	return weekdayName(l.lang, t.In(l.zone).Weekday())
}

// Month writes month and year: "novembre 2026".
func (l *Localizer) Month(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	t = t.In(l.zone)
	return monthName(l.lang, t.Month()) + " " + strconv.Itoa(t.Year())
}

// DayMonth writes a day of every year: "24 giugno".
func (l *Localizer) DayMonth(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	t = t.In(l.zone)
	return l.day(t.Day()) + " " + monthName(l.lang, t.Month())
}

// day writes the day of the month: Italian has "1º", Norwegian "22.".
func (l *Localizer) day(n int) string {
	switch {
	case l.lang == Italian && n == 1:
		return "1º"
	case l.lang == Norwegian:
		return strconv.Itoa(n) + "."
	}
	return strconv.Itoa(n)
}

func (l *Localizer) join(date, clock string) string {
	switch l.lang {
	case Italian:
		return date + ", ore " + clock
	case Norwegian:
		return date + " kl. " + clock
	}
	return date + ", " + clock
}

// ISO writes a moment for the datetime attribute of HTML and for machines: RFC
// 3339 in UTC, to the second.
func ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

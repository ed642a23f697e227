// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"math"
	"strings"
	"time"
)

// Ago says how far a moment is from now, in one unit, in the past or in the
// future: "2 ore fa", "ieri", "fra 3 ore". Under a minute it is "adesso"; from
// a day on it counts days on the calendar, as people do.
func (l *Localizer) Ago(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	d := t.Sub(l.now())
	key := "i18n.ago."
	if d > 0 {
		key = "i18n.in."
	}
	abs := d.Abs()
	switch {
	case abs < time.Minute:
		return l.T("i18n.now")
	case abs < time.Hour:
		return l.T(key+"minutes", "n", int(abs/time.Minute))
	case abs < 24*time.Hour:
		return l.T(key+"hours", "n", int(abs/time.Hour))
	}
	return l.agoDays(key, l.daysBetween(t))
}

// agoDays words a distance of a day or more.
func (l *Localizer) agoDays(key string, days int) string {
	switch {
	case days <= 1:
		return l.T(key + "day")
	case days < 60:
		return l.T(key+"days", "n", days)
	case days < 730:
		return l.T(key+"months", "n", (days*12+182)/365) // to the nearest month
	}
	return l.T(key+"years", "n", days/365)
}

// daysBetween counts midnights between now and t in the reader's zone.
func (l *Localizer) daysBetween(t time.Time) int {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(l.zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(math.Abs(midnight(t).Sub(midnight(l.now())).Hours()) / 24)
}

// Deadline says until when something must be done: "entro 3 h (14:20)", from
// two days on with the date, and "scaduto da 2 h" once it has passed.
func (l *Localizer) Deadline(t time.Time) string {
	if t.IsZero() {
		return noDate
	}
	left := t.Sub(l.now())
	exact := l.Time(t)
	if l.daysBetween(t) > 0 {
		exact = l.ShortDateTime(t)
	}
	if left < 0 {
		return l.T("i18n.overdue", "span", l.span(-left), "exact", exact)
	}
	return l.T("i18n.within", "span", l.span(left), "exact", exact)
}

// span is the rounded-down distance in one unit: minutes under an hour, hours
// under two days, days beyond.
func (l *Localizer) span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return l.Duration(d.Truncate(time.Minute))
	case d < 48*time.Hour:
		return l.Duration(d.Truncate(time.Hour))
	}
	return l.Duration(d.Truncate(24 * time.Hour))
}

// Duration writes a length of time in its two largest units: "3 h 20 min",
// "2 giorni 4 h", "45 s".
func (l *Localizer) Duration(d time.Duration) string {
	if d < 0 {
		return "-" + l.Duration(-d)
	}
	units := []struct {
		size time.Duration
		key  string
	}{
		{24 * time.Hour, "i18n.days"},
		{time.Hour, "i18n.hours"},
		{time.Minute, "i18n.minutes"},
		{time.Second, "i18n.seconds"},
	}
	var parts []string
	for i, u := range units {
		if n := int(d / u.size); n > 0 || (i == len(units)-1 && len(parts) == 0) {
			parts = append(parts, l.T(u.key, "n", n))
		} else if len(parts) > 0 {
			break // "2 giorni 5 min" would look exact where it is not
		}
		d %= u.size
		if len(parts) == 2 {
			break
		}
	}
	return strings.Join(parts, " ")
}

// List joins words as a sentence does: "a, b e c".
func (l *Localizer) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	return l.T("i18n.list.and", "head", strings.Join(items[:last], ", "), "last", items[last])
}

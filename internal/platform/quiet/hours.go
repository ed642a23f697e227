// SPDX-License-Identifier: EUPL-1.2

package quiet

import (
	"fmt"
	"strings"
	"time"
)

// Hours are those in which somebody is not to be disturbed, on the clock of his
// own place. The zero value: none.
type Hours struct {
	From, To int  // minutes since midnight, every day; equal: none. They may cross midnight.
	DaysOff  bool // also all of Saturday, Sunday and public holidays
}

// Calendar knows the public holidays of a place.
type Calendar interface {
	Holiday(day time.Time) (name string, ok bool)
}

// None says that he may be disturbed at any time.
func (h Hours) None() bool { return h.From == h.To && !h.DaysOff }

// Cover says whether t, in its own zone, lies in the hours. Without a calendar
// only weekends are days off.
func (h Hours) Cover(c Calendar, t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	switch {
	case h.DaysOff && dayOff(c, t):
		return true
	case h.From <= h.To:
		return h.From <= minute && minute < h.To
	}
	return minute >= h.From || minute < h.To
}

func dayOff(c Calendar, t time.Time) bool {
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		return true
	}
	if c == nil {
		return false
	}
	_, holiday := c.Holiday(t)
	return holiday
}

// maxSteps bounds how many ends of a stretch follow one another: no run of days
// off is as long as a month.
const maxSteps = 100

// Until gives the first moment from t on that the hours do not cover: t itself
// where it is one. Clocks that are put forward or back make no difference to
// what the wall shows.
func (h Hours) Until(c Calendar, t time.Time) time.Time {
	for range maxSteps {
		if h.None() || !h.Cover(c, t) {
			return t
		}
		t = h.next(t)
	}
	return t
}

// next gives the next moment after t at which it may end: the end of the hours,
// midnight, or a change of the clock.
func (h Hours) next(t time.Time) time.Time {
	y, m, d := t.Date()
	wall := func(day, minute int) time.Time { return time.Date(y, m, day, 0, minute, 0, 0, t.Location()) }
	next := wall(d+2, 0)
	_, change := t.ZoneBounds()
	end := wall(d, h.To)
	for _, at := range []time.Time{end, end.Add(-time.Hour), wall(d+1, h.To), wall(d+1, h.To).Add(-time.Hour), wall(d+1, 0), wall(d+1, 0).Add(-time.Hour), change} {
		if at.After(t) && at.Before(next) && (at.Equal(change) || at.Minute() == h.To%60 && at.Hour() == h.To/60 || at.Hour() == 0 && at.Minute() == 0) {
			next = at.In(t.Location())
		}
	}
	return next
}

// Parse reads what String writes, with DaysOff apart: "22:00-07:00"; "" is none.
func Parse(s string) (h Hours, err error) {
	if s == "" {
		return h, nil
	}
	from, to, ok := strings.Cut(s, "-")
	if !ok {
		return h, fmt.Errorf("%q: wanted from-to", s)
	}
	if h.From, err = Minute(from); err != nil {
		return h, err
	}
	if h.To, err = Minute(to); err != nil {
		return h, err
	}
	if h.From == h.To {
		return h, fmt.Errorf("%q begins when it ends", s)
	}
	return h, nil
}

// Minute reads a time of day, "7:05" or "22.00", as minutes since midnight.
func Minute(s string) (int, error) {
	t, err := time.Parse("15:04", strings.ReplaceAll(strings.TrimSpace(s), ".", ":"))
	if err != nil {
		return 0, fmt.Errorf("%q is no time of day", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// Clock writes minutes since midnight: "07:05".
func Clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// String writes the hours of each day: "22:00-07:00"; "" where there are none.
func (h Hours) String() string {
	if h.From == h.To {
		return ""
	}
	return Clock(h.From) + "-" + Clock(h.To)
}

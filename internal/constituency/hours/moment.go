// SPDX-License-Identifier: EUPL-1.2

package hours

import "time"

// Calendar knows the public holidays of a place: on them the hours of Sunday hold.
type Calendar interface {
	Holiday(day time.Time) (name string, ok bool)
}

// horizon bounds how far ahead Until and Next look.
const horizon = 15 * 24 * time.Hour

// CoverOn is Cover where public holidays are Sundays. Without a calendar it is Cover.
func (h Hours) CoverOn(c Calendar, t time.Time) bool {
	day := weekday(c, t)
	minute := t.Hour()*60 + t.Minute()
	for _, s := range h {
		if s.Days.Has(day) && s.From <= minute && minute < s.To {
			return true
		}
	}
	return false
}

func weekday(c Calendar, t time.Time) time.Weekday {
	if c != nil {
		if _, holiday := c.Holiday(t); holiday {
			return time.Sunday
		}
	}
	return t.Weekday()
}

// Until gives when the hours that hold at t end; false when they don't hold at
// t, or do not end within two weeks.
func (h Hours) Until(c Calendar, t time.Time) (time.Time, bool) {
	if !h.CoverOn(c, t) {
		return time.Time{}, false
	}
	return h.turn(c, t, false)
}

// Next gives when the hours begin again after t, at which they don't hold;
// false when they hold at t, or do not begin within two weeks.
func (h Hours) Next(c Calendar, t time.Time) (time.Time, bool) {
	if h.CoverOn(c, t) {
		return time.Time{}, false
	}
	return h.turn(c, t, true)
}

// turn gives the first moment after t at which CoverOn is want.
func (h Hours) turn(c Calendar, t time.Time, want bool) (time.Time, bool) {
	if len(h) == 0 {
		return time.Time{}, false
	}
	for end := t.Add(horizon); t.Before(end); {
		if t = h.boundary(t); h.CoverOn(c, t) == want {
			return t, true
		}
	}
	return time.Time{}, false
}

// boundary gives the next moment after t at which anything can change: a span's
// beginning or end, midnight, or the clock being put forward or back. Between t
// and there the clock on the wall runs like any other.
func (h Hours) boundary(t time.Time) time.Time {
	minute, next := t.Hour()*60+t.Minute(), 24*60
	for _, s := range h {
		for _, edge := range []int{s.From, s.To} {
			if edge > minute && edge < next {
				next = edge
			}
		}
	}
	into := time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
	at := t.Add(time.Duration(next-minute)*time.Minute - into)
	if _, change := t.ZoneBounds(); !change.IsZero() && change.After(t) && change.Before(at) {
		return change
	}
	return at
}

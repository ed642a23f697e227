// SPDX-License-Identifier: EUPL-1.2

package quiet_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"martinella/internal/platform/holiday"
	"martinella/internal/platform/quiet"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func italy(t *testing.T) quiet.Calendar {
	t.Helper()
	c, err := holiday.New("IT", "06-24")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDue(t *testing.T) {
	rome := zone(t, "Europe/Rome")
	night := quiet.Hours{From: 22 * 60, To: 7 * 60}
	free := quiet.Hours{From: 20 * 60, To: 7*60 + 30, DaysOff: true}
	for name, c := range map[string]struct {
		wish quiet.Wish
		msg  quiet.Message
		now  string
		at   string
		why  quiet.Why
	}{
		"no wish":                      {quiet.Wish{}, quiet.Message{}, "2026-11-26 23:00", "2026-11-26 23:00", quiet.Now},
		"by night":                     {quiet.Wish{Hours: night}, quiet.Message{}, "2026-11-26 23:00", "2026-11-27 07:00", quiet.QuietHours},
		"after midnight":               {quiet.Wish{Hours: night}, quiet.Message{}, "2026-11-27 06:59", "2026-11-27 07:00", quiet.QuietHours},
		"by day":                       {quiet.Wish{Hours: night}, quiet.Message{}, "2026-11-27 07:00", "2026-11-27 07:00", quiet.Now},
		"critical":                     {quiet.Wish{Hours: night, Mails: quiet.Portal}, quiet.Message{Critical: true}, "2026-11-26 23:00", "2026-11-26 23:00", quiet.Now},
		"the weekend":                  {quiet.Wish{Hours: free}, quiet.Message{}, "2026-11-27 21:00", "2026-11-30 07:30", quiet.QuietHours},
		"Christmas":                    {quiet.Wish{Hours: free}, quiet.Message{}, "2026-12-24 20:00", "2026-12-28 07:30", quiet.QuietHours},
		"the patron":                   {quiet.Wish{Hours: free}, quiet.Message{}, "2027-06-24 12:00", "2027-06-25 07:30", quiet.QuietHours},
		"clocks forward in the middle": {quiet.Wish{Hours: quiet.Hours{From: 60, To: 150}}, quiet.Message{}, "2027-03-28 01:30", "2027-03-28 03:00", quiet.QuietHours},
		"clocks back":                  {quiet.Wish{Hours: night}, quiet.Message{}, "2026-10-24 23:00", "2026-10-25 07:00", quiet.QuietHours},
		"collected":                    {quiet.Wish{Mails: quiet.Collect}, quiet.Message{}, "2026-11-26 07:59", "2026-11-26 08:00", quiet.Collected},
		"collected tomorrow":           {quiet.Wish{Mails: quiet.Collect}, quiet.Message{}, "2026-11-26 08:00", "2026-11-27 08:00", quiet.Collected},
		"collected after the weekend":  {quiet.Wish{Hours: free, Mails: quiet.Collect}, quiet.Message{}, "2026-11-27 09:00", "2026-11-30 08:00", quiet.Collected},
		"collected, never at eight":    {quiet.Wish{Hours: quiet.Hours{From: 0, To: 9 * 60}, Mails: quiet.Collect}, quiet.Message{}, "2026-11-27 09:00", "2026-11-28 09:00", quiet.Collected},
		"not of lower severity":        {quiet.Wish{Mails: quiet.CollectLower}, quiet.Message{}, "2026-11-26 12:00", "2026-11-26 12:00", quiet.Now},
		"of lower severity":            {quiet.Wish{Mails: quiet.CollectLower}, quiet.Message{Lower: true}, "2026-11-26 12:00", "2026-11-27 08:00", quiet.Collected},
	} {
		now, err := time.ParseInLocation("2006-01-02 15:04", c.now, rome)
		if err != nil {
			t.Fatal(err)
		}
		at, why := c.wish.Due(c.msg, now, italy(t))
		if got := at.In(rome).Format("2006-01-02 15:04"); got != c.at || why != c.why {
			t.Errorf("%s: %s %q, want %s %q", name, got, why, c.at, c.why)
		}
	}
	if at, why := (quiet.Wish{Mails: quiet.Portal}).Due(quiet.Message{}, time.Now(), nil); !at.IsZero() || why != quiet.PortalAlone {
		t.Errorf("%v %q", at, why)
	}
}

// TestACollectionAfterTheDeadlineIsNoUse: who has to answer by tonight is told today.
func TestACollectionAfterTheDeadlineIsNoUse(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, zone(t, "Europe/Rome"))
	at, why := quiet.Wish{Mails: quiet.Collect}.Due(quiet.Message{Deadline: now.Add(4 * time.Hour)}, now, nil)
	if !at.Equal(now) || why != quiet.Now {
		t.Errorf("%v %q", at, why)
	}
}

func anyHours(t *rapid.T) quiet.Hours {
	return quiet.Hours{From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1439).Draw(t, "to"), DaysOff: rapid.Bool().Draw(t, "days off")}
}

func anyMoment(t *rapid.T) time.Time {
	z := zone(t, rapid.SampledFrom([]string{"Europe/Rome", "Europe/Oslo", "UTC", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"}).Draw(t, "zone"))
	return time.Unix(rapid.Int64Range(1790000000, 1830000000).Draw(t, "now"), 0).In(z)
}

// TestAMailIsNeitherEarlyNorLateNorAtNight, in any zone and across every change of clocks.
func TestAMailIsNeitherEarlyNorLateNorAtNight(t *testing.T) {
	calendar := italy(t)
	rapid.Check(t, func(t *rapid.T) {
		w := quiet.Wish{Hours: anyHours(t), Mails: rapid.SampledFrom(quiet.Ways()).Draw(t, "mails")}
		now := anyMoment(t)
		m := quiet.Message{Critical: rapid.Bool().Draw(t, "critical"), Lower: rapid.Bool().Draw(t, "lower")}
		if rapid.Bool().Draw(t, "asked") {
			m.Deadline = now.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "within")))
		}
		at, why := w.Due(m, now, calendar)
		again, whyAgain := w.Due(m, now, calendar)
		if !at.Equal(again) || why != whyAgain {
			t.Fatal("the same question has two answers")
		}
		if m.Critical {
			if !at.Equal(now) || why != quiet.Now {
				t.Fatalf("what is critical waits until %v: %q", at, why)
			}
			return
		}
		switch {
		case why == quiet.PortalAlone:
			if w.Mails != quiet.Portal {
				t.Fatal("nothing is written to him, who did not wish that")
			}
			return
		case at.Before(now):
			t.Fatalf("%v is before now", at)
		case w.Cover(calendar, at):
			t.Fatalf("%v is within his quiet hours %v", at, w.Hours)
		case why == quiet.Now && !at.Equal(now), why != quiet.Now && !at.After(now):
			t.Fatalf("%q: %v", why, at)
		case why == quiet.Collected && !m.Deadline.IsZero() && !at.Before(m.Deadline):
			t.Fatalf("collected until %v, after %v", at, m.Deadline)
		case at.Sub(now) > 16*24*time.Hour:
			t.Fatalf("%v is too far off", at)
		}
		if why == quiet.QuietHours { // and not a minute later than they end
			for step := now; step.Before(at); step = step.Add(time.Minute) {
				if !w.Cover(calendar, step) {
					t.Fatalf("%v is free already", step)
				}
			}
		}
	})
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := anyHours(t)
		got, err := quiet.Parse(h.String())
		if h.DaysOff, got.DaysOff = false, false; h.From == h.To {
			h = quiet.Hours{}
		}
		if err != nil || got != h {
			t.Fatalf("%v, %v, want %v", got, err, h)
		}
	})
	for _, wrong := range []string{"22-7", "22:00", "22:00-22:00", "25:00-07:00", "22:00-07:61", "-", "a-b"} {
		if h, err := quiet.Parse(wrong); err == nil {
			t.Errorf("%q is %v", wrong, h)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("22:00-07:00")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := quiet.Parse(s)
		if err != nil {
			return
		}
		if again, err := quiet.Parse(h.String()); err != nil || again != h {
			t.Errorf("%q: %v, %v", s, again, err)
		}
	})
}

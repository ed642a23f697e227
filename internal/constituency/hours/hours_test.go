// SPDX-License-Identifier: EUPL-1.2

package hours_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"martinella/internal/constituency/hours"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"lun-ven 8:30-13:30; mar, gio 15-18":   "mo-fr 08:30-13:30; tu,th 15:00-18:00",
		"Lunedì–venerdì 08.30-13.30":           "mo-fr 08:30-13:30",
		"mercoledì 9-12":                       "we 09:00-12:00",
		"Mon-Fri 9-17":                         "mo-fr 09:00-17:00",
		"mandag-fredag 8-15.30; lørdag 10-12":  "mo-fr 08:00-15:30; sa 10:00-12:00",
		"søn 10-11":                            "su 10:00-11:00",
		"ven-lun 0-24":                         "mo,fr-su 00:00-24:00",
		"H24":                                  "mo-su 00:00-24:00",
		"mo-fr 08:30-13:30; tu,th 15:00-18:00": "mo-fr 08:30-13:30; tu,th 15:00-18:00",
		"":                                     "",
	} {
		got, err := hours.Parse(in)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"lun", "8-12", "ma 8-12", "lun 12-8", "lun 8-25", "lun 8:60-9", "lun-xyz 8-9", "lun 8", ";;;", "lun 8:5-9", "lun 24:01-24:02", "lun +8-9"} {
		if got, err := hours.Parse(in); err == nil {
			t.Errorf("Parse(%q) = %q, want an error", in, got)
		}
	}
}

// TestFormat: what people read is also read back as it is.
func TestFormat(t *testing.T) {
	names := [7]string{"lun", "mar", "mer", "gio", "ven", "sab", "dom"}
	for in, want := range map[string]string{
		"mo-fr 8:30-13:30; tu,th 15-18": "lun–ven 08:30–13:30; mar, gio 15:00–18:00", "24/7": "sempre", "sa,su 0-24": "sab, dom 00:00–24:00",
	} {
		h, err := hours.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		got := h.Format(names, "sempre")
		if got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
		if again, err := hours.Parse(got); got != "sempre" && (err != nil || again.String() != h.String()) {
			t.Errorf("%q is read back as %q, %v", got, again, err)
		}
	}
}

func TestCover(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	h, err := hours.Parse("lun-ven 8:30-13:30; dom 0-24")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{
		"2026-11-23 08:29": false, "2026-11-23 08:30": true, "2026-11-23 13:29": true, "2026-11-23 13:30": false, // a Monday
		"2026-11-21 10:00": false, "2026-11-22 23:59": true, // Saturday, Sunday
	} {
		when, err := time.ParseInLocation("2006-01-02 15:04", at, rome)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Cover(when); got != want {
			t.Errorf("Cover(%s) = %v", at, got)
		}
	}
	if !hours.Always().Cover(time.Now()) || hours.Hours(nil).Cover(time.Now()) {
		t.Error("round the clock does not cover now, or no hours do")
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	span := rapid.Custom(func(t *rapid.T) hours.Span {
		from := rapid.IntRange(0, 24*60-1).Draw(t, "from")
		return hours.Span{Days: hours.Days(rapid.IntRange(1, 127).Draw(t, "days")), From: from, To: rapid.IntRange(from+1, 24*60).Draw(t, "to")}
	})
	rapid.Check(t, func(t *rapid.T) {
		h := hours.Hours(rapid.SliceOfN(span, 1, 14).Draw(t, "hours"))
		got, err := hours.Parse(h.String())
		if err != nil || got.String() != h.String() {
			t.Fatalf("%q came back as %q, %v", h, got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"lun-ven 8:30-13:30; mar, gio 15-18", "h24", "søn 10-11", "mo 0-24;", "- 1-2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := hours.Parse(s)
		if err != nil {
			return
		}
		again, err := hours.Parse(h.String())
		if err != nil || again.String() != h.String() {
			t.Errorf("%q -> %q -> %q, %v", s, h, again, err)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package i18n

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"pgregory.net/rapid"
)

// now is a Sunday afternoon in Rome: 22 November 2026, 14:20.
var now = time.Date(2026, 11, 22, 13, 20, 0, 0, time.UTC)

func localizer(t testing.TB, lang string) *Localizer {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return b.WithNow(func() time.Time { return now }).Localizer(lang, rome)
}

// says checks the same call in the three languages.
func says(t *testing.T, what string, say func(*Localizer) string, it, en, nb string) {
	t.Helper()
	for lang, want := range map[string]string{Italian: it, English: en, Norwegian: nb} {
		if got := say(localizer(t, lang)); got != want {
			t.Errorf("%s in %s: %q, want %q", what, lang, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	first := time.Date(2026, 3, 1, 7, 5, 0, 0, time.UTC)
	says(t, "Date", func(l *Localizer) string { return l.Date(now) },
		"22 novembre 2026", "22 November 2026", "22. november 2026")
	says(t, "Date of a first", func(l *Localizer) string { return l.Date(first) },
		"1º marzo 2026", "1 March 2026", "1. mars 2026")
	says(t, "DateTime", func(l *Localizer) string { return l.DateTime(now) },
		"22 novembre 2026, ore 14:20", "22 November 2026, 14:20", "22. november 2026 kl. 14.20")
	says(t, "ShortDateTime", func(l *Localizer) string { return l.ShortDateTime(first) },
		"01/03/2026 08:05", "1 Mar 2026, 08:05", "01.03.2026 08.05")
	says(t, "Month", func(l *Localizer) string { return l.Month(now) },
		"novembre 2026", "November 2026", "november 2026")
	says(t, "DayMonth", func(l *Localizer) string { return l.DayMonth(now) }, "22 novembre", "22 November", "22. november")
	says(t, "Weekday", func(l *Localizer) string { return l.Weekday(now) }, "domenica", "Sunday", "søndag")
	says(t, "the zero time", func(l *Localizer) string {
		return l.Date(time.Time{}) + l.ShortDate(time.Time{}) + l.Time(time.Time{}) + l.DateTime(time.Time{}) +
			l.ShortDateTime(time.Time{}) + l.Month(time.Time{}) + l.Ago(time.Time{}) + l.Deadline(time.Time{})
	}, "––––––––", "––––––––", "––––––––")
	if got := ISO(localizer(t, Italian).Now()); got != "2026-11-22T13:20:00Z" {
		t.Errorf("ISO = %q", got)
	}
}

func TestAgo(t *testing.T) {
	tests := []struct {
		away       time.Duration
		it, en, nb string
	}{
		{0, "adesso", "now", "nå"},
		{-59 * time.Second, "adesso", "now", "nå"},
		{-time.Minute, "1 minuto fa", "1 minute ago", "for 1 minutt siden"},
		{-2 * time.Hour, "2 ore fa", "2 hours ago", "for 2 timer siden"},
		{3*time.Hour + time.Minute, "fra 3 ore", "in 3 hours", "om 3 timer"},
		{-24 * time.Hour, "ieri", "yesterday", "i går"},
		{25 * time.Hour, "domani", "tomorrow", "i morgen"},
		{-40 * time.Hour, "2 giorni fa", "2 days ago", "for 2 dager siden"}, // 22:20 two days ago
		{-10 * 24 * time.Hour, "10 giorni fa", "10 days ago", "for 10 dager siden"},
		{90 * 24 * time.Hour, "fra 3 mesi", "in 3 months", "om 3 måneder"},
		{-800 * 24 * time.Hour, "2 anni fa", "2 years ago", "for 2 år siden"},
	}
	for _, tt := range tests {
		says(t, tt.away.String(), func(l *Localizer) string { return l.Ago(now.Add(tt.away)) }, tt.it, tt.en, tt.nb)
	}
}

func TestDeadline(t *testing.T) {
	in := func(d time.Duration) func(*Localizer) string {
		return func(l *Localizer) string { return strings.ReplaceAll(l.Deadline(now.Add(d)), noBreakSpace, " ") }
	}
	says(t, "in three hours", in(3*time.Hour), "entro 3 h (17:20)", "within 3 h (17:20)", "innen 3 t (17.20)")
	says(t, "in ten days", in(10*24*time.Hour), "entro 10 giorni (02/12/2026 14:20)",
		"within 10 days (2 Dec 2026, 14:20)", "innen 10 dager (02.12.2026 14.20)")
	says(t, "two hours late", in(-2*time.Hour), "scaduto da 2 h (12:20)", "overdue by 2 h (12:20)", "2 t over fristen (12.20)")
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                            "0 s",
		45 * time.Second:             "45 s",
		200 * time.Minute:            "3 h 20 min",
		24*time.Hour + 5*time.Minute: "1 giorno",
		52 * time.Hour:               "2 giorni 4 h",
		-90 * time.Second:            "-1 min 30 s",
	} {
		if got := strings.ReplaceAll(localizer(t, Italian).Duration(d), noBreakSpace, " "); got != want {
			t.Errorf("Duration(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	says(t, "Number", func(l *Localizer) string { return l.Number(-1234567) }, "-1.234.567", "-1,234,567", "-1\u00a0234\u00a0567")
	says(t, "Decimal", func(l *Localizer) string { return l.Decimal(1234.5, 1) }, "1.234,5", "1,234.5", "1\u00a0234,5")
	says(t, "Percent", func(l *Localizer) string { return l.Percent(0.941) }, "94%", "94%", "94\u00a0%")
	says(t, "Bytes", func(l *Localizer) string { return l.Bytes(1_500_000) }, "1,5\u00a0MB", "1.5\u00a0MB", "1,5\u00a0MB")
	says(t, "List", func(l *Localizer) string { return l.List([]string{"a", "b", "c"}) }, "a, b e c", "a, b and c", "a, b og c")
	says(t, "Percentile", func(l *Localizer) string { return l.Percentile(0.943) }, "94º percentile", "94th percentile", "94. persentil")
	l := localizer(t, English)
	for f, want := range map[float64]string{0.0001: "1%", 0.9999: "99%", 0: "0%", 1: "100%"} {
		if got := l.Percent(f); got != want {
			t.Errorf("Percent(%v) = %q, want %q", f, got, want)
		}
	}
	for f, want := range map[float64]string{0.29: "29th", 0.01: "1st", 0.99999: "99th", 0.11: "11th", 0.52: "52nd", 0.03: "3rd", 2: "100th"} {
		if got := l.Percentile(f); got != want+" percentile" {
			t.Errorf("Percentile(%v) = %q, want %q", f, got, want)
		}
	}
	for n, want := range map[int64]string{999: "999 B", 1000: "1 kB", 999_949: "999.9 kB", 999_950: "1 MB", math.MaxInt64: "9,223.4 PB"} {
		if got := strings.ReplaceAll(l.Bytes(n), noBreakSpace, " "); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	if got := l.Decimal(math.NaN(), 1) + l.Decimal(-0.01, 1); got != "–0.0" {
		t.Errorf("not a number and almost nothing: %q", got)
	}
	if got := l.List(nil) + l.List([]string{"a"}); got != "a" {
		t.Errorf("short lists: %q", got)
	}
}

// Whatever the language, the digits of a number stay what they are.
func TestNumberKeepsItsDigits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64().Draw(rt, "n")
		lang := rapid.SampledFrom(Languages()).Draw(rt, "lang")
		got := localizer(t, lang).Number(n)
		plain := strings.NewReplacer(".", "", ",", "", noBreakSpace, "").Replace(got)
		if plain != strconv.FormatInt(n, 10) {
			rt.Errorf("%s: Number(%d) = %q", lang, n, got)
		}
	})
}

// golang.org/x/text has an older CLDR, without the Italian "many": everywhere
// else the two must agree.
func TestPluralAgreesWithCLDR(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 3_000_000).Draw(rt, "n")
		lang := rapid.SampledFrom(Languages()).Draw(rt, "lang")
		got := Plural(lang, int64(n))
		if got == Many {
			if lang != Italian || n%1_000_000 != 0 {
				rt.Errorf("%s: %d is %q", lang, n, got)
			}
			return
		}
		want := plural.Cardinal.MatchPlural(language.MustParse(lang), n, 0, 0, 0, 0)
		if (got == One) != (want == plural.One) {
			rt.Errorf("%s: %d is %q, CLDR says form %d", lang, n, got, want)
		}
	})
}

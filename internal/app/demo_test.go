// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/constituency"
	"martinella/internal/identity"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
	"martinella/internal/platform/db/pgtest"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/mailer"
)

// A Sunday: today's digests must come all the same.
func demoDay() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

// demoOptions are those of "make run", with feeds whose source is net.
func demoOptions(dir, net string) Options {
	return Options{
		Log: slog.New(slog.DiscardHandler), Clock: clock.NewFake(demoDay()), Version: "test",
		Config: config.Config{
			Data: dir, Database: filepath.Join(dir, "martinella.db"), SecretFile: filepath.Join(dir, "secret.key"), Demo: true,
			Blobs: filepath.Join(dir, "blobs"), BlobKeyFile: filepath.Join(dir, "blob.key"),
			Listen: "127.0.0.1:0", BaseURL: "http://127.0.0.1", Language: "it", Zone: "Europe/Rome", Name: "CSIRT di prova",
			MailTransport: "outbox", MailFrom: "Martinella <martinella@csirt.example>", Workers: 1, RequestTimeout: 30 * time.Second,
			FeedSchedule: "* * * * *", FeedFetch: true, NVDURL: net, KEVURL: net, EPSSURL: net, CVE5URL: net,
		},
	}
}

// openDemo opens as the command line does.
func openDemo(t *testing.T, o Options) *App {
	t.Helper()
	if err := BuildDemo(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func TestDemonstration(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { demonstrate(t, "") })
	t.Run("postgres", func(t *testing.T) { demonstrate(t, pgtest.DSN(t)) })
}

// demonstrate makes the demonstration in a database ("" for the SQLite file of
// "make run") and looks at it from every side.
func demonstrate(t *testing.T, dsn string) {
	var asked atomic.Int32
	net := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		http.Error(w, "no network", http.StatusTeapot)
	}))
	defer net.Close()
	o := demoOptions(t.TempDir(), net.URL)
	if dsn != "" {
		o.Config.Database = dsn
	}
	a := openDemo(t, o)
	ways, err := a.PrepareDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("bodies stand where their story left them", func(t *testing.T) { demoBodies(t, a) })
	t.Run("today's digests tell real CVEs", func(t *testing.T) { demoDigests(t, a) })
	t.Run("members said something of what they have", func(t *testing.T) { demoMarks(t, a) })
	t.Run("nothing failed in the background", func(t *testing.T) {
		counts, err := a.Queue.Counts(t.Context())
		if err != nil || counts["dead"] > 0 {
			t.Errorf("jobs %v, %v", counts, err)
		}
	})
	t.Run("the audit log's chain holds", func(t *testing.T) {
		report, err := a.Audit.Verify(t.Context())
		if err != nil || !report.OK() || report.Entries < 100 {
			t.Errorf("%+v, %v", report, err)
		}
	})
	t.Run("the ways in open", func(t *testing.T) { demoSignIns(t, a, ways) })
	t.Run("a second start changes nothing", func(t *testing.T) { demoAgain(t, a, o) })
	t.Run("an ordinary start refuses it", func(t *testing.T) {
		o := o
		o.Config.Demo = false
		if _, err := openDemo(t, o).PrepareDemo(t.Context()); !errors.Is(err, errDemoData) {
			t.Errorf("%v", err)
		}
	})
	t.Run("no feed was asked for", func(t *testing.T) {
		if n := asked.Load(); n > 0 {
			t.Errorf("%d requests left the demonstration", n)
		}
	})
}

func demoBodies(t *testing.T, a *App) {
	page, err := a.rooms.constituency.List(t.Context(), access.System("test"), constituency.Filter{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	got := map[constituency.State]int{}
	for _, o := range page.Rows {
		got[o.State]++
		if o.CreatedAt.After(demoDay()) || o.StateSince.Before(o.CreatedAt) {
			t.Errorf("%s: created %v, as it is since %v", o.Code, o.CreatedAt, o.StateSince)
		}
		history, err := a.rooms.constituency.History(t.Context(), access.System("test"), o.ID)
		if err != nil || len(history) < 2 {
			t.Errorf("%s: history of %d, %v", o.Code, len(history), err)
		}
		for _, email := range []string{o.PEC, o.Applicant.Email} {
			if !strings.HasSuffix(email, ".example") {
				t.Errorf("%s is an address somebody could own", email)
			}
		}
	}
	want := map[constituency.State]int{constituency.Approved: 7, constituency.Submitted: 1, constituency.InfoRequested: 1, constituency.Suspended: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// demoDigests reads the outbox as the operator does.
func demoDigests(t *testing.T, a *App) {
	mails, err := a.rooms.mails.List(t.Context(), access.System("test"), mailer.Filter{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	days, today := map[string]bool{}, map[string]string{}
	for _, m := range mails {
		if m.State != mailer.Kept {
			t.Errorf("the mail to %s is %s", m.Address, m.State)
		}
		if m.Kind != "vulnerability.digest" {
			continue
		}
		days[m.Queued.Format(time.DateOnly)] = true
		if m.Queued.Equal(demoDay()) {
			text, err := a.rooms.mails.Get(t.Context(), access.System("test"), m.ID)
			if err != nil {
				t.Fatal(err)
			}
			today[m.Address] = text.Text
		}
	}
	if len(days) < 4 {
		t.Errorf("digests on the days %v", days)
	}
	// What the real records of 21 August 2026 say of products they run.
	for address, word := range map[string]string{
		"paolo.nencini@comune.castelvento.example": "Zabbix", "silje.haugen@lenteservizi.example": "sårbarheter",
		"priya.nair@asl-costaserena.example": "Thunderbird",
	} {
		if !strings.Contains(today[address], word) || !strings.Contains(today[address], "CVE-2026-") {
			t.Errorf("today's digest to %s does not speak of %s:\n%s", address, word, today[address])
		}
	}
}

func demoMarks(t *testing.T, a *App) {
	id, err := a.organisationOf(t.Context(), access.System("test"), "c_x001")
	if err != nil {
		t.Fatal(err)
	}
	own, err := access.System("test").For(id)
	if err != nil {
		t.Fatal(err)
	}
	open, err := a.rooms.vulnerability.OpenMatches(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	marks := map[string]bool{}
	for _, m := range open {
		marks[string(m.Mark)] = true
	}
	if len(open) < 100 || !marks["mitigated"] || !marks["accepted"] || !marks["not_affected"] {
		t.Errorf("%d open matches with the marks %v", len(open), marks)
	}
}

func demoSignIns(t *testing.T, a *App, ways []SignIn) {
	if len(ways) < 5 || DemoCode() == "" {
		t.Fatalf("%d ways in, the code is %q", len(ways), DemoCode())
	}
	for _, w := range ways {
		in, err := a.rooms.identity.SignIn(t.Context(), w.Email, w.Password, identity.Client{})
		if err != nil || in.Token == "" {
			t.Errorf("%s: %v", w.Email, err)
		}
	}
}

// demoAgain starts a second time while the first still runs.
func demoAgain(t *testing.T, a *App, o Options) {
	before := demoTraces(t, a)
	begun := time.Now()
	b := openDemo(t, o)
	if _, err := b.PrepareDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	if diff := cmp.Diff(before, demoTraces(t, b)); diff != "" {
		t.Error(diff)
	}
}

func demoTraces(t *testing.T, a *App) [3]string {
	t.Helper()
	report, err := a.Audit.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seq, err := a.rooms.corpus.Seq(t.Context(), access.System("test"))
	if err != nil {
		t.Fatal(err)
	}
	counts, err := a.rooms.mails.Counts(t.Context(), access.System("test"))
	if err != nil {
		t.Fatal(err)
	}
	return [3]string{report.Head, time.Unix(seq, 0).String(), cmp.Diff(nil, counts)}
}

func TestOrdinaryStartHasNothingOfTheDemonstration(t *testing.T) {
	o := demoOptions(t.TempDir(), "")
	o.Config.Demo = false
	a := openDemo(t, o)
	ways, err := a.PrepareDemo(t.Context())
	if err != nil || len(ways) > 0 {
		t.Fatalf("ways in: %v, %v", ways, err)
	}
	state, err := a.demoState(t.Context())
	if err != nil || state != demoEmpty {
		t.Errorf("the database is %d, %v", state, err)
	}
	if seq, err := a.rooms.corpus.Seq(t.Context(), access.System("test")); err != nil || seq != 0 {
		t.Errorf("the corpus is at %d, %v", seq, err)
	}
	err = a.rooms.identity.CreateDemo(t.Context(), access.System("test"), []identity.DemoPerson{{Email: "a@csirt.example", Name: "A", Password: demoPassword}})
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("people with a known password may be made: %v", err)
	}
	if _, ok := a.rooms.constituency.Reference().MunicipalityNamed("Castelvento"); ok {
		t.Error("an invented municipality is among the real ones")
	}
}

func TestDemonstrationKeepsOffRealData(t *testing.T) {
	o := demoOptions(t.TempDir(), "")
	o.Config.Demo = false
	real := openDemo(t, o)
	if _, err := real.AddUser(t.Context(), NewUser{Email: "ada@csirt.example.it", Name: "Ada", Role: "administrator"}); err != nil {
		t.Fatal(err)
	}
	o.Config.Demo = true
	if _, err := openDemo(t, o).PrepareDemo(t.Context()); !errors.Is(err, errRealData) {
		t.Errorf("%v", err)
	}
}

// What is left of a program killed while it made the demonstration is in a file
// beside the database, and the next start does not mind it.
func TestDemonstrationIsWholeOrNotThere(t *testing.T) {
	o := demoOptions(t.TempDir(), "")
	aside := o.Config.Database + ".building"
	if err := os.WriteFile(aside, []byte("half a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := BuildDemo(stopped, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	for _, path := range []string{o.Config.Database, aside} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", path, err)
		}
	}
	o.Config.Database = aside // what a killed one leaves: begun, never ready
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	st, err := newStage(a, clock.NewFake(demoDay()), demoDay())
	if err != nil {
		t.Fatal(err)
	}
	if err := st.staff(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.PrepareDemo(t.Context()); !errors.Is(err, errDemoHalf) {
		t.Errorf("half a demonstration: %v", err)
	}
}

func TestWorkingDaysBeforeADay(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	for today, want := range map[string]string{
		"2026-11-22": "2026-11-18 2026-11-19 2026-11-20", // a Sunday
		"2026-12-09": "2026-12-03 2026-12-04 2026-12-07", // after the Immaculate Conception
		"2027-01-02": "2026-12-29 2026-12-30 2026-12-31", // after New Year
	} {
		day, err := time.ParseInLocation(time.DateOnly, today, rome)
		if err != nil {
			t.Fatal(err)
		}
		days, err := workingDays(day.Add(9*time.Hour), 3)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range days {
			got = append(got, d.Format(time.DateOnly))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("before %s: %s", today, diff)
		}
	}
}

// The demonstration may begin on any day and at any hour.
func TestDemonstrationBeginsOnAnyDay(t *testing.T) {
	for name, day := range map[string]time.Time{
		"a Monday, just after midnight":   time.Date(2026, 12, 7, 23, 10, 0, 0, time.UTC),
		"the first working day of a year": time.Date(2027, 1, 4, 7, 0, 0, 0, time.UTC),
		"after Easter, the clock changed": time.Date(2027, 3, 30, 6, 30, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			o := demoOptions(t.TempDir(), "")
			o.Clock = clock.NewFake(day)
			a := openDemo(t, o)
			state, err := a.demoState(t.Context())
			if err != nil || state != demoWhole {
				t.Errorf("the database is %d, %v", state, err)
			}
		})
	}
}

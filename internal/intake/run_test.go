// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/intake"
	"martinella/internal/platform/fault"
)

func TestEachEntryBecomesAnAlertOnce(t *testing.T) {
	each(t, func(w *world) {
		w.publishes(feedOf([3]string{"b", "Due", "KNOWN"}, [3]string{"p", "Guasto", "POISON"}, [3]string{"a", "Uno", "testo"}))
		x := w.add(w.form())
		w.tick(time.Minute)
		w.tick(15 * time.Minute)
		if len(w.got) != 2 || strings.Contains(string(w.got[0].Data), "KNOWN") || !strings.Contains(string(w.got[0].Data), "<rss") || w.got[0].TLP != "TLP:GREEN" {
			w.Fatalf("%d alerts: %+v", len(w.got), w.got)
		}
		now := w.read(x)
		if now.Fresh != 2 || now.Health.Refused != 1 || now.Seen != 6 || now.Failures != 0 || now.OKAt.IsZero() || now.ItemAt.IsZero() || !now.NextAt.Equal(w.clock.Now().Add(15*time.Minute)) {
			w.Errorf("%+v", now.Health)
		}
		states := map[string]intake.ItemState{}
		for _, i := range w.items(x) {
			states[i.Title] = i.State
			if i.State == intake.Refused && i.Code != "intake.feed.form" {
				w.Errorf("%+v", i)
			}
		}
		if states["Uno"] != intake.Made || states["Due"] != intake.Known || states["Guasto"] != intake.Refused {
			w.Errorf("%v", states)
		}
		w.publishes(feedOf([3]string{"b", "Due", "KNOWN"}, [3]string{"a", "Uno - Aggiornamento", "testo nuovo"}))
		if now := w.run(x); now.Revised != 1 || len(w.got) != 3 {
			w.Errorf("%+v, %d alerts", now.Health, len(w.got))
		}
	})
}

// TestAKilledRunLosesAndDoublesNothing stops the program after each of its alerts in turn.
func TestAKilledRunLosesAndDoublesNothing(t *testing.T) {
	each(t, func(w *world) {
		var items [][3]string
		for i := range 6 {
			items = append(items, [3]string{fmt.Sprint("n", i), fmt.Sprint("Avviso ", i), "testo"})
		}
		w.publishes(feedOf(items...))
		x := w.add(w.form())
		killed := errors.New("killed")
		for range 6 {
			left := 2
			w.after = func() error {
				if left--; left == 0 {
					return killed
				}
				return nil
			}
			w.run(x)
		}
		w.after = nil
		now := w.run(x)
		seen := map[string]int{}
		for _, a := range w.got {
			seen[string(a.Data)]++
		}
		if len(w.got) != 6 || len(seen) != 6 || now.Fresh != 6 || now.Failures != 0 {
			w.Errorf("%d alerts, %d different, %+v", len(w.got), len(seen), now.Health)
		}
	})
}

// TestWhatAlwaysFailsStopsNobody has one entry that the house cannot store.
func TestWhatAlwaysFailsStopsNobody(t *testing.T) {
	each(t, func(w *world) {
		w.publishes(feedOf([3]string{"a", "Uno", "testo"}, [3]string{"x", "Brutto", "BROKEN"}))
		w.fails = func(a intake.Alert) error {
			if strings.Contains(string(a.Data), "BROKEN") {
				return errors.New("the disk is on fire")
			}
			return nil
		}
		x := w.add(w.form())
		if now := w.run(x); len(w.got) != 1 || now.Failures != 1 || now.Code != "intake.waiting" {
			w.Errorf("%d, %+v", len(w.got), now.Health)
		}
		for range 4 {
			w.run(x)
		}
		if now := w.read(x); now.Failures != 0 || now.Health.Refused != 1 || len(w.got) != 1 {
			w.Errorf("%d, %+v", len(w.got), now.Health)
		}
	})
}

func TestTheOwnerIsToldOncePerOutage(t *testing.T) {
	each(t, func(w *world) {
		w.says(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) })
		x := w.add(w.form())
		w.tick(time.Minute)
		for _, pause := range []time.Duration{15, 30, 60, 120, 240} {
			now := w.read(x)
			if got := now.NextAt.Sub(now.RunAt); got != pause*time.Minute {
				w.Errorf("after %d failures the next run is in %v, not %v", now.Failures, got, pause*time.Minute)
			}
			w.tick(pause * time.Minute)
		}
		if len(w.mails) != 1 || w.mails[0].To != "turno@csirt.example" || !strings.Contains(w.mails[0].Text, "500") || !strings.Contains(w.mails[0].Text, "/ops/sources/") {
			w.Fatalf("%+v", w.mails)
		}
		if n, oldest, err := w.Waiting(w.Context(), csirt(access.Operator)); n != 1 || oldest.IsZero() || err != nil {
			w.Errorf("%d %v %v", n, oldest, err)
		}
		w.publishes(feedOf())
		w.run(x)
		w.run(x)
		if len(w.mails) != 2 || !strings.Contains(w.mails[1].Subject, "again") {
			w.Errorf("%+v", w.mails)
		}
		if n, _, err := w.Waiting(w.Context(), csirt(access.Operator)); n != 0 || err != nil {
			w.Errorf("%d %v", n, err)
		}
	})
}

func TestOnlyWhatChangedIsAskedFor(t *testing.T) {
	each(t, func(w *world) {
		w.says(func(rw http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == `"1"` && r.Header.Get("If-Modified-Since") != "" {
				rw.WriteHeader(http.StatusNotModified)
				return
			}
			rw.Header().Set("ETag", `"1"`)
			rw.Header().Set("Last-Modified", "Tue, 24 Nov 2026 08:00:00 GMT")
			fmt.Fprint(rw, feedOf([3]string{"a", "Uno", "testo"}))
		})
		f := w.form()
		f.Settings.User, f.Secret = "csirt", "segreto"
		x := w.add(f)
		w.run(x)
		if user, password, ok := w.last().BasicAuth(); !ok || user != "csirt" || password != "segreto" {
			w.Errorf("%q %q", user, password)
		}
		if now := w.run(x); now.Failures != 0 || now.Seen != 1 || len(w.got) != 1 {
			w.Errorf("%+v", now.Health)
		}
	})
}

func TestPoisonedFeeds(t *testing.T) {
	zeros := strings.Repeat("\x00", 1<<20)
	for name, c := range map[string]struct {
		code   string
		answer http.HandlerFunc
	}{
		"endless": {"fetch.too_large", func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < 10<<10 && r.Context().Err() == nil; i++ { // 10 GB, if somebody took them
				if _, err := fmt.Fprint(w, zeros); err != nil {
					return
				}
			}
		}},
		"gzip bomb": {"fetch.too_large", bomb()},
		"packed otherwise": {"fetch.encoding", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			fmt.Fprint(w, "x")
		}},
		"entities": {"intake.feed.entities", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>`)
		}},
		"metadata": {"fetch.address", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}},
		"slow": {"fetch.stalled", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "<rss>")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}},
		"no feed":   {"intake.feed.form", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html><p>403</p></html>") }},
		"cut":       {"intake.feed.form", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<rss><channel><item><title>a</ti") }},
		"deep":      {"intake.feed.form", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<rss>"+strings.Repeat("<a>", 200)) }},
		"forbidden": {"intake.denied", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				w.says(c.answer)
				if now := w.run(w.add(w.form())); now.Code != c.code || now.Failures != 1 || len(w.got) != 0 {
					w.Errorf("%q, %d failures, %d alerts", now.Code, now.Failures, len(w.got))
				}
			})
		})
	}
}

func TestASourceMayAskToWait(t *testing.T) {
	each(t, func(w *world) {
		w.says(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Date", "Wed, 25 Nov 2026 09:00:00 GMT")
			rw.Header().Set("Retry-After", "Wed, 25 Nov 2026 09:50:00 GMT")
			rw.WriteHeader(http.StatusTooManyRequests)
		})
		now := w.run(w.add(w.form()))
		if now.Code != "intake.busy" || now.NextAt.Sub(now.RunAt) != 50*time.Minute {
			w.Errorf("%q, %v", now.Code, now.NextAt.Sub(now.RunAt))
		}
	})
}

func TestTheLinkedPageIsTheAlert(t *testing.T) {
	each(t, func(w *world) {
		w.says(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/feed" {
				fmt.Fprint(rw, strings.ReplaceAll(feedOf([3]string{"a", "Uno", "breve"}), "https://example.org", w.server.URL))
				return
			}
			if r.Header.Get("Authorization") != "" {
				w.Error("the key went to the page")
			}
			fmt.Fprint(rw, "<html><h1>La pagina intera</h1></html>")
		})
		f := w.form()
		f.Settings.Pages, f.Secret = true, "segreto"
		w.run(w.add(f))
		if len(w.got) != 1 || !strings.Contains(string(w.got[0].Data), "La pagina intera") || w.got[0].Name != "a.html" {
			w.Errorf("%+v", w.got)
		}
	})
}

func TestWhatIsOldIsLeft(t *testing.T) {
	each(t, func(w *world) {
		w.publishes(strings.Replace(feedOf([3]string{"a", "Uno", "testo"}, [3]string{"b", "Due", "testo"}), "24 Nov 2026", "24 Oct 2026", 1))
		w.run(w.add(w.form()))
		if len(w.got) != 1 || !strings.Contains(string(w.got[0].Data), "Due") {
			w.Errorf("%+v", w.got)
		}
	})
}

func TestASourceDeletedMeanwhile(t *testing.T) {
	each(t, func(w *world) {
		x := w.add(w.form())
		w.says(func(rw http.ResponseWriter, _ *http.Request) {
			w.must(w.Delete(w.Context(), csirt(access.Manager), x.ID))
			fmt.Fprint(rw, feedOf([3]string{"a", "Uno", "testo"}))
		})
		w.must(w.RunNow(w.Context(), csirt(access.Analyst), x.ID))
		_, err := w.queue.Drain(w.Context())
		w.must(err)
		if _, err := w.Source(w.Context(), csirt(access.Manager), x.ID); fault.KindOf(err) != fault.NotFound || len(w.got) != 0 {
			w.Errorf("%v, %d alerts", err, len(w.got))
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

const base = "http://127.0.0.1"

// goal is what nineteen in twenty requests are to stay below.
const goal = 10 * time.Millisecond

// request is one of a kind, the k-th time.
type request struct {
	name, method string
	of           func(k int) (path string, who int)
}

func (b *bench) requests() []request {
	member := func(path string) func(int) (string, int) {
		return func(k int) (string, int) {
			n := k%asked + 1
			return strings.ReplaceAll(path, "ORG", code(n)), n
		}
	}
	staff := func(path string) func(int) (string, int) { return func(int) (string, int) { return path, 0 } }
	last := fmt.Sprint(b.alerts)
	return []request{
		{"member: inbox", http.MethodGet, member("/o/ORG/advisories")},
		{"member: inbox of a week", http.MethodGet, member("/o/ORG/advisories?week=2026-11-16")},
		{"member: alert", http.MethodGet, member("/o/ORG/advisories/" + last)},
		{"member: acknowledge", http.MethodPost, member("/o/ORG/advisories/" + last + "/acknowledge")},
		{"member: home", http.MethodGet, member("/o/ORG")},
		{"CSIRT: list", http.MethodGet, staff("/ops/advisories")},
		{"CSIRT: alert with its organisations", http.MethodGet, staff("/ops/advisories/" + last)},
		{"CSIRT: those still to acknowledge", http.MethodGet, staff("/ops/advisories/" + last + "?show=waiting")},
		{"CSIRT: statistics", http.MethodGet, staff("/ops/advisories/statistics")},
	}
}

// pages asks for each, one request after the other, in this process.
func (b *bench) pages(ctx context.Context, n int) error {
	portal, err := b.Handler()
	if err != nil {
		return err
	}
	fmt.Printf("%-44s %9s %9s %9s\n", "page", "p50 ms", "p95 ms", "most ms")
	for _, q := range b.requests() {
		took := make([]time.Duration, 0, n)
		for k := range n + 10 {
			path, who := q.of(k)
			start := time.Now()
			if err := ask(ctx, portal, q.method, path, who, nil); err != nil {
				return err
			}
			if k >= 10 {
				took = append(took, time.Since(start))
			}
		}
		slices.Sort(took)
		p95, verdict := took[(len(took)*95+99)/100-1], ""
		if p95 > goal {
			verdict = "  over 10 ms"
		}
		fmt.Printf("%-44s %9.2f %9.2f %9.2f%s\n", q.name, ms(took[len(took)/2]), ms(p95), ms(took[len(took)-1]), verdict)
	}
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// ask does one request as a browser; anything but a page or the way to one is an error.
func ask(ctx context.Context, portal http.Handler, method, path string, who int, form url.Values) error {
	r := httptest.NewRequestWithContext(ctx, method, base+path, strings.NewReader(form.Encode()))
	r.Header.Set("Accept", "text/html")
	r.AddCookie(&http.Cookie{Name: "martinella_session", Value: token(who)})
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	portal.ServeHTTP(w, r)
	if to := w.Header().Get("Location"); w.Code == http.StatusSeeOther && !strings.Contains(to, "/signin") && !strings.Contains(to, "/account") {
		return nil
	}
	if w.Code != http.StatusOK || method == http.MethodPost {
		return fmt.Errorf("%s %s: %d %s %.300s", method, path, w.Code, w.Header().Get("Location"), w.Body)
	}
	return nil
}

// work does one job of a kind, and those asked for before it.
func (b *bench) work(ctx context.Context, kind string) error {
	if err := b.DB.Tx(ctx, func(tx *db.Tx) error { return b.Queue.Enqueue(ctx, tx, jobs.Job{Kind: kind}) }); err != nil {
		return err
	}
	return b.until(ctx, kind)
}

// until works the queue until a job of a kind is done.
func (b *bench) until(ctx context.Context, kind string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var failed error
	done := false
	b.Queue.OnDone(func(k string, _ time.Duration, err error) {
		if k == kind {
			failed, done = err, true
			stop()
		}
	})
	_, err := b.Queue.Drain(ctx)
	if done {
		return failed
	}
	return errors.Join(err, fmt.Errorf("no job %s", kind))
}

// fanOut sends an alert to everybody: to the frozen list, then to the last mail in the queue.
func (b *bench) fanOut(ctx context.Context) error {
	portal, err := b.Handler()
	if err != nil {
		return err
	}
	id := b.alerts + 1
	if _, err := b.DB.Exec(ctx, advisoryColumns, id, "alert", "AL99/PROVA", "critical", "draft", content, db.Ms(began), nil, 0); err != nil {
		return err
	}
	send := func() error {
		return ask(ctx, portal, http.MethodPost, fmt.Sprintf("/ops/advisories/%d/send", id), 0, url.Values{"version": {"1"}})
	}
	return step("sent until the last mail is queued", func() error {
		if err := step("  sent: organisations and people resolved, frozen", send); err != nil {
			return err
		}
		if err := step("  told: mails rendered and queued, events published", func() error { return b.until(ctx, "advisory.tell") }); err != nil {
			return err
		}
		var mails int
		if err := b.DB.QueryRow(ctx, "SELECT count(*) FROM mail_message WHERE kind = 'advisory'").Scan(&mails); err != nil {
			return err
		}
		fmt.Printf("  %d mails queued for %d organisations\n", mails, b.organisations)
		return nil
	})
}

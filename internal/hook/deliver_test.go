// SPDX-License-Identifier: EUPL-1.2

package hook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/hook"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

// signed computes by the words of Standard Webhooks what a secret's signature is.
func signed(secret string, c call) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 {
		return fmt.Sprintf("no key: %v", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(c.header.Get("webhook-id") + "." + c.header.Get("webhook-timestamp") + "." + c.body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestAnEventIsToldThinAndSigned(t *testing.T) {
	each(t, func(w *world) {
		_, secret := w.register(stackChanged)
		w.happen(stackChanged, castelvento)
		w.happen(stackChanged, roccasalina) // somebody else's
		w.happen(stateChanged, castelvento) // not asked for
		w.work(0)
		got := w.calls()
		if len(got) != 1 {
			w.Fatalf("%d calls: %v", len(got), got)
		}
		c := got[0]
		if c.header.Get("webhook-signature") != signed(secret, c) || c.header.Get("Content-Type") != "application/json" || !strings.HasPrefix(c.header.Get("webhook-id"), "msg_") {
			w.Errorf("%v is not signed as %s", c.header, signed(secret, c))
		}
		if c.header.Get("webhook-timestamp") != fmt.Sprint(w.clock.Now().Unix()) {
			w.Errorf("at %s", c.header.Get("webhook-timestamp"))
		}
		var body map[string]any
		w.must(json.Unmarshal([]byte(c.body), &body))
		data := body["data"].(map[string]any)
		object := data["object"].(map[string]any)
		if body["type"] != stackChanged || body["timestamp"] != "2026-11-25T09:00:00Z" || data["organisation"] != "c_x101" || data["event"] != 1.0 ||
			object["url"] != "https://csirt.example/api/v1/organisations/c_x101/stack/items" || object["kind"] != "stack" || len(body)+len(data)+len(object) != 8 {
			w.Errorf("sent %s", c.body)
		}
	})
}

func TestNoChangeNoMessage(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		undone := errors.New("undone")
		err := w.db.Tx(w.Context(), func(tx *db.Tx) error {
			w.must(w.bus.Publish(w.Context(), tx, events.Event{Kind: stackChanged, Organisation: castelvento}))
			return undone
		})
		if !errors.Is(err, undone) {
			w.Fatal(err)
		}
		w.happen("secret.told", castelvento)
		w.work(0)
		if n := len(w.calls()) + len(w.log(h)); n != 0 {
			w.Errorf("%d messages of what did not happen", n)
		}
	})
}

func TestWhoHearsWhat(t *testing.T) {
	each(t, func(w *world) {
		manager := csirt(access.Manager)
		_, _, err := w.Create(w.Context(), manager, w.form(stackChanged, corpusChanged))
		w.must(err)
		_, _, err = w.Create(w.Context(), as(access.OrgAdmin, nuova), w.form(stackChanged, stateChanged))
		w.must(err)
		for _, e := range []struct {
			kind  string
			org   int64
			calls int
		}{
			{stackChanged, castelvento, 1}, // the CSIRT alone
			{corpusChanged, 0, 1},
			{stateChanged, nuova, 1}, // the organisation's own record
			{stackChanged, nuova, 1}, // it is not accredited: the CSIRT alone
		} {
			before := len(w.calls())
			w.happen(e.kind, e.org)
			w.work(0)
			if n := len(w.calls()) - before; n != e.calls {
				w.Errorf("%s of %d: %d calls, want %d", e.kind, e.org, n, e.calls)
			}
		}
	})
}

// The whole back-off of an address that never answers well, by the clock.
func TestWhatFailsIsTriedAgainForThreeDays(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.says(500)
		w.happen(stackChanged, castelvento)
		w.work(0)
		for i, wait := range []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour} {
			w.work(wait - time.Second)
			if n := len(w.calls()); n != i+1 {
				w.Fatalf("%d calls before pause %d is over", n, i+1)
			}
			w.work(time.Second)
			if n := len(w.calls()); n != i+2 {
				w.Fatalf("%d calls after pause %d", n, i+1)
			}
		}
		got, ids, times := w.calls(), map[string]bool{}, map[string]bool{}
		for _, c := range got {
			ids[c.header.Get("webhook-id")], times[c.header.Get("webhook-timestamp")] = true, true
		}
		if len(ids) != 1 || len(times) != 10 {
			w.Errorf("%d ids, %d times", len(ids), len(times))
		}
		d := w.log(h)[0]
		if d.State != hook.Dead || d.Tries != 10 || d.Status != 500 || d.Failure != "hook.status" || !d.NextAt.IsZero() {
			w.Errorf("%+v", d)
		}
		if now := w.read(h); now.State != hook.Failing || len(w.mails) != 1 || w.mails[0].To != "ict@castelvento.example" || !strings.Contains(w.mails[0].Text, "https://csirt.example/o/c_x101/hooks/1") {
			w.Errorf("%+v, mails %+v", now, w.mails)
		}
		w.happen(stackChanged, castelvento)
		w.work(time.Hour)
		if len(w.calls()) != 10 {
			w.Error("a paused address is called")
		}
	})
}

func TestRetryAfterIsHeeded(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.says(429, "Retry-After", "3600")
		w.happen(stackChanged, castelvento)
		w.work(0)
		w.work(time.Hour - time.Second)
		if n := len(w.calls()); n != 1 {
			w.Errorf("%d calls within the hour", n)
		}
		w.says(503, "Retry-After", w.clock.Now().Add(2*time.Hour).Format(http.TimeFormat))
		w.work(time.Second)
		w.says(200)
		w.work(2*time.Hour - 2*time.Second)
		if n := len(w.calls()); n != 2 {
			w.Errorf("%d calls before the date", n)
		}
		w.work(2 * time.Second)
		if d := w.log(h)[0]; d.State != hook.Delivered || d.Tries != 3 || w.read(h).Failures != 0 {
			w.Errorf("%+v", d)
		}
	})
}

// While an address does not answer, its other messages wait: the workers do not
// stand in line before it.
func TestATroubledAddressIsNotRushed(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.says(500)
		w.happen(stackChanged, castelvento)
		w.work(0)
		for range 5 {
			w.happen(stackChanged, castelvento)
		}
		w.work(time.Second)
		if n := len(w.calls()); n != 1 {
			w.Errorf("%d calls while it is on hold", n)
		}
		w.says(204)
		w.work(time.Hour)
		for _, d := range w.log(h) {
			if d.State != hook.Delivered {
				w.Errorf("%+v", d)
			}
		}
		if n := len(w.calls()); n != 7 {
			w.Errorf("%d calls", n)
		}
	})
}

func TestWhoIsGoneIsLeftAlone(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.says(410)
		w.happen(stackChanged, castelvento)
		w.happen(stackChanged, castelvento)
		w.work(0)
		w.work(48 * time.Hour)
		if now, d := w.read(h), w.log(h); now.State != hook.Gone || len(w.calls()) != 1 || d[1].State != hook.Dead || d[0].State != hook.Dropped {
			w.Errorf("%+v %+v, %d calls", now, d, len(w.calls()))
		}
		if len(w.mails) != 1 || !strings.Contains(w.mails[0].Text, "410") {
			w.Errorf("%+v", w.mails)
		}
		s := as(access.OrgAdmin, castelvento)
		w.says(200)
		w.must(w.Resume(w.Context(), s, h.ID))
		w.must(w.Again(w.Context(), s, h.ID, w.log(h)[0].ID))
		w.work(0)
		if d := w.log(h); d[0].State != hook.Delivered || w.read(h).State != hook.Active {
			w.Errorf("%+v", d)
		}
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	each(t, func(w *world) {
		elsewhere := &receiver{}
		other := httptest.NewTLSServer(elsewhere)
		defer other.Close()
		h, _ := w.register(stackChanged)
		for _, status := range []int{301, 302, 307, 308} {
			w.says(status, "Location", other.URL)
			_, err := w.Test(w.Context(), as(access.OrgAdmin, castelvento), h.ID)
			w.must(err)
			w.work(0)
			if d := w.log(h)[0]; d.Status != int64(status) || d.Failure != "hook.status" {
				w.Errorf("%+v", d)
			}
		}
		if n := len(elsewhere.calls()); n != 0 {
			w.Errorf("%d calls elsewhere", n)
		}
	})
}

func TestASlowAddressIsCutOff(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.answer = func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() }
		w.happen(stackChanged, castelvento)
		w.work(0)
		if d := w.log(h)[0]; d.Failure != "hook.slow" || d.Status != 0 || d.State != hook.Pending {
			w.Errorf("%+v", d)
		}
	})
}

func TestInnerNetworksAreNotReached(t *testing.T) {
	each(t, func(w *world) {
		guarded := newWorld(w.T, w.db) // nothing is allowed
		s := as(access.OrgAdmin, castelvento)
		f := guarded.form(stackChanged)
		for _, address := range []string{guarded.server.URL, "https://169.254.169.254/latest", "https://[::1]/", "https://10.0.0.1/"} {
			f.URL = address
			_, _, err := guarded.Create(w.Context(), s, f)
			w.wants("hook.invalid", err)
		}
		f.URL = strings.Replace(guarded.server.URL, "127.0.0.1", "localhost", 1) // a name that leads there
		h, _, err := guarded.Create(w.Context(), s, f)
		w.must(err)
		guarded.happen(stackChanged, castelvento)
		guarded.work(0)
		if d := guarded.log(h)[0]; d.Failure != "hook.inner" || len(guarded.calls()) != 0 {
			w.Errorf("%+v, %d calls", d, len(guarded.calls()))
		}
	})
}

func TestTheAnswersBeginningIsKept(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.answer = func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(400)
			fmt.Fprint(rw, "no\x00\x1b[31m\xff <b>such</b> field\n", strings.Repeat("x", 1<<20))
		}
		w.happen(stackChanged, castelvento)
		w.work(0)
		_, d, err := w.Delivery(w.Context(), as(access.OrgSecurity, castelvento), h.ID, w.log(h)[0].ID)
		w.must(err)
		if len(d.Attempts) != 1 || d.Attempts[0].Status != 400 || !strings.HasPrefix(d.Attempts[0].Answer, "no[31m <b>such</b> field\nxxx") || len(d.Attempts[0].Answer) > 1024 {
			w.Errorf("%+v", d.Attempts)
		}
	})
}

// A worker that dies after the sending and before its noting leaves a lease that
// runs out: the message is sent again, with the same id.
func TestADeadWorkersMessageIsSentAgain(t *testing.T) {
	each(t, func(w *world) {
		h, secret := w.register(stackChanged)
		w.happen(stackChanged, castelvento)
		ctx, kill := context.WithCancel(w.Context())
		w.answer = func(_ http.ResponseWriter, q *http.Request) { kill(); <-q.Context().Done() }
		if _, err := w.queue.Drain(ctx); !errors.Is(err, context.Canceled) {
			w.Fatal(err)
		}
		if d := w.log(h)[0]; d.Tries != 0 || d.State != hook.Pending || len(w.calls()) != 1 {
			w.Fatalf("%+v, %d calls", d, len(w.calls()))
		}
		w.says(200)
		w.work(time.Second)
		if n := len(w.calls()); n != 1 {
			w.Errorf("%d calls while the lease lasts", n)
		}
		w.work(2 * time.Minute)
		got := w.calls()
		if len(got) != 2 || got[0].header.Get("webhook-id") != got[1].header.Get("webhook-id") || got[0].body != got[1].body || got[1].header.Get("webhook-signature") != signed(secret, got[1]) {
			w.Errorf("%+v", got)
		}
		if d := w.log(h)[0]; d.State != hook.Delivered {
			w.Errorf("%+v", d)
		}
	})
}

// Two workers at once on one queue: each message is noted once.
func TestTwoWorkersDeliverEachOnce(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		for range 20 {
			w.happen(stackChanged, castelvento)
		}
		ctx, stop := context.WithCancel(w.Context())
		defer stop()
		other := newWorldOn(w)
		done := make(chan struct{})
		go func() { defer close(done); _, _ = other.Drain(ctx) }()
		w.work(0)
		<-done
		ids := map[string]int{}
		for _, c := range w.calls() {
			ids[c.header.Get("webhook-id")]++
		}
		if len(ids) != 20 || len(w.calls()) != 20 || slices.ContainsFunc(w.log(h), func(d hook.Delivery) bool { return d.State != hook.Delivered || d.Tries != 1 }) {
			w.Errorf("%d ids in %d calls: %+v", len(ids), len(w.calls()), w.log(h))
		}
	})
}

// newWorldOn gives another node's queue, with the same room on the same database.
func newWorldOn(w *world) *jobs.Queue {
	twin := newWorld(w.T, w.db, netip.MustParsePrefix("127.0.0.0/8"))
	twin.queue = jobs.New(w.db, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.must(w.Register(nobodyLike(w), twin.queue, events.NewBus(twin.queue, w.clock)))
	return twin.queue
}

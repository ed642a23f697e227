// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/jobs"
)

const (
	deliverJob = "hook.deliver"
	purgeJob   = "hook.purge"
)

// work is the payload of deliverJob.
type work struct {
	Delivery int64 `json:"delivery"`
}

// pauses are how long to wait after each failure, as Standard Webhooks proposes:
// ten attempts in three days and a few hours.
var pauses = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

const (
	maxPause = 24 * time.Hour   // also of what Retry-After asks
	maxHold  = 30 * time.Minute // how long one failure holds an address's other deliveries
	patience = 72 * time.Hour   // an address that fails so long is paused
	kept     = 1 << 10          // bytes of an answer
)

// sent is how an attempt ended.
type sent struct {
	at      time.Time
	took    time.Duration
	status  int
	failure string        // the code of its sentence; "" for a success
	answer  string        // its beginning
	after   time.Duration // what Retry-After asks
}

func (x sent) ok() bool { return x.failure == "" }

// deliver makes one attempt at a delivery. It may be made twice, when the program
// dies between the sending and its noting: both carry the same webhook-id.
func (m *Module) deliver(ctx context.Context, run jobs.Run) error {
	var w work
	if err := run.Decode(&w); err != nil {
		return err
	}
	h, d, ok, err := m.due(ctx, w.Delivery)
	if err != nil || !ok {
		return err
	}
	if h.State != Active && !d.ByHand {
		return m.drop(ctx, run, d)
	}
	if h.HoldUntil.After(m.now()) && !d.ByHand {
		return m.hold(ctx, run, h, d)
	}
	x, err := m.send(ctx, h, d)
	if err != nil {
		return err
	}
	return m.settle(ctx, run, h, d, x)
}

// drop ends what is not sent because its address was paused meanwhile.
func (m *Module) drop(ctx context.Context, run jobs.Run, d Delivery) error {
	m.deps.Ended(string(Dropped))
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE hook_delivery SET state = 'dropped', next_at = NULL, ended_at = $2 WHERE id = $1", d.ID, db.Ms(m.now())); err != nil {
			return err
		}
		return run.Complete(ctx, tx)
	})
}

// hold puts a delivery off while its address does not answer: the workers must
// not stand in line before it.
func (m *Module) hold(ctx context.Context, run jobs.Run, h Hook, d Delivery) error {
	return m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE hook_delivery SET next_at = $2 WHERE id = $1", d.ID, db.Ms(h.HoldUntil)); err != nil {
			return err
		}
		return m.later(ctx, tx, run, d, h.HoldUntil)
	})
}

// later ends this run and asks for the next one.
func (m *Module) later(ctx context.Context, tx *db.Tx, run jobs.Run, d Delivery, at time.Time) error {
	if err := m.enqueue(ctx, tx, d.ID, at); err != nil {
		return err
	}
	return run.Complete(ctx, tx)
}

// send makes the request. An error is ours, not the other side's.
func (m *Module) send(ctx context.Context, h Hook, d Delivery) (sent, error) {
	x := sent{at: m.now()}
	signed, err := m.signatures(h, d.Reference, x.at, d.Body)
	if err != nil {
		return x, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, strings.NewReader(d.Body))
	if err != nil {
		return x, jobs.Permanent(fmt.Errorf("hook %d: its address: %w", h.ID, err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Webhook-Id", d.Reference)
	req.Header.Set("Webhook-Timestamp", strconv.FormatInt(x.at.Unix(), 10))
	req.Header.Set("Webhook-Signature", signed)
	began := time.Now()
	res, err := m.deps.Line.Do(req)
	x.took = time.Since(began)
	if err != nil {
		x.failure = whyNot(err)
		return x, ctx.Err() // the program is stopping: this was no attempt
	}
	defer func() { _ = res.Body.Close() }() // what matters was read
	text, err := io.ReadAll(io.LimitReader(res.Body, kept))
	x.took, x.status, x.answer, x.after = time.Since(began), res.StatusCode, legible(text), retryAfter(res.Header.Get("Retry-After"), x.at)
	switch {
	case res.StatusCode < 200 || res.StatusCode > 299:
		x.failure = "hook.status"
	case err != nil && !errors.Is(err, io.EOF):
		x.failure = whyNot(err)
	}
	return x, ctx.Err()
}

// whyNot is the code of why there was no answer. The cause is not kept: it could
// tell of the network we are in.
func whyNot(err error) string {
	f := fault.Of(err)
	var timeout interface{ Timeout() bool } // of the cause: what wraps the fault does not see it
	switch {
	case f.Code == "fetch.address":
		return "hook.inner"
	case f.Code == "fetch.stalled", errors.As(f.Unwrap(), &timeout) && timeout.Timeout():
		return "hook.slow"
	}
	return "hook.unreachable"
}

// legible makes a text of an answer's beginning.
func legible(b []byte) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, strings.ToValidUTF8(string(b), "")))
}

// retryAfter reads seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && n >= 0 {
		return min(time.Duration(min(n, 1<<20))*time.Second, maxPause)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), maxPause)
}

// pause is how long to wait after a number of failures.
func pause(failures int64) time.Duration { return pauses[min(max(failures, 1), int64(len(pauses)))-1] }

// SPDX-License-Identifier: EUPL-1.2

package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 256 << 20

// Nothing is the answer of operations that have nothing to say.
type Nothing struct{}

// File is an answer that is no JSON.
type File []byte

// Reply is an answer: the value, and what its headers say.
type Reply[T any] struct {
	Value    T
	Status   int
	ETag     string // give it as IfMatch to change what you read, as IfNoneMatch to ask whether it changed
	Location string // the address of what was made
	Same     bool   // nothing changed since IfNoneMatch: Value is empty
	Replayed bool   // the answer of an earlier request with the same idempotency key
	Left     int    // how many requests may follow at once
	Header   http.Header
}

// send asks and reads the answer.
func send[T any](ctx context.Context, c *Client, q request) (*Reply[T], error) {
	body, kind, err := q.encoded()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", q.method, q.path, err)
	}
	if q.method == http.MethodPost && q.header.Get("Idempotency-Key") == "" {
		q.head("Idempotency-Key", rand.Text()) // so that it can be sent again
	}
	res, text, err := c.exchange(ctx, q, body, kind)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", q.method, q.path, err)
	}
	return read[T](q, res, text)
}

func read[T any](q request, res *http.Response, text []byte) (*Reply[T], error) {
	if res.StatusCode >= 300 && res.StatusCode != http.StatusNotModified {
		return nil, problem(q, res, text)
	}
	r := &Reply[T]{Status: res.StatusCode, ETag: res.Header.Get("ETag"), Location: res.Header.Get("Location"),
		Same: res.StatusCode == http.StatusNotModified, Replayed: res.Header.Get("Idempotency-Replayed") == "true", Header: res.Header}
	r.Left, _ = strconv.Atoi(res.Header.Get("X-RateLimit-Remaining"))
	if file, ok := any(&r.Value).(*File); ok {
		*file = text
		return r, nil
	}
	if len(text) == 0 {
		return r, nil
	}
	if err := json.Unmarshal(text, &r.Value); err != nil {
		return nil, fmt.Errorf("%s %s: reading the answer: %w", q.method, q.path, err)
	}
	return r, nil
}

// exchange sends a request, and again while the portal says to come back later
// and patience lasts.
func (c *Client) exchange(ctx context.Context, q request, body []byte, kind string) (*http.Response, []byte, error) {
	for try, waited := 0, time.Duration(0); ; try++ {
		res, text, err := c.once(ctx, q, body, kind)
		pause, again := later(q, res, err, try)
		if !again || waited+pause > c.o.Patience || ctx.Err() != nil {
			return res, text, err
		}
		waited += pause
		if err := c.o.Wait(ctx, pause); err != nil {
			return nil, nil, err
		}
	}
}

func (c *Client) once(ctx context.Context, q request, body []byte, kind string) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	req, err := q.make(c.base, body, kind)
	if err != nil {
		return nil, nil, err
	}
	if c.o.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	if c.o.Language != "" {
		req.Header.Set("Accept-Language", c.o.Language)
	}
	res, err := c.o.HTTP.Do(req.WithContext(ctx))
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }() // all that matters was read
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, nil, err
	}
	return res, text, nil
}

// later says whether, and in how long, a request may be sent again: what was
// refused as too often had no effect; what may have had one is only repeated if
// twice is as good as once.
func later(q request, res *http.Response, err error, try int) (time.Duration, bool) {
	harmless := q.method == http.MethodGet || q.header.Get("Idempotency-Key") != ""
	switch {
	case err != nil || res.StatusCode == http.StatusBadGateway || res.StatusCode == http.StatusGatewayTimeout:
		return backOff(try), harmless && try < 5
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode == http.StatusServiceUnavailable && harmless:
		return told(res.Header, try), true
	}
	return 0, false
}

// told is how long the portal says to wait.
func told(h http.Header, try int) time.Duration {
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset"} {
		if seconds, err := strconv.Atoi(h.Get(name)); err == nil && seconds >= 0 {
			return max(time.Duration(seconds)*time.Second, 100*time.Millisecond)
		}
	}
	return backOff(try)
}

// backOff is half a second, then twice as long each time.
func backOff(try int) time.Duration { return 500 * time.Millisecond << min(try, 6) }

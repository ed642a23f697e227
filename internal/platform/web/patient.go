// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"time"
)

// slowLine is the slowest line that large files are waited for, in bytes a second: 1 Mbit/s.
const slowLine = 128 << 10

// grace is what the connection lasts longer than the request.
const grace = 2 * time.Minute

// limited is what Secure remembers of a request's time limit.
type limited struct {
	outer   context.Context // the request's, without the limit
	timeout time.Duration
}

type limitedKey struct{}

// Patient gives a request the time that its body and its answer, of at most so many
// bytes, need on a slow line, besides the time every request has. It is for people
// who were let in: anybody else could hold connections with it.
func Patient(w http.ResponseWriter, r *http.Request, body, answer int64) (*http.Request, context.CancelFunc) {
	was, known := r.Context().Value(limitedKey{}).(limited)
	if r.ContentLength >= 0 {
		body = min(body, r.ContentLength)
	}
	size := max(body, answer)
	if !known || size <= DefaultMaxBody {
		return r, func() {}
	}
	took := was.timeout + time.Duration(size/slowLine)*time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), took)
	stop := context.AfterFunc(was.outer, cancel)
	c, end := http.NewResponseController(w), time.Now().Add(took+grace)
	_, _ = c.SetReadDeadline(end), c.SetWriteDeadline(end) // a writer that cannot has no connection beneath
	return r.WithContext(ctx), func() { stop(); cancel() }
}

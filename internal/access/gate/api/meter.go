// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"math"
	"strconv"
	"time"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/ratelimit"
	"martinella/internal/platform/web"
)

// meter counts a request on its token, its person or, of somebody unknown, its
// address, and says in the answer how things stand (ModI: X-RateLimit-*).
func (a *API) meter(r *Request) error {
	v := a.deps.Meter.Take(holder(r))
	h := r.W.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(v.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(v.Remaining))
	h.Set("X-RateLimit-Reset", seconds(v.Reset))
	if v.OK {
		return nil
	}
	h.Set("Retry-After", seconds(v.Wait))
	return fault.New(fault.RateLimited, "api.too_often", fault.P{"seconds": seconds(v.Wait)})
}

// holder names who asks: the token, the person or the address.
func holder(r *Request) string {
	switch s := r.Session(); {
	case s == nil:
		return "address:" + ratelimit.AddressKey(web.Client(r.Context()))
	case s.Token != 0:
		return "token:" + strconv.FormatInt(s.Token, 10)
	default:
		return "person:" + strconv.FormatInt(s.Person.ID, 10)
	}
}

// seconds rounds up: who waits as told is not refused again.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

// SPDX-License-Identifier: EUPL-1.2

package ratelimit

import (
	"net/netip"
	"sync"
	"time"

	"martinella/internal/platform/clock"
)

// Limit is a rate: one request every Every, and Burst of them at once.
type Limit struct {
	Burst int
	Every time.Duration
}

// maxKeys bounds the memory: some 100 bytes for each key.
const maxKeys = 1 << 16

// Limiter holds one limit for each of many keys. It is safe for concurrent use.
type Limiter struct {
	clock clock.Clock
	limit Limit
	keys  int

	mu      sync.Mutex
	arrival map[string]time.Time // the theoretical arrival time of the next request
}

// New makes a limiter. A Burst under 1 counts as 1.
func New(c clock.Clock, l Limit) *Limiter {
	l.Burst = max(1, l.Burst)
	return &Limiter{clock: c, limit: l, keys: maxKeys, arrival: map[string]time.Time{}}
}

// Verdict is what a limiter says to one request.
type Verdict struct {
	OK        bool
	Limit     int           // how many may come at once
	Remaining int           // how many may still come at once
	Reset     time.Duration // until all of them may again
	Wait      time.Duration // until the next one may, when this one may not
}

// Allow says whether the key may go on now; if not, how long to wait. A refused
// request does not count.
func (l *Limiter) Allow(key string) (ok bool, wait time.Duration) {
	v := l.Take(key)
	return v.OK, v.Wait
}

// Take is Allow, with how things stand for the key.
func (l *Limiter) Take(key string) Verdict {
	now := l.clock.Now()
	span := time.Duration(l.limit.Burst) * l.limit.Every
	l.mu.Lock()
	defer l.mu.Unlock()
	next := l.arrival[key]
	if next.Before(now) {
		next = now
	}
	if latest := now.Add(span); next.After(latest) {
		// The clock jumped back: wait no longer than the limit itself asks.
		next = latest
		l.arrival[key] = next
	}
	taken := next.Add(l.limit.Every)
	if wait := taken.Sub(now) - span; wait > 0 {
		return Verdict{Limit: l.limit.Burst, Reset: next.Sub(now), Wait: wait}
	}
	l.makeRoom(key, now)
	l.arrival[key] = taken
	return Verdict{OK: true, Limit: l.limit.Burst, Remaining: int((span - taken.Sub(now)) / l.limit.Every), Reset: taken.Sub(now)}
}

// makeRoom keeps the table bounded: first what has no effect any more goes,
// then, if all is in use, any one. Who can fill the table has more addresses
// than a limiter can help against; the others must not be shut out for it.
func (l *Limiter) makeRoom(key string, now time.Time) {
	if _, known := l.arrival[key]; known || len(l.arrival) < l.keys {
		return
	}
	for k, next := range l.arrival {
		if !next.After(now) {
			delete(l.arrival, k)
		}
	}
	for k := range l.arrival {
		if len(l.arrival) < l.keys {
			return
		}
		delete(l.arrival, k)
	}
}

// Len is how many keys are remembered.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.arrival)
}

// AddressKey is the key of a client's address. An IPv6 client has a whole /64
// to itself (RFC 4291, section 2.5.4), so that is what is limited.
func AddressKey(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return a.String()
	}
	return p.String()
}

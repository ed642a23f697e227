// SPDX-License-Identifier: EUPL-1.2

package ratelimit

import (
	"net/netip"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"martinella/internal/platform/clock"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestBurstThenRate(t *testing.T) {
	c := clock.NewFake(start)
	l := New(c, Limit{Burst: 3, Every: time.Minute})
	for i := range 3 {
		if ok, _ := l.Allow("a"); !ok {
			t.Fatalf("request %d of the burst refused", i+1)
		}
	}
	if ok, wait := l.Allow("a"); ok || wait != time.Minute {
		t.Errorf("after the burst: %v, wait %v", ok, wait)
	}
	if ok, _ := l.Allow("b"); !ok {
		t.Error("one key's burst limits another")
	}
	c.Advance(59 * time.Second)
	if ok, wait := l.Allow("a"); ok || wait != time.Second {
		t.Errorf("a second too early: %v, wait %v", ok, wait)
	}
	c.Advance(time.Second)
	if ok, _ := l.Allow("a"); !ok {
		t.Error("refused when it said to come")
	}
	if ok, _ := l.Allow("a"); ok {
		t.Error("two for the time of one")
	}
}

func TestAClockThatJumpsBackShutsNobodyOut(t *testing.T) {
	c := clock.NewFake(start)
	l := New(c, Limit{Burst: 2, Every: time.Minute})
	l.Allow("a")
	c.Advance(-24 * time.Hour)
	if ok, wait := l.Allow("a"); ok || wait > time.Minute {
		t.Errorf("%v, wait %v", ok, wait)
	}
	c.Advance(time.Minute)
	if ok, _ := l.Allow("a"); !ok {
		t.Error("still refused when the limit's own time has passed")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := clock.NewFake(start)
	l := New(c, Limit{Burst: 1, Every: time.Minute})
	l.keys = 100
	for i := range 1000 {
		if ok, _ := l.Allow(strconv.Itoa(i)); !ok {
			t.Fatalf("newcomer %d was shut out", i)
		}
	}
	if l.Len() > 100 {
		t.Errorf("%d keys", l.Len())
	}
	c.Advance(time.Hour)
	l.Allow("one more")
	if l.Len() != 1 {
		t.Errorf("%d keys, of which all but one had no effect any more", l.Len())
	}
}

// In any stretch of time no more pass than the burst and what the rate adds.
func TestNeverMoreThanTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := Limit{Burst: rapid.IntRange(1, 5).Draw(t, "burst"), Every: time.Second}
		c := clock.NewFake(start)
		l := New(c, limit)
		var passed []time.Time
		for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 3000), 1, 60).Draw(t, "gaps") {
			c.Advance(time.Duration(gap) * time.Millisecond)
			if ok, wait := l.Allow("k"); ok {
				passed = append(passed, c.Now())
			} else if wait <= 0 || wait > limit.Every {
				t.Fatalf("refused, but wait %v", wait)
			}
		}
		for i := range passed {
			for j := i; j < len(passed); j++ {
				most := limit.Burst + int(passed[j].Sub(passed[i])/limit.Every)
				if j-i+1 > most {
					t.Fatalf("%d passed in %v, at most %d may", j-i+1, passed[j].Sub(passed[i]), most)
				}
			}
		}
	})
}

func TestAnIPv6ClientIsItsNetwork(t *testing.T) {
	cases := map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::1": "2001:db8:1:2::/64",
		"2001:db8:1:3::1":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
	}
	for in, want := range cases {
		if got := AddressKey(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if AddressKey(netip.Addr{}) == "" {
		t.Error("an unknown address needs a key too")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"
)

// cost is what something took. Wall time depends on who else uses the machine; CPU hardly.
type cost struct {
	cpu, wall time.Duration
}

// used is the processor time of this process so far, all threads, and its largest resident set in MB.
func used() (cpu time.Duration, rss int64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Maxrss / 1024
}

func measure(f func() error) (cost, error) {
	before, _ := used()
	start := time.Now()
	err := f()
	after, _ := used()
	return cost{after - before, time.Since(start)}, err
}

// step runs f and prints what it took.
func step(name string, f func() error) error {
	c, err := measure(f)
	_, rss := used()
	fmt.Printf("%-44s %8.2f s CPU %8.2f s elapsed, largest resident set so far %d MB\n", name, c.cpu.Seconds(), c.wall.Seconds(), rss)
	return err
}

// jobMeter adds up what each kind of background work took. It is right while
// jobs run one after the other, as Drain does.
type jobMeter struct {
	last   time.Duration
	kinds  map[string]*jobCost
	failed error
}

type jobCost struct {
	cost
	n int
}

func watchJobs(i *instance) *jobMeter {
	m := &jobMeter{kinds: map[string]*jobCost{}}
	m.last, _ = used()
	i.Queue.OnDone(m.done)
	return m
}

func (m *jobMeter) done(kind string, took time.Duration, err error) {
	now, _ := used()
	k := m.kinds[kind]
	if k == nil {
		k = &jobCost{}
		m.kinds[kind] = k
	}
	k.n, k.cpu, k.wall = k.n+1, k.cpu+now-m.last, k.wall+took
	m.last = now
	if err != nil && m.failed == nil {
		m.failed = fmt.Errorf("%s: %w", kind, err)
	}
}

// of gives what one kind took.
func (m *jobMeter) of(kind string) jobCost {
	if k := m.kinds[kind]; k != nil {
		return *k
	}
	return jobCost{}
}

// String lists the kinds that took longest.
func (m *jobMeter) String() string {
	var lines []string
	for kind, k := range m.kinds {
		if k.cpu > 10*time.Millisecond {
			lines = append(lines, fmt.Sprintf("  %-42s %8.2f s CPU %8.2f s elapsed in %d runs", kind, k.cpu.Seconds(), k.wall.Seconds(), k.n))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func median[T int | int64 | float64 | time.Duration](list []T) T { return percentile(list, 50) }

// percentile gives the value that p in a hundred do not exceed.
func percentile[T int | int64 | float64 | time.Duration](list []T, p int) (out T) {
	if len(list) == 0 {
		return out
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

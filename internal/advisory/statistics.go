// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Spread is how long something took: of n times, half took no longer than the
// median, nine in ten no longer than P90. Exact to the minute.
type Spread struct {
	N      int           `json:"n"`
	Median time.Duration `json:"median"`
	P90    time.Duration `json:"p90"`
}

// By is what figures are parted by.
type By string

// The partings.
const (
	ByAll      By = "all"
	ByMonth    By = "month" // it was sent, in UTC: "2026-11"
	BySeverity By = "severity"
	ByKind     By = "kind"
	BySector   By = "sector" // of the organisation
	BySource   By = "source" // whose alert it was; "": the CSIRT's own
)

// Group are the figures of one part.
type Group struct {
	By         By     `json:"by"`
	Value      string `json:"value"`
	Advisories int    `json:"advisories"`
	Deliveries int    `json:"deliveries"` // an advisory to an organisation

	Sending       Spread `json:"sending"` // from when it was written or received; by sector: of the advisories it was sent
	Opening       Spread `json:"opening"` // these from when it was sent
	Acknowledging Spread `json:"acknowledging"`
	Acting        Spread `json:"acting"`

	Asked  int `json:"asked"`   // deliveries whose time to acknowledge is over, or that were acknowledged
	InTime int `json:"in_time"` // of them
}

// Share is how many in a hundred were acknowledged in time; false: none was asked for.
func (g Group) Share() (float64, bool) {
	return 100 * float64(g.InTime) / float64(max(1, g.Asked)), g.Asked > 0
}

// Figures are how quickly alerts are sent, read and answered.
type Figures struct {
	At     time.Time `json:"at"` // they were counted; zero: not yet
	Since  time.Time `json:"since"`
	Groups []Group   `json:"groups"`
}

// Of gives the groups of one parting.
func (f Figures) Of(by By) []Group {
	var out []Group
	for _, g := range f.Groups {
		if g.By == by {
			out = append(out, g)
		}
	}
	return out
}

// sample is one delivery, as it is counted.
type sample struct {
	advisory                                          int64
	kind                                              Kind
	severity                                          Severity
	sector                                            string
	source                                            string
	created, sent, asked, opened, acknowledged, acted time.Time
	within                                            time.Duration
}

// minutes counts how often something took so many minutes.
type minutes map[int64]int

func (m minutes) add(from, to time.Time) {
	if !from.IsZero() && !to.IsZero() {
		m[int64(max(0, to.Sub(from))/time.Minute)]++
	}
}

func (m minutes) spread() Spread {
	keys, total := slices.Sorted(maps.Keys(m)), 0
	for _, n := range m {
		total += n
	}
	at := func(share int) time.Duration {
		seen := 0
		for _, k := range keys {
			if seen += m[k]; seen*100 >= total*share {
				return time.Duration(k) * time.Minute
			}
		}
		return 0
	}
	return Spread{total, at(50), at(90)}
}

// division is the name of a group.
type division struct {
	by    By
	value string
}

// tally is a group while it is counted.
type tally struct {
	advisories                             map[int64]bool
	deliveries, asked, inTime              int
	sending, opening, acknowledging, acted minutes
}

// counter counts deliveries one by one; what it holds grows with the groups and
// the minutes that differ, not with the deliveries.
type counter map[division]*tally

func (c counter) add(s sample, now time.Time) {
	for _, p := range []division{{ByAll, ""}, {ByMonth, s.sent.UTC().Format("2006-01")}, {BySeverity, string(s.severity)}, {ByKind, string(s.kind)}, {BySector, s.sector}, {BySource, s.source}} {
		t := c[p]
		if t == nil {
			t = &tally{advisories: map[int64]bool{}, sending: minutes{}, opening: minutes{}, acknowledging: minutes{}, acted: minutes{}}
			c[p] = t
		}
		t.add(s, now)
	}
}

func (t *tally) add(s sample, now time.Time) {
	t.deliveries++
	if !t.advisories[s.advisory] {
		t.advisories[s.advisory] = true
		t.sending.add(s.created, s.sent)
	}
	t.opening.add(s.sent, s.opened)
	t.acknowledging.add(s.asked, s.acknowledged)
	t.acted.add(s.sent, s.acted)
	due := s.asked.Add(s.within)
	if s.within == 0 || s.acknowledged.IsZero() && !now.After(due) {
		return
	}
	t.asked++
	if !s.acknowledged.IsZero() && !s.acknowledged.After(due) {
		t.inTime++
	}
}

// groups gives them in the order they are shown.
func (c counter) groups() []Group {
	out := make([]Group, 0, len(c))
	for p, t := range c {
		out = append(out, Group{By: p.by, Value: p.value, Advisories: len(t.advisories), Deliveries: t.deliveries, Sending: t.sending.spread(), Opening: t.opening.spread(),
			Acknowledging: t.acknowledging.spread(), Acting: t.acted.spread(), Asked: t.asked, InTime: t.inTime})
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.rank(), b.rank()), cmp.Compare(a.Value, b.Value))
	})
	return out
}

// rank puts the gravest first.
func (g Group) rank() int {
	if g.By == BySeverity {
		return slices.Index(Severities(), Severity(g.Value))
	}
	return 0
}

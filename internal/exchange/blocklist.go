// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// What a list holds at most, and how many alerts are read at once for it.
const (
	maxLines  = 250_000
	listBatch = 20
)

func (m *Module) blocklistDoor(g *gate.Gate) {
	g.Handle("GET /blocklists/{key}/{file}", gate.Public(), m.blocklist, gate.Machine(nil))
}

// blocklist gives one list to who has a key for lists. With ?plain it has no
// comments, for firewalls that stumble over them.
func (m *Module) blocklist(r *gate.Request) error {
	i := slices.IndexFunc(lists(), func(l list) bool { return l.file == r.Param("file") })
	if i < 0 {
		return fault.New(fault.NotFound, "access.page")
	}
	l := lists()[i]
	c, err := m.enter(r, Blocklist, r.Param("key"))
	if err != nil {
		return err
	}
	stamp, err := m.deps.Alerts.Stamp(r.Context(), c.scope, c.all())
	if err != nil {
		return err
	}
	guard, mark, err := m.guard(r.Context())
	if err != nil {
		return err
	}
	plain, day := r.Query().Has("plain"), m.now().UTC().Format(time.DateOnly)
	return m.answer(r, "text/plain; charset=utf-8", time.Time{}, stamp.tag(l.file, mark, plain, day), func() ([]byte, error) {
		if err := m.turn(r.Context()); err != nil {
			return nil, err
		}
		defer func() { <-m.writing }()
		values, cut, err := m.collect(r.Context(), c, guard, l.of)
		if err != nil {
			return nil, err
		}
		return m.writeList(l, values, stamp, cut, plain), nil
	})
}

// turn waits until few others write a list: each takes memory.
func (m *Module) turn(ctx context.Context) error {
	select {
	case m.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "exchange.busy").Because(ctx.Err())
	}
}

// collect gives, sorted, what a client may block; cut says that there is more than a list holds.
func (m *Module) collect(ctx context.Context, c client, g *Guard, kind string) (values []string, cut bool, err error) {
	set, now := map[string]struct{}{}, m.now()
	err = m.eachAlert(ctx, c.scope, c.all(), func(a Alert) {
		if !blockable(a.PAP) {
			return
		}
		for _, i := range a.Indicators {
			if i.Type != kind || i.Over(now) || g.Check(i) != "" {
				continue
			}
			if _, in := set[i.Value]; !in && len(set) == maxLines {
				cut = true
				continue
			}
			set[i.Value] = struct{}{}
		}
	})
	return slices.Sorted(maps.Keys(set)), cut, err
}

// eachAlert gives the alerts of a question, a few at a time.
func (m *Module) eachAlert(ctx context.Context, s access.Scope, q Question, f func(a Alert)) error {
	place := Place{}
	for {
		some, err := m.deps.Alerts.Since(ctx, s, q, place, listBatch)
		if err != nil {
			return err
		}
		for _, a := range some {
			f(a)
			place = Place{At: a.Changed, ID: a.ID}
		}
		if len(some) < listBatch {
			return nil
		}
	}
}

// writeList writes a list: the values, one a line, under a few lines of comment.
func (m *Module) writeList(l list, values []string, stamp Stamp, cut, plain bool) []byte {
	var out bytes.Buffer
	mark := "# "
	if strings.HasSuffix(l.file, ".rpz") {
		mark = "; "
	}
	if !plain {
		fmt.Fprintf(&out, "%s%s: %s\n%sentries: %d\n%schanged: %s\n", mark, m.deps.Name, l.file, mark, len(values), mark, instant(stamp.Last))
		if cut {
			fmt.Fprintf(&out, "%scut: a list holds %d entries at most\n", mark, maxLines)
		}
	}
	if mark == "; " {
		writeZone(&out, values, stamp)
		return out.Bytes()
	}
	for _, v := range values {
		out.WriteString(v)
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// writeZone writes a response policy zone: each name, and what is below it, does not exist.
func writeZone(out *bytes.Buffer, names []string, stamp Stamp) {
	serial := max(1, stamp.Last.Unix()) // rises with every change of the alerts
	fmt.Fprintf(out, "$TTL 300\n@ IN SOA localhost. hostmaster.localhost. %d 900 300 604800 300\n@ IN NS localhost.\n", serial)
	for _, n := range names {
		fmt.Fprintf(out, "%s CNAME .\n*.%s CNAME .\n", n, n)
	}
}

// Left is an indicator that is on no list, and why. Value is empty where it is a
// whole alert; Count is then how many it has.
type Left struct {
	Alert  int64
	Title  string
	Value  string
	Type   string
	Count  int
	Reason Reason
}

// maxLeft bounds what is shown of what was left out.
const maxLeft = 500

// LeftOut gives what is on no list although an alert that counts has it: up to
// five hundred, those of the alerts that changed first before the others.
func (m *Module) LeftOut(ctx context.Context, s access.Scope) (out []Left, err error) {
	if err := readsNever(s); err != nil {
		return nil, err
	}
	g, _, err := m.guard(ctx)
	if err != nil {
		return nil, err
	}
	now := m.now()
	err = m.eachAlert(ctx, s, Question{Shared: tlp.Amber}, func(a Alert) {
		text, _ := a.In()
		if !blockable(a.PAP) && len(a.Indicators) > 0 && len(out) < maxLeft {
			out = append(out, Left{Alert: a.ID, Title: text.Title, Count: len(a.Indicators), Reason: Forbidden})
			return
		}
		for _, i := range a.Indicators {
			if why := g.Check(i); why != "" && !i.Over(now) && len(out) < maxLeft {
				out = append(out, Left{Alert: a.ID, Title: text.Title, Value: i.Value, Type: i.Type, Count: 1, Reason: why})
			}
		}
	})
	return out, err
}

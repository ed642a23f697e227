// SPDX-License-Identifier: EUPL-1.2

package callround

import (
	"strconv"
	"strings"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
)

// table is the round as a file.
func (m *Module) table(r *gate.Request, closed bool) gate.Table {
	return gate.Table{Name: "call-round.csv",
		Header: []string{"organisation", "name", "about", "severity", "opened", "due", "tries", "last_try", "next", "held_by", "state", "closed"},
		Rows: gate.Rows(func(after string) ([]told, string, error) {
			lines, next, err := m.List(r.Context(), r.Scope, Filter{Closed: closed, After: after, Limit: 200})
			if err != nil {
				return nil, "", err
			}
			list, err := m.told(r, lines)
			return list, next, err
		}, m.row),
	}
}

func (m *Module) row(l told) []string {
	holder := ""
	if l.Held(m.now()) {
		holder = l.HolderName
	}
	return []string{l.Organisation.Code, l.Organisation.Name, l.Heading.Title, l.Heading.Severity, stamp(l.Opened), stamp(l.Due), strconv.Itoa(l.Tries), stamp(l.Last), stamp(l.Next),
		holder, l.state(m.now()), stamp(l.Closed)}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// state is how a line stands, in the word of the catalogues and of the API.
func (l Line) state(now time.Time) string {
	switch {
	case !l.Open():
		return string(l.Why)
	case l.Held(now):
		return "held"
	case l.Next.After(now):
		return "later"
	}
	return "free"
}

func faultOf(err error) *fault.Error { return fault.Of(err) }

// expected says whether a fault is one of two people at once: shown on the list, not as an error.
func expected(err error) bool {
	f := fault.Of(err)
	return f.Kind == fault.Conflict && (f.Code == "callround.taken" || f.Code == "callround.not_yours" || f.Code == "callround.nothing" || strings.HasPrefix(f.Code, "callround.closed.") || strings.HasPrefix(f.Code, "callround.late."))
}

func pairs(p fault.P) []any {
	var out []any
	for k, v := range p {
		out = append(out, k, v)
	}
	return out
}

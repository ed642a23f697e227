// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"strings"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// feedEntries is how many alerts a feed has: readers that come once a week miss none.
const feedEntries = 50

func (m *Module) feedDoor(g *gate.Gate) {
	g.Handle("GET /feeds/{file}", gate.Public(), m.feed, gate.Machine(nil))
}

// feed gives the alerts that were sent to the member whose key stands in the
// address; a neighbour's key gives those the neighbours may know.
func (m *Module) feed(r *gate.Request) error {
	secret, ok := strings.CutSuffix(r.Param("file"), ".atom")
	if !ok {
		return fault.New(fault.NotFound, "access.page")
	}
	c, err := m.enter(r, Feed, secret)
	if err != nil {
		return err
	}
	q := c.feedQuestion()
	stamp, err := m.deps.Alerts.Stamp(r.Context(), c.scope, q)
	if err != nil {
		return err
	}
	return m.answer(r, "application/atom+xml; charset=utf-8", later(stamp.Last, c.key.CreatedAt), stamp.tag(r.L.Lang(), c.title()), func() ([]byte, error) {
		alerts, err := m.deps.Alerts.Newest(r.Context(), c.scope, q, feedEntries)
		if err != nil {
			return nil, err
		}
		return m.writeAtom(c, r.L, alerts)
	})
}

// feedQuestion is what a feed tells of: a member's, of all that was sent to it but what is TLP:RED.
func (c client) feedQuestion() Question {
	if c.org.ID != 0 {
		return Question{Own: tlp.AmberStrict, Withdrawn: true}
	}
	q := c.all()
	q.Withdrawn = true
	return q
}

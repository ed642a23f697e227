// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

// message is what is sent: the shape of Standard Webhooks, and thin.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	Event        int64   `json:"event"`                  // its number; 0 for a test
	Organisation string  `json:"organisation,omitempty"` // its code
	Object       *object `json:"object,omitempty"`
	Details      any     `json:"details,omitempty"` // of a few kinds
}

type object struct {
	Kind string `json:"kind"`
	URL  string `json:"url"` // where the API tells more, to who may know
}

// testKind is what a test is called.
const testKind = "webhook.test"

// listen makes every kind of event write its deliveries in its own transaction.
func (m *Module) listen(bus *events.Bus) {
	for _, k := range m.deps.Kinds {
		bus.Join(k.Name, func(ctx context.Context, tx *db.Tx, all []events.Notice) error { return m.announceAll(ctx, tx, k, all) })
	}
}

// announceAll writes a delivery and its job for each address that wants an event.
func (m *Module) announceAll(ctx context.Context, tx *db.Tx, k Kind, all []events.Notice) error {
	hooks, err := m.wanting(ctx, tx, k.Name, all)
	if err != nil {
		return err
	}
	for _, n := range all {
		wanted := hooks[0]
		if n.Organisation != 0 {
			wanted = byID(wanted, hooks[n.Organisation])
		}
		if len(wanted) == 0 {
			continue
		}
		if err := m.announce(ctx, tx, k, n, wanted); err != nil {
			return err
		}
	}
	return nil
}

// byID gives the CSIRT's addresses and an organisation's own.
func byID(theirs, own []Hook) []Hook {
	both := slices.Concat(theirs, own)
	slices.SortFunc(both, func(a, b Hook) int { return cmp.Compare(a.ID, b.ID) })
	return both
}

func (m *Module) announce(ctx context.Context, tx *db.Tx, k Kind, n events.Notice, hooks []Hook) (err error) {
	what, path, tell := k.Refer(n)
	if !tell {
		return nil
	}
	msg := message{Type: n.Kind, Timestamp: m.now().UTC().Truncate(time.Millisecond), Data: data{Event: n.ID}}
	own := true
	if n.Organisation != 0 {
		orgs, err := m.deps.Organisations.Organisations(ctx, access.System("hook"), []int64{n.Organisation})
		if err != nil || len(orgs) == 0 {
			return err
		}
		msg.Data.Organisation = orgs[0].Code
		path = strings.ReplaceAll(path, "{org}", url.PathEscape(orgs[0].Code))
		// Before, and without, accreditation its own people see no more than the record.
		own = orgs[0].Accredited || k.Permission == access.OrganisationRead
	}
	msg.Data.Object = &object{Kind: what, URL: m.deps.BaseURL + path}
	if k.Details != nil {
		if msg.Data.Details, err = k.Details(n); err != nil {
			return err
		}
	}
	for _, h := range hooks {
		if h.Organisation != 0 && !own {
			continue
		}
		if _, err := m.post(ctx, tx, h, msg, false); err != nil {
			return err
		}
	}
	return nil
}

// Listening gives the organisations whose own addresses want a kind of event.
func (m *Module) Listening(ctx context.Context, tx *db.Tx, s access.Scope, kind string) ([]int64, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT DISTINCT h.organisation_id FROM hook_kind k JOIN hook h ON h.id = k.hook_id
		WHERE k.kind = $1 AND h.state = 'active' AND h.organisation_id <> 0 ORDER BY 1`, kind)
	orgs, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, fmt.Errorf("hook: who listens to %s: %w", kind, err)
	}
	return orgs, nil
}

// wanting are the addresses that events of a kind are for, by organisation; the CSIRT's under 0.
func (m *Module) wanting(ctx context.Context, tx *db.Tx, kind string, all []events.Notice) (map[int64][]Hook, error) {
	ids := []int64{0}
	for _, n := range all {
		ids = append(ids, n.Organisation)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	out := map[int64][]Hook{}
	for some := range slices.Chunk(ids, 500) {
		rows, err := tx.Query(ctx, `SELECT h.id, h.organisation_id FROM hook_kind k JOIN hook h ON h.id = k.hook_id
			WHERE k.kind = $1 AND h.state = 'active' AND h.organisation_id IN `+db.In(2, len(some))+" ORDER BY h.id", append([]any{kind}, db.Args(some)...)...)
		hooks, err := db.Collect(rows, err, func(r *sql.Rows) (h Hook, err error) { return h, r.Scan(&h.ID, &h.Organisation) })
		if err != nil {
			return nil, fmt.Errorf("hook: who wants %s: %w", kind, err)
		}
		for _, h := range hooks {
			out[h.Organisation] = append(out[h.Organisation], h)
		}
	}
	return out, nil
}

// post writes a delivery and its job.
func (m *Module) post(ctx context.Context, tx *db.Tx, h Hook, msg message, byHand bool) (id int64, err error) {
	body, err := json.Marshal(msg)
	if err != nil {
		return 0, err
	}
	now := db.Ms(m.now())
	err = tx.QueryRow(ctx, `INSERT INTO hook_delivery (hook_id, organisation_id, event_id, kind, reference, body, state, by_hand, created_at, next_at)
		VALUES ($1,$2,$3,$4,$5,$6,'pending',$7,$8,$8) RETURNING id`,
		h.ID, h.Organisation, msg.Data.Event, msg.Type, "msg_"+rand.Text(), string(body), byHand, now).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("hook: writing a delivery: %w", err)
	}
	return id, m.enqueue(ctx, tx, id, time.Time{})
}

func (m *Module) enqueue(ctx context.Context, tx *db.Tx, delivery int64, at time.Time) error {
	return m.deps.Queue.Enqueue(ctx, tx, jobs.Job{Kind: deliverJob, Key: fmt.Sprintf("%s:%d", deliverJob, delivery), Payload: work{delivery}, RunAt: at})
}

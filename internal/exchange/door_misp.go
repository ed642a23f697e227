// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the feed's format asks for it
	"encoding/hex"
	"encoding/json"
	"strings"
	"sync"

	"github.com/google/uuid"

	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
)

// maxEvents bounds a feed: the last that changed.
const maxEvents = 5_000

// events knows which alert an event is: they are asked for by their UUIDs.
type events struct {
	mu sync.Mutex
	of map[uuid.UUID]int64
}

func (e *events) find(u uuid.UUID) (int64, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	alert, ok := e.of[u]
	return alert, ok
}

func (e *events) learn(u uuid.UUID, alert int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of == nil || len(e.of) > 8*maxEvents {
		e.of = map[uuid.UUID]int64{}
	}
	e.of[u] = alert
}

func (m *Module) mispDoor(g *gate.Gate) {
	g.Handle("GET /misp/{file}", gate.Public(), m.misp, gate.Machine(nil))
}

// misp gives the files of a MISP feed: the manifest, each event, and the hashes of all values.
func (m *Module) misp(r *gate.Request) error {
	c, err := m.bearer(r)
	if err != nil {
		return err
	}
	q := c.all()
	q.Withdrawn = true
	file := r.Param("file")
	stamp, err := m.deps.Alerts.Stamp(r.Context(), c.scope, q)
	if err != nil {
		return err
	}
	write, mediaType := func() ([]byte, error) { return m.mispManifest(r.Context(), c, q) }, "application/json"
	switch {
	case file == "manifest.json":
	case file == "hashes.csv":
		write, mediaType = func() ([]byte, error) { return m.mispHashes(r.Context(), c, q) }, "text/csv; charset=utf-8"
	default:
		a, err := m.eventAsked(r.Context(), c, q, file)
		if err != nil {
			return err
		}
		stamp = Stamp{Count: a.ID, Versions: a.Version, Last: a.Changed}
		write = func() ([]byte, error) { return json.Marshal(map[string]any{"Event": m.mispOf(c.open(a))}) }
	}
	return m.answer(r, mediaType, stamp.Last, stamp.tag(file, q.Own, q.Shared, c.org.ID, c.key.ID == 0, m.now().UTC().YearDay()), write)
}

// eventAsked gives the alert whose event a file is.
func (m *Module) eventAsked(ctx context.Context, c client, q Question, file string) (Alert, error) {
	none := fault.New(fault.NotFound, "exchange.no_object")
	name, ok := strings.CutSuffix(file, ".json")
	u, err := uuid.Parse(name)
	if err != nil || !ok {
		return Alert{}, none
	}
	alert, known := m.events.find(u)
	if !known {
		if _, err := m.mispNewest(ctx, c, q); err != nil {
			return Alert{}, err
		}
		if alert, known = m.events.find(u); !known {
			return Alert{}, none
		}
	}
	a, err := m.deps.Alerts.One(ctx, c.scope, q, alert)
	if err != nil && fault.Of(err).Kind == fault.NotFound {
		return a, none.Because(err)
	}
	return a, err
}

// mispNewest reads the alerts of a feed, and learns which events they are.
func (m *Module) mispNewest(ctx context.Context, c client, q Question) ([]Alert, error) {
	all, err := m.deps.Alerts.Newest(ctx, c.scope, q, maxEvents)
	for _, a := range all {
		m.events.learn(m.identifier("event", a.ID), a.ID)
	}
	return all, err
}

func (m *Module) mispManifest(ctx context.Context, c client, q Question) ([]byte, error) {
	all, err := m.mispNewest(ctx, c, q)
	if err != nil {
		return nil, err
	}
	type line struct {
		Info      string    `json:"info"`
		Orgc      mispOrg   `json:"Orgc"`
		Analysis  string    `json:"analysis"`
		Timestamp string    `json:"timestamp"`
		Date      string    `json:"date"`
		Threat    string    `json:"threat_level_id"`
		Tags      []mispTag `json:"Tag"`
	}
	out := map[string]line{}
	for _, a := range all {
		e := m.mispHead(a)
		out[e.UUID] = line{e.Info, e.Orgc, e.Analysis, e.Timestamp, e.Date, e.Threat, e.Tags}
	}
	return json.Marshal(out)
}

// mispHashes writes the MD5 of every value with its event: by it a MISP finds
// that it knows a value without fetching all events.
func (m *Module) mispHashes(ctx context.Context, c client, q Question) ([]byte, error) {
	q.Withdrawn = false
	if err := m.turn(ctx); err != nil {
		return nil, err
	}
	defer func() { <-m.writing }()
	var out bytes.Buffer
	err := m.eachAlert(ctx, c.scope, q, func(a Alert) {
		event := m.identifier("event", a.ID).String()
		for _, v := range append(values(c.open(a)), a.CVEs...) {
			if out.Len() < maxLines*70 {
				sum := md5.Sum([]byte(v)) //nolint:gosec // the feed's format asks for it
				out.WriteString(hex.EncodeToString(sum[:]) + "," + event + "\n")
			}
		}
	})
	return out.Bytes(), err
}

func values(a Alert) []string {
	out := make([]string, 0, len(a.Indicators)+len(a.CVEs))
	for _, i := range a.Indicators {
		out = append(out, i.Value)
	}
	return out
}

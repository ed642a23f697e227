// SPDX-License-Identifier: EUPL-1.2

package taxii

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"strconv"
	"time"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
)

const (
	perPage    = 500
	maxPages   = 400 // of one collection in one run
	maxLookups = 200 // requests of one run for what alerts refer to
)

// State is what is remembered between runs, for each collection by its address.
type State struct {
	Places map[string]Place `json:"places,omitempty"`
}

// Place is how far a collection was read: times as the server wrote them.
type Place struct {
	After string `json:"after,omitempty"` // reports
	Loose string `json:"loose,omitempty"` // what nothing refers to
	Day   string `json:"day,omitempty"`   // when that was last looked for
}

// Pull hands on what is new in the collections.
func Pull(ctx context.Context, c *fetch.Client, o Options, st State, sink pull.Sink) (State, error) {
	p := &puller{c: c, o: o, sink: sink, lookups: maxLookups}
	all, err := p.collections(ctx)
	if err != nil {
		return st, err
	}
	next := State{Places: map[string]Place{}}
	maps.Copy(next.Places, st.Places)
	var failed error
	for _, c := range all {
		place, err := p.collection(ctx, c, next.Places[c.address])
		next.Places[c.address] = place
		if ctx.Err() != nil {
			return next, ctx.Err()
		}
		failed = errors.Join(failed, err)
	}
	return next, failed
}

// collection reads one from where the last run ended, and tells how far it came.
func (p *puller) collection(ctx context.Context, c collection, at Place) (Place, error) {
	began := p.o.Now().UTC()
	b := &batch{puller: p, of: c, loose: at.Day != began.Format(time.DateOnly), day: began.Format(time.DateOnly)}
	after := at.After
	if b.loose {
		after = at.Loose
	}
	if after == "" {
		after = p.o.Since.UTC().Format(time.RFC3339)
	}
	reached, got, err := p.pages(ctx, b, after, func(reached string) { at.sofar(reached, b.loose) })
	if err != nil {
		return at, err
	}
	if err := b.handOn(ctx); err != nil {
		return at, err
	}
	if reached == "" && got {
		reached = began.Add(-time.Hour).Format(time.RFC3339) // the server does not say: its clock may be another
	}
	if reached != "" {
		at.After = reached
	}
	if b.loose {
		at.Day, at.Loose = b.day, at.After
	}
	return at, nil
}

// sofar notes a place to begin again at if the run fails later. Objects of the same
// moment may stand on both sides of it: it begins a moment earlier.
func (at *Place) sofar(reached string, loose bool) {
	t, err := time.Parse(time.RFC3339Nano, reached)
	if err != nil {
		return
	}
	at.After = t.Add(-time.Millisecond).UTC().Format(time.RFC3339Nano)
	if loose {
		at.Loose = at.After
	}
}

// envelope is a page (TAXII 2.1, 3.7).
type envelope struct {
	More    bool              `json:"more"`
	Next    string            `json:"next"`
	Objects []json.RawMessage `json:"objects"`
}

// pages collects what was added after a moment, handing on what is full.
func (p *puller) pages(ctx context.Context, b *batch, after string, sofar func(string)) (reached string, got bool, err error) {
	query := url.Values{"added_after": {after}, "limit": {strconv.Itoa(perPage)}}
	for range maxPages {
		e, last, err := p.page(ctx, b.of, query)
		if err != nil {
			return reached, got, err
		}
		b.take(e.Objects)
		if last != "" {
			reached = last
		}
		got = got || len(e.Objects) > 0
		if !e.More {
			return reached, got, nil
		}
		if b.full() {
			if err := b.handOn(ctx); err != nil {
				return reached, got, err
			}
			sofar(reached)
		}
		switch {
		case e.Next != "":
			query.Set("next", e.Next)
		case last != "" && last != query.Get("added_after"): // more without next: 3.5.1
			query.Set("added_after", last)
			query.Del("next")
		default:
			return reached, got, pull.Form(b.of.address, errors.New("more to come, and no way to it"))
		}
	}
	sofar(reached)
	return reached, got, fault.New(fault.Unavailable, pull.CodeMany, fault.P{"limit": perPage * maxPages})
}

func (p *puller) page(ctx context.Context, c collection, query url.Values) (e envelope, last string, err error) {
	address := c.address + "objects/?" + query.Encode()
	r, err := p.get(ctx, address)
	if err != nil {
		return e, "", err
	}
	if err := json.Unmarshal(r.body, &e); err != nil {
		return e, "", pull.Form(address, err)
	}
	return e, r.last, nil
}

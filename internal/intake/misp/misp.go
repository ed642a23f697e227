// SPDX-License-Identifier: EUPL-1.2

// Package misp fetches the published events of a MISP server that changed since
// the last run, by its REST API (/events/restSearch), with a key.
package misp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
)

const (
	perPage  = 20       // events of one answer
	maxPages = 100      // of one run
	maxPage  = 60 << 20 // bytes of one answer
)

// Options say which server to ask.
type Options struct {
	Address string // of the server, without /events
	Key     string
	Since   time.Time // events changed before are left alone
}

// State is what is remembered between runs.
type State struct {
	Until int64 `json:"until,omitempty"` // seconds since 1970: the last change that was seen
}

// Pull hands the events that are new or changed to sink.
func Pull(ctx context.Context, c *fetch.Client, o Options, st State, sink pull.Sink) (State, error) {
	since, next := max(o.Since.Unix(), st.Until), st
	for page := 1; ; page++ {
		if page > maxPages {
			return st, fault.New(fault.Unavailable, pull.CodeMany, fault.P{"limit": perPage * maxPages})
		}
		events, err := ask(ctx, c, o, since, page)
		if err != nil {
			return st, err
		}
		for _, raw := range events {
			changed, err := take(ctx, o, raw, sink)
			if err != nil {
				return st, err
			}
			next.Until = max(next.Until, changed)
		}
		if len(events) < perPage {
			return next, nil
		}
	}
}

// ask gets a page of events as they are written.
func ask(ctx context.Context, c *fetch.Client, o Options, since int64, page int) ([]json.RawMessage, error) {
	address := strings.TrimSuffix(o.Address, "/") + "/events/restSearch"
	query, err := json.Marshal(map[string]any{"returnFormat": "json", "timestamp": since, "published": true, "limit": perPage, "page": page})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(query))
	if err != nil {
		return nil, pull.Form(address, err)
	}
	for name, value := range map[string]string{"Authorization": o.Key, "Accept": "application/json", "Content-Type": "application/json"} {
		r.Header.Set(name, value)
	}
	res, err := c.HTTP().Do(r)
	if err != nil {
		return nil, fault.Of(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, pull.Status(address, res.StatusCode, fetch.RetryAfter(res.Header))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxPage:
		return nil, fault.New(fault.TooLarge, fetch.CodeTooLarge, fault.P{"host": pull.Host(address), "limit": maxPage})
	}
	return Events(address, body)
}

// Events reads an answer: its events, each as it is written.
func Events(address string, body []byte) ([]json.RawMessage, error) {
	var answer struct {
		Response []json.RawMessage `json:"response"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, pull.Form(address, err)
	}
	return answer.Response, nil
}

// take hands one event on and tells when it was changed; 0 where it does not say.
func take(ctx context.Context, o Options, raw json.RawMessage, sink pull.Sink) (int64, error) {
	var e struct {
		Event struct {
			UUID      string `json:"uuid"`
			ID        string `json:"id"`
			Info      string `json:"info"`
			Timestamp string `json:"timestamp"`
		} `json:"Event"`
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Event.UUID == "" {
		// Not an event: it is noted, and refused where it is read as an alert.
		return 0, sink.Take(ctx, pull.Item{ID: string(raw[:min(len(raw), 4096)]), Name: "event.json", Data: raw})
	}
	changed, _ := strconv.ParseInt(e.Event.Timestamp, 10, 64) // 0: it is asked for again, and known
	known, err := sink.Has(ctx, e.Event.UUID, e.Event.Timestamp)
	if err != nil || known {
		return changed, err
	}
	it := pull.Item{ID: e.Event.UUID, Mark: e.Event.Timestamp, Name: pull.FileName(e.Event.UUID, ".json"), Title: e.Event.Info, Data: raw}
	if e.Event.ID != "" {
		it.Link = strings.TrimSuffix(o.Address, "/") + "/events/view/" + e.Event.ID
	}
	if len(raw) > pull.MaxItem {
		it.Err = fault.New(fault.TooLarge, fetch.CodeTooLarge, fault.P{"host": pull.Host(o.Address), "limit": pull.MaxItem})
	}
	return changed, sink.Take(ctx, it)
}

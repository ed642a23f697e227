// SPDX-License-Identifier: EUPL-1.2

package feed

import (
	"context"
	"slices"
	"time"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fetch"
)

// maxPage bounds the page behind an entry, in bytes.
const maxPage = 5 << 20

// Options say which feed to read, and how.
type Options struct {
	Address string
	Header  map[string]string // keys; they go to the feed and not to the pages behind its entries
	Pages   bool              // where an entry only announces, the page behind it is the alert
	Since   time.Time         // entries dated before are left alone
}

// State is what is remembered between runs.
type State struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// Pull hands the entries of a feed to sink, the oldest first, and gives what to
// remember if that went well.
func Pull(ctx context.Context, c *fetch.Client, o Options, st State, sink pull.Sink) (State, error) {
	r, err := pull.Get(ctx, c, fetch.Request{URL: o.Address, ETag: st.ETag, LastModified: st.LastModified, Header: o.Header}, pull.MaxItem)
	if err != nil || r.NotModified {
		return st, err
	}
	entries, err := Split(r.Body)
	if err != nil {
		return st, err
	}
	slices.Reverse(entries) // feeds have the newest first
	for _, e := range entries {
		if e.At.IsZero() || !e.At.Before(o.Since) {
			if err := take(ctx, c, o, e, sink); err != nil {
				return st, err
			}
		}
	}
	return State{r.ETag, r.LastModified}, nil
}

func take(ctx context.Context, c *fetch.Client, o Options, e Entry, sink pull.Sink) error {
	known, err := sink.Has(ctx, e.ID, e.Mark)
	if err != nil || known {
		return err
	}
	it := pull.Item{ID: e.ID, Mark: e.Mark, Name: pull.FileName(e.Link, ".xml"), Title: e.Title, Link: e.Link, Data: e.Data}
	if o.Pages && e.Teaser {
		page, err := pull.Get(ctx, c, fetch.Request{URL: e.Link}, maxPage)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil { // else what the feed itself says is the alert
			it.Data, it.Name = page.Body, pull.FileName(e.Link, ".html")
		}
	}
	return sink.Take(ctx, it)
}

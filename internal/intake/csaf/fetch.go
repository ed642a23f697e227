// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
)

// maxDocuments bounds one run; the next one goes on.
const maxDocuments = 500

// Options say which provider to read.
type Options struct {
	Address string            // of a provider-metadata.json or an aggregator.json
	Header  map[string]string // keys; for that server only
	Since   time.Time         // documents changed before are left alone
	Now     func() time.Time  // the day a signature is held against
}

func (o Options) headerFor(address string) map[string]string {
	if pull.Host(address) == pull.Host(o.Address) {
		return o.Header
	}
	return nil
}

// State is what is remembered between runs: for each provider, up to when its
// documents were taken.
type State struct {
	Until map[string]time.Time `json:"until,omitempty"`
}

type puller struct {
	c    *fetch.Client
	o    Options
	sink pull.Sink
}

// Pull hands the documents that are new to sink, the oldest first. One provider's
// trouble does not keep an aggregator's others back.
func Pull(ctx context.Context, c *fetch.Client, o Options, st State, sink pull.Sink) (State, error) {
	p := &puller{c, o, sink}
	var m metadata
	if err := p.json(ctx, o.Address, pull.MaxItem, &m); err != nil {
		return st, err
	}
	next := State{Until: map[string]time.Time{}}
	for address, at := range st.Until {
		next.Until[address] = at
	}
	if len(m.Providers) == 0 {
		return next, p.provider(ctx, o.Address, m, next)
	}
	if len(m.Providers) > maxProviders {
		return st, fault.New(fault.Unavailable, pull.CodeMany, fault.P{"limit": maxProviders})
	}
	var failed error
	for _, x := range m.Providers {
		var one metadata
		err := p.json(ctx, x.Metadata.URL, pull.MaxItem, &one)
		if err == nil {
			err = p.provider(ctx, x.Metadata.URL, one, next)
		}
		if ctx.Err() != nil {
			return next, ctx.Err()
		}
		failed = errors.Join(failed, err)
	}
	return next, failed
}

// provider takes what one provider has, and notes how far it came.
func (p *puller) provider(ctx context.Context, address string, m metadata, st State) error {
	since := p.o.Since
	if until := st.Until[address]; until.After(since) {
		since = until
	}
	docs, err := p.list(ctx, address, m, since)
	if err != nil {
		return err
	}
	k := &keys{p: p, m: m}
	taken := 0
	for _, d := range docs {
		mark := d.updated.UTC().Format(time.RFC3339Nano)
		known, err := p.sink.Has(ctx, d.url, mark)
		if err != nil {
			return err
		}
		if !known {
			if taken++; taken > maxDocuments {
				return nil
			}
			if err := p.take(ctx, d, mark, k); err != nil {
				return err
			}
		}
		st.Until[address] = d.updated
	}
	return nil
}

// take fetches and verifies one document. What is wrong with it is told with it;
// that it or what verifies it cannot be had is the source's failure.
func (p *puller) take(ctx context.Context, d document, mark string, k *keys) error {
	it := pull.Item{ID: d.url, Mark: mark, Name: pull.FileName(d.url, ".json"), Link: d.url}
	r, err := pull.Get(ctx, p.c, fetch.Request{URL: d.url, Header: p.o.headerFor(d.url)}, pull.MaxItem)
	switch {
	case err != nil && (fault.KindOf(err) == fault.TooLarge || fault.Of(err).Code == pull.CodeStatus):
		it.Err = err // listed and not there: no reason to stop before the others
	case err != nil:
		return err
	default:
		it.Data, it.Title = r.Body, title(r.Body)
		if err := k.verify(ctx, d, r.Body); err != nil {
			if fault.KindOf(err) != fault.Invalid {
				return err
			}
			it.Err = err
		}
	}
	return p.sink.Take(ctx, it)
}

// title is only for the list of what came; the alert's own reader reads the rest.
func title(data []byte) string {
	var d struct {
		Document struct {
			Title string `json:"title"`
		} `json:"document"`
	}
	_ = json.Unmarshal(data, &d) // without a title it is listed as untitled
	return d.Document.Title
}

// keys are a provider's, read when the first signature is looked at.
type keys struct {
	p    *puller
	m    metadata
	ring openpgp.EntityList
	read bool
}

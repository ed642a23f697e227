// SPDX-License-Identifier: EUPL-1.2

package csaf

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fetch"
)

const (
	maxList      = 40 << 20 // bytes of a feed or a changes.csv: the largest providers' have 20 MB
	maxProviders = 50       // of an aggregator
	maxFeeds     = 50       // of a provider
)

// metadata is what we need of a provider-metadata.json, or of an aggregator.json.
type metadata struct {
	Role          string `json:"role"`
	Distributions []struct {
		Directory string `json:"directory_url"`
		Rolie     struct {
			Feeds []struct {
				URL string `json:"url"`
			} `json:"feeds"`
		} `json:"rolie"`
	} `json:"distributions"`
	Keys []struct {
		Fingerprint string `json:"fingerprint"`
		URL         string `json:"url"`
	} `json:"public_openpgp_keys"`
	Providers []struct {
		Metadata struct {
			URL string `json:"url"`
		} `json:"metadata"`
	} `json:"csaf_providers"`
}

// document is one that a provider lists.
type document struct {
	url, sha256, sha512, signature string
	updated                        time.Time
}

func (p *puller) json(ctx context.Context, address string, max int64, into any) error {
	r, err := pull.Get(ctx, p.c, fetch.Request{URL: address, Header: p.o.headerFor(address)}, max)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(r.Body, into); err != nil {
		return pull.Form(address, err)
	}
	return nil
}

// list gives what a provider has published or changed since a moment, the oldest first.
func (p *puller) list(ctx context.Context, address string, m metadata, since time.Time) ([]document, error) {
	var all []document
	var feeds, folders []string
	for _, d := range m.Distributions {
		for _, f := range d.Rolie.Feeds {
			feeds = append(feeds, f.URL)
		}
		if d.Directory != "" {
			folders = append(folders, d.Directory)
		}
	}
	read, places := p.rolie, feeds
	if len(feeds) == 0 {
		read, places = p.folder, folders
	}
	if len(places) == 0 || len(places) > maxFeeds {
		return nil, pull.Form(address, errors.New("no distribution, or too many"))
	}
	for _, place := range places {
		docs, err := read(ctx, place)
		if err != nil {
			return nil, err
		}
		all = append(all, docs...)
	}
	all = slices.DeleteFunc(all, func(d document) bool { return d.updated.Before(since) })
	slices.SortStableFunc(all, func(a, b document) int { return a.updated.Compare(b.updated) })
	return all, nil
}

// rolie reads a feed (CSAF 2.0, 7.1.15).
func (p *puller) rolie(ctx context.Context, address string) ([]document, error) {
	var feed struct {
		Feed struct {
			Entry []struct {
				Updated time.Time `json:"updated"`
				Content struct {
					Src string `json:"src"`
				} `json:"content"`
				Link []struct{ Rel, Href string } `json:"link"`
			} `json:"entry"`
		} `json:"feed"`
	}
	if err := p.json(ctx, address, maxList, &feed); err != nil {
		return nil, err
	}
	var out []document
	for _, e := range feed.Feed.Entry {
		d := document{url: absolute(address, e.Content.Src), updated: e.Updated}
		for _, l := range e.Link {
			href := absolute(address, l.Href)
			switch {
			case l.Rel == "self" && d.url == "":
				d.url = href
			case l.Rel == "signature":
				d.signature = href
			case l.Rel == "hash" && strings.HasSuffix(l.Href, ".sha512"):
				d.sha512 = href
			case l.Rel == "hash" && strings.HasSuffix(l.Href, ".sha256"):
				d.sha256 = href
			}
		}
		if d.url != "" {
			out = append(out, d)
		}
	}
	return out, nil
}

// folder reads what changed in a folder (CSAF 2.0, 7.1.13).
func (p *puller) folder(ctx context.Context, base string) ([]document, error) {
	base = strings.TrimSuffix(base, "/") + "/"
	r, err := pull.Get(ctx, p.c, fetch.Request{URL: base + "changes.csv", Header: p.o.headerFor(base)}, maxList)
	if err != nil {
		return nil, err
	}
	var out []document
	lines := csv.NewReader(bytes.NewReader(r.Body))
	lines.FieldsPerRecord, lines.ReuseRecord = -1, true
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil || len(line) < 2 {
			return nil, pull.Form(base, err)
		}
		at, err := time.Parse(time.RFC3339, line[1])
		if err != nil {
			return nil, pull.Form(base, err)
		}
		u := absolute(base, line[0])
		out = append(out, document{url: u, sha256: u + ".sha256", sha512: u + ".sha512", signature: u + ".asc", updated: at})
	}
}

// absolute resolves a link; what is none is empty.
func absolute(base, link string) string {
	b, err := url.Parse(base)
	if err != nil || link == "" {
		return ""
	}
	u, err := b.Parse(link)
	if err != nil {
		return ""
	}
	return u.String()
}

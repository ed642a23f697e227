// SPDX-License-Identifier: EUPL-1.2

// Package client speaks with the JSON API of Martinella in Go's own types.
//
// Its types and one method for each operation are generated from the API's
// description (openapi.json): "make generate" writes them again after the API has
// changed. By hand is what all operations have in common: the token, waiting when
// the portal says "too often", idempotency keys, entity tags, problem documents
// as errors, lists that go on by themselves.
//
//	c, err := client.New("https://csirt.example.it", client.Options{Token: token})
//	added, err := c.AddStackItem(ctx, "c_d612", nil, client.StackEntry{Label: new("OpenSSL"), Version: new("3.0.13")})
//	for item, err := range c.ListStackItemsAll(ctx, "c_d612", nil) { … }
package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Options says how a client works; the zero value asks as a visitor.
type Options struct {
	Token    string        // "mrt_…"
	Language string        // of problems: "it", "en", "nb"; "" for the person's own
	Timeout  time.Duration // of one request; 0: a minute
	// Patience is the longest it waits, in all, before a request that was refused
	// as too often, or found no server, is sent again; 0: a minute; negative: never.
	Patience time.Duration
	HTTP     *http.Client // nil: one of its own, which follows no redirects
	// Wait waits before a request is sent again; nil: time passes.
	Wait func(ctx context.Context, d time.Duration) error
}

// Client speaks with one portal. Many goroutines may use it.
type Client struct {
	base string
	o    Options
}

// New makes a client of the portal at an address such as "https://csirt.example.it".
func New(base string, o Options) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	if u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the portal's address must begin with https://")
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	return &Client{base: strings.TrimSuffix(strings.TrimSuffix(base, "/"), "/api/v1"), o: o}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

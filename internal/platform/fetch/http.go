// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"martinella/internal/platform/fault"
)

// HTTP gives the client in the form that libraries take, with the same guard
// and the same bounds. It sends what is posted to the address it was given and
// to no other: a redirect could lead a secret elsewhere.
func (c *Client) HTTP() *http.Client {
	return &http.Client{Transport: guarded{c}, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if via[0].Method != http.MethodGet {
			return http.ErrUseLastResponse
		}
		return c.redirect(r, via)
	}}
}

// Check refuses an address that could never be reached: no http or https, or an
// inner one written as a number. It resolves no name; that is done at the connection.
func (c *Client) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fault.New(fault.Invalid, CodeURL, fault.P{"url": address}).Because(err)
	}
	return c.check(u)
}

// guarded is a Client as an http.RoundTripper.
type guarded struct{ c *Client }

// RoundTrip implements http.RoundTripper.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.c.check(r.URL); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), g.c.options.Timeout)
	r = r.Clone(ctx)
	r.Header.Set("User-Agent", g.c.options.UserAgent)
	res, err := g.c.http.Transport.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, unreachable(r.URL.Host, err)
	}
	res.Body = newBody(res.Body, cancel, g.c.options, r.URL.Host)
	return res, nil
}

// Read gets the whole of an address, at most max bytes. Any status but 200 is
// an Unavailable fault.
func (c *Client) Read(ctx context.Context, address string, max int64) ([]byte, error) {
	return c.whole(ctx, http.MethodGet, address, "", nil, max)
}

// Post sends a body of a media type and gives the whole answer, at most max
// bytes. Any status but 200 is an Unavailable fault.
func (c *Client) Post(ctx context.Context, address, mediaType string, body []byte, max int64) ([]byte, error) {
	return c.whole(ctx, http.MethodPost, address, mediaType, body, max)
}

func (c *Client) whole(ctx context.Context, method, address, mediaType string, body []byte, max int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fault.New(fault.Invalid, CodeURL, fault.P{"url": address}).Because(err)
	}
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	res, err := c.HTTP().Do(r)
	if err != nil {
		return nil, unreachable(r.URL.Host, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fault.New(fault.Unavailable, CodeUnreachable, fault.P{"host": r.URL.Host}).Because(fmt.Errorf("status %d", res.StatusCode))
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > max {
		return nil, fault.New(fault.TooLarge, CodeTooLarge, fault.P{"host": r.URL.Host, "limit": max})
	}
	return text, nil
}

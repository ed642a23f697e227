// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"martinella/internal/platform/fault"
)

// Options shape a Client. Zero values mean the defaults named.
type Options struct {
	UserAgent string         // "Martinella"
	Proxy     string         // URL of an HTTP proxy; none when empty. Its own address is allowed
	Allow     []netip.Prefix // inner networks that may be reached all the same: a mirror
	Hosts     []string       // "host:port" that may be reached wherever its name leads: a sign-in provider of one's own
	Roots     *x509.CertPool // who signs the servers' certificates; nil: whom the system trusts
	Redirects int            // 5
	MaxBytes  int64          // of one body, as on the wire; 4 GiB
	Timeout   time.Duration  // for one answer, body included; 30 minutes
	Stall     time.Duration  // without a byte; 60 seconds
}

// The codes of the faults this package makes.
const (
	CodeAddress     = "fetch.address"     // an address that may not be reached
	CodeURL         = "fetch.url"         // not an http or https address
	CodeRedirects   = "fetch.redirects"   // too many redirects, or one to plain http
	CodeTooLarge    = "fetch.too_large"   // the body is larger than allowed
	CodeUnreachable = "fetch.unreachable" // no answer
	CodeStalled     = "fetch.stalled"     // the answer stopped
	CodeEncoding    = "fetch.encoding"    // packed in a way nobody asked for
)

// Client fetches. It is safe for concurrent use.
type Client struct {
	http    *http.Client
	options Options
}

// New makes a client. It fails on a proxy that is not an address.
func New(o Options) (*Client, error) {
	if o.UserAgent == "" {
		o.UserAgent = "Martinella"
	}
	o.Redirects = max(o.Redirects, 0)
	if o.Redirects == 0 {
		o.Redirects = 5
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 4 << 30
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Minute
	}
	if o.Stall <= 0 {
		o.Stall = time.Minute
	}
	proxy, err := proxyOf(o.Proxy)
	if err != nil {
		return nil, err
	}
	c := &Client{options: o}
	c.http = &http.Client{Transport: c.transport(proxy), CheckRedirect: c.redirect}
	return c, nil
}

func proxyOf(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("the proxy %q is not an http address", text)
	}
	return u, nil
}

func (c *Client) transport(proxy *url.URL) *http.Transport {
	t := &http.Transport{
		DialContext: c.dial, DisableCompression: true, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 20 * time.Second, ResponseHeaderTimeout: c.options.Stall,
		TLSClientConfig: &tls.Config{RootCAs: c.options.Roots, MinVersion: tls.VersionTLS12},
		MaxIdleConns:    8, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
	if proxy != nil {
		// Only the proxy is ever dialled, and whoever configured it wants it reached.
		t.Proxy = http.ProxyURL(proxy)
		t.DialContext = (&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	return t
}

// dial connects, guarded, but for the hosts whoever configured them wants reached.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second}
	if !slices.Contains(c.options.Hosts, address) {
		d.Control = c.control
	}
	return d.DialContext(ctx, network, address)
}

// named says whether an address is one of the configured hosts.
func (c *Client) named(u *url.URL) bool {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return slices.Contains(c.options.Hosts, net.JoinHostPort(u.Hostname(), port))
}

// control is asked by the dialer for every address a name resolved to, before
// the connection: a name that changes its mind between check and use gains nothing.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !permitted(at.Addr(), c.options.Allow) {
		return fault.New(fault.Forbidden, CodeAddress, fault.P{"host": address})
	}
	return nil
}

// check refuses what can be refused without resolving a name.
func (c *Client) check(u *url.URL) error {
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return fault.New(fault.Invalid, CodeURL, fault.P{"url": u.Redacted()})
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !c.named(u) && !permitted(a, c.options.Allow) {
		return fault.New(fault.Forbidden, CodeAddress, fault.P{"host": u.Hostname()})
	}
	return nil
}

func (c *Client) redirect(r *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > c.options.Redirects || (first.URL.Scheme == "https" && r.URL.Scheme != "https") {
		return fault.New(fault.Unavailable, CodeRedirects, fault.P{"host": first.URL.Host})
	}
	if r.URL.Host != first.URL.Host {
		for name := range r.Header {
			if !plainHeader(name) {
				r.Header.Del(name)
			}
		}
	}
	return c.check(r.URL)
}

// plainHeader reports the headers that carry no secret; any other stays with the first host.
func plainHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "User-Agent", "Accept", "If-None-Match", "If-Modified-Since", "Referer":
		return true
	}
	return false
}

// Request says what to fetch.
type Request struct {
	URL          string
	ETag         string            // of the copy at hand: the answer may be "not modified"
	LastModified string            // likewise
	Header       map[string]string // keys
}

// Answer is what came back. Body is never nil; close it.
type Answer struct {
	Status       int
	NotModified  bool
	ETag         string
	LastModified string
	RetryAfter   time.Duration // 0 when not stated; an hour at most
	Encoding     string        // how the body is packed; empty: not at all
	Host         string
	Body         io.ReadCloser
}

// Get asks for r. Any status is an answer; errors are addresses that may not be
// reached, redirects out of bounds, and no answer at all.
func (c *Client) Get(ctx context.Context, r Request) (*Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		cancel()
		return nil, fault.New(fault.Invalid, CodeURL, fault.P{"url": r.URL}).Because(err)
	}
	if err := c.check(req.URL); err != nil {
		cancel()
		return nil, err
	}
	req.Header.Set("User-Agent", c.options.UserAgent)
	for name, value := range map[string]string{"If-None-Match": r.ETag, "If-Modified-Since": r.LastModified} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	res, err := c.http.Do(req)
	if err != nil {
		cancel()
		return nil, unreachable(req.URL.Host, err)
	}
	return &Answer{
		Status: res.StatusCode, NotModified: res.StatusCode == http.StatusNotModified,
		ETag: res.Header.Get("ETag"), LastModified: res.Header.Get("Last-Modified"), RetryAfter: RetryAfter(res.Header),
		Encoding: res.Header.Get("Content-Encoding"), Host: req.URL.Host,
		Body: newBody(res.Body, cancel, c.options, req.URL.Host),
	}, nil
}

// unreachable keeps a fault of ours and names every other failure.
func unreachable(host string, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fault.New(fault.Unavailable, CodeUnreachable, fault.P{"host": host}).Because(err)
}

// RetryAfter is how long an answer asks to wait, an hour at most: in seconds, or
// until a date, which is held against the answer's own.
func RetryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Duration(min(max(n, 0), 3600)) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(until.Sub(now), 0), time.Hour)
}

// Save fetches r into a new file in dir ("" for the system's temporary folder)
// and gives its path, empty when the answer is not 200. The caller removes the file.
func (c *Client) Save(ctx context.Context, r Request, dir string) (path string, a *Answer, err error) {
	if a, err = c.Get(ctx, r); err != nil {
		return "", nil, err
	}
	defer a.Body.Close()
	if a.Status != http.StatusOK {
		return "", a, nil
	}
	f, err := os.CreateTemp(dir, "martinella-fetch-*")
	if err != nil {
		return "", a, fmt.Errorf("making a temporary file: %w", err)
	}
	_, err = io.Copy(f, a.Body)
	if err = errors.Join(err, f.Close()); err != nil {
		return "", a, errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), a, nil
}

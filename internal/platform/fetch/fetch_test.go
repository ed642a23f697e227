// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/fault"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestPermitted(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "129.6.13.177": true, "2606:4700::1111": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00:ec2::254": false, "100.100.100.200": false, "0.0.0.0": false, "::": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:0:1::1": false, "198.18.0.1": false, "fec0::1": false,
	} {
		if got := permitted(netip.MustParseAddr(text), nil); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if !permitted(netip.MustParseAddr("10.1.2.3"), []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}) {
		t.Error("an allowed network is refused")
	}
}

func TestInnerAddressesAreRefused(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("reached") })
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, u := range []string{s.URL, "http://localhost" + port, "http://[::1]" + port, "http://127.1" + port, "http://[::ffff:127.0.0.1]" + port} {
		if _, err := client(t, Options{}).Get(context.Background(), Request{URL: u}); err == nil {
			t.Errorf("%s was reached", u)
		} else if f := fault.Of(err); !strings.Contains(u, "127.1") && f.Code != CodeAddress {
			t.Errorf("%s: %v", u, err)
		}
	}
	for _, u := range []string{"file:///etc/passwd", "ftp://example.org/x", "http://", "x", "http://\x7f"} {
		if _, err := client(t, Options{}).Get(context.Background(), Request{URL: u}); fault.Of(err).Code != CodeURL {
			t.Errorf("%s: %v", u, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	secret := ""
	other := serve(t, func(w http.ResponseWriter, r *http.Request) { secret = r.Header.Get("apiKey"); fmt.Fprint(w, "there") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/other":
			http.Redirect(w, r, other.URL, http.StatusFound)
		}
	})
	c := client(t, Options{Allow: loopback})
	for path, code := range map[string]string{"/loop": CodeRedirects, "/metadata": CodeAddress, "/file": CodeURL} {
		if _, err := c.Get(context.Background(), Request{URL: s.URL + path}); fault.Of(err).Code != code {
			t.Errorf("%s: %v", path, err)
		}
	}
	a, err := c.Get(context.Background(), Request{URL: s.URL + "/other", Header: map[string]string{"apiKey": "k"}})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if text, err := io.ReadAll(a.Body); err != nil || string(text) != "there" || secret != "" {
		t.Errorf("%v %q, the key went along: %q", err, text, secret)
	}
}

func TestNoWayFromHTTPSToHTTP(t *testing.T) {
	c := client(t, Options{Allow: loopback})
	from, _ := http.NewRequest(http.MethodGet, "https://example.org/", nil)
	to, _ := http.NewRequest(http.MethodGet, "http://example.org/", nil)
	if err := c.redirect(to, []*http.Request{from}); fault.Of(err).Code != CodeRedirects {
		t.Errorf("got %v", err)
	}
}

func TestConditionalRequests(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "Martinella/1 (CSIRT Toscana)" {
			t.Errorf("user agent %q", r.Header.Get("User-Agent"))
		}
		w.Header().Set("ETag", `"v1"`)
		w.Header().Set("Last-Modified", "Fri, 21 Aug 2026 00:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "data")
	})
	c := client(t, Options{Allow: loopback, UserAgent: "Martinella/1 (CSIRT Toscana)"})
	path, a, err := c.Save(context.Background(), Request{URL: s.URL}, t.TempDir())
	if err != nil || a.ETag != `"v1"` {
		t.Fatal(err, a)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "data" {
		t.Errorf("%v %q", err, text)
	}
	path, a, err = c.Save(context.Background(), Request{URL: s.URL, ETag: a.ETag, LastModified: a.LastModified}, t.TempDir())
	if err != nil || !a.NotModified || path != "" {
		t.Errorf("%v %+v", err, a)
	}
}

func TestBounds(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = w.Write(make([]byte, 100_000))
		case "/busy":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("half"))
		case "/stall":
			_, _ = w.Write([]byte("half"))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}
	})
	dir := t.TempDir()
	for path, code := range map[string]string{"/large": CodeTooLarge, "/cut": CodeUnreachable, "/stall": CodeStalled} {
		c := client(t, Options{Allow: loopback, MaxBytes: 50_000, Stall: 100 * time.Millisecond})
		if _, _, err := c.Save(context.Background(), Request{URL: s.URL + path}, dir); fault.Of(err).Code != code {
			t.Errorf("%s: %v", path, err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("files left behind: %v", left)
	}
	a, err := client(t, Options{Allow: loopback}).Get(context.Background(), Request{URL: s.URL + "/busy"})
	if err != nil || a.Status != http.StatusServiceUnavailable || a.RetryAfter != 7*time.Second {
		t.Fatalf("%v %+v", err, a)
	}
	a.Body.Close()
	s.Close()
	if _, err := client(t, Options{Allow: loopback}).Get(context.Background(), Request{URL: s.URL}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a dead server: %v", err)
	}
}

func TestProxy(t *testing.T) {
	asked := ""
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) { asked = r.URL.String(); fmt.Fprint(w, "by proxy") })
	c := client(t, Options{Proxy: proxy.URL})
	a, err := c.Get(context.Background(), Request{URL: "http://feeds.example/kev.json"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if u, _ := url.Parse(asked); u.Host != "feeds.example" {
		t.Errorf("the proxy was asked for %q", asked)
	}
	if _, err := c.Get(context.Background(), Request{URL: "http://169.254.169.254/"}); fault.Of(err).Code != CodeAddress {
		t.Errorf("a number behind the proxy: %v", err)
	}
	if _, err := New(Options{Proxy: "not an address"}); err == nil {
		t.Error("a proxy that is none")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"martinella/internal/platform/fault"
)

func TestAHostThatIsNamedIsReached(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(append([]byte(r.Method+" "+r.Header.Get("Content-Type")+" "), body...))
	})
	host := strings.TrimPrefix(s.URL, "http://")
	c := client(t, Options{Hosts: []string{host}})
	got, err := c.Post(context.Background(), s.URL, "application/ocsp-request", []byte("who?"), 100)
	if err != nil || string(got) != "POST application/ocsp-request who?" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := c.Read(context.Background(), s.URL, 3); fault.Of(err).Code != CodeTooLarge {
		t.Errorf("larger than asked for: %v", err)
	}
	for _, other := range []string{"", "127.0.0.1:1", "127.0.0.1", "example.org:80"} {
		if _, err := client(t, Options{Hosts: []string{other}}).Read(context.Background(), s.URL, 100); fault.Of(err).Code != CodeAddress {
			t.Errorf("with %q: %v", other, err)
		}
	}
}

// The client that libraries get is guarded too, also after a redirect, and
// sends nothing that was posted to a second address.
func TestTheClientOfLibrariesIsGuarded(t *testing.T) {
	posted := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posted = true }))
	defer inner.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, inner.URL, http.StatusTemporaryRedirect)
		case "/long":
			_, _ = w.Write(make([]byte, 5000))
		case "/no":
			http.NotFound(w, r)
		}
	})
	c := client(t, Options{Hosts: []string{strings.TrimPrefix(s.URL, "http://")}, MaxBytes: 1000})
	if _, err := c.HTTP().Get(s.URL + "/away"); fault.Of(err).Code != CodeAddress {
		t.Errorf("led inside: %v", err)
	}
	if _, err := c.HTTP().Get(inner.URL); fault.Of(err).Code != CodeAddress {
		t.Errorf("inside: %v", err)
	}
	if _, err := c.Post(context.Background(), s.URL+"/away", "text/plain", []byte("secret"), 10); fault.Of(err).Code != CodeUnreachable {
		t.Errorf("posted away: %v", err)
	}
	if _, err := c.Read(context.Background(), s.URL+"/long", 1<<20); fault.Of(err).Code != CodeTooLarge {
		t.Errorf("long: %v", err)
	}
	if _, err := c.Read(context.Background(), s.URL+"/no", 10); fault.Of(err).Code != CodeUnreachable {
		t.Errorf("not found: %v", err)
	}
	if posted {
		t.Error("something went inside")
	}
}

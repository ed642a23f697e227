// SPDX-License-Identifier: EUPL-1.2

package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"martinella/client"
)

// portal answers with what it is given, one after the other, and remembers what it was asked.
type portal struct {
	t       *testing.T
	answers []answer
	asked   []*http.Request
	bodies  []string
	waited  []time.Duration
}

type answer struct {
	status int
	header map[string]string
	body   string
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	p.asked, p.bodies = append(p.asked, r), append(p.bodies, string(body))
	if len(p.answers) == 0 {
		p.t.Errorf("nobody expected %s %s", r.Method, r.URL)
		return
	}
	a := p.answers[0]
	p.answers = p.answers[1:]
	if a.status == 0 { // the line is cut
		panic(http.ErrAbortHandler)
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

func (p *portal) client(o client.Options) *client.Client {
	p.t.Helper()
	server := httptest.NewServer(p)
	p.t.Cleanup(server.Close)
	o.Wait = func(_ context.Context, d time.Duration) error { p.waited = append(p.waited, d); return nil }
	c, err := client.New(server.URL+"/api/v1/", o)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func TestItWaitsAsLongAsItIsTold(t *testing.T) {
	p := &portal{t: t, answers: []answer{
		{status: 429, header: map[string]string{"Retry-After": "7", "X-RateLimit-Reset": "300"}, body: `{"status":429,"code":"api.too_often"}`},
		{status: 429, header: map[string]string{"X-RateLimit-Reset": "11"}},
		{status: 503, header: map[string]string{"Retry-After": "3"}},
		{status: 200, header: map[string]string{"X-RateLimit-Remaining": "41", "ETag": `"1-aa"`}, body: `{"id":5,"label":"OpenSSL"}`},
	}}
	r, err := p.client(client.Options{Token: "mrt_x", Language: "nb"}).GetStackItem(t.Context(), "c/d 612", 5, nil)
	if err != nil || r.Value.ID != 5 || r.Left != 41 || r.ETag != `"1-aa"` {
		t.Fatalf("%+v, %v", r, err)
	}
	if want := []time.Duration{7 * time.Second, 11 * time.Second, 3 * time.Second}; !slices.Equal(p.waited, want) {
		t.Errorf("waited %v, want %v", p.waited, want)
	}
	last := p.asked[3]
	if last.URL.EscapedPath() != "/api/v1/organisations/c%2Fd%20612/stack/items/5" || last.Header.Get("Authorization") != "Bearer mrt_x" || last.Header.Get("Accept-Language") != "nb" {
		t.Errorf("asked %s with %v", last.URL.EscapedPath(), last.Header)
	}
}

func TestPatienceEnds(t *testing.T) {
	tooOften := answer{status: 429, header: map[string]string{"Retry-After": "20"}, body: `{"status":429,"code":"api.too_often","detail":"Wait."}`}
	p := &portal{t: t, answers: []answer{tooOften, tooOften, tooOften, tooOften}}
	_, err := p.client(client.Options{Patience: 50 * time.Second}).GetAccount(t.Context(), nil)
	if client.Code(err) != "api.too_often" || len(p.waited) != 2 {
		t.Errorf("after %v: %v", p.waited, err)
	}
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.Header.Get("Retry-After") != "20" {
		t.Errorf("%v does not say when to come back", err)
	}
	p.answers, p.waited = []answer{tooOften}, nil
	if _, err := p.client(client.Options{Patience: -1}).GetAccount(t.Context(), nil); client.Code(err) != "api.too_often" || len(p.waited) != 0 {
		t.Errorf("who has no patience waited %v: %v", p.waited, err)
	}
}

func TestAnIntentKeepsItsKeyWhenTheLineIsCut(t *testing.T) {
	p := &portal{t: t, answers: []answer{{}, {status: 201, body: `{"id":7}`}, {status: 201, body: `{"id":8}`}}}
	c := p.client(client.Options{})
	for _, want := range []int64{7, 8} {
		r, err := c.AddStackItem(t.Context(), "c_x101", nil, client.StackEntry{Label: new("OpenSSL")})
		if err != nil || r.Value.ID != want || r.Status != 201 {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	key := func(n int) string { return p.asked[n].Header.Get("Idempotency-Key") }
	if key(0) == "" || key(0) != key(1) || key(1) == key(2) {
		t.Errorf("keys %q, %q and, for another intent, %q", key(0), key(1), key(2))
	}
	if p.bodies[0] != `{"label":"OpenSSL"}` || p.bodies[1] != p.bodies[0] {
		t.Errorf("sent %q, then %q", p.bodies[0], p.bodies[1])
	}
}

func TestAChangeIsNotSentTwice(t *testing.T) {
	p := &portal{t: t, answers: []answer{{status: 502, body: "<h1>Bad gateway</h1>"}}}
	_, err := p.client(client.Options{}).RemoveStackItem(t.Context(), "c_x101", 5)
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.Status != 502 || problem.Code != "" || len(p.asked) != 1 {
		t.Errorf("%d requests, %v", len(p.asked), err)
	}
}

func TestAListGoesOn(t *testing.T) {
	p := &portal{t: t, answers: []answer{
		{status: 200, body: `{"items":[{"id":1},{"id":2}],"limit":2,"next_cursor":"a+b"}`},
		{status: 200, body: `{"items":[{"id":3}],"limit":2}`},
	}}
	var seen []int64
	for item, err := range p.client(client.Options{}).ListStackItemsAll(t.Context(), "c_x101", &client.ListStackItemsParams{Limit: new(int64(2)), Q: new("a&b")}) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, item.ID)
	}
	if !slices.Equal(seen, []int64{1, 2, 3}) || p.asked[1].URL.RawQuery != "cursor=a%2Bb&limit=2&q=a%26b" {
		t.Errorf("saw %v by %q", seen, p.asked[1].URL.RawQuery)
	}
	p.answers = []answer{{status: 403, body: `{"status":403,"code":"access.permission"}`}}
	for _, err := range p.client(client.Options{}).ListStackItemsAll(t.Context(), "c_x101", nil) {
		if client.Code(err) != "access.permission" {
			t.Errorf("%v", err)
		}
	}
}

func TestNoClientOfSomethingElse(t *testing.T) {
	for _, base := range []string{"", "csirt.example.it", "ftp://csirt.example.it", "https://"} {
		if _, err := client.New(base, client.Options{}); err == nil {
			t.Errorf("%q was taken", base)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/client"
	"martinella/client/generate"
	"martinella/internal/platform/config"
)

// The client for programs in Go, and the description it is made of, are those of
// this very API.
func TestTheAPIsClientIsFresh(t *testing.T) {
	const mend = "\nRun: make generate   (and commit client/; after a conflict there take either side and run it)"
	root := filepath.Join("..", "..")
	text, err := newHouse(t).app.API.Document()
	if err != nil {
		t.Fatal(err)
	}
	want, err := generate.Document(text)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(root, "client", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(kept, want) {
		t.Fatalf("client/openapi.json is not what the API says of itself: %.2000s%s", cmp.Diff(string(kept), string(want)), mend)
	}
	code, err := generate.Code(t.Context(), root, want)
	if err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadFile(filepath.Join(root, "client", "generated.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, code) {
		t.Errorf("client/generated.go is not what its description gives.%s", mend)
	}
}

// TestTheAPIsClientDrivesTheProgram does with the generated client what a
// member's own program would.
func TestTheAPIsClientDrivesTheProgram(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	c, err := client.New(h.server.URL, client.Options{Token: h.token(t, "org_admin@c_x101"), Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	if me, err := c.GetAccount(ctx, nil); err != nil || me.Value.Token == nil || me.Left == 0 {
		t.Fatalf("%+v, %v", me, err)
	}
	const org = "c_x101"
	entry := client.StackEntry{Label: new("OpenSSL"), Version: new("3.0.13"), Exposure: new(client.StackEntryExposureInternet)}
	once := &client.AddStackItemParams{IdempotencyKey: new("first")}
	first, err := c.AddStackItem(ctx, org, once, entry)
	if err != nil || first.Status != 201 || first.Replayed || first.Location == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := c.AddStackItem(ctx, org, once, entry)
	if err != nil || !again.Replayed || again.Value.ID != first.Value.ID {
		t.Fatalf("%+v, %v", again, err)
	}
	for _, label := range []string{"nginx", "PostgreSQL", "Keycloak"} {
		if _, err := c.AddStackItem(ctx, org, nil, client.StackEntry{Label: &label}); err != nil {
			t.Fatal(err)
		}
	}
	h.listsAll(t, c)
	h.seesConflict(t, c, first.Value.ID)
	if _, err := c.ListStackItems(ctx, "c_x102", nil); client.Code(err) != "access.organisation" {
		t.Errorf("another's stack: %v", err)
	}
}

func (h *house) listsAll(t *testing.T, c *client.Client) {
	t.Helper()
	var labels []string
	for item, err := range c.ListStackItemsAll(t.Context(), "c_x101", &client.ListStackItemsParams{Limit: new(int64(1)), Sort: new(client.ListStackItemsParamsSortLabel)}) {
		if err != nil {
			t.Fatal(err)
		}
		labels = append(labels, item.Label)
	}
	slices.Sort(labels)
	if diff := cmp.Diff([]string{"Keycloak", "OpenSSL", "PostgreSQL", "nginx"}, labels); diff != "" {
		t.Error(diff)
	}
}

// seesConflict changes an item twice with the tag of the first reading.
func (h *house) seesConflict(t *testing.T, c *client.Client, id int64) {
	t.Helper()
	read, err := c.GetStackItem(t.Context(), "c_x101", id, nil)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := c.GetStackItem(t.Context(), "c_x101", id, &client.GetStackItemParams{IfNoneMatch: &read.ETag}); err != nil || !same.Same {
		t.Errorf("%+v, %v", same, err)
	}
	params := &client.UpdateStackItemParams{IfMatch: &read.ETag}
	h.clock.Advance(time.Millisecond) // as time does between two requests
	entry := client.StackEntry{Label: new("OpenSSL"), Version: new("3.0.14")}
	if _, err := c.UpdateStackItem(t.Context(), "c_x101", id, params, entry); err != nil {
		t.Fatal(err)
	}
	_, err = c.UpdateStackItem(t.Context(), "c_x101", id, params, entry)
	var problem *client.Problem
	if !errors.As(err, &problem) || problem.Status != 412 || problem.Code != "api.stale" || problem.Detail == "" {
		t.Errorf("a stale change: %v", err)
	}
	_, err = c.AddStackItem(t.Context(), "c_x101", nil, client.StackEntry{Label: new(strings.Repeat("x", 100_000))})
	if !errors.As(err, &problem) || problem.Status != 422 || len(problem.Errors) != 1 || problem.Errors[0].Field != "label" {
		t.Errorf("a label without end: %v", err)
	}
}

// A client that asks quicker than it may waits as it is told, and gets all it asked for.
func TestTheAPIsClientWaitsForTheProgram(t *testing.T) {
	h := newHouse(t, func(c *config.Config) { c.APIRate = 60 }) // 30 at once, then one a second
	var waited time.Duration
	c, err := client.New(h.server.URL, client.Options{Token: h.token(t, "org_admin@c_x101"), Wait: func(_ context.Context, d time.Duration) error {
		waited += d
		h.clock.Advance(d)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 40 {
		if _, err := c.GetAccount(t.Context(), nil); err != nil {
			t.Fatalf("request %d after waiting %v: %v", n+1, waited, err)
		}
	}
	if waited != 10*time.Second {
		t.Errorf("waited %v for ten requests too many", waited)
	}
}

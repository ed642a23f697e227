// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/identity"
)

// TestTokensWithoutStepUpDoNothingThatWantsASecondFactor knocks with a token
// that has everything else at every operation whose page asks for a second
// factor anew. With the scope the same door opens.
func TestTokensWithoutStepUpDoNothingThatWantsASecondFactor(t *testing.T) {
	h, tried := newHouse(t), 0
	scopes := []string{identity.AccountScope}
	for _, p := range access.Permissions() {
		scopes = append(scopes, p.String())
	}
	without, with := h.staffToken(t, scopes), h.staffToken(t, append(scopes, identity.StepUpScope))
	for _, route := range h.app.Gate.Routes() {
		if !isAPI(route) || route.Fresh == gate.Anytime {
			continue
		}
		tried++
		before := h.traces(t)
		if status, code := h.program(t, without, route.Pattern); status != http.StatusForbidden || code != "access.token_recent" {
			t.Errorf("%s without step-up: %d %s", route.Pattern, status, code)
		}
		if h.traces(t) != before {
			t.Errorf("%s without step-up left traces", route.Pattern)
		}
		if status, code := h.program(t, with, route.Pattern); status == http.StatusForbidden {
			t.Errorf("%s with step-up: %d %s", route.Pattern, status, code)
		}
	}
	if tried < 3 {
		t.Errorf("only %d operations want a second factor", tried)
	}
}

// staffToken makes a token of the administrator.
func (h *house) staffToken(t *testing.T, scopes []string) string {
	t.Helper()
	people, err := h.app.rooms.identity.AllPeople(t.Context(), access.System("test"), identity.PeopleQuery{Text: "administrator", Limit: 10})
	if err != nil || len(people) != 1 {
		t.Fatalf("%d administrators, %v", len(people), err)
	}
	p := access.Principal{Person: people[0].ID, Staff: []access.Role{access.Administrator}}
	_, text, err := h.app.rooms.identity.NewToken(t.Context(), p, p.Own(), identity.TokenForm{Name: "staff", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// program calls an operation with a token and tells the code of what went wrong.
func (h *house) program(t *testing.T, token, pattern string) (status int, code string) {
	t.Helper()
	method, _, _ := strings.Cut(pattern, " ")
	body := ""
	if method != http.MethodGet && method != http.MethodDelete {
		body = "{}"
	}
	req, err := http.NewRequestWithContext(t.Context(), method, h.server.URL+path(pattern, "c_x101"), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var problem struct{ Code string }
	_ = json.NewDecoder(res.Body).Decode(&problem) // an answer that is no problem has no code
	return res.StatusCode, problem.Code
}

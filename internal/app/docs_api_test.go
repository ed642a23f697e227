// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/identity"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// The examples of docs/api are run as they stand, one after the other, with a
// token made for them: an example that does not work fails here.
func TestTheExamplesOfTheAPIWork(t *testing.T) {
	h := newHouse(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	h.matched(t)
	h.registered(t, "c_x103", "Comune di Contratto")
	staff := h.staffToken(t, []string{"registration.read", "accreditation.edit", "people.edit", "territory.read", "organisation.read", "contact.read", identity.StepUpScope})
	script := "set -eu\n"
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		script += block[1]
	}
	if n := strings.Count(script, "curl "); n < 10 {
		t.Fatalf("%d commands are not the document's", n)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.clock.Advance(time.Millisecond) // as time does between two commands
		h.server.Config.Handler.ServeHTTP(w, r)
		if _, err := h.app.Queue.Drain(context.Background()); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	fresh := h.token(t, "org_admin@c_x101", identity.StepUpScope)
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "BASE="+server.URL+"/api/v1", "ORG=c_x101", "TOKEN="+h.token(t, "org_admin@c_x101"), "STEP_UP_TOKEN="+fresh, "PASSWORD="+password, "STAFF_TOKEN="+staff)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// token makes a token with all that an actor may do in c_x101.
func (h *house) token(t *testing.T, name string, more ...string) string {
	t.Helper()
	ctx := context.Background()
	people, err := h.app.rooms.identity.AllPeople(ctx, access.System("test"), identity.PeopleQuery{Text: name, Limit: 10})
	if err != nil || len(people) != 1 {
		t.Fatalf("%d people are called %s, %v", len(people), name, err)
	}
	org, err := h.app.rooms.constituency.OrganisationByCode(ctx, access.System("test"), "c_x101")
	if err != nil {
		t.Fatal(err)
	}
	p := access.Principal{Person: people[0].ID, Memberships: map[int64][]access.Role{org.ID: {access.OrgAdmin}}}
	_, text, err := h.app.rooms.identity.NewToken(ctx, p, p.Own(), identity.TokenForm{Name: "docs",
		Scopes: append([]string{"account", "organisation.read", "organisation.edit", "network.edit", "stack.read", "stack.edit", "channel.read", "channel.write",
			"vulnerability.read", "vulnerability.mark"}, more...)})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

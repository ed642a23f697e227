// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bytes"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/access/gate/api"
	"martinella/internal/inventory"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The matrix as people read it. A route that opens to somebody new, or a role
// that gains a permission, shows here in review.
func TestPermissionMatrixIsAsReviewed(t *testing.T) {
	house := newHouse(t)
	var got bytes.Buffer
	if err := house.app.PrintPermissions(&got); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "permissions.txt")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the matrix changed; look at it, then run the test with -update (-want +got):\n%s", diff)
	}
}

// actor is somebody who tries every door.
type actor struct {
	name  string
	staff access.Role
	roles map[string]access.Role // by organisation code
}

func actors() []actor {
	out := []actor{{name: "visitor"}}
	for _, r := range access.StaffRoles() {
		out = append(out, actor{name: string(r), staff: r})
	}
	for _, r := range access.MemberRoles() {
		out = append(out, actor{name: string(r) + "@c_x101", roles: map[string]access.Role{"c_x101": r}})
	}
	return append(out,
		actor{name: "org_admin@c_x102", roles: map[string]access.Role{"c_x102": access.OrgAdmin}},
		actor{name: "org_admin of both", roles: map[string]access.Role{"c_x101": access.OrgAdmin, "c_x102": access.OrgTechnician}},
	)
}

// mayEnter is the rule in the words, written apart from the gate: it
// reads the matrix of roles, not the gate's decision.
func mayEnter(rule, org string, a actor) bool {
	door, permission, _ := strings.Cut(rule, " ")
	switch door {
	case "public":
		return true
	case "signed-in":
		return a.name != "visitor"
	case "staff":
		return a.staff != "" && grants(a.staff, permission)
	}
	return a.staff != "" && grants(a.staff, permission) || a.roles[org] != "" && grants(a.roles[org], permission)
}

func grants(r access.Role, permission string) bool {
	for _, p := range access.Permissions() {
		if p.String() == permission {
			return access.Grants(r).Has(p)
		}
	}
	return false
}

var parameter = regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}|\{\$\}`)

// path fills a pattern's parameters: the organisation, and for all else
// something that exists in no organisation.
func path(pattern, org string) string {
	_, p, _ := strings.Cut(pattern, " ")
	p = strings.ReplaceAll(p, "{org}", org)
	return parameter.ReplaceAllStringFunc(p, func(s string) string {
		switch s {
		case "{$}":
			return ""
		case "{cve}":
			return "CVE-1999-0001"
		}
		return "999999"
	})
}

// TestEveryRouteByEveryRoleInEveryOrganisation knocks at every door as
// everybody. Who may not enter learns nothing and changes nothing; who may
// never meets a failure of ours.
func TestEveryRouteByEveryRoleInEveryOrganisation(t *testing.T) {
	house := newHouse(t)
	for _, a := range actors() {
		t.Run(a.name, func(t *testing.T) {
			for _, org := range []string{"c_x101", "c_x102"} {
				for _, route := range house.app.Gate.Routes() {
					if org != "c_x101" && !route.Rule.IsMember() || strings.Contains(route.Pattern, "/signout") || leavesSession(route) {
						continue
					}
					house.knock(t, a, org, route)
				}
			}
		})
	}
}

// leavesSession are the routes that would end the session everything else is tried with.
func leavesSession(r gate.Route) bool {
	return strings.HasPrefix(r.Pattern, "POST /account/sessions") || strings.HasPrefix(r.Pattern, "POST /signin")
}

func isAPI(r gate.Route) bool { return strings.Contains(r.Pattern, " "+api.Root+"/") }

func (h *house) knock(t *testing.T, a actor, org string, route gate.Route) {
	t.Helper()
	method, _, _ := strings.Cut(route.Pattern, " ")
	before := h.traces(t)
	status, location := h.ask(t, a.name, method, path(route.Pattern, org))
	allowed := mayEnter(route.Rule.String(), org, a)
	toSignIn := status == http.StatusSeeOther && strings.HasPrefix(location, "/signin") && a.name == "visitor"
	unknown := status == http.StatusUnauthorized && a.name == "visitor" && isAPI(route)
	refused := status == http.StatusForbidden || status == http.StatusNotFound || toSignIn || unknown
	switch {
	case status >= 500:
		t.Errorf("%s in %s as %s: %d", route.Pattern, org, a.name, status)
	case !allowed && !refused:
		t.Errorf("%s in %s as %s: %d, but %q keeps him out", route.Pattern, org, a.name, status, route.Rule)
	case allowed && status == http.StatusForbidden && isAPI(route) && route.Fresh != gate.Anytime:
		// A program is told to confirm instead of being asked (TestRoutesThatWantARecentSecondFactor).
	case allowed && (status == http.StatusForbidden || status == http.StatusUnauthorized || toSignIn && !route.Rule.IsPublic()):
		t.Errorf("%s in %s as %s: %d, but %q lets him in", route.Pattern, org, a.name, status, route.Rule)
	}
	if after := h.traces(t); !allowed && after != before {
		t.Errorf("%s in %s as %s was refused and left %d traces in the audit log", route.Pattern, org, a.name, after-before)
	}
}

// TestRoutesThatWantARecentSecondFactor knocks at every one of them as somebody
// whose second factor is too old: he is asked to confirm, whatever he sends, and
// nothing is done.
func TestRoutesThatWantARecentSecondFactor(t *testing.T) {
	house := newHouse(t)
	house.clock.Advance(20 * time.Minute)
	tried := 0
	for _, route := range house.app.Gate.Routes() {
		if route.Fresh == gate.Anytime {
			continue
		}
		tried++
		method, _, _ := strings.Cut(route.Pattern, " ")
		address := path(route.Pattern, "c_x101")
		if route.Fresh == gate.FreshExport {
			if status, _ := house.ask(t, "administrator", method, address); status == http.StatusSeeOther {
				t.Errorf("%s: looking at the list asks to confirm", route.Pattern)
			}
			address += "?format=csv"
		}
		before := house.traces(t)
		status, location := house.ask(t, "administrator", method, address)
		want := "/account/confirm?next=" + url.QueryEscape(address)
		if method == http.MethodGet && !isAPI(route) && (status != http.StatusSeeOther || location != want) {
			t.Errorf("%s: %d to %q, want to be led to %q", route.Pattern, status, location, want)
		}
		if isAPI(route) {
			if status != http.StatusForbidden {
				t.Errorf("%s: %d, want 403", route.Pattern, status)
			}
		} else if method == http.MethodPost && status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d, want the question with what was typed", route.Pattern, status)
		}
		if house.traces(t) != before {
			t.Errorf("%s did something without being confirmed", route.Pattern)
		}
	}
	if tried == 0 {
		t.Fatal("no route wants a recent second factor")
	}
}

// TestEveryFileOfAListWantsARecentSecondFactor asks every page for a file: one
// that gives some without wanting the second factor was forgotten.
func TestEveryFileOfAListWantsARecentSecondFactor(t *testing.T) {
	house, files := newHouse(t), 0
	asset := house.asset(t)
	for _, route := range house.app.Gate.Routes() {
		if !strings.HasPrefix(route.Pattern, "GET ") || route.Rule.IsPublic() {
			continue
		}
		address := path(route.Pattern, "c_x101")
		if strings.Contains(route.Pattern, "/assets/{id}") {
			address = strings.ReplaceAll(address, "999999", asset)
		}
		kind := house.kind(t, "administrator", address+"?format=csv&q=a")
		if !strings.HasPrefix(kind, "text/csv") {
			continue
		}
		if files++; route.Fresh == gate.Anytime {
			t.Errorf("%s gives a file and does not name gate.RecentExport", route.Pattern)
		}
	}
	if files < 3 {
		t.Errorf("only %d lists give files", files)
	}
}

// asset declares a host of c_x101 and gives its number: its page has a list too.
func (h *house) asset(t *testing.T) string {
	t.Helper()
	org, err := h.app.rooms.constituency.OrganisationByCode(t.Context(), access.System("test"), "c_x101")
	if err != nil {
		t.Fatal(err)
	}
	s, err := access.System("test").For(org.ID)
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.app.rooms.inventory.AddAsset(t.Context(), s, inventory.AssetFacts{Name: "portale"})
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatInt(a.ID, 10)
}

// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"martinella/internal/access"
	. "martinella/internal/constituency"
)

func TestDeclaringDomainsAndNetworks(t *testing.T) {
	s, o, _, _ := chartSite(t)
	other := s.approved(t, body(1), Basic)
	s.join("altro", other.ID, access.OrgTechnician)
	list := url.Values{"lines": {"*.comune.example;sito\n192.0.2.7/24\n192.0.2.0/24\n<script>alert(1)</script>\n" + strings.Repeat("a", 10000) + "\n\u202ecomune.example"}}
	status, page := s.post(t, "ada", "/o/c_d612/networks/preview", list)
	if status != http.StatusOK || !strings.Contains(page, "forse intendete 192.0.2.0/24") || strings.Contains(page, "<script>alert") {
		t.Errorf("the preview: %d", status)
	}
	if status, to := s.post(t, "ada", "/o/c_d612/networks", list); status != http.StatusSeeOther || to != "/o/c_d612/networks" {
		t.Fatalf("confirming: %d %s", status, to)
	}
	if _, page := s.get(t, "lettore", "/o/c_d612/networks"); !strings.Contains(page, "*.comune.example") || !strings.Contains(page, "192.0.2.0/24") {
		t.Error("what was declared is not in the list")
	}
	for _, c := range []struct {
		who, path, lines string
		want             int
	}{
		{"ada", "/o/c_d612/networks/preview", "", http.StatusUnprocessableEntity}, {"ada", "/o/c_d612/networks/preview", "fi.it", http.StatusUnprocessableEntity},
		{"ada", "/o/c_d612/networks/preview", "posta.example", http.StatusSeeOther}, {"lettore", "/o/c_d612/networks/preview", "x.example", http.StatusForbidden},
		{"lettore", "/o/c_d612/networks", "x.example", http.StatusForbidden}, {"altro", "/o/c_d612/networks", "x.example", http.StatusNotFound},
		{"altro", "/o/ente_001/networks", "192.0.2.64/26", http.StatusSeeOther},
	} {
		if status, _ := s.post(t, c.who, c.path, url.Values{"lines": {c.lines}}); status != c.want {
			t.Errorf("%s %s %q: %d, want %d", c.who, c.path, c.lines, status, c.want)
		}
	}
	c := claimed(t, s.world, member(t, o.ID, access.OrgAdmin), "192.0.2.0/24")
	theirs := claimed(t, s.world, member(t, other.ID, access.OrgAdmin), "192.0.2.64/26")
	own, ops := "/o/c_d612/networks/"+strconv.FormatInt(c.ID, 10), "/ops/networks/"+strconv.FormatInt(c.ID, 10)
	status, page = s.get(t, "ada", own)
	if status != http.StatusOK || !strings.Contains(page, "in esame presso il CSIRT") || strings.Contains(page, other.Name) || strings.Contains(page, "192.0.2.64") {
		t.Errorf("%d: the member's page does not say that it is examined, or says whose the other is", status)
	}
	if status, _ := s.get(t, "ada", "/o/c_d612/networks/"+strconv.FormatInt(theirs.ID, 10)); status != http.StatusNotFound {
		t.Errorf("another member's claim: %d", status)
	}
	if status, page := s.get(t, "operator", ops); status != http.StatusOK || !strings.Contains(page, other.Name) || !strings.Contains(page, "192.0.2.64/26") {
		t.Errorf("%d: the operator is not told whose the other is", status)
	}
	all, err := s.Overlaps(t.Context(), operator(1), c.ID)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	decision := url.Values{"overlap": {strconv.FormatInt(all[0].ID, 10)}, "action": {"refused"}}
	if status, _ := s.post(t, "operator", ops, decision); status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", status)
	}
	if status, _ := s.post(t, "auditor", ops, decision); status != http.StatusForbidden {
		t.Errorf("the auditor decides: %d", status)
	}
	decision.Set("reason", "registro RIPE")
	if status, to := s.post(t, "operator", ops, decision); status != http.StatusSeeOther || to != ops {
		t.Errorf("deciding: %d %s", status, to)
	}
	if c := claimed(t, s.world, member(t, other.ID, access.OrgAdmin), "192.0.2.64/26"); c.State != ClaimRefused {
		t.Errorf("the later one is %s", c.State)
	}
	if status, page := s.get(t, "operator", "/ops/networks"); status != http.StatusOK || !strings.Contains(page, "192.0.2.0/24") {
		t.Errorf("a network nobody verified is not in the queue: %d", status)
	}
	if status, _ := s.post(t, "ada", own+"/remove", nil); status != http.StatusSeeOther {
		t.Errorf("removing: %d", status)
	}
	if status, _ := s.post(t, "ada", own+"/prove", nil); status != http.StatusNotFound {
		t.Errorf("proving what was removed: %d", status)
	}
}

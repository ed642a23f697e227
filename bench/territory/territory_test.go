// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"martinella/internal/vulnerability/cpe"
)

// What is seeded as rows must be what the program would have written: it is
// matched, told and shown. Otherwise the benchmark measures something else.
func TestASeededTerritoryLives(t *testing.T) {
	ctx := t.Context()
	c := newCommand("test")
	if err := c.parse([]string{"-dir", t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	i, err := open(ctx, c, began)
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	feed := filepath.Join(t.TempDir(), "nvd.json")
	if err := os.WriteFile(feed, []byte(`{"format":"NVD_CVE","version":"2.0","totalResults":1,"vulnerabilities":[{"cve":{"id":"CVE-2026-0001",
		"vulnStatus":"Analyzed","published":"2026-05-01T00:00:00.000","lastModified":"2026-05-02T00:00:00.000","descriptions":[{"lang":"en","value":"A flaw."}],
		"configurations":[{"nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:acme:door:*:*:*:*:*:*:*:*",
		"versionEndExcluding":"2.0","matchCriteriaId":"x"}]}]}]}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	name, err := cpe.Parse("cpe:2.3:a:acme:door:1.0:*:*:*:*:*:*:*")
	if err != nil {
		t.Fatal(err)
	}
	bodies := []body{numbered(0), numbered(1)}
	bodies[0].Items = []piece{drawn(name, 0)}
	if err := i.take(ctx, "nvd", feed); err != nil {
		t.Fatal(err)
	}
	if err := i.seed(ctx, bodies); err != nil {
		t.Fatal(err)
	}
	if err := i.drain(ctx); err != nil {
		t.Fatal(err)
	}
	got, err := i.strings(ctx, "SELECT o.code || ' ' || m.cve_id FROM vulnerability_match m JOIN organisation o ON o.id = m.organisation_id")
	if err != nil || fmt.Sprint(got) != "[c_t0001 CVE-2026-0001]" {
		t.Fatalf("matches %v, %v", got, err)
	}
	s := sample{members: []member{{code: "c_t0001", token: token(0), cve: "CVE-2026-0001"}}, wide: []string{"CVE-2026-0001"}}
	ids, err := i.ids(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.members[0].id = ids["c_t0001"]
	if err := i.signIn(ctx, &s); err != nil {
		t.Fatal(err)
	}
	portal, err := i.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/o/c_t0001", "/o/c_t0001/vulnerabilities/CVE-2026-0001", "/o/c_t0001/stack"} {
		if code := ask(portal, path, token(0)); code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code := ask(portal, "/ops/vulnerabilities/CVE-2026-0001", s.staff); code != http.StatusOK {
		t.Errorf("the operator's answer: %d", code)
	}
}

func ask(portal http.Handler, path, token string) int {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.AddCookie(&http.Cookie{Name: "martinella_session", Value: token})
	w := httptest.NewRecorder()
	portal.ServeHTTP(w, req)
	return w.Code
}

// The check of the replay must notice what it is there for.
func TestTheReplaysCheckNotices(t *testing.T) {
	at := func(text string) found {
		return found{org: 1, key: "1 CVE-2026-0001 7", cve: "CVE-2026-0001", state: readState(text)}
	}
	r := &replay{told: map[string]state{}, open: map[string]bool{}}
	for _, step := range []struct {
		what, state string
		closed      bool
		news        int
	}{
		{"first seen", "c--0322.0", false, 1}, {"the same", "c--0322.0", false, 0}, {"in KEV", "ck-0332.0", false, 1},
		{"out of KEV", "c--0322.0", false, 0}, {"in KEV again, told before", "ck-0332.0", false, 0}, {"another fix", "ck-0332.1", false, 1},
	} {
		f := at(step.state)
		f.closed = step.closed
		if got := r.news([]found{f}); len(got) != step.news {
			t.Errorf("%s: %v", step.what, got)
		}
	}
	r.compare("c_x001", map[string]bool{"CVE-2026-0001": true}, map[string]bool{"CVE-2026-0002": true})
	if len(r.wrong) != 1 {
		t.Errorf("a digest that tells the wrong CVE passes: %v", r.wrong)
	}
}

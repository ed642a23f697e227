// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// touchedHouse is a house of two organisations with a webhook each, whose stack a
// CVE touches. It gives what came, by the address it came to.
func touchedHouse(t *testing.T) map[string][]string {
	t.Helper()
	c := newContract(t, newHouse(t))
	got := map[string][]string{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got[r.URL.Path] = append(got[r.URL.Path], string(text))
	}))
	defer server.Close()
	for _, org := range []string{"c_x101", "c_x102"} {
		as, path := "org_admin@"+org, map[string]string{"org": org}
		c.call(201, "add-webhook", asked{As: as, Path: path, Body: m{"name": "SIEM", "url": server.URL + "/" + org, "kinds": []string{"vulnerability.touched", "vulnerability.escalated"}, "contact": "ict@ente.example"}})
		c.call(201, "add-stack-item", asked{As: as, Path: path, Body: m{"label": "FortiOS", "cpe": "cpe:2.3:o:fortinet:fortios:7.2.7:*:*:*:*:*:*:*", "exposure": "internet", "asset": "firewall"}})
	}
	c.drain()
	if len(got) != 0 {
		t.Fatalf("before anything is published: %v", got)
	}
	c.matched()
	c.call(422, "add-csirt-webhook", asked{As: "csirt_manager", Body: m{"name": "x", "url": server.URL, "kinds": []string{"vulnerability.touched"}, "contact": "ict@ente.example"}})
	return got
}

func TestWebhooksTellEachWhatTouchesIt(t *testing.T) {
	got := touchedHouse(t)
	for _, org := range []string{"c_x101", "c_x102"} {
		want := `"organisation":"` + org + `","object":{"kind":"vulnerabilities","url":"`
		if list := got["/"+org]; len(list) != 1 || !strings.Contains(list[0], want) || !strings.HasSuffix(list[0], `"details":{"cause":"corpus","count":1,"cves":["CVE-2026-10001"]}}}`) {
			t.Errorf("%s: %q", org, list)
		}
	}
}

// The example of docs/api/webhooks.md looks as what is sent, and its program reads that.
func TestTheExampleOfWhatTouchesWorks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api", "webhooks.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := func(begins string) string {
		found := regexp.MustCompile("(?s)```" + begins + ".*?\n```").FindString(string(text))
		_, code, _ := strings.Cut(strings.TrimSuffix(found, "```"), "\n")
		return code
	}
	sent, shown := touchedHouse(t)["/c_x101"], block("json\n")
	if len(sent) != 1 || !slices.Equal(fieldsOf(t, sent[0]), fieldsOf(t, shown)) {
		t.Fatalf("%s is sent, not %s", sent, shown)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-c", block("python\n#"))
	cmd.Stdin = strings.NewReader(sent[0])
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "1 CVE, first CVE-2026-10001: http") {
		t.Errorf("%s, %v", out, err)
	}
}

// fieldsOf lists the fields of a message, those of its objects with a dot.
func fieldsOf(t *testing.T, text string) (out []string) {
	t.Helper()
	var message map[string]any
	if err := json.Unmarshal([]byte(text), &message); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var walk func(prefix string, of map[string]any)
	walk = func(prefix string, of map[string]any) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			out = append(out, prefix+name)
			if inner, ok := of[name].(map[string]any); ok {
				walk(prefix+name+".", inner)
			}
		}
	}
	walk("", message)
	return out
}

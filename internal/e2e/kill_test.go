// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// baseline is a feed that takes long enough to be interrupted.
const baseline = "../app/demo/feeds/nvd-baseline.json.zst"

// until looks again and again whether something has come about.
func until(t *testing.T, what string, come func() bool) {
	t.Helper()
	again, late := time.NewTicker(2*time.Millisecond), time.After(patience)
	defer again.Stop()
	for !come() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("%s: it did not come about", what)
		}
	}
}

// TestKilledWhileImportingAFeed: kill -9 at several moments of an import, then
// once to the end, gives what an import without interruption gives.
func TestKilledWhileImportingAFeed(t *testing.T) {
	calm, torn := install(t), install(t)
	calm.run("feed", "import", "nvd", baseline)
	want := calm.corpus()
	torn.run("migrate")
	midway := 0
	for _, atLeast := range []int{1, 2000, 5000} {
		p := torn.start("feed", "import", "nvd", baseline)
		torn.watch(func(count func(string) int) {
			until(t, "part of the import", func() bool { return count("SELECT count(*) FROM vulnerability") >= atLeast })
		})
		p.kill()
		if n := torn.count("SELECT count(*) FROM vulnerability"); n < len(want) {
			midway++
		}
	}
	if midway == 0 {
		t.Error("no kill came in the middle: the test tries nothing")
	}
	torn.run("feed", "import", "nvd", baseline)
	if got := torn.corpus(); !slices.Equal(got, want) {
		t.Errorf("%d records after interruptions, %d without, or not the same", len(got), len(want))
	}
	if said := torn.run("feed", "status"); !strings.Contains(said, "nvd") || strings.Contains(said, "running") || strings.Contains(said, "failed") {
		t.Errorf("feed status after all: %s", said)
	}
	if again := torn.run("feed", "import", "nvd", baseline); !strings.Contains(again, "nothing to do") {
		t.Errorf("the same file once more: %s", again)
	}
}

// corpus lists every record there is with what tells its content.
func (i *installation) corpus() []string {
	return i.list("SELECT cve || ' ' || source || ' ' || hex(digest) || ' ' || hex(criteria) FROM vulnerability_source ORDER BY 1")
}

// newsOf writes a feed with one new CVE for each of some products.
func newsOf(t *testing.T, products ...string) string {
	t.Helper()
	var list []any
	for n, product := range products {
		list = append(list, map[string]any{"cve": map[string]any{
			"id": fmt.Sprintf("CVE-2026-9999%d", n), "sourceIdentifier": "test@example.org", "vulnStatus": "Analyzed",
			"published": "2026-11-22T00:00:00.000", "lastModified": "2026-11-22T00:00:00.000",
			"descriptions": []any{map[string]any{"lang": "en", "value": "Invented for a test: every version of " + product + "."}},
			"configurations": []any{map[string]any{"nodes": []any{map[string]any{"operator": "OR", "negate": false, "cpeMatch": []any{
				map[string]any{"vulnerable": true, "criteria": "cpe:2.3:a:" + product + ":*:*:*:*:*:*:*:*", "matchCriteriaId": fmt.Sprintf("00000000-0000-0000-0000-00000000000%d", n)},
			}}}}},
		}})
	}
	page, err := json.Marshal(map[string]any{"resultsPerPage": len(list), "startIndex": 0, "totalResults": len(list),
		"format": "NVD_CVE", "version": "2.0", "timestamp": "2026-11-22T00:00:00.000", "vulnerabilities": list})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "news.json")
	if err := os.WriteFile(file, page, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestKilledWhileSendingDigests: kill -9 between one body's digest and the
// next one's, several times. In the end everybody has one mail, nobody two, and
// nothing that was to be told is left.
func TestKilledWhileSendingDigests(t *testing.T) {
	i := install(t, "--demo")
	i.run("demo")
	i.run("feed", "import", "nvd", newsOf(t, "google:chrome", "mozilla:firefox", "7-zip:7-zip"))
	day := time.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	sent := "SELECT count(*) FROM digest WHERE day = '" + day + "'"
	var seen []int
	for _, atLeast := range []int{1, 2, 4} {
		p := i.start("digest", "run", "--date", day)
		i.watch(func(count func(string) int) { until(t, "a digest", func() bool { return count(sent) >= atLeast }) })
		p.kill()
		seen = append(seen, i.count(sent))
	}
	i.run("digest", "run", "--date", day)
	all := i.count(sent)
	if t.Logf("digests after each kill %v, in the end %d", seen, all); all < 5 || seen[0] == all {
		t.Errorf("too few digests to say anything, or no kill came in the middle: %v of %d", seen, all)
	}
	i.wantEveryMailOnce(day)
	before := i.count("SELECT count(*) FROM mail_recipient")
	if said := i.run("digest", "run", "--date", day); strings.Contains(said, ": sent") {
		t.Errorf("one more run tells again:\n%s", said)
	}
	if after := i.count("SELECT count(*) FROM mail_recipient"); after != before {
		t.Errorf("one more run: %d mails, before %d", after, before)
	}
	if said := i.run("audit", "verify"); !strings.Contains(said, "whole") {
		t.Errorf("audit verify: %s", said)
	}
}

// wantEveryMailOnce holds the mails of a day to the digests that promise them.
func (i *installation) wantEveryMailOnce(day string) {
	i.t.Helper()
	promised := i.count("SELECT sum(recipients) FROM digest WHERE day = $1", day)
	const news = ` FROM mail_recipient r JOIN mail_message m ON m.id = r.message
		WHERE m.kind = 'vulnerability.digest' AND m.text_body LIKE '%CVE-2026-9999%'`
	if mails := i.count("SELECT count(*)" + news); mails != promised || mails == 0 {
		i.t.Errorf("%d mails tell the news, the digests promise %d", mails, promised)
	}
	if people := i.count("SELECT count(DISTINCT r.address || ' ' || r.organisation)" + news); people != promised {
		i.t.Errorf("%d people have the news, the digests promise %d: somebody has it twice", people, promised)
	}
	// A mail that was being handed over when its process was killed stays under
	// that process's lease for a while; its job is there.
	leased := i.count("SELECT count(*) FROM job WHERE kind = 'mail.send' AND state = 'leased'")
	if waiting := i.count("SELECT count(*) FROM mail_recipient WHERE state <> 'kept'"); waiting > leased {
		i.t.Errorf("%d mails are still on their way, %d under a lease", waiting, leased)
	}
	left := i.list(`SELECT o.name || ' ' || m.cve_id FROM vulnerability_match m JOIN organisation o ON o.id = m.organisation_id
		WHERE m.pending = 1 AND o.state = 'approved'`)
	if len(left) > 0 {
		i.t.Errorf("nobody was told of %q", left)
	}
	told := i.count(`SELECT count(*) FROM vulnerability_match m JOIN organisation o ON o.id = m.organisation_id
		WHERE m.cve_id LIKE 'CVE-2026-9999%' AND m.told <> '' AND o.state = 'approved'`)
	matched := i.count(`SELECT count(*) FROM item i JOIN organisation o ON o.id = i.organisation_id
		WHERE o.state = 'approved' AND i.vendor || ':' || i.product IN ('google:chrome', 'mozilla:firefox', '7-zip:7-zip')`)
	if told != matched || told == 0 {
		i.t.Errorf("%d items' news were told, %d items are touched", told, matched)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"testing"

	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/cve"
)

// What the issue says of cpe2cve: the restatement must have it.
func TestPeerOrderHasTheKnownLimits(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"1.0rc1", "1.0", 1}, {"7.0", "7.0.0", -1}, {"1.9", "1.10", -1}, {"95SE", "98SP1", -1}, {"16.3.2", "3.7.0", 1}, {"1.0", "1.0", 0}} {
		if got := peerOrder(tt.a, tt.b); got != tt.want {
			t.Errorf("peerOrder(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestDifferencesAreClassified(t *testing.T) {
	criterion := func(name, end string) cve.Criterion {
		return cve.Criterion{Vulnerable: true, Criteria: name, EndExcluding: end}
	}
	rec := func(nodes ...cve.Node) *cve.Record {
		return &cve.Record{ID: "CVE-0-1", Configurations: []cve.Configuration{{Operator: cve.And, Nodes: nodes}}}
	}
	one := func(c cve.Criterion) *cve.Record { return rec(cve.Node{Criteria: []cve.Criterion{c}}) }
	platform := criterion("cpe:2.3:o:v:os:*:*:*:*:*:*:*:*", "")
	platform.Vulnerable = false
	tests := []struct {
		rec     *cve.Record
		item    string
		oursHas bool
		want    class
	}{
		{one(criterion("cpe:2.3:a:v:P:*:*:*:*:*:*:*:*", "2")), "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*", true, classCase},
		{one(criterion("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", "2")), "cpe:2.3:a:v:p:-:*:*:*:*:*:*:*", false, classNA},
		{one(platform), "cpe:2.3:o:v:os:1:*:*:*:*:*:*:*", false, classVulnerable},
		{rec(cve.Node{Criteria: []cve.Criterion{criterion("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", "2")}}, cve.Node{Criteria: []cve.Criterion{platform}}), "cpe:2.3:a:v:p:1:*:*:*:*:*:*:*", true, classPlatform},
	}
	for _, tt := range tests {
		d := diff{probed: map[string]bool{}}
		n, err := cpe.Parse(tt.item)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := d.smallest(tt.rec, n, tt.oursHas); !ok || got != string(tt.want) {
			t.Errorf("%s: %q, %v; want %q", tt.item, got, ok, tt.want)
		}
	}
	d := diff{probed: map[string]bool{}}
	n, _ := cpe.Parse("cpe:2.3:a:v:p:2:*:*:*:*:*:*:*")
	if got, ok := d.smallest(one(criterion("cpe:2.3:a:v:p:*:*:*:*:*:*:*:*", "2")), n, true); ok {
		t.Errorf("a false difference was explained as %q", got)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package csaf_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"martinella/internal/publication/csaf"
)

// tolerated are the optional tests (6.2) whose advice does not fit what we know: an
// alert may touch a product of which nobody has said how gravely; products have no
// identifier where nobody gave one; and a range of versions is as people wrote it.
var tolerated = []string{"optionalTest_6_2_3", "optionalTest_6_2_16", "optionalTest_6_2_18"}

// TestOthersFindOurDocumentsValid lets Secvisogram's library judge them: the schema
// of the standard, all mandatory tests and the optional ones.
func TestOthersFindOurDocumentsValid(t *testing.T) {
	library, err := filepath.Abs("../../../web/node_modules/@secvisogram/csaf-validator-lib")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(library); err != nil && os.Getenv("CI") == "" {
		t.Skip("the Node packages are not installed: scripts/setup.sh")
	}
	folder := t.TempDir()
	for name, a := range variants() {
		if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".json"), made(t, a), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "node", "testdata/validate.mjs", library, folder).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	found := map[string]struct {
		Tests            int
		Errors, Warnings []string
	}{}
	if err := json.Unmarshal(out, &found); err != nil || len(found) != len(variants()) {
		t.Fatalf("%v: %s", err, out)
	}
	for name, f := range found {
		if f.Tests < 60 {
			t.Errorf("%s: only %d tests ran", name, f.Tests)
		}
		for _, e := range append(f.Errors, f.Warnings...) {
			if !containsAny(e, tolerated) {
				t.Errorf("%s: %s", name, e)
			}
		}
	}
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.HasPrefix(s, p+":") {
			return true
		}
	}
	return false
}

// variants are alerts of every shape we publish.
func variants() map[string]csaf.Alert {
	with := func(f func(*csaf.Alert)) csaf.Alert { a := full(); f(&a); return a }
	scores := []csaf.Score{{CVE: "CVE-2025-10001", Version: "3.1", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Base: 9.8}}
	out := map[string]csaf.Alert{
		"full": full(), "scored": with(func(a *csaf.Alert) { a.Scores = scores }), "many CVEs": with(func(a *csaf.Alert) { a.CVEs = append(a.CVEs, "CVE-2025-10002"); a.Scores = scores }),
		"no product": with(func(a *csaf.Alert) { a.Products, a.Scores = nil, scores }), "no CVE": with(func(a *csaf.Alert) { a.CVEs = nil }),
		"bare":      with(func(a *csaf.Alert) { a.CVEs, a.Links, a.Products, a.Body = nil, nil, nil, "" }),
		"revised":   with(func(a *csaf.Alert) { a.Revisions = append(a.Revisions, csaf.Revision{At: second, Note: "Corretta"}) }),
		"withdrawn": with(func(a *csaf.Alert) { a.Withdrawn = csaf.Withdrawal{At: second, Why: "Era un errore."} }),
	}
	for i, vector := range []string{"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H 10", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N 6.4", "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N 0"} {
		s := csaf.Score{CVE: "CVE-2025-10001"}
		_, _ = fmt.Sscanf(vector, "%s %g", &s.Vector, &s.Base)
		s.Version = s.Vector[5:8]
		out[fmt.Sprint("vector ", i)] = with(func(a *csaf.Alert) { a.Scores = []csaf.Score{s} })
	}
	return out
}

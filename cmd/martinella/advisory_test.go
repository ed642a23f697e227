// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// run gives what a command prints, and its exit code.
func run(t *testing.T, stdin string, args ...string) (out, complaints string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	p := program{stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr}
	code = p.run(t.Context(), args)
	return stdout.String(), stderr.String(), code
}

func TestAdvisoryParse(t *testing.T) {
	out, _, code := run(t, "ESEMPIO INVENTATO\nAL01/260101/CSIRT-ITA\n\nSintesi\na < b", "advisory", "parse", "-")
	var doc struct {
		Title     string
		Reference struct{ Value string }
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != 0 || doc.Title != "ESEMPIO INVENTATO" || doc.Reference.Value != "AL01/260101/CSIRT-ITA" || !strings.Contains(out, "a < b") {
		t.Errorf("%d, %v: %s", code, err, out)
	}
	for _, c := range []struct {
		stdin, says string
		args        []string
		code        int
	}{
		{"PK\x03\x04", "not text", []string{"-"}, 1},
		{"", "nothing to read", []string{"-"}, 1},
		{"%PDF-1.7 broken", "PDF", []string{"-"}, 1},
		{"no mail", "damaged", []string{"--hint", "a.eml", "-"}, 1},
		{"", "one FILE is needed", nil, 2},
	} {
		out, complaints, code := run(t, c.stdin, append([]string{"advisory", "parse"}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(complaints, c.says) {
			t.Errorf("%q %q: %d, %q, %q", c.stdin, c.args, code, out, complaints)
		}
	}
	out, complaints, code := run(t, "[TLP:RED] ESEMPIO INVENTATO\nTLP:GREEN", "advisory", "parse", "-")
	if code != 0 || !strings.Contains(complaints, "most restricted") || !strings.Contains(out, `"tlp": "TLP:RED"`) {
		t.Errorf("%d %q %s", code, complaints, out)
	}
}

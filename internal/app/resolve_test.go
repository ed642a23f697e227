// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// On an empty database names are resolved from the dictionary that comes with the program.
func TestResolveNamesOnAnEmptyDatabase(t *testing.T) {
	a := newHouse(t).app
	var out, errs bytes.Buffer
	in := "\ufeffMozilla Firefox (x64 it)\t115.0.2\tMozilla\r\nJava 8 Update 371\n\ncentralino telefonico\t\t\nMicrosoft Exchange Server 2019 Cumulative Update 12\t15.2.1118.7\tMicrosoft Corporation"
	if err := a.ResolveNames(t.Context(), strings.NewReader(in), "tsv", &out, &errs); err != nil {
		t.Fatal(err)
	}
	want := "1\tmozilla\tfirefox\t115.0.2\t100\n2\toracle\tjre\t1.8.0 update371\t95\n4\t\t\t\t0\n5\tmicrosoft\texchange_server\t2019 cumulative_update_12\t95\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if !strings.Contains(errs.String(), "the list that comes with the program: no vulnerability data") {
		t.Errorf("which dictionary was used is not said: %s", errs.String())
	}
}

// A line that cannot be read is told with its number; the others are answered, and the error says so at the end.
func TestResolveNamesGoesOnAfterBadLines(t *testing.T) {
	a := newHouse(t).app
	var out, errs bytes.Buffer
	in := "a\tb\tc\td\n\t1.0\tno name\n\xff\xfe\n" + strings.Repeat("x", 200_000) + "\n" + strings.Repeat("y", 10_000) + "\nopenssl\t3.0.2\t\t\n"
	err := a.ResolveNames(t.Context(), strings.NewReader(in), "tsv", &out, &errs)
	if err == nil || !strings.Contains(err.Error(), "4 lines could not be read") {
		t.Errorf("got %v", err)
	}
	if got := out.String(); got != "5\t\t\t\t0\n6\topenssl\topenssl\t3.0.2\t"+lastField(got)+"\n" {
		t.Errorf("got %q", got)
	}
	for line := 1; line <= 4; line++ {
		if !strings.Contains(errs.String(), fmt.Sprintf("line %d left aside: ", line)) {
			t.Errorf("line %d is not told: %s", line, errs.String())
		}
	}
}

func lastField(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\t')+1:]
}

// As JSON each line has its candidates and why.
func TestResolveNamesAsJSON(t *testing.T) {
	a := newHouse(t).app
	var out, errs bytes.Buffer
	if err := a.ResolveNames(t.Context(), strings.NewReader("Adobe Reader\tx\nKB5031356"), "json", &out, &errs); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var first, second answerLine
	if len(lines) != 2 || json.Unmarshal([]byte(lines[0]), &first) != nil || json.Unmarshal([]byte(lines[1]), &second) != nil {
		t.Fatalf("got %s", out.String())
	}
	if first.Line != 1 || first.Vendor != "adobe" || len(first.Candidates) < 2 || first.Candidates[0].Why == "" || strings.HasPrefix(first.Candidates[0].Why, "inventory.") {
		t.Errorf("got %+v", first)
	}
	if second.State != "unknown" || second.Vendor != "" || second.Confidence != 0 || second.Why == "" {
		t.Errorf("got %+v", second)
	}
}

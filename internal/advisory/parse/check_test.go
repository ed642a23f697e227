// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"encoding/json"
	"errors"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"martinella/internal/platform/fault"
)

var properCVE = regexp.MustCompile(`^CVE-\d{4}-(?:\d{4}|[1-9]\d{4,18})$`)

// check fails on what no input may bring about, and gives the documents.
func check(t *testing.T, hint string, data []byte) []Document {
	t.Helper()
	docs, err := All(hint, data)
	if err != nil {
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind == fault.Internal || len(docs) > 0 {
			t.Errorf("not a fault a person can read: %v", err)
		}
		return nil
	}
	for _, d := range docs {
		checkDocument(t, d)
	}
	return docs
}

func checkDocument(t *testing.T, d Document) {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil || !utf8.Valid(text) || strings.Contains(string(text), `\u0000`) || strings.Contains(string(text), `\u202e`) {
		t.Errorf("not storable: %v", err)
	}
	if d.TLP != "" && !d.TLP.Known() || d.Format == "" || d.Kind == "" {
		t.Errorf("label %q, form %q, kind %q", d.TLP, d.Format, d.Kind)
	}
	for _, id := range d.CVEs {
		if !properCVE.MatchString(id) {
			t.Errorf("CVE %q", id)
		}
	}
	for _, c := range d.CVSS {
		if !(c.Score >= 0 && c.Score <= 10) {
			t.Errorf("score %v", c.Score)
		}
	}
	for _, l := range d.References {
		if !isWebAddress(l.URL) {
			t.Errorf("reference %q", l.URL)
		}
	}
	for _, i := range d.Indicators {
		checkIndicator(t, i)
	}
	if len([]rune(d.Title)) > maxTitle || len(d.Unparsed) > maxUnparsed || len(d.Warnings) > maxWarnings {
		t.Errorf("out of bounds: %d letters of title, %d lines, %d warnings", len(d.Title), len(d.Unparsed), len(d.Warnings))
	}
}

// checkIndicator holds that what is blocked is what it is said to be, and blocks nobody's own network.
func checkIndicator(t *testing.T, i Indicator) {
	t.Helper()
	if i.Value == "" || i.Written == "" {
		t.Errorf("indicator %+v", i)
	}
	if again, value := classify(i.Value, true); i.Type != TypeURL && (again != i.Type || value != i.Value) {
		t.Errorf("%q is %s %q when it is read again, was %s", i.Value, again, value, i.Type)
	}
	if ip, err := netip.ParseAddr(i.Value); i.Type == TypeIP && (err != nil || !blockable(ip)) {
		t.Errorf("would block %q", i.Value)
	}
}

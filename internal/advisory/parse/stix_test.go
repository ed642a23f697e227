// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"slices"
	"testing"

	"martinella/internal/platform/tlp"
)

const (
	stixClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
	stixGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
	stixRed   = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
	tlp1Amber = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
)

// What the parts of a report are marked with makes it stricter, never laxer.
func TestTheLabelOfAReport(t *testing.T) {
	for _, c := range []struct {
		report, part string
		want         tlp.Label
	}{
		{`"object_marking_refs":["` + stixGreen + `"],`, `"object_marking_refs":["` + stixClear + `"]`, tlp.Green},
		{`"object_marking_refs":["` + stixGreen + `"],`, `"object_marking_refs":["` + tlp1Amber + `"]`, tlp.Amber},
		{`"object_marking_refs":["` + stixGreen + `"],`, `"granular_markings":[{"marking_ref":"` + stixRed + `","selectors":["name"]}]`, tlp.Red},
		{``, `"object_marking_refs":["` + stixClear + `"]`, ""},
		{`"object_marking_refs":["marking-definition--11111111-1111-4111-8111-111111111111"],`, `"object_marking_refs":["` + stixGreen + `"]`, ""},
		{``, `"object_marking_refs":["` + stixRed + `"]`, tlp.Red},
	} {
		d := read(t, `{"type":"bundle","objects":[{"type":"vulnerability","id":"vulnerability--1","name":"CVE-2026-0001",`+c.part+`},{"type":"report","id":"report--1",`+c.report+`"name":"MADE UP EXAMPLE"}]}`)
		if d.TLP != c.want {
			t.Errorf("%s %s: %q, want %q", c.report, c.part, d.TLP, c.want)
		}
	}
}

func TestWhatAReportNamesAndIsNotThere(t *testing.T) {
	d := read(t, `{"type":"bundle","objects":[{"type":"report","id":"report--1","name":"MADE UP EXAMPLE","revoked":true,"object_refs":["indicator--9","identity--9"]}]}`)
	if !slices.Contains(d.Unparsed, "indicator--9") || len(d.Unparsed) != 1 || len(d.Warnings) != 1 || d.Warnings[0].Code != WarnWithdrawn {
		t.Errorf("%v, %v", d.Unparsed, d.Warnings)
	}
}

func TestIndicatorsWithoutAReport(t *testing.T) {
	d := read(t, `{"objects":[{"type":"indicator","id":"indicator--1","name":"First","pattern":"[domain-name:value = 'cattivo.example.net']"},{"type":"indicator","id":"indicator--2","name":"Second","pattern":"[url:value = 'http://cattivo.example.net/a']"}]}`)
	if d.Title != "First (+1)" || len(d.Indicators) != 2 {
		t.Errorf("%q, %v", d.Title, d.Indicators)
	}
	if d := read(t, `{"objects":[{"type":"note","id":"note--1","abstract":"A note","content":"Text","object_refs":["indicator--1"]}]}`); d.Title != "A note" {
		t.Errorf("%q", d.Title)
	}
}

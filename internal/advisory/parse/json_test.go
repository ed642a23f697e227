// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/tlp"
)

func TestJSONThatIsRefused(t *testing.T) {
	for _, c := range []struct{ name, hint, data, code string }{
		{"cut", "", `{"document": {"csaf_version": "2.0"`, CodeCut},
		{"a list that is cut", "a.json", `[{"Event": {}}`, CodeCut},
		{"nested", "", `{"a":` + strings.Repeat("[", 1_000_000), CodeCut},
		{"nested and closed", "", strings.Repeat(`{"objects":`, 20_000) + "1" + strings.Repeat("}", 20_000), CodeCut},
		{"something else", "", `{"hello": "world"}`, CodeUnknown},
		{"no event", "", `{"response": []}`, CodeEmpty},
		{"a list of nothing", "", `[]`, CodeEmpty},
	} {
		refused(t, c.name, c.hint, c.data, c.code)
	}
}

func TestTextThatBeginsWithABracketIsText(t *testing.T) {
	if d := read(t, "[TLP:AMBER] ESEMPIO INVENTATO\n\nSintesi\nx"); d.TLP != tlp.Amber || d.Format != FormatText {
		t.Errorf("%+v", d)
	}
}

func TestMembersOfAnotherShapeAreLeftOutAndSaid(t *testing.T) {
	d := read(t, `{"document": {"csaf_version": 2.0, "title": "MADE UP EXAMPLE", "lang": 7, "tracking": {"id": "X-1", "version": 3}},
		"vulnerabilities": [{"cve": "CVE-2026-99999", "scores": "none"}]}`)
	if d.Title != "MADE UP EXAMPLE" || d.Revision != "3" || len(d.CVEs) != 1 || len(d.Warnings) == 0 || d.Warnings[0].Code != WarnShape {
		t.Errorf("%+v", d)
	}
}

func TestCSAFLabels(t *testing.T) {
	for written, want := range map[string]tlp.Label{"WHITE": tlp.Clear, "CLEAR": tlp.Clear, "AMBER+STRICT": tlp.AmberStrict, "RED": tlp.Red, "PURPLE": "", "": ""} {
		d := read(t, `{"document": {"csaf_version": "2.0", "title": "MADE UP EXAMPLE", "distribution": {"tlp": {"label": "`+written+`"}}}}`)
		if d.TLP != want || (written == "PURPLE") != (len(d.Unparsed) == 1) {
			t.Errorf("%q: %q, want %q", written, d.TLP, want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    []string
		warning string
	}{
		{"[ipv4-addr:value = '203.0.113.7']", []string{"ip 203.0.113.7"}, ""},
		{"[ipv4-addr:value = '203.0.113.0/24']", []string{"network 203.0.113.0/24"}, ""},
		{"[ ipv6-addr:value='2001:db8::1' ]", nil, ""},
		{"[url:value = 'https://cattivo.example/a?b=\\'c\\'']", []string{"url https://cattivo.example/a?b='c'"}, ""},
		{"[email-message:from_ref.value = 'uno@cattivo.example']", []string{"email uno@cattivo.example"}, ""},
		{"[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]", []string{"ip 203.0.113.7"}, WarnPattern},
		{"[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']", []string{"md5 d41d8cd98f00b204e9800998ecf8427e"}, ""},
		{"[domain-name:value NOT = 'buono.example']", nil, ""},
		{"[domain-name:value != 'buono.example']", nil, ""},
		{"[domain-name:value LIKE '%.example']", nil, ""},
		{"[domain-name:value = 'non un nome']", nil, ""},
		{"[ipv4-addr:value = '127.0.0.1']", nil, WarnReserved},
		{"[windows-registry-key:key = 'HKLM\\\\x']", nil, ""},
		{"not a pattern '", nil, ""},
	} {
		b := newBuilder(FormatSTIX)
		b.stixPattern(c.pattern, "")
		var got []string
		for _, i := range b.doc.Indicators {
			got = append(got, string(i.Type)+" "+i.Value)
		}
		warning := ""
		if len(b.doc.Warnings) > 0 {
			warning = b.doc.Warnings[0].Code
		}
		if diff := cmp.Diff(c.want, got); diff != "" || warning != c.warning || got == nil && len(b.doc.Unparsed) != 1 {
			t.Errorf("%s: %q, %q, unparsed %q", c.pattern, got, warning, b.doc.Unparsed)
		}
	}
}

func TestHostileJSON(t *testing.T) {
	for name, data := range map[string]string{
		"branches":       `{"document": {"csaf_version": "2.0", "title": "a"}, "product_tree": ` + strings.Repeat(`{"branches": [`, 4000) + strings.Repeat("]}", 4000) + "}",
		"products":       `{"document": {"csaf_version": "2.0"}, "product_tree": {"full_product_names": [` + repeat(`{"product_id":"a","name":"b"},`) + `{}]}}`,
		"a long pattern": `{"type": "bundle", "objects": [{"type": "indicator", "pattern": "` + repeat("[a:b = 'c'] OR ") + `"}]}`,
		"quotes":         `{"type": "bundle", "objects": [{"type": "indicator", "pattern": "` + repeat("'") + `"}]}`,
		"objects":        `{"type": "bundle", "objects": [` + repeat(`{"type":"a"},`) + `{}]}`,
		"no objects":     `{"type": "bundle", "objects": [` + repeat(`1,`) + `1]}`,
		"attributes":     `{"Event": {"Attribute": [` + repeat(`{"type":"ip-dst","value":"10.0.0.1","to_ids":true},`) + `{}]}}`,
		"events":         `[` + repeat(`{"Event":{}},`) + `{}]`,
		"NULs":           `{"Event": {"info": "a\u0000b\u202ec"}}`,
	} {
		t.Run(name, func(t *testing.T) { check(t, "a.json", []byte(data)) })
	}
}

func FuzzJSON(f *testing.F) {
	seed(f, "*.json")
	f.Fuzz(func(t *testing.T, data []byte) { check(t, "a.json", data) })
}

func FuzzPattern(f *testing.F) {
	for _, p := range []string{"[ipv4-addr:value = '203.0.113.7']", "[file:hashes.'SHA-256' IN ('a', 'b\\'c')] FOLLOWEDBY [url:value = 'http://a.example/']"} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		b := newBuilder(FormatSTIX)
		b.stixPattern(pattern, "")
		checkDocument(t, b.done())
	})
}

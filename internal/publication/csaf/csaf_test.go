// SPDX-License-Identifier: EUPL-1.2

package csaf_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	standard "github.com/gocsaf/csaf/v3/csaf"
	"github.com/gocsaf/csaf/v3/util"
	"pgregory.net/rapid"

	"martinella/internal/publication/csaf"
)

var (
	first  = time.Date(2025, 12, 31, 23, 30, 0, 0, time.FixedZone("Rome", 3600)) // 2025 in UTC too
	second = time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)
)

func words() csaf.Words {
	return csaf.Words{First: "Prima pubblicazione", Revised: "Aggiornamento", Withdrawn: "Ritirato", TakenBack: "Ritirato", Named: "Citata nell’avviso.",
		Unassigned: "Quale prodotto non è detto.", Document: "Questo documento", Page: "L’avviso", Severity: "critica", Details: "Testo", Source: "ha scritto"}
}

func publisher() csaf.Publisher {
	return csaf.Publisher{Name: "CSIRT di prova", Namespace: "https://csirt.example", Contact: "csirt@csirt.example", Authority: "Inventata."}
}

// full is a made-up alert with everything in it.
func full() csaf.Alert {
	return csaf.Alert{
		ID: "CSIRT/2025 0001", Reference: "AL01/251231/CSIRT-PROVA", Source: "CSIRT-PROVA", Lang: "it", Title: "FortiOS da aggiornare", Page: "https://csirt.example/avvisi/csirt_2025_0001",
		Body:      "Una falla <grave> & nota.\n\n## Azioni di mitigazione\n\nAggiornare alla 7.2.8.\n\n### Nota\n\nAnche il secondario.\n\n## Riferimenti\n\nVedi sotto.",
		CVEs:      []string{"CVE-2025-10001"},
		Links:     []string{"https://vendor.example/advisory"},
		Products:  []csaf.Product{{Vendor: "Fortinet", Product: "FortiOS", Versions: "7.2.0 - 7.2.7", CPE: "cpe:2.3:o:fortinet:fortios:*:*:*:*:*:*:*:*"}, {Vendor: "fortinet", Product: "FortiOS", Versions: "7.0.1"}, {Text: "Un altro prodotto", CPE: "cpe:/no"}},
		Revisions: []csaf.Revision{{At: first}},
	}
}

const self = "https://csirt.example/.well-known/csaf/white/2025/csirt_2025_0001.json"

func made(t failer, a csaf.Alert) []byte {
	t.Helper()
	text, err := csaf.Make(a, publisher(), self, words())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// failer is a test of either kind.
type failer interface {
	Helper()
	Fatal(...any)
}

// faults gives what the standard's schema and mandatory tests hold against a document.
func faults(t failer, text []byte) []string {
	t.Helper()
	var any any
	if err := json.Unmarshal(text, &any); err != nil {
		t.Fatal(err)
	}
	out, err := standard.ValidateCSAF(any)
	if err != nil {
		t.Fatal(err)
	}
	var model standard.Advisory
	if err := json.Unmarshal(text, &model); err != nil {
		out = append(out, err.Error())
	} else if err := model.Validate(); err != nil {
		out = append(out, err.Error())
	}
	return append(out, mandatory(text)...)
}

func TestDocumentsAreValidAndSayNoMoreThanIsKnown(t *testing.T) {
	with := func(f func(*csaf.Alert)) csaf.Alert { a := full(); f(&a); return a }
	for name, c := range map[string]struct {
		alert   csaf.Alert
		profile string
		says    []string
		silent  []string
	}{
		"one CVE, several products": {full(), "csaf_security_advisory", []string{"known_affected", `"vendor_fix"`, "Anche il secondario", "<grave> &", `"product_version_range"`, `"WHITE"`, "AL01/251231/CSIRT-PROVA"}, []string{"under_investigation", "cpe:/no"}},
		"scored": {with(func(a *csaf.Alert) {
			a.Scores = []csaf.Score{{CVE: a.CVEs[0], Version: "4.0", Vector: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Base: 9.3},
				{CVE: a.CVEs[0], Version: "3.1", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:F/RL:O/RC:C", Base: 9.8}, {CVE: "CVE-2025-99999", Version: "3.1", Base: 1}}
		}), "csaf_security_advisory", []string{`"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"`, `"baseScore": 9.8`, `"CRITICAL"`, "CVSS 4.0: 9.3 (CVSS:4.0/AV:N"}, []string{"E:F", "CVSS 3.1: 1"}},
		"a score that is not its vector's": {with(func(a *csaf.Alert) {
			a.Scores = []csaf.Score{{CVE: a.CVEs[0], Version: "3.1", Vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Base: 5}}
		}), "csaf_security_advisory", []string{"CVSS 3.1: 5.0"}, []string{`"scores"`}},
		"scored, of which product is unknown": {with(func(a *csaf.Alert) {
			a.CVEs = append(a.CVEs, "CVE-2025-10002")
			a.Scores = []csaf.Score{{CVE: "CVE-2025-10002", Version: "3.0", Vector: "CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:C/C:L/I:N/A:L", Base: 3.5}}
		}), "csaf_security_advisory", []string{"CVSS 3.0: 3.5"}, []string{`"scores"`}},
		"several of both": {with(func(a *csaf.Alert) { a.CVEs = append(a.CVEs, "CVE-2025-10002") }), "csaf_security_advisory", []string{"under_investigation", "Quale prodotto"}, []string{"known_affected"}},
		"no product":      {with(func(a *csaf.Alert) { a.Products = nil }), "csaf_base", []string{"CVE-2025-10001"}, []string{"product_tree", "product_status", "remediations"}},
		"no CVE":          {with(func(a *csaf.Alert) { a.CVEs = nil }), "csaf_informational_advisory", []string{"product_tree"}, []string{"vulnerabilities"}},
		"a bare one":      {with(func(a *csaf.Alert) { a.CVEs, a.Links, a.Products, a.Body = nil, nil, nil, "" }), "csaf_base", []string{`"summary"`}, nil},
		"revised": {with(func(a *csaf.Alert) {
			a.Revisions = append(a.Revisions, csaf.Revision{At: second, Note: "Nuova versione corretta"})
		}), "csaf_security_advisory", []string{`"version": "2"`, "Nuova versione corretta"}, nil},
		"withdrawn": {with(func(a *csaf.Alert) { a.Withdrawn = csaf.Withdrawal{At: second, Why: "Era un errore."} }), "csaf_base", []string{"Ritirato: FortiOS", "Era un errore.", `"version": "2"`, `"final"`}, []string{"vulnerabilities", "product_tree"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := made(t, c.alert)
			for _, f := range faults(t, text) {
				t.Error(f)
			}
			for _, s := range append(c.says, `"category": "`+c.profile+`"`) {
				if !bytes.Contains(text, []byte(s)) {
					t.Errorf("it does not say %q:\n%s", s, text)
				}
			}
			for _, s := range c.silent {
				if bytes.Contains(text, []byte(s)) {
					t.Errorf("it says %q:\n%s", s, text)
				}
			}
			if again := made(t, c.alert); !bytes.Equal(text, again) {
				t.Error("the same alert gave other bytes")
			}
		})
	}
}

func TestNamesAndFoldersAreThoseOfTheStandard(t *testing.T) {
	for _, id := range []string{"CSIRT-2026-0001", "CSIRT/2025 0001", "Ünïcode__x", "a.b+c"} {
		if got, want := csaf.FileName(id), util.CleanFileName(id); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
	if a := full(); a.Folder() != "2025" {
		t.Errorf("the folder is %s", a.Folder())
	}
}

// The mandatory tests find what is wrong: a test that nothing fails proves nothing.
func TestMandatoryTestsCatch(t *testing.T) {
	good := string(made(t, full()))
	for number, change := range map[string][2]string{
		"6.1.1:":     {`"known_affected": [` + "\n" + `          "CSAFPID-0001"`, `"known_affected": ["CSAFPID-9999"`},
		"6.1.2:":     {`"product_id": "CSAFPID-0002"`, `"product_id": "CSAFPID-0001"`},
		"6.1.12:":    {`"lang": "it"`, `"lang": "xx"`},
		"6.1.16:":    {`"version": "1"`, `"version": "2"`},
		"6.1.17,":    {`"status": "final"`, `"status": "draft"`},
		"6.1.18,":    {`"number": "1"`, `"number": "0"`},
		"6.1.26:":    {"csaf_security_advisory", "Security_Advisory"},
		"6.1.27.3":   {"csaf_security_advisory", "csaf_informational_advisory"},
		"6.1.31:":    {`"product_version_range"`, `"product_version"`},
		"6.1: write": {`"notes":`, `"flags": [], "notes":`},
	} {
		broken := strings.Replace(good, change[0], change[1], 1)
		if broken == good {
			t.Errorf("%s: nothing was broken", number)
		}
		if found := mandatory([]byte(broken)); !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, number) }) {
			t.Errorf("%s is not caught: %q", number, found)
		}
	}
}

// Whatever an analyst or a source writes, the document is valid.
func TestAnyAlertMakesAValidDocument(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~àèì€\n#*]{0,60}`)
		a := full()
		a.Title = "T" + rapid.StringMatching(`[ -~]{0,40}`).Draw(t, "title") + "."
		a.Body = text.Draw(t, "body")
		a.CVEs = rapid.SliceOfNDistinct(rapid.StringMatching(`CVE-20[0-9]{2}-[0-9]{4,6}`), 0, 4, func(s string) string { return s }).Draw(t, "cves")
		a.Products = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) csaf.Product {
			return csaf.Product{Text: text.Draw(t, "text"), Vendor: rapid.SampledFrom([]string{"", "A", "a", " B  b"}).Draw(t, "vendor"), Product: rapid.SampledFrom([]string{"", "p", "q"}).Draw(t, "product"),
				Versions: rapid.OneOf(rapid.StringMatching(`[0-9a-zx<>=.* -]{0,12}`), rapid.SampledFrom([]string{"", "1.2", "all", "before 3"})).Draw(t, "versions"), CPE: rapid.SampledFrom([]string{"", "cpe:2.3:a:b:c:1.0:*:*:*:*:*:*:*", "cpe:2.3:x"}).Draw(t, "cpe")}
		}), 0, 5).Draw(t, "products")
		if rapid.Bool().Draw(t, "withdrawn") {
			a.Withdrawn = csaf.Withdrawal{At: second, Why: "W" + text.Draw(t, "why")}
		}
		if found := faults(t, made(t, a)); len(found) > 0 {
			t.Fatalf("%q", found)
		}
	})
}

func TestTheFilesOfAProviderAreValid(t *testing.T) {
	for _, fingerprint := range []string{"", "0123456789abcdef0123456789abcdef01234567"} {
		p := csaf.Provider{Publisher: publisher(), Base: "https://csirt.example", Fingerprint: fingerprint, Changed: second}
		meta, err := p.Metadata()
		if err != nil {
			t.Fatal(err)
		}
		wantNone(t, "the metadata", meta, standard.ValidateProviderMetadata)
		if trusted := bytes.Contains(meta, []byte("csaf_trusted_provider")); trusted != (fingerprint != "") {
			t.Errorf("trusted: %v with the key %q", trusted, fingerprint)
		}
		feed, err := p.Feed([]csaf.Entry{{ID: "CSIRT-2025-0001", Path: "2025/csirt-2025-0001.json", Title: "T", Summary: "S", Released: first, Changed: second}})
		if err != nil {
			t.Fatal(err)
		}
		wantNone(t, "the feed", feed, standard.ValidateROLIE)
		if signed := bytes.Contains(feed, []byte(`0001.json.asc"`)); signed != (fingerprint != "") {
			t.Errorf("signatures are linked: %v with the key %q", signed, fingerprint)
		}
	}
}

func wantNone(t *testing.T, what string, text []byte, validate func(any) ([]string, error)) {
	t.Helper()
	var any any
	if err := json.Unmarshal(text, &any); err != nil {
		t.Fatal(err)
	}
	found, err := validate(any)
	if err != nil || len(found) > 0 {
		t.Errorf("%s: %v %q\n%s", what, err, found, text)
	}
}

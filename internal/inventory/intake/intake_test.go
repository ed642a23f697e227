// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"martinella/internal/inventory/intake"
	"martinella/internal/platform/fault"
)

func source(b []byte) intake.Source {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

// kept collects what a reader gives.
type kept struct {
	rows     []intake.Row
	problems []intake.Problem
}

func (k *kept) sink() intake.Sink {
	return intake.Sink{
		Row:     func(r intake.Row) error { k.rows = append(k.rows, r); return nil },
		Problem: func(p intake.Problem) error { k.problems = append(k.problems, p); return nil },
	}
}

const italian = "Sistema;Prodotto;Produttore;Versione;Quantità;Responsabile;Esposizione;Criticità;Note\r\n" +
	"srv-01;Posta elettronica è così;Zimbra;8.8.15;1;Ufficio CED;sì;critica;\"riga; con separatore\r\ne a capo \"\"citata\"\"\"\r\n" +
	";Firefox;;115;84;;no;;\r\n"

func TestCSVInEveryEncoding(t *testing.T) {
	latin1, err := charmap.ISO8859_1.NewEncoder().Bytes([]byte(italian))
	if err != nil {
		t.Fatal(err)
	}
	utf16le, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(italian))
	if err != nil {
		t.Fatal(err)
	}
	utf16be, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(italian))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text []byte
		enc  intake.Encoding
	}{
		"latin-1": {latin1, intake.Latin1}, "utf-8": {[]byte(italian), intake.UTF8}, "bom": {append([]byte("\xef\xbb\xbf"), italian...), intake.UTF8},
		"utf-16le": {utf16le, intake.UTF16}, "utf-16be without mark": {utf16be, intake.UTF16},
	} {
		var k kept
		layout, err := intake.CSV(source(c.text), intake.Options{}, k.sink())
		if err != nil || len(k.problems) > 0 || layout.Encoding != c.enc || layout.Separator != ";" {
			t.Errorf("%s: %+v %+v %v", name, layout, k.problems, err)
			continue
		}
		want := map[intake.Field]string{intake.Asset: "srv-01", intake.Label: "Posta elettronica è così", intake.Publisher: "Zimbra", intake.Version: "8.8.15",
			intake.Quantity: "1", intake.Owner: "Ufficio CED", intake.Exposure: "internet", intake.Criticality: "critical", intake.Notes: `riga; con separatore  e a capo "citata"`}
		if len(k.rows) != 2 {
			t.Fatalf("%s: %d rows", name, len(k.rows))
		}
		got := k.rows[0].Values
		got[intake.Notes] = strings.Join(strings.Fields(got[intake.Notes]), " ")
		want[intake.Notes] = strings.Join(strings.Fields(want[intake.Notes]), " ")
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if k.rows[1].Line != 4 || k.rows[1].Values[intake.Exposure] != "internal" || k.rows[1].Values[intake.Quantity] != "84" {
			t.Errorf("%s: second row %+v", name, k.rows[1])
		}
	}
}

func TestCSVHeadingsInOtherLanguages(t *testing.T) {
	for _, text := range []string{
		"Name,Vendor,Version,Exposed,Criticality\nnginx,F5,1.24,yes,high\n",
		"Produkt\tLeverandør\tVersjon\tEksponering\tKritikalitet\nnginx\tF5\t1.24\tja\thøy\n",
	} {
		var k kept
		if _, err := intake.CSV(source([]byte(text)), intake.Options{}, k.sink()); err != nil || len(k.rows) != 1 {
			t.Errorf("%q: %+v %v", text, k, err)
			continue
		}
		if v := k.rows[0].Values; v[intake.Publisher] != "F5" || v[intake.Exposure] != "internet" || v[intake.Criticality] != "high" {
			t.Errorf("%q: %v", text, v)
		}
	}
}

func TestEveryBadLineIsReported(t *testing.T) {
	var k kept
	text := "nome;quantità;esposizione\nFirefox;molti;forse\n;3;no\nChrome;2;no\n" + strings.Repeat("x", 400) + ";1;no\n"
	if _, err := intake.CSV(source([]byte(text)), intake.Options{}, k.sink()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range k.problems {
		got = append(got, fmt.Sprint(p.Line, " ", p.Field, " ", p.Code))
	}
	want := []string{"2 quantity inventory.quantity", "2 exposure inventory.exposure", "3 label inventory.line_nameless", "5 label inventory.field_long"}
	if d := cmp.Diff(want, got); d != "" || len(k.rows) != 1 {
		t.Errorf("%s; %d rows", d, len(k.rows))
	}
}

func TestFilesThatAreNoLists(t *testing.T) {
	csvOf := func(s intake.Source) error { _, err := intake.CSV(s, intake.Options{}, (&kept{}).sink()); return err }
	sbomOf := func(s intake.Source) error { _, err := intake.CycloneDX(s, (&kept{}).sink()); return err }
	for _, c := range []struct {
		text string
		read func(intake.Source) error
		code string
	}{
		{"", csvOf, "inventory.import.empty"},
		{"\n\n  \n", csvOf, "inventory.import.empty"},
		{"\x1f\x8b\x08\x00", csvOf, "inventory.import.compressed"},
		{"\x1f\x8b\x08\x00", sbomOf, "inventory.import.compressed"},
		{"PK\x03\x04xlsx", csvOf, "inventory.import.spreadsheet"},
		{"%PDF-1.7", csvOf, "inventory.import.pdf"},
		{"colour;size\nred;3\n", csvOf, "inventory.import.heading"},
		{strings.Repeat("x", 10<<20), csvOf, "inventory.import.heading_long"},
		{"<?xml version='1.0'?><bom/>", sbomOf, "inventory.import.not_cyclonedx"},
		{`{"spdxVersion":"SPDX-2.3"}`, sbomOf, "inventory.import.not_cyclonedx"},
		{`{"a":1}`, sbomOf, "inventory.import.not_cyclonedx"},
		{`[]`, sbomOf, "inventory.import.not_cyclonedx"},
		{`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a"`, sbomOf, "inventory.import.json"},
		{`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[}`, sbomOf, "inventory.import.json"},
		{`{"bomFormat":"CycloneDX","specVersion":"1.5","components":` + strings.Repeat(`[{"name":"a","components":`, 200), sbomOf, "inventory.import.deep"},
		{`{"x":` + strings.Repeat(`[`, 20000), sbomOf, "inventory.import.deep"},
	} {
		err := c.read(source([]byte(c.text)))
		if f := fault.Of(err); f.Kind != fault.Invalid || f.Code != c.code {
			t.Errorf("%.40q: %v, want %s", c.text, err, c.code)
		}
	}
}

// TestOneEndlessLine reads 10 MB without a line end: refused, and not kept in memory.
func TestOneEndlessLine(t *testing.T) {
	var k kept
	text := []byte("nome;versione\nFirefox;1\n" + strings.Repeat("x", 10<<20) + "\nChrome;2\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := intake.CSV(source(text), intake.Options{}, k.sink()); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if len(k.rows) != 2 || len(k.problems) != 1 || k.problems[0].Line != 3 || k.problems[0].Code != "inventory.line_long" || k.rows[1].Line != 4 {
		t.Errorf("%d rows, problems %+v", len(k.rows), k.problems)
	}
	if grew := after.TotalAlloc - before.TotalAlloc; grew > 2<<20 {
		t.Errorf("%d KB were allocated", grew>>10)
	}
}

func TestPaste(t *testing.T) {
	var k kept
	text := "Adobe Acrobat Reader DC 23.006\n\n - FortiOS; 7.2.5; fw-sede; 2\nnginx\t1.24\n" +
		`cpe:2.3:a:foo:b\;ar:1:*:*:*:*:*:*:*` + "\npkg:npm/left-pad@1.3.0\nVeeam Backup & Replication, 12\n"
	if _, err := intake.Paste(source([]byte(text)), k.sink()); err != nil || len(k.problems) > 0 {
		t.Fatalf("%v %+v", err, k.problems)
	}
	var got []map[intake.Field]string
	for _, r := range k.rows {
		got = append(got, r.Values)
	}
	want := []map[intake.Field]string{
		{intake.Label: "Adobe Acrobat Reader DC 23.006"},
		{intake.Label: "FortiOS", intake.Version: "7.2.5", intake.Asset: "fw-sede", intake.Quantity: "2"},
		{intake.Label: "nginx", intake.Version: "1.24"},
		{intake.CPE: `cpe:2.3:a:foo:b\;ar:1:*:*:*:*:*:*:*`},
		{intake.PURL: "pkg:npm/left-pad@1.3.0"},
		{intake.Label: "Veeam Backup & Replication, 12"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	k = kept{}
	if _, err := intake.Paste(source([]byte("prodotto;versione\nnginx;1.24\n")), k.sink()); err != nil || len(k.rows) != 1 || k.rows[0].Values[intake.Version] != "1.24" {
		t.Errorf("a pasted table: %+v %v", k, err)
	}
}

func TestCycloneDX(t *testing.T) {
	var k kept
	text := `{"components":[{"type":"library","group":"org.apache","name":"log4j-core","version":"2.14.1","purl":"pkg:maven/org.apache/log4j-core@2.14.1",
		"licenses":[{"license":{"id":"Apache-2.0"}}],"supplier":{"url":["x"],"name":"Apache"},
		"components":[{"name":"inner","version":"1","cpe":"cpe:2.3:a:x:inner:1:*:*:*:*:*:*:*","properties":null}]},
		{"type":"file","name":"readme.txt"},{"name":null},{"name":"` + strings.Repeat("y", 1000) + `"}, 17],
		"dependencies":[{"ref":"a","dependsOn":["b"]}],
		"metadata":{"timestamp":"2026-01-01T00:00:00Z","component":{"name":"protocollo","group":"it.comune","version":"3","components":[{"name":"n"}]}},
		"bomFormat":"CycloneDX","specVersion":"1.5"}`
	doc, err := intake.CycloneDX(source([]byte(text)), k.sink())
	if err != nil || len(k.problems) > 0 {
		t.Fatalf("%v %+v", err, k.problems)
	}
	if doc.Name != "it.comune/protocollo" || doc.Version != "3" || doc.Spec != "1.5" || doc.Components != 6 || doc.Skipped != 3 {
		t.Errorf("%+v", doc)
	}
	// Inner components come before the one they are in: that one ends later.
	if len(k.rows) != 3 || k.rows[0].Values[intake.CPE] == "" || k.rows[1].Values[intake.Publisher] != "Apache" || len(k.rows[2].Values[intake.Label]) != intake.Label.Limit() {
		t.Errorf("%+v", k.rows)
	}
	about, err := intake.CycloneDXSubject(source([]byte(text)))
	if err != nil || about.Name != "it.comune/protocollo" {
		t.Errorf("%+v %v", about, err)
	}
}

func TestARealDocument(t *testing.T) {
	text, err := os.ReadFile("testdata/cern-lhc-vdm-editor.cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	var k kept
	doc, err := intake.CycloneDX(source(text), k.sink())
	if err != nil || len(k.rows) < 30 || len(k.problems) > 0 || doc.Spec == "" {
		t.Errorf("%+v %d rows %v", doc, len(k.rows), err)
	}
	for _, r := range k.rows {
		if !r.Has(intake.PURL) {
			t.Errorf("a component lost its package URL: %+v", r)
		}
	}
}

// TestEveryDocumentAtHand reads all JSON documents of the shared data, where there are any.
func TestEveryDocumentAtHand(t *testing.T) {
	f, err := os.Open("../../../../shared/data/cve/sbom.tar.xz")
	if err != nil {
		t.Skip("no shared data here")
	}
	defer f.Close()
	x, err := xz.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	total, documents, strangers := 0, 0, 0
	for archive := tar.NewReader(x); ; {
		head, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(head.Name, ".json") {
			continue
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		var k kept
		doc, err := intake.CycloneDX(source(text), k.sink())
		if code := fault.Of(err).Code; err != nil && (code == "inventory.import.not_cyclonedx" || strings.Contains(head.Name, "/spdx/")) {
			strangers++
			continue
		}
		if err != nil || len(k.rows)+doc.Skipped != doc.Components {
			t.Errorf("%s: %d rows and %d skipped of %d, %v", head.Name, len(k.rows), doc.Skipped, doc.Components, err)
		}
		total, documents = total+len(k.rows), documents+1
	}
	t.Logf("%d documents, %d components; %d of other formats", documents, total, strangers)
	if documents < 20 || total < 10_000 {
		t.Errorf("%d documents with %d components", documents, total)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(italian))
	f.Add([]byte("name,version\n\"a\"\"b\",1\n"))
	f.Add([]byte{0xff, 0xfe, 'n', 0, '\n', 0})
	f.Fuzz(func(t *testing.T, text []byte) {
		var k kept
		_, _ = intake.CSV(source(text), intake.Options{}, k.sink())
		checkRows(t, k)
	})
}

func FuzzPaste(f *testing.F) {
	f.Add([]byte("a;1;b\ncpe:2.3:a:b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var k kept
		if _, err := intake.Paste(source(text), k.sink()); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%v", err)
		}
		checkRows(t, k)
	})
}

func FuzzCycloneDX(f *testing.F) {
	f.Add([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{"name":"a","components":[{"name":"b"}]}]}`))
	f.Add([]byte(`{"metadata":{"component":[]},"components":{}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var k kept
		if _, err := intake.CycloneDX(source(text), k.sink()); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("not a sentence: %v", err)
		}
		_, _ = intake.CycloneDXSubject(source(text))
		checkRows(t, k)
	})
}

func checkRows(t *testing.T, k kept) {
	t.Helper()
	for _, r := range k.rows {
		if r.Values[intake.Label] == "" && r.Values[intake.CPE] == "" && r.Values[intake.PURL] == "" {
			t.Errorf("a row without a name: %+v", r)
		}
		for f, v := range r.Values {
			if len([]rune(v)) > f.Limit() || strings.ContainsAny(v, "\x00\n\r\u202e") {
				t.Errorf("%s: %q", f, v)
			}
		}
	}
}

// FuzzAgainstEncodingCSV compares with the standard library on files both must read alike.
func FuzzAgainstEncodingCSV(f *testing.F) {
	f.Add("a", "b\"c", "d;e", "f\ng")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		var buf bytes.Buffer
		w := csv.NewWriter(&buf)
		w.Comma = ';'
		if w.Write([]string{"nome", "note", "responsabile", "sistema"}) != nil || w.Write([]string{"x" + a, b, c, d}) != nil {
			return
		}
		w.Flush()
		if all := a + b + c + d; len(all) > 150 || strings.ContainsAny(all, "\r\x00") || !utf8.ValidString(a) || !utf8.ValidString(b) || !utf8.ValidString(c) || !utf8.ValidString(d) {
			return // another encoding, or more than a line may have
		}
		var k kept
		if _, err := intake.CSV(source(buf.Bytes()), intake.Options{}, k.sink()); err != nil || len(k.rows) != 1 {
			t.Fatalf("%q: %d rows, %+v, %v", buf.String(), len(k.rows), k.problems, err)
		}
		for f, want := range map[intake.Field]string{intake.Label: "x" + a, intake.Notes: b, intake.Owner: c, intake.Asset: d} {
			if got := k.rows[0].Values[f]; got != intake.Tidy(want) {
				t.Errorf("%s: got %q, want %q", f, got, want)
			}
		}
	})
}

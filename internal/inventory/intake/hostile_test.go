// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	xunicode "golang.org/x/text/encoding/unicode"

	"martinella/internal/inventory/intake"
	"martinella/internal/platform/fault"
)

const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><components><component><name>&lol2;</name></component></components></bom>`

// TestHostileFilesAreRefused: each with a sentence that says what it is.
func TestHostileFilesAreRefused(t *testing.T) {
	long := strings.Repeat("x", 8<<20)
	for name, c := range map[string]struct {
		text []byte
		code string
	}{
		"billion laughs":      {[]byte(laughs), "inventory.import.entities"},
		"external entity":     {[]byte(`<!DOCTYPE nmaprun [<!ENTITY x SYSTEM "file:///etc/passwd">]><nmaprun><host>&x;</host></nmaprun>`), "inventory.import.entities"},
		"external parameter":  {[]byte(`<!DOCTYPE r SYSTEM "http://x/y.dtd" [<!ENTITY % a SYSTEM "http://x">%a;]><report/>`), "inventory.import.entities"},
		"undeclared entity":   {[]byte(`<nmaprun><host>&nbsp;</host></nmaprun>`), "inventory.import.xml_broken"},
		"xml cut off":         {[]byte(nmapReport[:300]), "inventory.import.xml_broken"},
		"xml deep":            {[]byte(`<nmaprun>` + strings.Repeat("<a>", 5000)), "inventory.import.deep"},
		"xml long text":       {[]byte(`<nmaprun><a>` + long + `</a></nmaprun>`), "inventory.import.xml_long"},
		"xml long attribute":  {[]byte(`<nmaprun><a b="` + long + `"/></nmaprun>`), "inventory.import.xml_long"},
		"cyclonedx xml deep":  {[]byte(strings.Replace(cycloneXML, "<components>", strings.Repeat(`<components><component type="x"><name>n</name>`, 90), 1)), "inventory.import.deep"},
		"another xml":         {[]byte(`<html><body/></html>`), "inventory.import.xml_unknown"},
		"json cut off":        {[]byte(`{"deviceid":"x","content":{"softwares":[{"name":"a"`), "inventory.import.json"},
		"json deep":           {[]byte(`{"deviceid":"x","content":` + strings.Repeat(`{"a":`, 20_000)), "inventory.import.json"},
		"json deep lists":     {[]byte(`{"data":` + strings.Repeat(`[`, 5_000)), "inventory.import.deep"},
		"json of nothing":     {[]byte(`{"a":1}`), "inventory.import.json_unknown"},
		"spdx 3":              {[]byte(`{"@context":"https://spdx.org/rdf/3.0.0/spdx-context.jsonld","@graph":[]}`), "inventory.import.spdx_version"},
		"zip in a zip":        {zipOf(t, map[string][]byte{"b.zip": zipOf(t, map[string][]byte{"a.csv": []byte("nome\nx\n")})}), "inventory.import.nested"},
		"gzip in a zip":       {zipOf(t, map[string][]byte{"b.gz": []byte("\x1f\x8b\x08xxxxxxxxxxxx")}), "inventory.import.nested"},
		"zip cut off":         {zipOf(t, map[string][]byte{"a.csv": []byte("nome\nx\n")})[:40], "inventory.import.archive"},
		"zip bomb":            {zipOf(t, map[string][]byte{"a.csv": bytes.Repeat([]byte("0"), 500<<20)}), "inventory.import.archive_large"},
		"workbook bomb":       {bomb(t, 450<<20), "inventory.import.archive_large"},
		"zip that lies":       {liar(t, "a.csv", 500<<20), "inventory.import.archive"},
		"workbook that lies":  {liar(t, "xl/workbook.xml", 500<<20), "inventory.import.archive"},
		"workbook of a text":  {bomb(t, 20<<20), "inventory.import.xml_long"},
		"workbook with laugh": {zipOf(t, map[string][]byte{"xl/workbook.xml": []byte(laughs), "xl/_rels/workbook.xml.rels": []byte("<R/>")}), "inventory.import.entities"},
		"writer document":     {zipOf(t, map[string][]byte{"mimetype": []byte("application/vnd.oasis.opendocument.spreadsheet")}), "inventory.import.spreadsheet"},
		"nothing":             {nil, "inventory.import.empty"},
	} {
		_, got, _, err := readAny(c.text)
		if f := fault.Of(err); f == nil || f.Code != c.code || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want %s (%d rows)", name, err, c.code, len(got.rows))
		}
	}
}

// bomb is a workbook whose shared texts are one long text.
func bomb(t testing.TB, size int) []byte {
	return zipOf(t, map[string][]byte{
		"xl/workbook.xml": []byte(`<workbook><sheets><sheet name="a" id="r"/></sheets></workbook>`), "xl/_rels/workbook.xml.rels": []byte(`<R><Relationship Id="r" Target="s.xml"/></R>`),
		"xl/s.xml": []byte("<worksheet/>"), "xl/sharedStrings.xml": append([]byte("<sst><si><t>"), bytes.Repeat([]byte("A"), size)...),
	})
}

// liar is an archive whose directory says that its file has ten bytes; it has size.
func liar(t testing.TB, name string, size int) []byte {
	t.Helper()
	var packed, out bytes.Buffer
	d, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = d.Write(bytes.Repeat([]byte("0"), size))
		err = errors.Join(err, d.Close())
	}
	z := zip.NewWriter(&out)
	w, errRaw := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: 10})
	if err := errors.Join(err, errRaw); err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(packed.Bytes())
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestHostileNamesStayNames: what a name holds is kept, but for what could make
// it read as another one.
func TestHostileNamesStayNames(t *testing.T) {
	name := "<script>alert(1)</script> \u202etxt.exe\u2066\u200f\u0000\u001b[31m'; DROP TABLE item;--"
	b := []byte(`{"deviceid":"d","content":{"hardware":{"name":` + fmt.Sprintf("%q", "<b>\u202epc") + `},"softwares":[{"name":` + jsonText(name) + `},{"name":"` + strings.Repeat("n", 10_000) + `"},{"name":"` + "\xff\xfe" + `"}]}}`)
	_, got, _, err := readAny(b)
	if err != nil || len(got.rows) != 3 {
		t.Fatal(err, len(got.rows))
	}
	if v := got.rows[0].Values; v[intake.Label] != "<script>alert(1)</script> txt.exe[31m'; DROP TABLE item;--" || v[intake.Asset] != "<b>pc" {
		t.Errorf("%q", v)
	}
	if n := len([]rune(got.rows[1].Values[intake.Label])); n != intake.Label.Limit() {
		t.Errorf("%d letters of a long name", n)
	}
	checkRows(t, got.kept)
}

func jsonText(s string) string {
	return `"` + strings.NewReplacer("\u0000", `\u0000`, "\u001b", `\u001b`).Replace(s) + `"`
}

// TestEncodingsOfDocuments: UTF-16 and byte order marks are no obstacle.
func TestEncodingsOfDocuments(t *testing.T) {
	for name, text := range map[string]string{"glpi": `{"deviceid":"d","content":{"hardware":{"name":"pc è"},"softwares":[{"name":"caffè"}]}}`,
		"nmap": strings.Replace(nmapReport, "OpenSSH", "caffè", 1), "spdx": strings.Replace(spdxTags, "openssl", "caffè", 1)} {
		wide, err := xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM).NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for how, b := range map[string][]byte{"utf-16": wide, "bom": append([]byte("\xef\xbb\xbf"), text...)} {
			_, got, _, err := readAny(b)
			if err != nil || len(got.rows) == 0 || got.rows[0].Values[intake.Label] != "caffè" {
				t.Errorf("%s in %s: %v %v", name, how, err, got.rows)
			}
		}
	}
	latin := "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + strings.Replace(nmapReport[len(`<?xml version="1.0"?>`):], "OpenSSH", "caff\xe8", 1)
	if _, got, _, err := readAny([]byte(latin)); err != nil || got.rows[0].Values[intake.Label] != "caffè" {
		t.Errorf("Latin-1 XML: %v %v", err, got.rows)
	}
}

// repeated is a source that says the same again and again, without holding it.
func repeated(head, body, tail string, n int) intake.Source {
	return func() (io.ReadCloser, error) {
		parts := []io.Reader{strings.NewReader(head)}
		return io.NopCloser(io.MultiReader(append(parts, &again{text: body, left: n}, strings.NewReader(tail))...)), nil
	}
}

type again struct {
	text string
	at   int
	left int
}

func (a *again) Read(p []byte) (n int, err error) {
	for n < len(p) && a.left > 0 {
		c := copy(p[n:], a.text[a.at:])
		n += c
		if a.at += c; a.at == len(a.text) {
			a.at, a.left = 0, a.left-1
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// TestLargeFilesInBoundedMemory reads 200,000 components, 50 MB of CSV and a line
// of 10 MB; nothing grows with them.
func TestLargeFilesInBoundedMemory(t *testing.T) {
	const n = 200_000
	for name, c := range map[string]struct {
		format intake.Format
		src    intake.Source
		rows   int
	}{
		"spdx json":     {intake.FormatSPDX, repeated(`{"spdxVersion":"SPDX-2.3","packages":[{}`, `,{"name":"component","versionInfo":"1.0","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/component@1.0"}]}`, `]}`, n), n},
		"spdx tags":     {intake.FormatSPDX, repeated("SPDXVersion: SPDX-2.3\n", "PackageName: component\nPackageVersion: 1.0\n", "", n), n},
		"cyclonedx xml": {intake.FormatCDX, repeated(`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>`, `<component type="library"><name>component</name><version>1.0</version></component>`, `</components></bom>`, n), n},
		"glpi":          {intake.FormatGLPI, repeated(`{"deviceid":"d","content":{"hardware":{"name":"pc"},"softwares":[{"name":"x"}`, `,{"name":"component","version":"1.0","publisher":"somebody"}`, `]}}`, n), n + 1},
		"csv of 50 MB":  {intake.FormatCSV, repeated("nome;versione;note\n", "componente;1.0;"+strings.Repeat("x", 235)+"\n", "", n), n},
		"csv of 1 line": {intake.FormatCSV, repeated("nome;versione\n", "y", "\nx;1\n", 10<<20), 1},
	} {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rows, top, start := 0, uint64(0), time.Now()
		sink := intake.Sink{Problem: func(intake.Problem) error { return nil }, Row: func(intake.Row) error {
			if rows++; rows%20_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&after)
				top = max(top, after.HeapAlloc)
			}
			return nil
		}}
		_, err := intake.Read(c.src, intake.Options{Format: c.format}, sink)
		if err != nil || rows != c.rows {
			t.Errorf("%s: %d rows of %d, %v", name, rows, c.rows, err)
		}
		t.Logf("%s: %s", name, time.Since(start).Round(time.Millisecond))
		if top > before.HeapAlloc+8<<20 {
			t.Errorf("%s: the heap grew by %d MB", name, (top-before.HeapAlloc)>>20)
		}
	}
}

func fuzzFormat(f *testing.F, format intake.Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var a all
		_, err := intake.Read(bytesOf(text), intake.Options{Format: format}, a.sink())
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("not a fault a person understands: %v", err)
		}
		checkRows(t, a.kept)
	})
}

func FuzzGLPI(f *testing.F) {
	fuzzFormat(f, intake.FormatGLPI, `{"deviceid":"d","content":{"hardware":{"name":"pc"},"softwares":[{"name":"x"}]}}`, glpiTable)
}
func FuzzSPDX(f *testing.F) {
	fuzzFormat(f, intake.FormatSPDX, spdxTags, `{"spdxVersion":"SPDX-2.2","packages":[{"name":"a"}]}`)
}
func FuzzCycloneDXML(f *testing.F) { fuzzFormat(f, intake.FormatCDX, cycloneXML, laughs) }
func FuzzNmap(f *testing.F)        { fuzzFormat(f, intake.FormatNmap, nmapReport, laughs) }
func FuzzOpenVAS(f *testing.F)     { fuzzFormat(f, intake.FormatOpenVAS, openvasReport, openvasTable) }
func FuzzWazuh(f *testing.F) {
	fuzzFormat(f, intake.FormatWazuh, wazuhPackages, `{"001":[{"hotfix":"KB1"}]}`)
}
func FuzzXLSX(f *testing.F) {
	fuzzFormat(f, intake.FormatXLSX, string(sheetOf(f, []string{"Prodotto", "Versione"}, []string{"a", "1"})))
}
func FuzzZip(f *testing.F) {
	fuzzFormat(f, intake.FormatZip, string(zipOf(f, map[string][]byte{"a.csv": []byte("nome;versione\na;1\n")})))
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{cycloneXML, spdxTags, nmapReport, openvasTable, wazuhPackages, glpiTable, "a;b;c\n1;2;3\n", "[x", "PK\x03\x04"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := intake.Detect(bytesOf(text)); err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("not a fault a person understands: %v", err)
		}
	})
}

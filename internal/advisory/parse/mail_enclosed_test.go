// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// carrying is a mail with files.
func carrying(text string, files map[string]string) string {
	var b strings.Builder
	b.WriteString("--B\nContent-Type: text/plain; charset=utf-8\n\n" + text + "\n")
	for name, data := range files {
		fmt.Fprintf(&b, "--B\nContent-Type: application/octet-stream; name=%q\nContent-Disposition: attachment; filename=%q\nContent-Transfer-Encoding: base64\n\n%s\n", name, name, base64.StdEncoding.EncodeToString([]byte(data)))
	}
	return mailOf("Content-Type: multipart/mixed; boundary=B\n", b.String()+"--B--\n")
}

func testdata(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// asPDF plays the program that reads PDFs.
func asPDF(data []byte) ([]byte, error) {
	if strings.Contains(string(data), "broken") {
		return nil, errors.New("broken")
	}
	return []byte(strings.TrimPrefix(string(data), "%PDF-1.7\n")), nil
}

func TestAlertsThatMailsCarry(t *testing.T) {
	for name, c := range map[string]struct {
		text, file, data string
		title            string
		cves, indicators bool
	}{
		"CSAF under a covering letter": {"In allegato l'avviso.", "avviso.json", testdata(t, "csaf.json"), "", true, false},
		"STIX":                         {"In allegato.", "b.json", testdata(t, "stix.json"), "", false, true},
		"MISP":                         {"In allegato.", "e.json", testdata(t, "misp.json"), "", false, true},
		"a PDF":                        {"In allegato.", "a.pdf", "%PDF-1.7\n" + testdata(t, "acn-page.txt"), "", true, false},
		"beside an alert":              {"AL01/260101/CSIRT-ITA\n\nSintesi\nCVE-2026-9999", "avviso.json", testdata(t, "csaf.json"), "ESEMPIO INVENTATO", true, false},
	} {
		d := WithEnclosed(read(t, carrying(c.text, map[string]string{c.file: c.data})), asPDF)
		if (len(d.CVEs) > 0) != c.cves && c.cves || c.indicators && len(d.Indicators) == 0 || d.Mail == nil || len(d.Mail.Attachments) != 1 || d.Title == "" {
			t.Errorf("%s: %+v", name, d)
		}
		if c.title != "" && d.Title != c.title || c.title == "" && d.Title == "ESEMPIO INVENTATO" && !strings.Contains(c.data, "ESEMPIO INVENTATO\n") && d.Format == FormatText {
			t.Errorf("%s is called %q", name, d.Title)
		}
		var all strings.Builder
		for _, s := range d.Sections {
			all.WriteString(s.Text)
		}
		if first, _, _ := strings.Cut(c.text, "\n"); !strings.Contains(first, "AL01") && !strings.Contains(all.String(), "allegato") {
			t.Errorf("%s: the letter's words are lost: %+v", name, d.Sections)
		}
	}
	d := WithEnclosed(read(t, carrying("AL01/260101/CSIRT-ITA\n\nSintesi\nCVE-2026-9999", map[string]string{"avviso.json": testdata(t, "csaf.json")})), asPDF)
	if d.Reference == nil || d.CVEs[0] != "CVE-2026-9999" || len(d.CVEs) < 2 {
		t.Errorf("%+v", d)
	}
}

func TestTheStricterLabelBinds(t *testing.T) {
	pdf := "%PDF-1.7\nTLP:RED\n\nSintesi\nCVE-2026-0001\n"
	d := WithEnclosed(read(t, carrying("TLP:GREEN\n\nSintesi\nCVE-2026-0002", map[string]string{"a.pdf": pdf})), asPDF)
	if d.TLP != "TLP:RED" || len(d.CVEs) != 2 {
		t.Errorf("%s %v", d.TLP, d.CVEs)
	}
}

// What is no alert is left as it is, however much of it there is.
func TestFilesThatAreNoAlerts(t *testing.T) {
	files := map[string]string{"a.json": `{"a":1}`, "b.pdf": "%PDF-broken", "c.bin": "PK\x03\x04", "d.json": "{", "e.txt": "testo"}
	for i := range 100 {
		files[fmt.Sprint(i, ".json")] = `{"document":` + strings.Repeat("[", 1000)
	}
	d := WithEnclosed(read(t, carrying("Sintesi\nciao", files)), asPDF)
	if len(d.CVEs) != 0 || len(d.Mail.Attachments) != 105 {
		t.Errorf("%+v", d)
	}
	if plain := read(t, "ESEMPIO INVENTATO\n\nSintesi\nx"); WithEnclosed(plain, nil).Title != plain.Title {
		t.Error("a text is changed")
	}
}

func TestPlain(t *testing.T) {
	d := read(t, carrying("Sintesi\nuno <b>\n\nDettagli\ndue", map[string]string{"a.pdf": "%PDF-"}))
	if got := d.Plain(); got != "Sintesi\nuno <b>\n\nDettagli\ndue\n\n[a.pdf]" {
		t.Errorf("%q", got)
	}
	if got := (Document{Summary: "solo"}).Plain(); got != "solo" {
		t.Errorf("%q", got)
	}
}

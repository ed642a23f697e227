// SPDX-License-Identifier: EUPL-1.2

package pdf

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sample is a made-up document of several pages.
func sample() Document {
	d := Document{Title: "Profilo di prova – CSIRT (inventato)", Author: "CSIRT Prova", Lang: "it", Made: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC),
		Foot: func(page, pages int) string { return fmt.Sprintf("CSIRT Prova · %d/%d", page, pages) }}
	d.Blocks = append(d.Blocks, Block{Level: 1, Text: d.Title})
	for n := range 7 {
		d.Blocks = append(d.Blocks, Block{Level: 2, Text: fmt.Sprintf("%d. Perché è così", n+1)}, Block{Level: 3, Text: "Ære, høy, ålesund"},
			Block{Text: strings.Repeat("Testo inventato di una frase che va a capo molte volte. ", 30)}, Block{Text: "Plain English text, 漢字 and \u202Ecode.", Lang: "en"},
			Block{Text: "https://csirt.example/" + strings.Repeat("indirizzo-lungo-", 12), Href: "https://csirt.example/(a)?b=ø"})
	}
	return d
}

func written(t *testing.T, d Document) []byte {
	t.Helper()
	out, err := Write(d)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheSameDocumentHasTheSameBytes(t *testing.T) {
	if !bytes.Equal(written(t, sample()), written(t, sample())) {
		t.Error("they differ")
	}
	if got := written(t, Document{Lang: "it"}); !bytes.Contains(got, []byte("/Count 1 >>")) {
		t.Error("an empty document has no page")
	}
}

// TestTheTableLeadsToTheObjects follows the table of a document and its references.
func TestTheTableLeadsToTheObjects(t *testing.T) {
	out := written(t, sample())
	_, after, _ := bytes.Cut(out[bytes.LastIndex(out, []byte("startxref")):], []byte("\n"))
	at, err := strconv.Atoi(string(bytes.Fields(after)[0]))
	if err != nil || !bytes.HasPrefix(out[at:], []byte("xref\n0 ")) {
		t.Fatalf("startxref %d, %v", at, err)
	}
	places := regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`).FindAllSubmatch(out[at:], -1)
	for n, p := range places {
		place, _ := strconv.Atoi(string(p[1]))
		if !bytes.HasPrefix(out[place:], fmt.Appendf(nil, "%d 0 obj\n", n+1)) {
			t.Fatalf("object %d is not at %d", n+1, place)
		}
	}
	for _, r := range regexp.MustCompile(`\b(\d+) 0 R\b`).FindAllSubmatch(out, -1) {
		if n, _ := strconv.Atoi(string(r[1])); n < 1 || n > len(places) {
			t.Errorf("%s leads nowhere", r[0])
		}
	}
	for _, want := range []string{"/MarkInfo << /Marked true >>", "/Lang (it)", "/Lang (en)", "/S /H2", "/S /Link", "/DisplayDocTitle true", "/S /GTS_PDFA1", "<pdfaid:part>2</pdfaid:part>", "/ToUnicode",
		`/URI (https://csirt.example/\(a\)?b=%C3%B8)`} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%q is missing", want)
		}
	}
}

// tool runs a program on a document, where it is installed.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	path := filepath.Join(t.TempDir(), "sample.pdf")
	if err := os.WriteFile(path, written(t, sample()), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "FILE", path)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func TestPopplerReadsTheText(t *testing.T) {
	text := tool(t, "pdftotext", "-layout", "FILE", "-")
	for _, want := range []string{"Profilo di prova – CSIRT (inventato)", "Perché è così", "Ære, høy, ålesund", "Plain English text, \uFFFD\uFFFD and code.", "CSIRT Prova · 2/"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestPopplerSeesTheTags(t *testing.T) {
	if info := tool(t, "pdfinfo", "FILE"); !regexp.MustCompile(`Tagged:\s+yes`).MatchString(info) || !strings.Contains(info, "Profilo di prova") {
		t.Error(info)
	}
	if tree := tool(t, "pdfinfo", "-struct-text", "FILE"); !strings.Contains(tree, "H1") || !strings.Contains(tree, "Link") || regexp.MustCompile(`volte\.Testo|vaa|acapo|caposi|unafrase|fraseche`).MatchString(tree) || !strings.Contains(tree, "Perché è così") {
		t.Error(tree)
	}
	fonts := strings.Split(strings.TrimSpace(tool(t, "pdffonts", "FILE")), "\n")
	for _, f := range fonts[2:] {
		if !strings.Contains(f, "CID TrueType") || !regexp.MustCompile(`yes yes yes`).MatchString(f) {
			t.Errorf("not embedded: %s", f)
		}
	}
}

func TestQPDFFindsNothing(t *testing.T) {
	if out := tool(t, "qpdf", "--check", "FILE"); strings.Contains(strings.ToLower(out), "warning") {
		t.Error(out)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("Titolo", "testo ( \\ ) \x00 \u202E", "https://a.example/")
	f.Fuzz(func(t *testing.T, title, body, href string) {
		out, err := Write(Document{Title: title, Lang: "it", Blocks: []Block{{Level: 1, Text: title}, {Text: body, Href: href, Lang: "nb"}}})
		if err != nil || !bytes.HasSuffix(out, []byte("%%EOF\n")) {
			t.Errorf("%v", err)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	d := sample()
	for b.Loop() {
		if _, err := Write(d); err != nil {
			b.Fatal(err)
		}
	}
}

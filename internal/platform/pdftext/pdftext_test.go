// SPDX-License-Identifier: EUPL-1.2

package pdftext

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"martinella/internal/platform/fault"
)

// pdf writes a PDF of one page with lines of text.
func pdf(lines ...string) []byte {
	var page strings.Builder
	page.WriteString("BT /F1 12 Tf 72 720 Td 14 TL")
	for _, l := range lines {
		fmt.Fprintf(&page, " (%s) Tj T*", l)
	}
	page.WriteString(" ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", page.Len(), &page), "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var places strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&places, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, &places, len(objects)+1, start)
	return out.Bytes()
}

// program gives a script in place of pdftotext.
func program(t *testing.T, script string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pdftotext")
	if err := os.WriteFile(name, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil { // #nosec G306 -- it must be run
		t.Fatal(err)
	}
	return name
}

func TestText(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed: scripts/setup.sh test")
	}
	text, err := Program{}.Text(t.Context(), pdf("ESEMPIO INVENTATO", "AL04/260612/CSIRT-ITA"))
	if err != nil || text != "ESEMPIO INVENTATO\nAL04/260612/CSIRT-ITA\n\n" {
		t.Errorf("%q, %v", text, err)
	}
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"damaged": {[]byte("%PDF-1.7 and no more"), CodeDamaged},
		"no text": {pdf(), CodeNoText},
	} {
		if _, err := (Program{}).Text(t.Context(), c.data); !errors.Is(err, fault.New(fault.KindOf(err), c.code)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatTheProgramMayNot(t *testing.T) {
	for _, c := range []struct {
		name, program string
		limits        Limits
		code          string
	}{
		{"it is missing", "/nowhere/pdftotext", Limits{}, CodeMissing},
		{"it does not end", program(t, "exec sleep 60"), Limits{Time: time.Second / 5}, CodeSlow},
		{"it writes without end", program(t, "exec cat /dev/zero"), Limits{Text: 1000}, CodeTooLarge},
		{"the file is too large", program(t, "exec cat"), Limits{File: 3}, CodeTooLarge},
		{"it fails and complains without end", program(t, "head -c 1000000 /dev/zero >&2; exit 3"), Limits{}, CodeDamaged},
		{"it sees what the server knows", program(t, `test -z "$HOME$USER" && exit 1; echo "$HOME"`), Limits{}, CodeDamaged},
	} {
		_, err := Program{Name: c.program, Limits: c.limits}.Text(t.Context(), []byte("%PDF-1.7"))
		if !errors.Is(err, fault.New(fault.KindOf(err), c.code)) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestIsPDF(t *testing.T) {
	for data, want := range map[string]bool{"%PDF-1.7": true, "\n%PDF-1.4": true, "PDF": false, "": false} {
		if IsPDF([]byte(data)) != want {
			t.Errorf("%q: %v", data, !want)
		}
	}
}

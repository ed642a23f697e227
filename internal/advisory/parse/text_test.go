// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

// read parses one text that must be readable.
func read(t *testing.T, text string) Document {
	t.Helper()
	d, err := Parse("", []byte(text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	checkDocument(t, d)
	return d
}

func TestReferenceTitleAndUpdate(t *testing.T) {
	for _, c := range []struct{ name, text, ref, title, revision string }{
		{"in one line", "ESEMPIO INVENTATO di titolo (AL04/260612/CSIRT-ITA) – Aggiornamento\n\nSintesi\nx", "AL04/260612/CSIRT-ITA", "ESEMPIO INVENTATO di titolo", "update"},
		{"in two", "ESEMPIO INVENTATO\nAL04/260612/CSIRT-ITA - Aggiornamento n. 2\nSintesi\nx", "AL04/260612/CSIRT-ITA", "ESEMPIO INVENTATO", "2"},
		{"mark in the title's line", "ESEMPIO INVENTATO - Aggiornamento\n(BL01/260101/CSIRT-ITA)\nSintesi\nx", "BL01/260101/CSIRT-ITA", "ESEMPIO INVENTATO", "update"},
		{"reference first", "Riferimento: AL01/260101/CSIRT-ITA\nESEMPIO INVENTATO\nSintesi\nx", "AL01/260101/CSIRT-ITA", "ESEMPIO INVENTATO", ""},
		{"an update of a product", "ESEMPIO INVENTATO: aggiornamento di sicurezza Gattovia\nAL01/260101/CSIRT-ITA\nSintesi\nx", "AL01/260101/CSIRT-ITA", "ESEMPIO INVENTATO: aggiornamento di sicurezza Gattovia", ""},
		{"small letters", "ESEMPIO INVENTATO al01/260101/csirt-ita\nSintesi\nx", "AL01/260101/CSIRT-ITA", "ESEMPIO INVENTATO", ""},
		{"passed on", "> Oggetto: Fwd: [TLP:GREEN] ESEMPIO INVENTATO (AL01/260101/CSIRT-ITA)\n> Da: nessuno\n> Sintesi\n> x", "AL01/260101/CSIRT-ITA", "ESEMPIO INVENTATO", ""},
		{"only another alert named, in the text", "ESEMPIO INVENTATO\n\nSintesi\nSegue AL01/260101/CSIRT-ITA e AL02/260101/CSIRT-ITA.", "", "ESEMPIO INVENTATO", ""},
		{"at the end", "ESEMPIO INVENTATO\n\nSintesi\nx\n\nRiferimenti\nAL01/260101/CSIRT-ITA", "AL01/260101/CSIRT-ITA", "ESEMPIO INVENTATO", ""},
	} {
		d := read(t, c.text)
		ref := ""
		if d.Reference != nil {
			ref = d.Reference.Value
		}
		revision := d.Revision
		if d.Update && revision == "" {
			revision = "update"
		}
		if ref != c.ref || d.Title != c.title || revision != c.revision || len(d.Unparsed) > 0 {
			t.Errorf("%s: %q, %q, %q, unparsed %q", c.name, ref, d.Title, revision, d.Unparsed)
		}
	}
}

func TestImpossibleDayIsKeptAndSaid(t *testing.T) {
	d := read(t, "ESEMPIO INVENTATO\nAL01/261399/CSIRT-ITA\nSintesi\nx")
	if d.Reference == nil || !d.Reference.Date.IsZero() || len(d.Warnings) != 1 || d.Warnings[0].Code != WarnReference {
		t.Errorf("%+v %+v", d.Reference, d.Warnings)
	}
}

func TestDatesSeveritiesLabels(t *testing.T) {
	june := func(d int) time.Time { return time.Date(2026, 6, d, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		line               string
		published, updated time.Time
		severity           Severity
		label              tlp.Label
		pap                PAP
	}{
		{line: "12/06/26", published: june(12)},
		{line: "Pubblicato il 12 giugno 2026 - Aggiornato il 13.6.2026", published: june(12), updated: june(13)},
		{line: "Last updated: 2026-06-14", updated: june(14)},
		{line: "Data: 31/02/26"},
		{line: "Alto", severity: Severity{Level: LevelHigh, Written: "Alto"}},
		{line: "Gravità: Bassa", severity: Severity{Level: LevelLow, Written: "Gravità: Bassa"}},
		{line: "Stima d’impatto: ALTO/ARANCIONE (65,12/100)", severity: Severity{Level: LevelHigh, Written: "ALTO/ARANCIONE (65,12/100)", Colour: "ARANCIONE", Impact: 65.12}},
		{line: "Impatto sistemico: Critico (78,33)", severity: Severity{Level: LevelCritical, Written: "Critico (78,33)", Impact: 78.33}},
		{line: "Stima d'impatto: VIOLA (101/100)"},
		{line: "TLP:WHITE", label: tlp.Clear},
		{line: "tlp amber + strict", label: tlp.AmberStrict},
		{line: "TLP: ROSSO | PAP:WHITE", label: tlp.Red, pap: PAPClear},
	} {
		d := read(t, "ESEMPIO INVENTATO\n"+c.line+"\nSintesi\nx")
		got := Document{Published: d.Published, Updated: d.Updated, Severity: d.Severity, TLP: d.TLP, PAP: d.PAP}
		want := Document{Published: c.published, Updated: c.updated, Severity: c.severity, TLP: c.label, PAP: c.pap}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.line, diff)
		}
	}
}

func TestMostRestrictedLabelBinds(t *testing.T) {
	d := read(t, "TLP:GREEN\nESEMPIO INVENTATO\n\nSintesi\nLa parte seguente è TLP:AMBER.")
	if d.TLP != tlp.Amber || len(d.Warnings) != 1 || d.Warnings[0].Code != WarnTLP {
		t.Errorf("%q %+v", d.TLP, d.Warnings)
	}
}

func TestProducts(t *testing.T) {
	for _, c := range []struct {
		text string
		want []Product
	}{
		{"Gattovia Gateway 5.x < 5.9", []Product{{Text: "Gattovia Gateway 5.x < 5.9", Product: "Gattovia Gateway", Versions: "5.x < 5.9"}}},
		{"Gattovia (versioni fino alla 3.2)", []Product{{Text: "Gattovia (versioni fino alla 3.2)", Product: "Gattovia", Versions: "versioni fino alla 3.2"}}},
		{"Gattovia:\n• Gateway, versione 1\n• Console", []Product{
			{Text: "Gateway, versione 1", Vendor: "Gattovia", Product: "Gateway", Versions: "versione 1"},
			{Text: "Console", Vendor: "Gattovia", Product: "Console"}}},
		{"Gattovia Gateway\n5.x, versioni precedenti alla 5.9\n4.x, tutte le versioni\nGattovia Console\nMiao 3.1", []Product{
			{Text: "Gattovia Gateway: 5.x, versioni precedenti alla 5.9", Product: "Gattovia Gateway", Versions: "5.x, versioni precedenti alla 5.9"},
			{Text: "Gattovia Gateway: 4.x, tutte le versioni", Product: "Gattovia Gateway", Versions: "4.x, tutte le versioni"},
			{Text: "Gattovia Console", Product: "Gattovia Console"}, {Text: "Miao 3.1", Product: "Miao", Versions: "3.1"}}},
		{"Gattovia:\n• Gateway\n7.2.x, precedenti\n• Console", []Product{
			{Text: "Gateway: 7.2.x, precedenti", Vendor: "Gattovia", Product: "Gateway", Versions: "7.2.x, precedenti"}, {Text: "Console", Vendor: "Gattovia", Product: "Console"}}},
		{"Gattovia:\n- Gateway\n- Console\n\nVersioni precedenti alla 5.9", []Product{
			{Text: "Gateway", Vendor: "Gattovia", Product: "Gateway"}, {Text: "Console", Vendor: "Gattovia", Product: "Console"},
			{Text: "Versioni precedenti alla 5.9", Versions: "Versioni precedenti alla 5.9"}}},
		{"Gattovia Gateway\nversioni precedenti alla 5.9\nMiao Router\nFirmware Updater", []Product{
			{Text: "Gattovia Gateway: versioni precedenti alla 5.9", Product: "Gattovia Gateway", Versions: "versioni precedenti alla 5.9"},
			{Text: "Miao Router", Product: "Miao Router"}, {Text: "Firmware Updater", Versions: "Firmware Updater"}}},
		{"pkg:npm/gattovia@1.2.3", []Product{{Text: "pkg:npm/gattovia@1.2.3", PURL: "pkg:npm/gattovia@1.2.3"}}},
	} {
		d := read(t, "ESEMPIO INVENTATO\nProdotti e versioni affette\n"+c.text)
		if diff := cmp.Diff(c.want, d.Products); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestFaultsSayWhatItIs(t *testing.T) {
	for _, c := range []struct {
		name, data, code string
	}{
		{"nothing", " \n\t", CodeEmpty},
		{"only what is not seen", "\u202e\u200b\n", CodeEmpty},
		{"a PDF", "%PDF-1.7\n%\xE2\xE3", CodePDF},
		{"an office document", "PK\x03\x04aaaa", CodeNotText},
		{"noise", strings.Repeat("\x01\x02a", 100), CodeNotText},
		{"too large", strings.Repeat("a", Limit+1), CodeTooLarge},
	} {
		_, err := Parse("", []byte(c.data))
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestCharacterSets(t *testing.T) {
	for name, data := range map[string]string{
		"UTF-8 with a mark": "\xEF\xBB\xBFESEMPIO INVENTATO: città",
		"Windows":           "ESEMPIO INVENTATO: citt\xE0",
		"UTF-16":            "\xFF\xFEE\x00S\x00E\x00M\x00P\x00I\x00O\x00 \x00I\x00N\x00V\x00E\x00N\x00T\x00A\x00T\x00O\x00:\x00 \x00c\x00i\x00t\x00t\x00\xE0\x00",
	} {
		if d := read(t, data); d.Title != "ESEMPIO INVENTATO: città" {
			t.Errorf("%s: %q", name, d.Title)
		}
	}
}

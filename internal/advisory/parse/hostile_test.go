// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"strings"
	"testing"
)

// big is what a hostile input is made of: a reader whose work grows with the square of its input
// would not come back from it.
const big = Limit / 10

func repeat(s string) string { return strings.Repeat(s, big/len(s)) }

func TestHostileTexts(t *testing.T) {
	for name, text := range map[string]string{
		"one line":             strings.Repeat("a", Limit/2),
		"one line of words":    repeat("parola "),
		"one line of dates":    repeat("12/06/26 "),
		"one line of labels":   repeat("TLP:RED "),
		"one line of numbers":  "Rischio\n" + repeat("65,12/100 "),
		"one line of brackets": "IoC\nhxxp://a[.]b/" + repeat(")"),
		"one line of dots":     "IoC\n" + repeat("[.]"),
		"one line of CVEs":     repeat("CVE-2026-12345 "),
		"one line of hashes":   repeat("da39a3ee5e6b4b0d3255bfef95601890afd80709 "),
		"empty lines":          repeat("\n") + "a",
		"short lines":          repeat("a\n"),
		"headings":             repeat("Sintesi\n"),
		"products":             "Prodotti affetti\n" + repeat("a 1.0\n"),
		"rows of CVEs":         "CVE\n" + repeat("CVE-2026-0001\t9.8\n"),
		"references":           repeat("AL01/260101/CSIRT-ITA "),
		"addresses":            repeat("https://a.it/x "),
		"reading directions":   "ESEMPIO \u202eOTATNEVNI" + repeat("\u202e"),
		"NULs":                 repeat("a\n") + strings.Repeat("\x00", 1000),
	} {
		t.Run(name, func(t *testing.T) { check(t, "a.txt", []byte(text)) })
	}
}

func TestHostilePages(t *testing.T) {
	for name, page := range map[string]string{
		"nested":             "<html>" + repeat("<div>"),
		"links never closed": "<html>" + repeat("<a href='https://a.it/'>a"),
		"links closed twice": "<html><a href='https://a.it/'>" + repeat("a</a>"),
		"one long link":      "<html><a href='https://a.it/" + repeat("a") + "'>a</a>",
		"cells":              "<html>" + repeat("<td>"),
		"never shown":        "<html><script>" + repeat("<b>"),
		"one tag":            "<html><p " + repeat("a=b "),
		"a feed of items":    "<rss version='2.0'><channel>" + repeat("<item/>") + "</channel></rss>",
		"a feed of pages":    "<rss version='2.0'><channel><item><description>" + repeat("&lt;p&gt;a") + "</description></item></channel></rss>",
	} {
		t.Run(name, func(t *testing.T) { check(t, "a.html", []byte(page)) })
	}
}

func TestReadingDirectionsAreTakenOutAndSaid(t *testing.T) {
	d := read(t, "ESEMPIO INVENTATO: fattura\u202efdp.exe\x00\n")
	if d.Title != "ESEMPIO INVENTATO: fatturafdp.exe" || len(d.Warnings) != 2 {
		t.Errorf("%q %+v", d.Title, d.Warnings)
	}
}

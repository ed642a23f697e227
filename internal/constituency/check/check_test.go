// SPDX-License-Identifier: EUPL-1.2

package check_test

import (
	"strings"
	"testing"

	"martinella/internal/constituency/check"
)

type parser func(string) (string, bool)

func try(t *testing.T, name string, parse parser, cases map[string]string) {
	t.Helper()
	for in, want := range cases {
		got, ok := parse(in)
		if ok != (want != "") || (ok && got != want) {
			t.Errorf("%s(%q) = %q, %v; want %q", name, in, got, ok, want)
		}
	}
}

func TestParsers(t *testing.T) {
	try(t, "Email", check.Email, map[string]string{
		"protocollo@PEC.Comune.fi.it": "protocollo@pec.comune.fi.it", " a.b+c@ente.it ": "a.b+c@ente.it",
		"": "", "a@b": "", "Mario <m@ente.it>": "", "a@ente..it": "", "a b@ente.it": "", "a@-ente.it": "", "à@ente.it": "",
		"a@1.2.3.4": "", strings.Repeat("a", 65) + "@ente.it": "", "a@ente.it\r\nBcc: b@c.it": "", `"a"@ente.it`: "",
	})
	try(t, "Website", check.Website, map[string]string{
		"www.comune.fi.it": "https://www.comune.fi.it", "http://Ente.it/": "http://ente.it", "https://ente.it/a?b=1#c": "https://ente.it/a?b=1",
		"": "", "javascript:alert(1)": "", "ftp://ente.it": "", "https://user:pw@ente.it": "", "localhost": "", "https://ente.it:8443": "", "non lo so": "",
	})
	try(t, "Phone", check.Phone, map[string]string{
		"055 27 68-1": "05527681", "0039 (055) 276.81": "+3905527681", "+39/055/27681": "+3905527681", "112": "112",
		"": "", "12": "", "055 interno 3": "", "1+2345": "", "+1234567890123456": "",
	})
	try(t, "IPACode", check.IPACode, map[string]string{
		"c_D612": "c_d612", " r_toscan ": "r_toscan", "UFYHXD": "ufyhxd",
		"": "", "c": "", "c/d612": "", "-ab": "", "c d612": "", "ç_d612": "", strings.Repeat("a", 33): "",
	})
	// Firenze's and Regione Toscana's published codes; the second with one digit changed.
	try(t, "FiscalCode", check.FiscalCode, map[string]string{
		"01307110484": "01307110484", "IT 01386030488": "01386030488",
		"01386030489": "", "00000000000": "", "0130711048": "", "RSSMRA80A01D612X": "", "": "",
	})
	try(t, "MonthDay", check.MonthDay, map[string]string{
		"06-24": "06-24", "02-29": "02-29", "02-30": "", "13-01": "", "00-10": "", "6-24": "", "06/24": "", "06-00": "",
		"24/06": "06-24", "24.06.": "06-24", "29/02": "02-29", "30/02": "", "24/13": "", "24 06": "",
	})
	// Brønnøysundregistrene's own number.
	try(t, "Code(NO)", func(s string) (string, bool) { return check.Code(check.Norway, s) }, map[string]string{
		"974 760 673": "974760673", "974760674": "", "c_d612": "", "": "",
	})
}

func TestNamesOfTheSameBodyMeet(t *testing.T) {
	for _, same := range [][2]string{
		{"Comune di Firenze", "FIRENZE"}, {"Unione dei Comuni del Mugello", "unione comuni mugello"},
		{"Città Metropolitana di Firenze", "Citta' metropolitana  Firenze"},
		{"Comune di Rio nell'Elba", "Comune Rio nell’Elba"},
	} {
		if a, b := check.NameKey(same[0]), check.NameKey(same[1]); a != b {
			t.Errorf("%q -> %q, %q -> %q", same[0], a, same[1], b)
		}
	}
	if check.NameKey("Comune di Siena") == check.NameKey("Provincia di Siena") {
		t.Error("a municipality and a province became one")
	}
	if check.NameKey("La Di") == "" {
		t.Error("a name of filler lost everything")
	}
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"a@ente.it", "https://ente.it/", "+39 055", "c_d612", "01307110484", "06-24", "Comune di Firenze", "\x00", "à@é.it"} {
		f.Add(s)
	}
	parsers := map[string]parser{
		"Email": check.Email, "Website": check.Website, "Phone": check.Phone, "IPACode": check.IPACode,
		"FiscalCode": check.FiscalCode, "MonthDay": check.MonthDay, "Domain": check.Domain,
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, parse := range parsers {
			once, ok := parse(s)
			if !ok {
				continue
			}
			if strings.ContainsAny(once, "\r\n\x00") {
				t.Errorf("%s let a control character through: %q", name, once)
			}
			if twice, ok := parse(once); !ok || twice != once {
				t.Errorf("%s is not settled: %q -> %q -> %q, %v", name, s, once, twice, ok)
			}
		}
		if key := check.NameKey(s); check.NameKey(key) != key {
			t.Errorf("NameKey is not settled: %q -> %q", s, key)
		}
	})
}

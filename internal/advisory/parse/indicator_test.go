// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// found gives what a line is taken for: in the list of indicators, or elsewhere.
func found(t *testing.T, line string, listed bool) []string {
	t.Helper()
	heading := "Dettagli"
	if listed {
		heading = "Indicatori di compromissione"
	}
	var out []string
	for _, i := range read(t, "ESEMPIO INVENTATO\n"+heading+"\n"+line).Indicators {
		out = append(out, string(i.Type)+" "+i.Value)
	}
	return out
}

func TestIndicators(t *testing.T) {
	const sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	for _, c := range []struct {
		line      string
		anywhere  []string // outside of a list
		inTheList []string
	}{
		{"hxxp://cattivo[.]example/a,b?c=(d)", []string{"url http://cattivo.example/a,b?c=(d)"}, nil},
		{"hXXps[:]//CATTIVO[.]example:8443/Pagina.", []string{"url https://cattivo.example:8443/Pagina"}, nil},
		{"h**ps://cattivo.example/x", []string{"url https://cattivo.example/x"}, nil},
		{"cattivo[.]example", []string{"domain cattivo.example"}, nil},
		{"cattivo(dot)example, peggio{.}example;", []string{"domain cattivo.example", "domain peggio.example"}, nil},
		{"cattivo [.] example", []string{"domain cattivo.example"}, nil},
		{"cattivo[.]example/pagina", []string{"url cattivo.example/pagina"}, nil},
		{"uno[at]cattivo[.]example", []string{"email uno@cattivo.example"}, nil},
		{"203[.]0[.]113[.]7:443", []string{"ip 203.0.113.7"}, nil},
		{"2001[:]db8::1", []string{"ip 2001:db8::1"}, nil},
		{"203.0.113[.]0/24", []string{"network 203.0.113.0/24"}, nil},
		{"перевод[.]example", []string{"domain xn--b1aeba0cci.example"}, nil},
		{"file " + sha1, []string{"sha1 " + sha1}, nil},
		{strings.ToUpper(sha1), []string{"sha1 " + sha1}, nil},
		{"d41d8cd98f00b204e9800998ecf8427e", []string{"md5 d41d8cd98f00b204e9800998ecf8427e"}, nil},
		// What only a list makes an indicator.
		{"203.0.113.7", nil, []string{"ip 203.0.113.7"}},
		{"1. IP C2: 203.0.113.7", nil, []string{"ip 203.0.113.7"}},
		{"cattivo.it", nil, []string{"domain cattivo.it"}},
		{"cattivo.it\tserver di comando di un esempio", nil, []string{"domain cattivo.it"}},
		{"https://cattivo.it/x", nil, []string{"url https://cattivo.it/x"}},
		{"uno@cattivo.it", nil, []string{"email uno@cattivo.it"}},
		// What never is one.
		{"Si veda la pagina del produttore https://www.produttore.it/bollettino", nil, nil},
		{"Per informazioni scrivere a csirt@ente.it entro domani", nil, nil},
		{"www.example.com", nil, nil},
		{"fattura.zip", nil, nil},
		{"avviso.pdf.exe", nil, nil},
		{"10[.]0[.]0[.]1 127[.]0[.]0[.]1 0.0.0[.]0/0 hxxp://192[.]168[.]1[.]1/", nil, nil},
		{"[...] omissis [.]", nil, nil},
		{"00000000000000000000000000000000", nil, nil},
		{"hxxp://[.]/ hxxp://a[.]b[.]c[", nil, nil},
	} {
		inTheList := c.inTheList
		if inTheList == nil {
			inTheList = c.anywhere
		}
		if diff := cmp.Diff(c.anywhere, found(t, c.line, false)); diff != "" {
			t.Errorf("%s, in a text (-want +got):\n%s", c.line, diff)
		}
		if diff := cmp.Diff(inTheList, found(t, c.line, true)); diff != "" {
			t.Errorf("%s, in a list (-want +got):\n%s", c.line, diff)
		}
	}
}

func TestHashesOfOtherThingsAreNoIndicators(t *testing.T) {
	const sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	for _, line := range []string{"corretto nel commit " + sha1, "Impronta: " + sha1, "https://git.example/commit/" + sha1} {
		if got := found(t, line, false); got != nil {
			t.Errorf("%s: %q", line, got)
		}
	}
}

func TestLinksBesideDefangedIndicatorsAreLinks(t *testing.T) {
	d := read(t, "ESEMPIO INVENTATO\nIoC\ncattivo[.]example\nhttps://produttore.it/ioc")
	if len(d.Indicators) != 1 || len(d.References) != 1 {
		t.Errorf("%+v %+v", d.Indicators, d.References)
	}
}

func TestWhatIsNoIndicatorIsShown(t *testing.T) {
	d := read(t, "ESEMPIO INVENTATO\nIoC\nhxxp://999[.]1/\nmutex_di_esempio\n192.168.1.1")
	if want := []string{"hxxp://999[.]1/", "mutex_di_esempio", "192.168.1.1"}; !cmp.Equal(want, d.Unparsed) {
		t.Errorf("%q", d.Unparsed)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/advisory"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/fault"
)

// However an indicator is written, it is kept once, as it is on the network; what is none is named.
func TestIndicators(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		e := entry()
		day := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
		e.Indicators = []advisory.Indicator{
			{Value: "hxxps[://]cattivo[.]example/A?x=1", Comment: " pagina  falsa "}, {Value: "https://cattivo.example/A?x=1"}, {Value: "198[.]51[.]100[.]0/24", Until: day},
			{Value: "D41D8CD98F00B204E9800998ECF8427E"}, {Value: "spia[at]cattivo[.]example"}, {Value: "Cattivo[.]example"},
		}
		e.Products = []advisory.Product{{Vendor: "Fortinet", Product: "FortiOS", Versions: "< 7.2.8"}, {Text: " "}}
		a := w.create(e)
		want := []advisory.Indicator{
			{Type: parse.TypeURL, Value: "https://cattivo.example/A?x=1", Comment: "pagina falsa"}, {Type: parse.TypeNetwork, Value: "198.51.100.0/24", Until: day},
			{Type: parse.TypeMD5, Value: "d41d8cd98f00b204e9800998ecf8427e"}, {Type: parse.TypeEmail, Value: "spia@cattivo.example"}, {Type: parse.TypeDomain, Value: "cattivo.example"},
		}
		if diff := cmp.Diff(want, a.Indicators); diff != "" {
			w.Error(diff)
		}
		if len(a.Products) != 1 || a.Products[0].Text != "Fortinet FortiOS < 7.2.8" {
			w.Errorf("%+v", a.Products)
		}
		for _, wrong := range []string{"", "ciao", "10.0.0.1", "127.0.0.1", "000000000000000000000000000000000", strings.Repeat("a.", 3000)} {
			e.Reference, e.Indicators = "", []advisory.Indicator{{Value: wrong}}
			_, err := w.Create(w.Context(), s, who, e)
			if f := fault.Of(err).Fields; len(f) != 1 || f[0].Code != "advisory.indicator" {
				w.Errorf("%.20q: %v", wrong, err)
			}
		}
		e.Indicators = make([]advisory.Indicator, advisory.MaxIndicators+1)
		for i := range e.Indicators {
			e.Indicators[i].Value = "a" + strings.Repeat("b", i%60) + strings.Repeat("c", i/60%60) + strings.Repeat("d", i/3600) + ".example"
		}
		if _, err := w.Create(w.Context(), s, who, e); fault.Of(err).Code != "advisory.entry" {
			w.Error("too many:", err)
		}
	})
}

// A mail lists what to look for, written so that nobody can follow it.
func TestAMailListsIndicatorsDefanged(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		for i := range 60 {
			e.Indicators = append(e.Indicators, advisory.Indicator{Value: "cattiv" + strings.Repeat("o", i%30+1) + strings.Repeat("1", i/30) + ".example"})
		}
		e.Products = []advisory.Product{{Text: "FortiOS fino a 7.2.7"}}
		w.send(e)
		mail := w.mails[0]
		for _, part := range []string{"FortiOS fino a 7.2.7", "\ncattivo[.]example", "10 nel portale"} {
			if !strings.Contains(mail.Text, part) {
				w.Errorf("no %q in\n%s", part, mail.Text)
			}
		}
		if strings.Contains(mail.Text+mail.HTML, "o.example") {
			w.Error("an indicator can be followed")
		}
	})
}

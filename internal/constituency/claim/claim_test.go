// SPDX-License-Identifier: EUPL-1.2

package claim_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"martinella/internal/constituency/claim"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"Comune.Castelvento.EXAMPLE.": "domain comune.castelvento.example", "*.comune.example": "domain *.comune.example", "comune.fi.it": "domain comune.fi.it",
		"https://www.comune.example/pagina?x=1": "domain www.comune.example", "città.example": "domain città.example", "xn--citt-3na.example": "domain città.example",
		"192.0.2.0/24": "network 192.0.2.0/24", "192.0.2.7": "network 192.0.2.7/32", "::ffff:192.0.2.0/120": "network 192.0.2.0/24",
		"2001:DB8:0::/48": "network 2001:db8::/48", "10.1.0.0/16": "network 10.1.0.0/16 internal", "fd00:1::/32": "network fd00:1::/32 internal", "100.64.0.0/10": "network 100.64.0.0/10 internal",
		"as64500": "as AS64500", "AS 64500": "as AS64500", "AS64512": "as AS64512 internal", "AS4200000000": "as AS4200000000 internal",
	} {
		v, err := claim.Parse(in)
		got := string(v.Kind) + " " + v.Unicode()
		if v.Internal {
			got += " internal"
		}
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]error{
		"": claim.ErrShape, "una parola": claim.ErrShape, "192.0.2.256": claim.ErrShape, "192.0.2": claim.ErrShape, "1.2.3.4/33": claim.ErrShape, "-a.example": claim.ErrShape,
		"a..example": claim.ErrShape, "AS99999999999": claim.ErrShape, "<script>.example": claim.ErrShape, "a.example\u202e": claim.ErrShape, strings.Repeat("a", 10000): claim.ErrShape, strings.Repeat("a.", 126) + "example": claim.ErrShape,
		"it": claim.ErrSuffix, "fi.it": claim.ErrSuffix, "co.uk": claim.ErrSuffix, "*.example": claim.ErrSuffix, "com": claim.ErrSuffix,
		"192.0.2.7/24": claim.ErrHostBits, "0.0.0.0/0": claim.ErrWide, "8.0.0.0/7": claim.ErrWide, "::/0": claim.ErrWide, "::ffff:0:0/95": claim.ErrWide, "2001::/16": claim.ErrWide,
		"127.0.0.1": claim.ErrSpecial, "224.0.0.0/8": claim.ErrSpecial, "169.254.0.0/16": claim.ErrSpecial, "fe80::/64": claim.ErrSpecial, "ff02::/32": claim.ErrSpecial, "::1": claim.ErrSpecial, "240.0.0.0/8": claim.ErrSpecial,
		"AS0": claim.ErrSpecial, "AS23456": claim.ErrSpecial, "AS4294967295": claim.ErrSpecial,
	} {
		if v, err := claim.Parse(in); !errors.Is(err, want) {
			t.Errorf("Parse(%.40q) = %+v, %v; want %v", in, v, err, want)
		}
	}
}

// anyValue makes values of a small world, so that many overlap.
func anyValue() *rapid.Generator[claim.Value] {
	return rapid.Custom(func(t *rapid.T) claim.Value {
		text := ""
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			a := netip.AddrFrom4([4]byte{rapid.SampledFrom([]byte{10, 192, 198}).Draw(t, "a"), rapid.Byte().Draw(t, "b") & 3, rapid.Byte().Draw(t, "c") & 3, rapid.Byte().Draw(t, "d")})
			text = netip.PrefixFrom(a, rapid.IntRange(8, 32).Draw(t, "bits")).Masked().String()
		case 1:
			b := [16]byte{0x20, 0x01, 0x0d, 0xb8}
			for i := range b[4:] {
				b[4+i] = rapid.Byte().Draw(t, "byte") & 1
			}
			text = netip.PrefixFrom(netip.AddrFrom16(b), rapid.IntRange(20, 128).Draw(t, "bits")).Masked().String()
		case 2:
			text = strings.Join(append(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", "a-b"}), 1, 4).Draw(t, "labels"), rapid.SampledFrom([]string{"example", "fi.it"}).Draw(t, "top")), ".")
		default:
			text = fmt.Sprint("AS", rapid.IntRange(64496, 64502).Draw(t, "as"))
		}
		v, err := claim.Parse(text)
		if err != nil {
			t.Skip(err)
		}
		return v
	})
}

// The two look-ups find exactly what comparing each with each finds.
func TestSpanAndAboveFindEveryOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyValue().Draw(t, "a"), anyValue().Draw(t, "b")
		aLow, aHigh := a.Span()
		bLow, _ := b.Span()
		found := a.Kind == b.Kind && (aLow <= bLow && bLow <= aHigh || slices.Contains(a.Above(), b.Text)) && !a.Internal && !b.Internal
		if naive := claim.Relate(a, b); found != (naive != claim.Apart) {
			t.Fatalf("%s and %s: found %v, are %q", a.Text, b.Text, found, naive)
		}
		back := map[claim.Relation]claim.Relation{claim.Inside: claim.Contains, claim.Contains: claim.Inside}
		if there, here := claim.Relate(a, b), claim.Relate(b, a); there != here && back[there] != here {
			t.Fatalf("%s and %s: %q there, %q back", a.Text, b.Text, there, here)
		}
	})
}

func TestReadLines(t *testing.T) {
	var got []string
	for _, l := range claim.ReadLines("\uFEFFvalore;descrizione\r\ncomune.example;sito\n\n# nota\n\"192.0.2.0/24\",rete, sede\nfi.it\ncomune.example\nAS64500\tGARR\n") {
		got = append(got, fmt.Sprintf("%d %s %q %v", l.N, l.Value.Text, l.Note, l.Err))
	}
	want := []string{`2 comune.example "sito" <nil>`, `5 192.0.2.0/24 "rete" <nil>`, `6  "" ` + claim.ErrSuffix.Error(), `7 comune.example "" ` + claim.ErrRepeated.Error(), `8 AS64500 "GARR" <nil>`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	many := claim.ReadLines(strings.Repeat("x\n", claim.MaxLines+50))
	if len(many) != claim.MaxLines+1 || !errors.Is(many[claim.MaxLines].Err, claim.ErrTooMany) {
		t.Errorf("%d lines of too many", len(many))
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"comune.example", "*.città.example", "192.0.2.0/24", "::ffff:1.2.3.4/100", "AS1", "http://a.example/x", "xn--a.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := claim.Parse(s)
		if err != nil {
			return
		}
		again, err := claim.Parse(v.Text)
		if err != nil || again.Text != v.Text || again.Internal != v.Internal {
			t.Errorf("%q is %q, which is %q, %v", s, v.Text, again.Text, err)
		}
		low, high := v.Span()
		if low > high || slices.Contains(v.Above(), v.Text) {
			t.Errorf("%q spans %s to %s", s, low, high)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package claim

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Kind is what is claimed.
type Kind string

// The kinds.
const (
	Domain  Kind = "domain"
	Network Kind = "network"
	AS      Kind = "as"
)

// Value is something that can be claimed, in canonical form.
type Value struct {
	Kind       Kind
	Text       string       // "comune.example", "192.0.2.0/24", "AS64500"
	Subdomains bool         // of a domain: everything below it too
	Internal   bool         // used inside only (RFC 1918, RFC 4193, RFC 6598, RFC 6996): many have the same, nobody owns it
	Prefix     netip.Prefix // of a network
}

// Why something cannot be claimed.
var (
	ErrShape    = errors.New("neither a domain, nor a network, nor an autonomous system")
	ErrSuffix   = errors.New("a public suffix, under which others register")
	ErrHostBits = errors.New("the address is inside of the network, not its beginning")
	ErrWide     = errors.New("a network wider than any body has")
	ErrSpecial  = errors.New("addresses or a number reserved for a special purpose")
)

// maxText bounds what is looked at: a domain has 253 letters at most, before IDNA some more.
const maxText = 300

// Parse reads what somebody typed: "comune.example", "*.comune.example",
// "192.0.2.0/24", "192.0.2.7", "2001:db8::/48", "AS64500". It accepts the address of a page for its domain.
func Parse(text string) (Value, error) {
	text = strings.TrimSpace(text)
	if len(text) == 0 || len(text) > maxText {
		return Value{}, ErrShape
	}
	if v, ok, err := parseAS(text); ok {
		return v, err
	}
	if v, ok, err := parseNetwork(text); ok {
		return v, err
	}
	return parseDomain(text)
}

func parseAS(text string) (v Value, ok bool, err error) {
	upper := strings.ToUpper(text)
	digits, ok := strings.CutPrefix(upper, "AS")
	digits = strings.TrimSpace(digits)
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return v, false, nil
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	switch {
	case err != nil:
		return v, true, ErrShape
	case n == 0 || n == 23456 || n == 65535 || n == 4294967295: // RFC 7607, 6793, 7300
		return v, true, ErrSpecial
	}
	private := n >= 64512 && n <= 65534 || n >= 4200000000 // RFC 6996
	return Value{Kind: AS, Text: "AS" + strconv.FormatUint(n, 10), Internal: private}, true, nil
}

// The widest networks that are taken: more is a typing error, or a provider's.
const (
	minBits4 = 8
	minBits6 = 19
)

func parseNetwork(text string) (v Value, ok bool, err error) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return v, strings.Contains(text, ":") && !strings.Contains(text, "//") || looksLikeIPv4(text), ErrShape
		}
		p = netip.PrefixFrom(a.WithZone(""), a.BitLen())
	}
	if p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return v, true, ErrWide
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	switch {
	case p != p.Masked():
		return Value{Kind: Network, Text: p.Masked().String(), Prefix: p.Masked()}, true, ErrHostBits
	case p.Bits() < minBits4, p.Addr().Is6() && p.Bits() < minBits6 && !internal(p):
		return v, true, ErrWide
	case special(p):
		return v, true, ErrSpecial
	}
	return Value{Kind: Network, Text: p.String(), Prefix: p, Internal: internal(p)}, true, nil
}

func looksLikeIPv4(text string) bool { return strings.Trim(text, "0123456789./") == "" }

// internal says whether everybody may use the addresses inside of his walls.
func internal(p netip.Prefix) bool {
	return p.Addr().IsPrivate() || netip.MustParsePrefix("100.64.0.0/10").Contains(p.Addr())
}

// special says whether the addresses are nobody's. Those of documentation are taken: the demonstration has them.
func special(p netip.Prefix) bool {
	a := p.Addr()
	return a.IsLoopback() || a.IsMulticast() || a.IsLinkLocalUnicast() || a.IsUnspecified() ||
		a.Is4() && (a.As4()[0] == 0 || a.As4()[0] >= 240) || a.Is6() && !internal(p) && a.As16()[0]&0xe0 != 0x20
}

func parseDomain(text string) (Value, error) {
	text = strings.ToLower(text)
	for _, scheme := range []string{"https://", "http://"} {
		if rest, ok := strings.CutPrefix(text, scheme); ok {
			text, _, _ = strings.Cut(rest, "/")
		}
	}
	v := Value{Kind: Domain}
	if rest, ok := strings.CutPrefix(text, "*."); ok {
		text, v.Subdomains = rest, true
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(text, "."))
	if err != nil || len(ascii) > 253 || !strings.Contains(ascii, ".") && ascii == "" || !hostname(ascii) {
		return Value{}, ErrShape
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(ascii); err != nil {
		return Value{}, ErrSuffix
	}
	v.Text = ascii
	return v, nil
}

// hostname holds a name to letters, digits and hyphens, with a top level that is no number (RFC 1123, 3696).
func hostname(s string) bool {
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// Unicode writes a domain as people read it; anything else as it is.
func (v Value) Unicode() string {
	if v.Kind != Domain {
		return v.Text
	}
	name, err := idna.Display.ToUnicode(v.Text)
	if err != nil {
		name = v.Text
	}
	if v.Subdomains {
		return "*." + name
	}
	return name
}

// Span is the stretch of the line on which everything inside of v begins: two
// texts of hexadecimal digits that any database orders alike.
func (v Value) Span() (low, high string) {
	switch v.Kind {
	case Domain:
		low = hex.EncodeToString([]byte(reversed(v.Text)))
		return low, low + "g" // after every digit
	case Network:
		first, last := v.Prefix.Addr().As16(), v.Prefix.Addr().As16()
		for bit := 128 - v.Prefix.Addr().BitLen() + v.Prefix.Bits(); bit < 128; bit++ {
			last[bit/8] |= 0x80 >> (bit % 8)
		}
		return hex.EncodeToString(first[:]), hex.EncodeToString(last[:])
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(v.Text, "AS"), 10, 32)
	if err != nil {
		n = 0 // Parse gave nothing but numbers
	}
	low = fmt.Sprintf("%08x", n)
	return low, low
}

// reversed writes a domain from the top, each label ended by a dot: "example.comune."
func reversed(domain string) string {
	labels := strings.Split(domain, ".")
	slices.Reverse(labels)
	return strings.Join(labels, ".") + "."
}

// Above lists the texts of everything that could contain v, itself not.
func (v Value) Above() []string {
	var out []string
	switch v.Kind {
	case Domain:
		top, err := publicsuffix.EffectiveTLDPlusOne(v.Text)
		for name := v.Text; err == nil && name != top; {
			_, name, _ = strings.Cut(name, ".")
			out = append(out, name)
		}
	case Network:
		for bits := v.Prefix.Bits() - 1; bits >= minBits4; bits-- {
			out = append(out, netip.PrefixFrom(v.Prefix.Addr(), bits).Masked().String())
		}
	}
	return out
}

// Relation is how one claim lies to another.
type Relation string

// The relations.
const (
	Apart    Relation = ""
	Equal    Relation = "equal"
	Inside   Relation = "inside"   // the first lies inside of the second
	Contains Relation = "contains" // the first contains the second
)

// Relate says how a lies to b, whatever their subdomains: a parent and a child domain overlap.
func Relate(a, b Value) Relation {
	switch {
	case a.Kind != b.Kind || a.Internal || b.Internal:
		return Apart
	case a.Text == b.Text:
		return Equal
	case a.Kind == Domain && strings.HasSuffix(a.Text, "."+b.Text), a.Kind == Network && within(a.Prefix, b.Prefix):
		return Inside
	case a.Kind == Domain && strings.HasSuffix(b.Text, "."+a.Text), a.Kind == Network && within(b.Prefix, a.Prefix):
		return Contains
	}
	return Apart
}

func within(a, b netip.Prefix) bool { return a.Bits() >= b.Bits() && b.Contains(a.Addr()) }

// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"bytes"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Reason is why an indicator is on no list. "" is none.
type Reason string

// The reasons.
const (
	Forbidden Reason = "pap"        // its PAP lets nobody act
	Wide      Reason = "wide"       // a network wider than any adversary's
	Suffix    Reason = "suffix"     // under it others register
	OwnName   Reason = "own"        // of a member
	Known     Reason = "known"      // on the list that comes with the program
	Said      Reason = "operator"   // somebody of the CSIRT said so
	Unread    Reason = "unreadable" // not what its type says
)

// The widest networks that are blocked: a poisoned feed that names half of the
// network must not take a region offline.
const (
	widest4 = 16
	widest6 = 32
)

// Guard knows what is never blocked. It is read-only once built, and safe for concurrent use.
type Guard struct {
	names  map[string]name   // by the name itself
	above  map[string]Reason // names under which one of them is
	nets   map[netip.Prefix]Reason
	bits   map[int]bool // lengths of the networks, IPv4's counted as if mapped
	sorted []netip.Prefix
	hashes map[string]Reason
}

type name struct {
	why   Reason
	below bool
}

// NewGuard makes an empty one.
func NewGuard() *Guard {
	return &Guard{names: map[string]name{}, above: map[string]Reason{}, nets: map[netip.Prefix]Reason{}, bits: map[int]bool{}, hashes: map[string]Reason{}}
}

// Add puts in a name ("x.example"; ".x.example" with all below), a network, an
// address or a hash; false for what is none of these. Build must follow.
func (g *Guard) Add(text string, why Reason) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if nets, bad := readNetworks(text); bad == "" && len(nets) == 1 {
		g.nets[nets[0]] = why
		g.bits[mapped(nets[0])] = true
		return true
	}
	if n := len(text); (n == 32 || n == 40 || n == 64) && strings.Trim(text, "0123456789abcdef") == "" {
		g.hashes[text] = why
		return true
	}
	plain, below := strings.CutPrefix(text, ".")
	if !strings.Contains(plain, ".") || len(plain) > 253 || strings.Trim(plain, "abcdefghijklmnopqrstuvwxyz0123456789-._") != "" || strings.Contains(plain, "..") {
		return false
	}
	g.names[plain] = name{why, below || g.names[plain].below}
	for up := range parents(plain) {
		g.above[up] = why
	}
	return true
}

// AddLines adds the lines of a file; # begins a comment.
func (g *Guard) AddLines(data []byte, why Reason) {
	for line := range bytes.Lines(data) {
		if text, _, _ := strings.Cut(string(line), "#"); strings.TrimSpace(text) != "" {
			g.Add(text, why)
		}
	}
}

// Build ends adding.
func (g *Guard) Build() *Guard {
	g.sorted = make([]netip.Prefix, 0, len(g.nets))
	for p := range g.nets {
		g.sorted = append(g.sorted, p)
	}
	slices.SortFunc(g.sorted, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return g
}

// mapped is a network's length as IPv6 has it, so that both kinds fit one set.
func mapped(p netip.Prefix) int {
	if p.Addr().Is4() {
		return 96 + p.Bits()
	}
	return p.Bits()
}

// parents gives the names above one, the nearest first.
func parents(of string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			_, rest, ok := strings.Cut(of, ".")
			if !ok || !yield(rest) {
				return
			}
			of = rest
		}
	}
}

// Check says why an indicator must not be blocked; "" when it may.
func (g *Guard) Check(i Indicator) Reason {
	switch i.Type {
	case "ip", "network":
		nets, bad := readNetworks(i.Value)
		if bad != "" || len(nets) != 1 {
			return Unread
		}
		return g.network(nets[0])
	case "domain":
		return g.domain(i.Value)
	case "url":
		return g.url(i.Value)
	}
	return g.hashes[i.Value]
}

func (g *Guard) network(p netip.Prefix) Reason {
	if p.Addr().Is4() && p.Bits() < widest4 || p.Addr().Is6() && p.Bits() < widest6 {
		return Wide
	}
	for bits := range p.Bits() + 1 {
		if around, err := p.Addr().Prefix(bits); err == nil && g.bits[mapped(around)] {
			if why, in := g.nets[around]; in {
				return why
			}
		}
	}
	at, _ := slices.BinarySearchFunc(g.sorted, p.Addr(), func(n netip.Prefix, a netip.Addr) int { return n.Addr().Compare(a) })
	if at < len(g.sorted) && p.Contains(g.sorted[at].Addr()) {
		return g.nets[g.sorted[at]]
	}
	return ""
}

func (g *Guard) domain(d string) Reason {
	if suffix, _ := publicsuffix.PublicSuffix(d); suffix == d || !strings.Contains(d, ".") {
		return Suffix
	}
	if n, in := g.names[d]; in {
		return n.why
	}
	if why, in := g.above[d]; in {
		return why
	}
	for up := range parents(d) {
		if n := g.names[up]; n.below {
			return n.why
		}
	}
	return ""
}

// url lets an address on a protected host be blocked, if it is a page and not
// the whole host: pages of well-known services, and of members, are abused.
func (g *Guard) url(text string) Reason {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(text, " \t\r\n") {
		return Unread
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return g.network(netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
	}
	if (u.Path == "" || u.Path == "/") && u.RawQuery == "" {
		return g.domain(strings.ToLower(u.Hostname()))
	}
	return ""
}

// blockable says whether a PAP lets defenders act where the adversary can see it:
// PAP:GREEN and PAP:CLEAR do, and what says none. PAP:RED and PAP:AMBER are for
// looking through logs; a connection refused would tell him.
func blockable(pap string) bool { return pap != "PAP:RED" && pap != "PAP:AMBER" }

// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the reverse proxies whose word about the client's address is believed.
type Proxies []netip.Prefix

// ParseProxies reads addresses or CIDR ranges separated by commas.
func ParseProxies(list string) (Proxies, error) {
	var out Proxies
	for _, text := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, addrErr := netip.ParseAddr(text)
			if addrErr != nil {
				return nil, fmt.Errorf("trusted proxy %q: %w", text, err)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, prefix)
	}
	return out, nil
}

func (p Proxies) trusts(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// parsePeer reads the address of a connection's other end.
func parsePeer(remoteAddr string) (netip.Addr, error) {
	peer, err := netip.ParseAddrPort(remoteAddr)
	return peer.Addr().Unmap(), err
}

// Client gives the client's address: the peer's, or behind trusted proxies the
// rightmost address of X-Forwarded-For that is not one of them. Anything
// further left is the client's own invention.
func (p Proxies) Client(r *http.Request) netip.Addr {
	addr, err := parsePeer(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trusts(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	return addr
}

// Client gives the address of the client ctx's request came from.
func Client(ctx context.Context) netip.Addr {
	a, _ := ctx.Value(clientKey{}).(netip.Addr)
	return a
}

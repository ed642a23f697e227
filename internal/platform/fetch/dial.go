// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"martinella/internal/platform/fault"
)

// Dial connects to a server that speaks something else than HTTP, with the same
// guard: no inner address unless it is allowed. It goes through no proxy, and what
// is read is bounded by whoever reads.
func (c *Client) Dial(ctx context.Context, host, port string) (net.Conn, error) {
	d := net.Dialer{Timeout: 20 * time.Second, KeepAlive: 30 * time.Second, Control: c.control}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, unreachable(host, err)
	}
	return conn, nil
}

// TLS is how such a connection is secured.
func (c *Client) TLS(host string) *tls.Config {
	return &tls.Config{RootCAs: c.options.Roots, MinVersion: tls.VersionTLS12, ServerName: host}
}

// CheckHost refuses an inner address that is written as a number; it resolves no name.
func (c *Client) CheckHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil && !permitted(a, c.options.Allow) {
		return fault.New(fault.Forbidden, CodeAddress, fault.P{"host": host})
	}
	return nil
}

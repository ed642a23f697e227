// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"crypto/sha1" //nolint:gosec // the Web Key Directory names addresses by it; it protects nothing
	"net/url"
	"strings"

	"martinella/internal/access/gate"
)

// directory hangs up the OpenPGP Web Key Directory (draft-koch-openpgp-webkey-service):
// the direct method, and the advanced one, for whose host a name must point here.
func (m *Module) directory(g *gate.Gate) {
	const root = "/.well-known/openpgpkey"
	g.Handle("GET "+root+"/policy", gate.Public(), m.policy)
	g.Handle("GET "+root+"/{first}/{second}", gate.Public(), func(r *gate.Request) error {
		switch {
		case r.Param("first") == "hu":
			return m.keyByHash(r, m.host(), r.Param("second"))
		case r.Param("second") == "policy":
			return m.policy(r)
		}
		return unknownFile()
	})
	g.Handle("GET "+root+"/{domain}/hu/{hash}", gate.Public(), func(r *gate.Request) error {
		return m.keyByHash(r, r.Param("domain"), r.Param("hash"))
	})
}

// policy may be empty, but must be there.
func (m *Module) policy(r *gate.Request) error {
	return give(r, file{kind: plainKind, body: []byte("# " + m.deps.Name + "\n")})
}

// keyByHash gives the key of one of our addresses; the domain is that of the
// advanced method, else of the public address.
func (m *Module) keyByHash(r *gate.Request, domain, hash string) error {
	key, err := m.Key()
	if err != nil {
		return err
	}
	for _, address := range key.Addresses {
		local, of, ok := strings.Cut(strings.ToLower(address), "@")
		if ok && WKDHash(local) == hash && (strings.EqualFold(of, domain) || strings.HasSuffix(strings.ToLower(domain), "."+of)) {
			return give(r, file{kind: "application/octet-stream", body: key.Binary})
		}
	}
	return unknownFile()
}

func (m *Module) host() string {
	u, err := url.Parse(m.deps.BaseURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// WKDHash names the local part of an address: SHA-1 in z-base-32 (RFC 6189, 5.1.6).
func WKDHash(local string) string {
	sum := sha1.Sum([]byte(strings.ToLower(local))) //nolint:gosec // see above
	const alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769"
	var out strings.Builder
	bits, n := uint32(0), 0
	for _, b := range sum {
		bits, n = bits<<8|uint32(b), n+8
		for ; n >= 5; n -= 5 {
			out.WriteByte(alphabet[bits>>(n-5)&31])
		}
	}
	return out.String()
}

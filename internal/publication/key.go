// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"net/mail"
	"time"
)

// Key is the CSIRT's public OpenPGP key, as everybody may have it.
type Key struct {
	Fingerprint string // in hex; "" there is none
	Armored     []byte
	Binary      []byte
	Names       []string
	Addresses   []string // it is for
	Expires     time.Time
}

// Key gives the CSIRT's key; one that has expired too.
func (m *Module) Key() (Key, error) {
	p := m.deps.PGP
	if p == nil {
		return Key{}, nil
	}
	text, err := p.PublicArmoured()
	k := Key{Fingerprint: p.Fingerprint(), Armored: []byte(text), Binary: p.Public(), Names: p.UserIDs(), Expires: p.ExpiresAt()}
	for _, name := range k.Names {
		if a, err := mail.ParseAddress(name); err == nil {
			k.Addresses = append(k.Addresses, a.Address)
		}
	}
	return k, err
}

// signs says by which key things are signed now; "" by none.
func (m *Module) signs() string {
	p := m.deps.PGP
	if p == nil || !p.ExpiresAt().IsZero() && !p.ExpiresAt().After(m.now()) {
		return ""
	}
	return p.Fingerprint()
}

// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Algorithm names what the key signs with: "Ed25519", "RSA 4096".
func (p *PGP) Algorithm() string {
	k := p.key.GetEntity().PrimaryKey
	switch k.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSASignOnly:
		if n, err := k.BitLength(); err == nil {
			return fmt.Sprintf("RSA %d", n)
		}
		return "RSA"
	case packet.PubKeyAlgoEdDSA, packet.PubKeyAlgoEd25519:
		return "Ed25519"
	case packet.PubKeyAlgoEd448:
		return "Ed448"
	case packet.PubKeyAlgoECDSA:
		return "ECDSA"
	case packet.PubKeyAlgoDSA:
		return "DSA"
	}
	return fmt.Sprintf("OpenPGP %d", k.PubKeyAlgo)
}

// Algorithm names what the certificate's key signs with: "RSA 2048", "ECDSA P-256".
func (s *SMIME) Algorithm() string {
	switch k := s.leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + k.Curve.Params().Name
	}
	return strings.ToUpper(s.leaf.PublicKeyAlgorithm.String())
}

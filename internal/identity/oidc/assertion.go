// SPDX-License-Identifier: EUPL-1.2

package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ParseKey reads the key of private_key_jwt from PEM: RSA of 2048 bits or more, or P-256.
func ParseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no PEM key in it")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if key, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("neither PKCS #8 nor PKCS #1")
		}
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() >= 2048 {
			return k, nil
		}
	case *ecdsa.PrivateKey:
		if k.Curve == elliptic.P256() {
			return k, nil
		}
	}
	return nil, errors.New("neither RSA of 2048 bits or more nor P-256")
}

// assertionLife is how long an assertion is good: the time of one request.
const assertionLife = time.Minute

// assertion proves to the provider who we are (OpenID Connect Core, section 9).
func (p *Provider) assertion(audience string) (string, error) {
	algorithm := jose.RS256
	if _, ok := p.Key.(*ecdsa.PrivateKey); ok {
		algorithm = jose.ES256
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: p.Key, KeyID: p.KeyID}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", fmt.Errorf("signing in at %s: %w", p.Name, err)
	}
	now := p.now()
	claims, err := json.Marshal(map[string]any{
		"iss": p.ClientID, "sub": p.ClientID, "aud": audience, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("signing in at %s: %w", p.Name, err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", fmt.Errorf("signing in at %s: %w", p.Name, err)
	}
	return signed.CompactSerialize()
}

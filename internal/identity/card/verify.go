// SPDX-License-Identifier: EUPL-1.2

package card

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// The policies of the two cards.
const (
	PolicyCNS = "1.3.76.16.2.1"
	PolicyCIE = "1.3.76.47.4"
)

// Kind is which card it is.
type Kind string

// The kinds of card.
const (
	CNS   Kind = "cns"
	CIE   Kind = "cie"
	Other Kind = "card" // another policy that the configuration allows
)

// Card is a certificate that was found good.
type Card struct {
	Holder
	Kind   Kind
	Serial string // of the certificate, in hexadecimal
	Issuer string // its name
	// RevocationKnown is false when the check could not be made and the
	// configuration lets that pass.
	RevocationKnown bool
}

// Policy is what a certificate must be.
type Policy struct {
	Policies []string // object identifiers, one of which must be in the certificate; CNS and CIE when empty
	Soft     bool     // a revocation that cannot be looked up counts as none
}

func (p Policy) policies() []string {
	if len(p.Policies) == 0 {
		return []string{PolicyCNS, PolicyCIE}
	}
	return p.Policies
}

// Verifier judges certificates. It is safe for concurrent use.
type Verifier struct {
	Policy     Policy
	Revocation *Revocation
}

// Verify judges a certificate at a moment. chain are further certificates that
// came with it. Every refusal is a *Refusal.
func (v *Verifier) Verify(ctx context.Context, trust *Trust, leaf *x509.Certificate, chain []*x509.Certificate, now time.Time) (Card, error) {
	if leaf == nil {
		return Card{}, refuse(NoCertificate, nil)
	}
	if trust.Empty() {
		return Card{}, refuse(NoTrust, nil)
	}
	path, err := v.path(trust, leaf, chain, now)
	if err != nil {
		return Card{}, err
	}
	kind, ok := v.kind(leaf)
	if !ok {
		return Card{}, refuse(WrongPolicy, nil)
	}
	holder, err := HolderOf(leaf)
	if err != nil {
		return Card{}, err
	}
	known, err := v.standing(ctx, path, now)
	if err != nil {
		return Card{}, err
	}
	return Card{Holder: holder, Kind: kind, Serial: leaf.SerialNumber.Text(16), Issuer: cleanName(leaf.Issuer.CommonName), RevocationKnown: known}, nil
}

// maxChain bounds the certificates a client may send along.
const maxChain = 10

// path gives a chain to an authority, the leaf first.
func (v *Verifier) path(trust *Trust, leaf *x509.Certificate, chain []*x509.Certificate, now time.Time) ([]*x509.Certificate, error) {
	if leaf.IsCA || leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 || !clientAuth(leaf) {
		return nil, refuse(WrongUsage, nil)
	}
	between := x509.NewCertPool()
	for _, c := range chain[:min(len(chain), maxChain)] {
		between.AddCert(c)
	}
	paths, err := leaf.Verify(x509.VerifyOptions{
		Roots: trust.Pool(), Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return nil, refuse(reasonOf(err, leaf, now), err)
	}
	return paths[0], nil
}

// clientAuth wants the usage to be named: a certificate for anything is not a card's.
func clientAuth(c *x509.Certificate) bool {
	return slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
}

func reasonOf(err error, leaf *x509.Certificate, now time.Time) Reason {
	var invalid x509.CertificateInvalidError
	var weak x509.InsecureAlgorithmError
	switch {
	case errors.As(err, &weak), leaf.SignatureAlgorithm == x509.SHA1WithRSA, leaf.SignatureAlgorithm == x509.MD5WithRSA, leaf.SignatureAlgorithm == x509.ECDSAWithSHA1:
		return Weak
	case now.After(leaf.NotAfter):
		return Expired
	case now.Before(leaf.NotBefore):
		return NotYetValid
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return WrongUsage
	}
	return Untrusted
}

// kind says which card the policies of the certificate make it.
func (v *Verifier) kind(leaf *x509.Certificate) (Kind, bool) {
	for _, oid := range leaf.Policies {
		switch text := oid.String(); {
		case !slices.Contains(v.Policy.policies(), text):
		case text == PolicyCNS:
			return CNS, true
		case text == PolicyCIE:
			return CIE, true
		default:
			return Other, true
		}
	}
	return "", false
}

// standing asks for every certificate of the path but the authority's own
// whether it was revoked.
func (v *Verifier) standing(ctx context.Context, path []*x509.Certificate, now time.Time) (known bool, err error) {
	known = true
	for i := range len(path) - 1 {
		switch status, cause := v.Revocation.status(ctx, path[i], path[i+1], now); {
		case status == statusRevoked:
			return true, refuse(Revoked, cause)
		case status == statusDark && !v.Policy.Soft:
			return false, refuse(RevocationDark, cause)
		case status == statusDark:
			known = false
		}
	}
	return known, nil
}

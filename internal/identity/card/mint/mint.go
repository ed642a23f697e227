// SPDX-License-Identifier: EUPL-1.2

// Package mint makes authorities and cards of nobody: for the demonstration,
// where somebody without a card tries the sign-in with one, and for tests.
// Nothing outside of them trusts what it makes.
package mint

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// Authority issues cards and revokes them.
type Authority struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// authorityLife is how long an authority is good: as long as a demonstration may live.
const authorityLife = 10 * 365 * 24 * time.Hour

// NewAuthority makes an authority that signs itself.
func NewAuthority(name string, now time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	t := &x509.Certificate{
		SerialNumber: number(), Subject: pkix.Name{Country: []string{"IT"}, Organization: []string{"Martinella, dimostrazione"}, CommonName: name},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(authorityLife), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	c, err := sign(t, t, key.Public(), key)
	return &Authority{Certificate: c, Key: key}, err
}

// Card is a card with its key.
type Card struct {
	Certificate *x509.Certificate
	Key         crypto.Signer
}

// Holder is whose a card is.
type Holder struct{ FiscalCode, Given, Surname string }

// Issue makes a card. policy is its object identifier. change, where it is not
// nil, alters the certificate before it is signed: tests make wrong ones so.
func (a *Authority) Issue(h Holder, policy string, now time.Time, change func(*x509.Certificate)) (*Card, error) {
	oid, err := x509.ParseOID(policy)
	if err != nil {
		return nil, fmt.Errorf("policy %q: %w", policy, err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	t := &x509.Certificate{
		SerialNumber: number(), Subject: subject(h), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(6 * 365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		Policies: []x509.OID{oid}, BasicConstraintsValid: true,
	}
	if change != nil {
		change(t)
	}
	c, err := sign(t, a.Certificate, key.Public(), a.Key)
	return &Card{Certificate: c, Key: key}, err
}

// subject writes the holder as cards do: the common name is the Codice Fiscale,
// a slash and the card's number; G and S are the names.
func subject(h Holder) pkix.Name {
	return pkix.Name{
		Country: []string{"IT"}, CommonName: h.FiscalCode + "/" + number().Text(36)[:12],
		ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{2, 5, 4, 42}, Value: h.Given}, {Type: asn1.ObjectIdentifier{2, 5, 4, 4}, Value: h.Surname},
		},
	}
}

// Revoke makes a list of revoked serial numbers, good until next.
func (a *Authority) Revoke(now, next time.Time, serials ...*big.Int) ([]byte, error) {
	list := &x509.RevocationList{Number: big.NewInt(now.Unix()), ThisUpdate: now, NextUpdate: next}
	for _, s := range serials {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: s, RevocationTime: now})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.Certificate, a.Key)
	if err != nil {
		return nil, fmt.Errorf("making a revocation list: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der}), nil
}

// Server makes the certificate of a TLS server with these names, addresses among them.
func (a *Authority) Server(now time.Time, names ...string) (*Card, error) {
	return a.Issue(Holder{}, "2.5.29.32.0", now, func(t *x509.Certificate) {
		t.Subject = pkix.Name{CommonName: names[0]}
		t.Policies, t.ExtKeyUsage = nil, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		t.NotAfter = now.Add(365 * 24 * time.Hour)
		addNames(t, names)
	})
}

// PEM writes a certificate.
func PEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// PEM writes the certificate and the key, as curl --cert and servers read them.
func (c *Card) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("writing a key: %w", err)
	}
	return append(PEM(c.Certificate), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...), nil
}

func sign(t, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("signing a certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// number makes a serial number nobody can guess: 120 bits.
func number() *big.Int {
	raw := make([]byte, 15)
	_, _ = rand.Read(raw) // documented never to fail
	raw[0] |= 0x40
	return new(big.Int).SetBytes(raw)
}

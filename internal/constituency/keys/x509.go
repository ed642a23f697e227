// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/smallstep/pkcs7"
)

// readX509 reads the certificates of persons in PEM, DER or a PKCS #7 bundle;
// those of authorities, which come along in bundles, are left out.
func readX509(data []byte) []Key {
	var all []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil && len(all) < maxBlocks; block, rest = pem.Decode(rest) {
		all = append(all, certificates(block.Bytes)...)
	}
	if len(all) == 0 {
		all = certificates(data)
	}
	var out []Key
	for _, c := range all {
		known := slices.ContainsFunc(out, func(k Key) bool { return slices.Equal(k.Data, c.Raw) })
		if !known && (!c.IsCA || len(all) == 1) {
			out = append(out, certificateKey(c))
		}
	}
	return out
}

func certificates(der []byte) []*x509.Certificate {
	if c, err := x509.ParseCertificate(der); err == nil {
		return []*x509.Certificate{c}
	}
	// A bundle begins as any sequence; what follows must be its type, or the reader is not troubled.
	if !strings.Contains(string(der[:min(64, len(der))]), string([]byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02})) {
		return nil
	}
	bundle, err := pkcs7.Parse(der)
	if err != nil {
		return nil
	}
	return bundle.Certificates[:min(len(bundle.Certificates), maxBlocks)]
}

func certificateKey(c *x509.Certificate) Key {
	k := Key{Kind: SMIME, Fingerprint: fmt.Sprintf("%X", sha256.Sum256(c.Raw)), ID: fmt.Sprintf("%X", c.SerialNumber), Issuer: c.Issuer.String(),
		UserIDs: []string{c.Subject.String()}, CreatedAt: c.NotBefore.UTC(), ExpiresAt: c.NotAfter.UTC(), Data: c.Raw}
	for _, a := range append(slices.Clone(c.EmailAddresses), subjectAddresses(c)...) {
		if a = strings.ToLower(a); !slices.Contains(k.Addresses, a) && len(k.Addresses) < maxUserIDs {
			k.Addresses = append(k.Addresses, a)
		}
	}
	weakKey, encrypts := false, true
	switch pub := c.PublicKey.(type) {
	case *rsa.PublicKey:
		k.Algorithm, weakKey = fmt.Sprintf("RSA %d", pub.N.BitLen()), pub.N.BitLen() < minBits
	case *ecdsa.PublicKey:
		k.Algorithm = "ECDSA " + pub.Curve.Params().Name
	case ed25519.PublicKey:
		k.Algorithm, encrypts = "Ed25519", false
	default:
		k.Algorithm, encrypts = c.PublicKeyAlgorithm.String(), false
	}
	k.Problems = certificateProblems(c, weakKey, encrypts)
	return k
}

func certificateProblems(c *x509.Certificate, weakKey, encrypts bool) (out []Problem) {
	if weakKey {
		out = append(out, WeakKey)
	}
	switch c.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		out = append(out, WeakHash)
	}
	const forEncryption = x509.KeyUsageKeyEncipherment | x509.KeyUsageKeyAgreement
	if !encrypts || c.KeyUsage != 0 && c.KeyUsage&forEncryption == 0 {
		out = append(out, NoEncryption)
	}
	forMail := func(u x509.ExtKeyUsage) bool {
		return u == x509.ExtKeyUsageEmailProtection || u == x509.ExtKeyUsageAny
	}
	if c.IsCA || len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) > 0 && !slices.ContainsFunc(c.ExtKeyUsage, forMail) {
		out = append(out, NotForMail)
	}
	return out
}

// subjectAddresses are the addresses in the subject, where older certificates have them (PKCS #9).
func subjectAddresses(c *x509.Certificate) (out []string) {
	for _, n := range c.Subject.Names {
		if s, ok := n.Value.(string); ok && n.Type.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}) {
			out = append(out, s)
		}
	}
	return out
}

func pemOf(der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

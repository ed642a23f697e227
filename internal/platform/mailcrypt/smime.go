// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smallstep/pkcs7"
	"software.sslmate.com/src/go-pkcs12"
)

// SMIME is the CSIRT's own certificate with its key.
type SMIME struct {
	key   crypto.Signer
	leaf  *x509.Certificate
	chain []*x509.Certificate // between it and the root
}

// ReadSMIME reads a certificate with its key and the chain above it: PEM (the
// key in PKCS #8, PKCS #1 or SEC 1) or PKCS #12 with its passphrase.
func ReadSMIME(data, passphrase []byte) (*SMIME, error) {
	s, err := readPEM(data)
	if err != nil {
		return nil, err
	}
	if s == nil {
		if s, err = readPKCS12(data, passphrase); err != nil {
			return nil, err
		}
	}
	return s, s.check()
}

func (s *SMIME) check() error {
	public, ok := s.key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(s.leaf.PublicKey) {
		return errors.New("the key and the first certificate do not belong together")
	}
	if _, err := s.sign([]byte("probe")); err != nil {
		return errors.New("nothing can be signed with this kind of key: RSA and ECDSA are possible")
	}
	return nil
}

// readPEM gives nil without an error when the data are not PEM.
func readPEM(data []byte) (*SMIME, error) {
	s := new(SMIME)
	found := false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		found = true
		if err := s.take(block); err != nil {
			return nil, err
		}
	}
	switch {
	case !found:
		return nil, nil
	case s.key == nil:
		return nil, ErrNoPrivate
	case s.leaf == nil:
		return nil, errors.New("there is no certificate in it")
	}
	return s, nil
}

func (s *SMIME) take(b *pem.Block) error {
	switch {
	case b.Type == "CERTIFICATE":
		c, err := x509.ParseCertificate(b.Bytes)
		switch {
		case err != nil:
			return fmt.Errorf("a certificate in it: %w", err)
		case s.leaf == nil:
			s.leaf = c
		default:
			s.chain = append(s.chain, c)
		}
	case strings.Contains(b.Type, "ENCRYPTED"):
		return fmt.Errorf("%w: a locked key is read from PKCS #12 alone", ErrPassphrase)
	case strings.HasSuffix(b.Type, "PRIVATE KEY"):
		s.key = privateKey(b.Bytes)
	}
	return nil
}

func privateKey(der []byte) crypto.Signer {
	if k, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		signer, _ := k.(crypto.Signer)
		return signer
	}
	if k, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return k
	}
	if k, err := x509.ParseECPrivateKey(der); err == nil {
		return k
	}
	return nil
}

func readPKCS12(data, passphrase []byte) (*SMIME, error) {
	key, leaf, chain, err := pkcs12.DecodeChain(data, string(passphrase))
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, ErrPassphrase
	case err != nil:
		return nil, errors.New("neither PEM nor PKCS #12 can be read in it")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, ErrNoPrivate
	}
	return &SMIME{key: signer, leaf: leaf, chain: chain}, nil
}

// Fingerprint is the certificate's SHA-256, hexadecimal, upper case.
func (s *SMIME) Fingerprint() string {
	sum := sha256.Sum256(s.leaf.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// Public is the certificate, DER.
func (s *SMIME) Public() []byte { return slices.Clone(s.leaf.Raw) }

// Addresses are the mail addresses in the certificate.
func (s *SMIME) Addresses() []string { return slices.Clone(s.leaf.EmailAddresses) }

// Subject is the certificate's, as RFC 2253 writes it.
func (s *SMIME) Subject() string { return s.leaf.Subject.String() }

// ExpiresAt is when the certificate ends.
func (s *SMIME) ExpiresAt() time.Time { return s.leaf.NotAfter.UTC() }

// usable says whether the certificate holds at a moment.
func (s *SMIME) usable(at time.Time) bool {
	return !at.Before(s.leaf.NotBefore) && at.Before(s.leaf.NotAfter)
}

// sign gives the detached CMS signature, DER, with SHA-256.
func (s *SMIME) sign(entity []byte) ([]byte, error) {
	sd, err := pkcs7.NewSignedData(entity)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := sd.AddSigner(s.leaf, s.key, pkcs7.SignerInfoConfig{}); err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	for _, c := range s.chain {
		sd.AddCertificate(c)
	}
	sd.Detach()
	return sd.Finish()
}

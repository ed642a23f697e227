// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	pgp "github.com/ProtonMail/gopenpgp/v3/crypto"
)

// Senders are the public keys of those whose signatures count: OpenPGP keys,
// certificates, and authorities that vouch for certificates.
type Senders struct {
	pgp          *pgp.KeyRing // nil in the zero value, which holds none
	certificates []*x509.Certificate
	keys         []SenderKey
}

// SenderKey is one of them, as people compare it.
type SenderKey struct {
	Kind        Kind
	Name        string
	Fingerprint string
	ExpiresAt   time.Time // zero: never
	Authority   bool      // it vouches for others' certificates
}

// Keys lists them.
func (s Senders) Keys() []SenderKey { return s.keys }

// What may be wrong with senders' keys.
var (
	ErrNoKey     = errors.New("no key or certificate can be read in it")
	ErrIsPrivate = errors.New("there is a private key in it")
	ErrManyKeys  = errors.New("too many keys")
)

const (
	maxSenderKeys = 50
	armourKey     = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
	endKey        = "-----END PGP PUBLIC KEY BLOCK-----"
)

// ReadSenders reads keys as text, one after the other: OpenPGP in armour,
// certificates in PEM. Errors: ErrNoKey, ErrIsPrivate, ErrManyKeys.
func ReadSenders(text string) (s Senders, err error) {
	if s, err = s.ready(); err != nil {
		return s, err
	}
	if strings.Contains(text, "PRIVATE KEY") {
		return s, ErrIsPrivate
	}
	rest := text
	for {
		before, after, found := strings.Cut(rest, armourKey)
		if !found {
			break
		}
		block, tail, whole := strings.Cut(after, endKey)
		if !whole {
			return s, ErrNoKey
		}
		if err := s.addPGP(armourKey + block + endKey); err != nil {
			return s, err
		}
		rest = before + "\n" + tail
	}
	return s, s.addCertificates(rest)
}

// ready makes the zero value usable.
func (s Senders) ready() (_ Senders, err error) {
	if s.pgp == nil {
		s.pgp, err = pgp.NewKeyRing(nil)
	}
	return s, err
}

func (s *Senders) addPGP(armoured string) error {
	k, err := pgp.NewKeyFromArmored(armoured)
	switch {
	case err != nil:
		return ErrNoKey
	case k.IsPrivate():
		return ErrIsPrivate
	case s.pgp.AddKey(k) != nil:
		return ErrNoKey
	}
	x := SenderKey{Kind: OpenPGP, Name: nameOf(k), Fingerprint: strings.ToUpper(k.GetFingerprint())}
	if self, err := k.GetEntity().PrimarySelfSignature(time.Time{}, nil); err == nil {
		x.ExpiresAt = endOf(k.GetEntity().PrimaryKey, self)
	}
	return s.add(x)
}

func (s *Senders) addCertificates(text string) error {
	data := []byte(text)
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil || block.Type != "CERTIFICATE" {
			return ErrNoKey
		}
		s.certificates = append(s.certificates, c)
		if err := s.add(SenderKey{SMime, subjectOf(c), fingerprint(c), c.NotAfter.UTC(), c.IsCA}); err != nil {
			return err
		}
	}
	if len(s.keys) == 0 && strings.TrimSpace(text) != "" {
		return ErrNoKey
	}
	return nil
}

func (s *Senders) add(k SenderKey) error {
	if len(s.keys) >= maxSenderKeys {
		return ErrManyKeys
	}
	s.keys = append(s.keys, k)
	return nil
}

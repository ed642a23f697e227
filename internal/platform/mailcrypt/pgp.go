// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/gopenpgp/v3/crypto"
	"github.com/ProtonMail/gopenpgp/v3/profile"
)

// What a key of ours may lack.
var (
	ErrNoPrivate  = errors.New("there is no private key in it")
	ErrPassphrase = errors.New("the key is locked, and the passphrase does not open it")
	ErrNoSigning  = errors.New("nothing can be signed with it now: it has expired, was revoked, or is for another purpose")
)

// PGP is the CSIRT's own OpenPGP key, able to sign.
type PGP struct {
	key    *pgp.Key
	public []byte
	micalg string // how RFC 3156 names its hash; empty: it could not sign when it was read
}

// ReadPGP reads a private key, armoured or binary, and opens it with the
// passphrase where it is locked. One that has expired is read, so that it can be
// told of. Errors: ErrNoPrivate, ErrPassphrase, or that nothing can be read.
func ReadPGP(data, passphrase []byte, now time.Time) (*PGP, error) {
	key, err := pgp.NewKeyFromReader(bytes.NewReader(data))
	switch {
	case err != nil:
		return nil, errors.New("no OpenPGP key can be read in it") // not the library's error: it may repeat the file
	case !key.IsPrivate():
		return nil, ErrNoPrivate
	}
	if key, err = unlocked(key, passphrase); err != nil {
		return nil, err
	}
	return newPGP(key, now)
}

func unlocked(key *pgp.Key, passphrase []byte) (*pgp.Key, error) {
	open, err := key.IsUnlocked()
	if err == nil && !open {
		key, err = key.Unlock(passphrase)
	}
	if err != nil {
		return nil, ErrPassphrase
	}
	return key, nil
}

func newPGP(key *pgp.Key, now time.Time) (*PGP, error) {
	public, err := key.GetPublicKey()
	if err != nil {
		return nil, fmt.Errorf("its public part: %w", err)
	}
	p := &PGP{key: key, public: public}
	if probe, err := p.detached([]byte("probe"), now, pgp.Bytes); err == nil {
		p.micalg = micalg(probe)
	}
	return p, nil
}

// micalg names the hash of a binary signature as RFC 3156 wants it.
func micalg(signature []byte) string {
	p, err := packet.Read(bytes.NewReader(signature))
	s, ok := p.(*packet.Signature)
	if err != nil || !ok {
		return ""
	}
	return "pgp-" + strings.ToLower(strings.ReplaceAll(s.Hash.String(), "-", ""))
}

// MakePGP makes a key that signs and can be encrypted to, and gives its private
// part as text; life 0 is for ever. Without a passphrase the text is not locked.
func MakePGP(name, address string, life time.Duration, passphrase []byte, now time.Time) (*PGP, string, error) {
	lib := pgp.PGPWithProfile(profile.Default())
	key, err := lib.KeyGeneration().AddUserId(name, address).GenerationTime(now.Unix()).Lifetime(int32(life / time.Second)).New().GenerateKey()
	if err != nil {
		return nil, "", fmt.Errorf("making an OpenPGP key: %w", err)
	}
	stored := key
	if len(passphrase) > 0 {
		if stored, err = lib.LockKey(key, passphrase); err != nil {
			return nil, "", fmt.Errorf("locking the new key: %w", err)
		}
	}
	text, err := stored.Armor()
	if err != nil {
		return nil, "", fmt.Errorf("writing the new key: %w", err)
	}
	p, err := newPGP(key, now)
	return p, text + "\n", err
}

// Fingerprint is hexadecimal, upper case.
func (p *PGP) Fingerprint() string { return strings.ToUpper(p.key.GetFingerprint()) }

// Public is the public key in packets, as WKD serves it.
func (p *PGP) Public() []byte { return slices.Clone(p.public) }

// PublicArmoured is the public key as text.
func (p *PGP) PublicArmoured() (string, error) {
	text, err := p.key.GetArmoredPublicKey()
	return text + "\n", err
}

// UserIDs are the names in the key: "CSIRT Toscana <csirt@example.it>".
func (p *PGP) UserIDs() []string {
	var out []string
	for name := range p.key.GetEntity().Identities {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// ExpiresAt is when nothing can be signed with the key any more; zero: never.
func (p *PGP) ExpiresAt() time.Time {
	e := p.key.GetEntity()
	self, err := e.PrimarySelfSignature(time.Time{}, nil)
	if err != nil {
		return time.Time{}
	}
	end := endOf(e.PrimaryKey, self)
	if self.FlagsValid && self.FlagSign {
		return end
	}
	var last time.Time
	for i := range e.Subkeys {
		binding, err := e.Subkeys[i].Verify(time.Time{}, nil)
		if err != nil || !binding.FlagsValid || !binding.FlagSign {
			continue
		}
		sub := endOf(e.Subkeys[i].PublicKey, binding)
		if sub.IsZero() {
			return end
		}
		if sub.After(last) {
			last = sub
		}
	}
	if end.IsZero() || !last.IsZero() && last.Before(end) {
		return last
	}
	return end
}

func endOf(k *packet.PublicKey, s *packet.Signature) time.Time {
	if s.KeyLifetimeSecs == nil || *s.KeyLifetimeSecs == 0 {
		return time.Time{}
	}
	return k.CreationTime.Add(time.Duration(*s.KeyLifetimeSecs) * time.Second).UTC()
}

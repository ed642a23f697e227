// SPDX-License-Identifier: EUPL-1.2

package mailcrypt

import (
	"time"
)

// Kind is a family of mail security.
type Kind string

// The kinds.
const (
	OpenPGP Kind = "openpgp"
	SMime   Kind = "smime"
)

// Key is a recipient's public key: OpenPGP packets, or an X.509 certificate in DER.
type Key struct {
	Kind Kind
	Data []byte
}

// Ring holds the CSIRT's own keys; either may be nil. A nil *Ring has none.
type Ring struct {
	PGP   *PGP
	SMIME *SMIME
}

// Signs gives the kind mail is signed with at a moment where the recipient has
// no key that decides it: S/MIME when there is a certificate, since most
// programs verify it by themselves; else OpenPGP; "" when nothing can sign.
func (r *Ring) Signs(at time.Time) Kind {
	switch {
	case r.has(SMime, at):
		return SMime
	case r.has(OpenPGP, at):
		return OpenPGP
	}
	return ""
}

// has says whether the ring can sign in a way at a moment.
func (r *Ring) has(k Kind, at time.Time) bool {
	switch {
	case r == nil:
		return false
	case k == SMime:
		return r.SMIME != nil && r.SMIME.usable(at)
	}
	if r.PGP == nil || r.PGP.micalg == "" {
		return false
	}
	end := r.PGP.ExpiresAt()
	return end.IsZero() || at.Before(end)
}

// Signature is one made over an entity; it can be kept and used again.
type Signature struct {
	Kind   Kind
	MicAlg string // as multipart/signed names the hash
	Data   []byte // OpenPGP: armoured; S/MIME: DER
}

// Sign signs an entity as it will be sent. Errors: ErrFragile, ErrNoSigning.
func (r *Ring) Sign(entity []byte, kind Kind, at time.Time) (Signature, error) {
	if err := sturdy(entity); err != nil {
		return Signature{}, err
	}
	if !r.has(kind, at) {
		return Signature{}, ErrNoSigning
	}
	if kind == SMime {
		data, err := r.SMIME.sign(entity)
		return Signature{SMime, "sha-256", data}, err
	}
	text, err := r.PGP.Detached(entity, at)
	return Signature{OpenPGP, r.PGP.micalg, []byte(text)}, err
}

// Encrypt encrypts an entity to a key and gives the entity that is sent instead.
// It is signed inside where the ring has a key of the same kind; boundary must
// stand nowhere in the entity.
func (r *Ring) Encrypt(entity []byte, to Key, boundary string, at time.Time) ([]byte, error) {
	if to.Kind == OpenPGP {
		var signer *PGP
		if r.has(OpenPGP, at) {
			signer = r.PGP
		}
		text, err := encryptPGP(entity, to.Data, signer, at)
		return encryptedPGP(text, boundary), err
	}
	if r.has(SMime, at) {
		s, err := r.Sign(entity, SMime, at)
		if err != nil {
			return nil, err
		}
		entity = s.Around(entity, boundary)
	}
	der, err := envelope(entity, to.Data)
	return enveloped(der), err
}

// SPDX-License-Identifier: EUPL-1.2

package keys

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// readPGP reads the OpenPGP keys in armoured or binary data.
func readPGP(data []byte, at time.Time) ([]Key, error) {
	var out []Key
	for _, p := range dearmour(data) {
		if privatePackets(p) {
			return nil, ErrPrivate
		}
		ring, err := openpgp.ReadKeyRing(bytes.NewReader(p))
		if err != nil {
			continue
		}
		for _, e := range ring {
			k, err := keyOf(e, at)
			if err != nil {
				return nil, err
			}
			out = append(out, k)
		}
	}
	return out, nil
}

// maxBlocks bounds the armoured blocks of one file.
const maxBlocks = 20

// dearmour gives the binary of each armoured block, or the data themselves when they are binary.
func dearmour(data []byte) [][]byte {
	if len(data) > 0 && data[0]&0x80 != 0 {
		return [][]byte{data}
	}
	var out [][]byte
	frame := []byte("-----BEGIN PGP ")
	for at := bytes.Index(data, frame); at >= 0 && len(out) < maxBlocks; {
		if body, err := unframe(data[at:]); err == nil {
			out = append(out, body)
		}
		next := bytes.Index(data[at+len(frame):], frame)
		if next < 0 {
			return out
		}
		at += len(frame) + next
	}
	return out
}

// unframe reads the armoured block that begins here.
func unframe(data []byte) ([]byte, error) {
	block, err := armor.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(block.Body, MaxSize))
}

// lax reads what the library's own rules would refuse, to say why.
func lax() *packet.Config {
	return &packet.Config{MinRSABits: 1, RejectPublicKeyAlgorithms: map[packet.PublicKeyAlgorithm]bool{},
		RejectHashAlgorithms: map[crypto.Hash]bool{}, RejectCurves: map[packet.Curve]bool{}}
}

func keyOf(e *openpgp.Entity, at time.Time) (Key, error) {
	if e.PrivateKey != nil {
		return Key{}, ErrPrivate
	}
	k := Key{Kind: OpenPGP, Fingerprint: fmt.Sprintf("%X", e.PrimaryKey.Fingerprint), ID: e.PrimaryKey.KeyIdString(), CreatedAt: e.PrimaryKey.CreationTime.UTC()}
	k.ExpiresAt = expiry(e)
	k.names(e)
	valid := at
	if !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(at) {
		valid = k.ExpiresAt.Add(-time.Second) // what it was worth while it held
	}
	if k.CreatedAt.After(valid) {
		valid = k.CreatedAt
	}
	k.Algorithm, k.Problems = judge(e, valid, at)
	var b bytes.Buffer
	if err := e.Serialize(&b); err != nil {
		return Key{}, ErrNoKey
	}
	k.Data = b.Bytes()
	return k, nil
}

// names takes the user ids that the key itself vouches for; the others anybody could have added.
func (k *Key) names(e *openpgp.Entity) {
	for _, name := range slices.Sorted(maps.Keys(e.Identities)) {
		id := e.Identities[name]
		self, err := id.Verify(time.Time{}, lax())
		if err != nil || id.Revoked(self, time.Time{}, lax()) || len(k.UserIDs) == maxUserIDs {
			continue
		}
		k.UserIDs = append(k.UserIDs, strings.ToValidUTF8(name, "\uFFFD"))
		if a := addressIn(id.UserId.Email, name); a != "" && !slices.Contains(k.Addresses, a) {
			k.Addresses = append(k.Addresses, a)
		}
	}
}

// addressIn gives the address of a user id: "Ada <a@ente.it>", or the address alone.
func addressIn(email, name string) string {
	if email == "" {
		email = name
	}
	a, err := mail.ParseAddress(email)
	if err != nil {
		return ""
	}
	return strings.ToLower(a.Address)
}

// judge names the algorithms and what is wrong at a moment at which the key has not expired.
func judge(e *openpgp.Entity, valid, now time.Time) (string, []Problem) {
	name := algorithmOf(e.PrimaryKey)
	if e.Revoked(now) {
		return name, []Problem{Revoked}
	}
	if _, err := e.VerifyPrimaryKey(valid, lax()); err != nil {
		if errors.Is(err, pgperrors.ErrKeyRevoked) {
			return name, []Problem{Revoked}
		}
		return name, []Problem{Unsigned}
	}
	k, ok := e.EncryptionKey(valid, lax())
	if !ok {
		return name, []Problem{NoEncryption}
	}
	if k.PublicKey != e.PrimaryKey {
		name += " + " + algorithmOf(k.PublicKey)
	}
	switch {
	case weak(e.PrimaryKey) || weak(k.PublicKey):
		return name, []Problem{WeakKey}
	case forgeable(k.PrimarySelfSignature) || forgeable(k.SelfSignature):
		return name, []Problem{WeakHash}
	}
	return name, nil
}

// forgeable says whether a signature's hash is one with which others can be made that look like it.
func forgeable(s *packet.Signature) bool {
	return s != nil && (s.Hash == crypto.SHA1 || s.Hash == crypto.MD5 || s.Hash == crypto.RIPEMD160)
}

// minBits is the least of RSA that is still trusted (NIST SP 800-131A, BSI TR-02102).
const minBits = 2048

// weak says whether a key can be broken by its kind or its length.
func weak(k *packet.PublicKey) bool {
	switch k.PubKeyAlgo {
	case packet.PubKeyAlgoDSA, packet.PubKeyAlgoElGamal:
		return true
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSAEncryptOnly, packet.PubKeyAlgoRSASignOnly:
		bits, err := k.BitLength()
		return err != nil || bits < minBits
	}
	return false
}

func algorithmOf(k *packet.PublicKey) string {
	switch k.PubKeyAlgo {
	case packet.PubKeyAlgoRSA, packet.PubKeyAlgoRSAEncryptOnly, packet.PubKeyAlgoRSASignOnly:
		return withBits("RSA", k)
	case packet.PubKeyAlgoDSA:
		return withBits("DSA", k)
	case packet.PubKeyAlgoElGamal:
		return withBits("ElGamal", k)
	case packet.PubKeyAlgoEd25519:
		return "Ed25519"
	case packet.PubKeyAlgoX25519:
		return "X25519"
	case packet.PubKeyAlgoEd448:
		return "Ed448"
	case packet.PubKeyAlgoX448:
		return "X448"
	}
	name := map[packet.PublicKeyAlgorithm]string{packet.PubKeyAlgoECDH: "ECDH", packet.PubKeyAlgoECDSA: "ECDSA", packet.PubKeyAlgoEdDSA: "EdDSA"}[k.PubKeyAlgo]
	if curve, err := k.Curve(); err == nil && name != "" {
		return name + " " + string(curve)
	}
	return fmt.Sprintf("OpenPGP %d", k.PubKeyAlgo)
}

func withBits(name string, k *packet.PublicKey) string {
	bits, err := k.BitLength()
	if err != nil {
		return name
	}
	return fmt.Sprintf("%s %d", name, bits)
}

// expiry is when nothing can be encrypted to the key any more: when the primary
// key ends, or the last of its encryption keys. Zero: never.
func expiry(e *openpgp.Entity) time.Time {
	self, err := e.PrimarySelfSignature(time.Time{}, lax())
	if err != nil {
		return time.Time{}
	}
	end := endOf(e.PrimaryKey, self)
	if direct, err := e.LatestValidDirectSignature(time.Time{}, lax()); err == nil {
		end = earlier(end, endOf(e.PrimaryKey, direct))
	}
	var last time.Time
	found := false
	for i := range e.Subkeys {
		sub := &e.Subkeys[i]
		binding, err := sub.Verify(time.Time{}, lax())
		if err != nil || !encrypts(sub.PublicKey, binding) {
			continue
		}
		subEnd := endOf(sub.PublicKey, binding)
		switch {
		case !found:
			last = subEnd
		case !last.IsZero() && (subEnd.IsZero() || subEnd.After(last)):
			last = subEnd
		}
		found = true
	}
	if !found {
		return end
	}
	return earlier(end, last)
}

func encrypts(k *packet.PublicKey, s *packet.Signature) bool {
	return k.PubKeyAlgo.CanEncrypt() && (!s.FlagsValid || s.FlagEncryptCommunications || s.FlagEncryptStorage)
}

func endOf(k *packet.PublicKey, s *packet.Signature) time.Time {
	if s == nil || s.KeyLifetimeSecs == nil || *s.KeyLifetimeSecs == 0 {
		return time.Time{}
	}
	return k.CreationTime.Add(time.Duration(*s.KeyLifetimeSecs) * time.Second).UTC()
}

// earlier gives the earlier of two ends, of which zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Armour writes an OpenPGP key as text, and a certificate as PEM.
func (k Key) Armour() (string, error) {
	if k.Kind == SMIME {
		return pemOf(k.Data), nil
	}
	var b strings.Builder
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(k.Data); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return b.String() + "\n", nil
}

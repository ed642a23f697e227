// SPDX-License-Identifier: EUPL-1.2

package secret

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// ErrUnreadable means that a sealed value was not sealed by any of the box's
// keys, for this use, or was changed since.
var ErrUnreadable = errors.New("secret: not sealed by a key we have, for this use")

const (
	version   = 1
	idSize    = 4 // enough to find the key among a few; the seal itself proves it
	keySize   = chacha20poly1305.KeySize
	nonceSize = chacha20poly1305.NonceSizeX
	headSize  = 1 + idSize + nonceSize
)

type keyID [idSize]byte

// Box seals and opens. It is safe for concurrent use.
type Box struct {
	first keyID
	keys  map[keyID]cipher.AEAD
	marks [][]byte // keys of Mark, one for each of the box's, in their order
}

// New makes a box that seals with the first key and opens with each of them.
func New(keys ...[]byte) (*Box, error) {
	if len(keys) == 0 {
		return nil, errors.New("secret: no key")
	}
	b := &Box{first: identify(keys[0]), keys: map[keyID]cipher.AEAD{}}
	for _, key := range keys {
		aead, err := chacha20poly1305.NewX(key)
		if err != nil {
			return nil, fmt.Errorf("secret: a key is %d bytes, not %d: %w", len(key), keySize, err)
		}
		b.keys[identify(key)] = aead
		b.marks = append(b.marks, mac(key, "martinella mark"))
	}
	return b, nil
}

// identify names a key without telling anything about it.
func identify(key []byte) (id keyID) {
	sum := sha256.Sum256(append([]byte("martinella key id\x00"), key...))
	copy(id[:], sum[:])
	return id
}

// Seal encrypts plain for one use, such as "totp:12". The same use opens it.
func (b *Box) Seal(plain []byte, use string) []byte {
	out := make([]byte, headSize, headSize+len(plain)+chacha20poly1305.Overhead)
	out[0] = version
	copy(out[1:], b.first[:])
	nonce := out[1+idSize : headSize]
	_, _ = rand.Read(nonce) // documented never to fail
	return b.keys[b.first].Seal(out, nonce, plain, associated(out[:1+idSize], use))
}

// Open decrypts what Seal gave, or returns ErrUnreadable.
func (b *Box) Open(sealed []byte, use string) ([]byte, error) {
	if len(sealed) < headSize || sealed[0] != version {
		return nil, ErrUnreadable
	}
	aead, ok := b.keys[keyID(sealed[1:1+idSize])]
	if !ok {
		return nil, ErrUnreadable
	}
	plain, err := aead.Open(nil, sealed[1+idSize:headSize], sealed[headSize:], associated(sealed[:1+idSize], use))
	if err != nil {
		return nil, ErrUnreadable
	}
	return plain, nil
}

// Stale says that a sealed value was sealed by a key that is no longer the
// first: seal it again when there is an occasion.
func (b *Box) Stale(sealed []byte) bool {
	return len(sealed) < headSize || keyID(sealed[1:1+idSize]) != b.first
}

func associated(head []byte, use string) []byte {
	return append(append(make([]byte, 0, len(head)+len(use)), head...), use...)
}

// SPDX-License-Identifier: EUPL-1.2

package secret

import "crypto/hmac"

// SignatureSize is the length of a signature, in bytes: 128 bits, which nobody
// can guess by asking.
const SignatureSize = 16

// Sign gives the signature of a text for one use, the same each time: for what
// is not secret but must come back as it was given.
func (b *Box) Sign(text []byte, use string) []byte { return sign(b.marks[0], text, use) }

// Signed says whether one of the box's keys signed the text for this use.
func (b *Box) Signed(text, signature []byte, use string) bool {
	for _, key := range b.marks {
		if hmac.Equal(sign(key, text, use), signature) {
			return true
		}
	}
	return false
}

// sign has a key of its own for each use, so that no signature is another's, nor a mark.
func sign(key, text []byte, use string) []byte {
	return mac(mac(key, "signatures\x00"+use), string(text))[:SignatureSize]
}

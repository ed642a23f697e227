// SPDX-License-Identifier: EUPL-1.2

package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Mark gives what a value can be found again by without being kept: HMAC-SHA256
// under a key derived from the box's first. Who has the database but not the key
// cannot try all values, few as they may be. The same value has another mark for
// another use.
func (b *Box) Mark(value, use string) string { return b.mark(b.marks[0], value, use) }

// Marks gives the marks of a value under every key, that of [Box.Mark] first:
// those to look for, as the value may have been marked before the key was changed.
func (b *Box) Marks(value, use string) []string {
	out := make([]string, len(b.marks))
	for i, key := range b.marks {
		out[i] = b.mark(key, value, use)
	}
	return out
}

func (b *Box) mark(key []byte, value, use string) string {
	return hex.EncodeToString(mac(key, use+"\x00"+value))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"bytes"
	"fmt"
	"io"

	"filippo.io/age"
)

// maxText bounds what Open reads: texts are short, files go through the store.
const maxText = 1 << 20

// Seal encrypts a short text with age for one use, such as "channel.body:12".
// age knows no associated data, so the use stands sealed before the text.
func (k *Key) Seal(plain []byte, use string) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, k.seal)
	if err != nil {
		return nil, fmt.Errorf("blob: sealing: %w", err)
	}
	if _, err := w.Write(append([]byte(use+"\x00"), plain...)); err != nil {
		return nil, fmt.Errorf("blob: sealing: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("blob: sealing: %w", err)
	}
	return out.Bytes(), nil
}

// Open decrypts what Seal gave for the same use, or returns ErrDamaged.
func (k *Key) Open(sealed []byte, use string) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), k.open...)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	text, err := io.ReadAll(io.LimitReader(r, maxText))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	plain, ours := bytes.CutPrefix(text, []byte(use+"\x00"))
	if !ours {
		return nil, fmt.Errorf("%w: sealed for another use", ErrDamaged)
	}
	return plain, nil
}

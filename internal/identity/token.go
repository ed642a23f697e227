// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// newToken makes a secret of at least 128 bits that fits in a cookie and in a
// link: 26 characters of base32.
func newToken() string { return rand.Text() }

const tokenLength = 26

// hashToken gives what is kept of a token: its SHA-256. A token is random, so a
// slow hash would gain nothing. ok is false for what cannot be a token, which
// then needs no look-up.
func hashToken(token string) (hash string, ok bool) {
	if len(token) != tokenLength || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		return "", false
	}
	return digest(token), true
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

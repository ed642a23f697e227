// SPDX-License-Identifier: EUPL-1.2

package hook

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"martinella/internal/platform/db"
)

// secretPrefix begins every secret, as Standard Webhooks has it.
const secretPrefix = "whsec_"

// secretBytes is how long a secret is: Standard Webhooks takes 24 to 64.
const secretBytes = 32

// oldLife is how long the secret before signs too after a rotation.
const oldLife = 24 * time.Hour

func newSecret() string {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // documented never to fail
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// use binds a sealed secret to its hook.
func use(hook int64) string { return "hook:" + strconv.FormatInt(hook, 10) }

// seal writes a hook's secret, sealed; the one before signs too until a moment (zero: not).
func (m *Module) seal(ctx context.Context, tx *db.Tx, h Hook, text string, until time.Time) error {
	old := h.secret
	if until.IsZero() {
		old = nil
	}
	_, err := tx.Exec(ctx, "UPDATE hook SET secret = $2, old_secret = $3, old_until = $4 WHERE id = $1", h.ID, m.deps.Seal.Seal([]byte(text), use(h.ID)), old, db.Ms(until))
	if err != nil {
		return fmt.Errorf("hook: keeping a secret: %w", err)
	}
	return nil
}

// signatures gives the header webhook-signature: one for each secret that is good now.
func (m *Module) signatures(h Hook, reference string, at time.Time, body string) (string, error) {
	sealed := [][]byte{h.secret}
	if h.oldSecret != nil && at.Before(h.OldUntil) {
		sealed = append(sealed, h.oldSecret)
	}
	var out []string
	for _, s := range sealed {
		text, err := m.deps.Seal.Open(s, use(h.ID))
		if err != nil {
			return "", fmt.Errorf("hook %d: its secret: %w", h.ID, err)
		}
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(text), secretPrefix))
		if err != nil {
			return "", fmt.Errorf("hook %d: its secret: %w", h.ID, err)
		}
		out = append(out, "v1,"+signature(key, reference, at, body))
	}
	return strings.Join(out, " "), nil
}

// signature is that of Standard Webhooks: HMAC-SHA256 over "id.timestamp.body".
func signature(key []byte, reference string, at time.Time, body string) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%d.%s", reference, at.Unix(), body)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"martinella/internal/platform/db"
)

// Ceremony is a question to an authenticator: its options as the browser takes
// them, and the token with which the answer comes back.
type Ceremony struct {
	Token   string `json:"token"`
	Options any    `json:"options"`
}

// challengeLife is how long an answer may take: who looks for a key in a drawer.
const challengeLife = 5 * time.Minute

// What a challenge was made for: an answer to one is none to another.
const (
	forPasskeySignIn = "signin"
	forPasskeyProof  = "proof"
	forPasskeyNew    = "new"
)

// askPasskey keeps a challenge until its answer; person is 0 when nobody is known yet.
func (m *Module) askPasskey(ctx context.Context, tx *db.Tx, person int64, purpose string, options any, d *webauthn.SessionData) (Ceremony, error) {
	data, err := json.Marshal(d)
	if err != nil {
		return Ceremony{}, fmt.Errorf("writing a challenge: %w", err)
	}
	var who any
	if person != 0 {
		who = person
	}
	token := newToken()
	_, err = tx.Exec(ctx, "INSERT INTO passkey_challenge (token_hash, person_id, purpose, data, expires_at) VALUES ($1,$2,$3,$4,$5)",
		digest(token), who, purpose, string(data), db.Ms(m.Clock.Now().Add(challengeLife)))
	if err != nil {
		return Ceremony{}, fmt.Errorf("keeping a challenge: %w", err)
	}
	return Ceremony{token, options}, nil
}

// takeChallenge gives a challenge and removes it, in a transaction of its own:
// whatever comes of the answer, it is asked once. An unknown, used, expired one,
// or one of somebody else or for something else, is a wrong answer.
func (m *Module) takeChallenge(ctx context.Context, person int64, purpose, token string) (d webauthn.SessionData, err error) {
	hash, ok := hashToken(token)
	if !ok {
		return d, wrongPasskey()
	}
	var data, was string
	var who int64
	var expires time.Time
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, "DELETE FROM passkey_challenge WHERE token_hash = $1 RETURNING COALESCE(person_id, 0), purpose, data, expires_at", hash).
			Scan(&who, &was, &data, db.Time(&expires))
	})
	if db.NotFound(err) {
		return d, wrongPasskey()
	}
	if err != nil {
		return d, fmt.Errorf("taking a challenge: %w", err)
	}
	if who != person || was != purpose || !m.Clock.Now().Before(expires) {
		return d, wrongPasskey()
	}
	if err := json.Unmarshal([]byte(data), &d); err != nil {
		return d, fmt.Errorf("reading a challenge: %w", err)
	}
	return d, nil
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// purpose is what a link lets its holder do.
type purpose string

const (
	forConfirmation purpose = "confirm"
	forStatus       purpose = "status"
)

// How long links hold, and how many confirmations one mailbox gets in an hour.
const (
	confirmationLife = 48 * time.Hour
	statusLife       = 180 * 24 * time.Hour
	mailsPerHour     = 4
)

func (p purpose) life() time.Duration {
	if p == forConfirmation {
		return confirmationLife
	}
	return statusLife
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newToken makes a link's secret (128 bits or more) and stores its hash.
func (m *Module) newToken(ctx context.Context, tx *db.Tx, org int64, p purpose) (string, error) {
	token := rand.Text()
	now := m.now()
	_, err := tx.Exec(ctx, `INSERT INTO registration_token (hash, organisation_id, purpose, created_at, expires_at) VALUES ($1,$2,$3,$4,$5)`,
		hashToken(token), org, p, db.Ms(now), db.Ms(now.Add(p.life())))
	if err != nil {
		return "", fmt.Errorf("storing a link: %w", err)
	}
	return token, nil
}

// tokenOwner gives the organisation a link belongs to. An unknown link is NotFound; one
// that is used up or too old is a Conflict, whose sentence says what to do.
func (m *Module) tokenOwner(ctx context.Context, q db.Querier, token string, p purpose) (int64, error) {
	var org int64
	var expires, used time.Time
	err := q.QueryRow(ctx, "SELECT organisation_id, expires_at, used_at FROM registration_token WHERE hash = $1 AND purpose = $2",
		hashToken(token), p).Scan(&org, db.Time(&expires), db.Time(&used))
	switch {
	case db.NotFound(err):
		return 0, fault.New(fault.NotFound, "constituency.link_unknown")
	case err != nil:
		return 0, fmt.Errorf("reading a link: %w", err)
	case !used.IsZero():
		return 0, fault.New(fault.Conflict, "constituency.link_used")
	case !expires.After(m.now()):
		return 0, fault.New(fault.Conflict, "constituency.link_expired")
	}
	return org, nil
}

// useTokens ends every confirmation link of an organisation.
func (m *Module) useTokens(ctx context.Context, tx *db.Tx, org int64) error {
	_, err := tx.Exec(ctx, "UPDATE registration_token SET used_at = $1 WHERE organisation_id = $2 AND purpose = $3 AND used_at IS NULL",
		db.Ms(m.now()), org, forConfirmation)
	if err != nil {
		return fmt.Errorf("ending links of organisation %d: %w", org, err)
	}
	return nil
}

// mailboxFull says whether a mailbox got as many confirmation mails as it may in an hour, so
// that the public form cannot be used to fill somebody's mailbox.
func (m *Module) mailboxFull(ctx context.Context, q db.Querier, email string) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM registration_token t JOIN organisation o ON o.id = t.organisation_id
		WHERE o.applicant_email = $1 AND t.purpose = $2 AND t.created_at > $3`,
		email, forConfirmation, db.Ms(m.now().Add(-time.Hour))).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("counting mails: %w", err)
	}
	return n >= mailsPerHour, nil
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// purpose is what a single-use link is good for.
type purpose string

const (
	forInvitation purpose = "invitation"
	forReset      purpose = "reset"
	forEmail      purpose = "email"

	forRecovery    purpose = "recovery"
	forRecoveryEnd purpose = "recovery_end"
)

func (p purpose) path(token string) string {
	switch p {
	case forInvitation:
		return "/invitation/" + token
	case forEmail:
		return "/account/email/" + token
	case forRecovery:
		return "/recovery/use/" + token
	case forRecoveryEnd:
		return "/recovery/cancel/" + token
	}
	return "/reset/" + token
}

func (m *Module) life(p purpose) time.Duration {
	switch p {
	case forInvitation:
		return m.Config.InvitationLife
	case forEmail:
		return m.Config.EmailLife
	case forRecoveryEnd:
		return recoveryLife
	}
	return m.Config.ResetLife
}

// link is a single-use link that is still good.
type link struct {
	person Person
	detail string
}

// newLink makes a link for a person and takes back the earlier ones of the same
// purpose: only the newest mail works. It returns the address.
func (m *Module) newLink(ctx context.Context, tx *db.Tx, person int64, p purpose, detail string) (string, error) {
	if err := dropLinks(ctx, tx, person, p); err != nil {
		return "", err
	}
	token, now := newToken(), m.Clock.Now()
	_, err := tx.Exec(ctx, `INSERT INTO single_use_token (token_hash, person_id, purpose, detail, created_at, expires_at) VALUES ($1,$2,$3,$4,$5,$6)`,
		digest(token), person, string(p), detail, db.Ms(now), db.Ms(now.Add(m.life(p))))
	if err != nil {
		return "", fmt.Errorf("making a link: %w", err)
	}
	return m.Config.BaseURL + p.path(token), nil
}

func dropLinks(ctx context.Context, tx *db.Tx, person int64, p purpose) error {
	_, err := tx.Exec(ctx, "DELETE FROM single_use_token WHERE person_id = $1 AND purpose = $2 AND used_at IS NULL", person, string(p))
	if err != nil {
		return fmt.Errorf("taking links back: %w", err)
	}
	return nil
}

// openLink gives what a link is for, without using it: mail scanners follow links.
func (m *Module) openLink(ctx context.Context, q db.Querier, token string, p purpose) (link, error) {
	gone := fault.New(fault.NotFound, "identity.link_gone")
	hash, ok := hashToken(token)
	if !ok {
		return link{}, gone
	}
	var l link
	var id int64
	var expires, used time.Time
	err := q.QueryRow(ctx, "SELECT person_id, detail, expires_at, used_at FROM single_use_token WHERE token_hash = $1 AND purpose = $2", hash, string(p)).
		Scan(&id, &l.detail, db.Time(&expires), db.Time(&used))
	if db.NotFound(err) {
		return link{}, gone
	}
	if err != nil {
		return link{}, fmt.Errorf("reading a link: %w", err)
	}
	if !used.IsZero() || !m.Clock.Now().Before(expires) {
		return link{}, gone
	}
	l.person, err = personByID(ctx, q, id)
	if err == nil && l.person.State() == Suspended {
		return link{}, gone
	}
	return l, err
}

// useLink opens a link and makes it useless, in the transaction of what it does.
func (m *Module) useLink(ctx context.Context, tx *db.Tx, token string, p purpose) (link, error) {
	l, err := m.openLink(ctx, tx, token, p)
	if err != nil {
		return link{}, err
	}
	res, err := tx.Exec(ctx, "UPDATE single_use_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL", digest(token), db.Ms(m.Clock.Now()))
	if err != nil {
		return link{}, fmt.Errorf("using a link: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return link{}, fault.New(fault.NotFound, "identity.link_gone").Because(err)
	}
	return l, nil
}

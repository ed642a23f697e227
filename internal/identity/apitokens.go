// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const tokenColumns = `t.id, t.person_id, p.name, COALESCE(t.organisation_id, 0), t.name, t.hint, t.scopes, t.addresses,
	t.created_at, t.expires_at, t.revoked_at, t.used_at, t.used_from`

func scanToken(r scanner, more ...any) (t APIToken, err error) {
	var scopes, addresses string
	dest := append([]any{&t.ID, &t.Person, &t.PersonName, &t.Organisation, &t.Name, &t.Hint, &scopes, &addresses,
		db.Time(&t.CreatedAt), db.Time(&t.ExpiresAt), db.Time(&t.RevokedAt), db.Time(&t.UsedAt), &t.UsedFrom}, more...)
	err = r.Scan(dest...)
	t.Scopes = strings.Split(scopes, ",")
	t.Addresses, _ = parseNets(addresses) // written by netsText
	return t, err
}

// NewToken makes a token of the person's own, good wherever he may go, or, with
// a scope narrowed to an organisation, one of that organisation. It gives no
// more than who makes it may do. The text is shown once: only its hash is kept.
func (m *Module) NewToken(ctx context.Context, p access.Principal, s access.Scope, f TokenForm) (t APIToken, text string, err error) {
	org, _ := s.Organisation() // none: the person's own
	may := p.Grants()
	if org != 0 {
		if err := s.Require(access.TokenEdit); err != nil {
			return t, "", err
		}
		may = s.Permissions()
	} else if !p.MayKeepAccount() || p.LimitedTo() != 0 {
		return t, "", fault.New(fault.Forbidden, "identity.token.account")
	}
	f, nets, err := f.check(func(scope string) bool {
		perm, known := access.PermissionNamed(scope)
		return known && may.Has(perm) || scope == AccountScope && org == 0 || scope == StepUpScope && p.MayStepUp()
	})
	if err != nil {
		return t, "", err
	}
	now := m.Clock.Now()
	t = APIToken{Person: s.Person(), Organisation: org, Name: f.Name, Scopes: f.Scopes, Addresses: nets, CreatedAt: now, ExpiresAt: now.AddDate(0, 0, f.Days)}
	text = newAPIToken()
	t.Hint = tokenHint(text)
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.roomForToken(ctx, tx, t.Person); err != nil {
			return err
		}
		if err := m.notPastMaker(ctx, tx, p, &t); err != nil {
			return err
		}
		if err := insertToken(ctx, tx, &t, text); err != nil {
			return err
		}
		return m.note(ctx, tx, s.Actor(), org, "token.made", t.Person, map[string]any{"token": t.ID, "name": t.Name, "scopes": t.Scopes, "expires": t.ExpiresAt})
	})
	return t, text, err
}

func (m *Module) roomForToken(ctx context.Context, tx *db.Tx, person int64) error {
	var n int
	err := tx.QueryRow(ctx, "SELECT count(*) FROM api_token WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2", person, db.Ms(m.Clock.Now())).Scan(&n)
	if err != nil {
		return fmt.Errorf("counting tokens: %w", err)
	}
	if n >= maxTokens {
		return fault.New(fault.Conflict, "identity.token.many", fault.P{"n": maxTokens})
	}
	return nil
}

// notPastMaker lets a token that another token makes end with it at the latest.
func (m *Module) notPastMaker(ctx context.Context, tx *db.Tx, p access.Principal, t *APIToken) error {
	if p.Token() == 0 {
		return nil
	}
	var end time.Time
	if err := tx.QueryRow(ctx, "SELECT expires_at FROM api_token WHERE id = $1", p.Token()).Scan(db.Time(&end)); err != nil {
		return fmt.Errorf("reading the token that makes one: %w", err)
	}
	if t.ExpiresAt.After(end) {
		t.ExpiresAt = end
	}
	return nil
}

func insertToken(ctx context.Context, tx *db.Tx, t *APIToken, text string) error {
	var org any
	if t.Organisation != 0 {
		org = t.Organisation
	}
	err := tx.QueryRow(ctx, `INSERT INTO api_token (token_hash, person_id, organisation_id, name, hint, scopes, addresses, created_at, expires_at, used_from)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,'') RETURNING id`, digest(text), t.Person, org, t.Name, t.Hint, strings.Join(t.Scopes, ","),
		netsText(t.Addresses), db.Ms(t.CreatedAt), db.Ms(t.ExpiresAt)).Scan(&t.ID)
	if err != nil {
		return fmt.Errorf("adding a token: %w", err)
	}
	return nil
}

// Tokens lists the tokens of the scope's organisation, or of the person himself
// when it has none, those that are good first, then the newest.
func (m *Module) Tokens(ctx context.Context, s access.Scope) ([]APIToken, error) {
	where, arg, err := owned(s)
	if err != nil {
		return nil, err
	}
	rows, err := m.DB.Query(ctx, "SELECT "+tokenColumns+" FROM api_token t JOIN person p ON p.id = t.person_id WHERE "+where+
		" ORDER BY CASE WHEN t.revoked_at IS NULL AND t.expires_at > $2 THEN 0 ELSE 1 END, t.id DESC LIMIT 500", arg, db.Ms(m.Clock.Now()))
	all, err := db.Collect(rows, err, func(r *sql.Rows) (APIToken, error) { return scanToken(r) })
	if err != nil {
		return nil, fmt.Errorf("listing tokens: %w", err)
	}
	return all, nil
}

// owned is the condition for the tokens a scope looks after.
func owned(s access.Scope) (where string, arg int64, err error) {
	org, none := s.Organisation()
	if none != nil {
		return "t.person_id = $1 AND t.organisation_id IS NULL", s.Person(), nil
	}
	return "t.organisation_id = $1", org, s.Require(access.TokenEdit)
}

// Token gives one of the tokens that Tokens lists.
func (m *Module) Token(ctx context.Context, s access.Scope, id int64) (APIToken, error) {
	return m.token(ctx, m.DB, s, id)
}

func (m *Module) token(ctx context.Context, q db.Querier, s access.Scope, id int64) (APIToken, error) {
	where, arg, err := owned(s)
	if err != nil {
		return APIToken{}, err
	}
	t, err := scanToken(q.QueryRow(ctx, "SELECT "+tokenColumns+" FROM api_token t JOIN person p ON p.id = t.person_id WHERE "+where+" AND t.id = $2", arg, id))
	if db.NotFound(err) {
		return t, fault.New(fault.NotFound, "identity.token.gone")
	}
	if err != nil {
		return t, fmt.Errorf("reading a token: %w", err)
	}
	return t, nil
}

// RevokeToken ends a token now. One that has ended stays as it is.
func (m *Module) RevokeToken(ctx context.Context, s access.Scope, id int64) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		t, err := m.token(ctx, tx, s, id)
		if err != nil || !t.RevokedAt.IsZero() {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE api_token SET revoked_at = $2 WHERE id = $1", id, db.Ms(m.Clock.Now())); err != nil {
			return fmt.Errorf("revoking a token: %w", err)
		}
		return m.note(ctx, tx, s.Actor(), t.Organisation, "token.revoked", t.Person, map[string]any{"token": t.ID, "name": t.Name})
	})
}

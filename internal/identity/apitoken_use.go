// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"martinella/internal/access/gate"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// usedEvery is how exactly "last used" is known, from one address.
const usedEvery = 5 * time.Minute

// bearer gives the token of a request (RFC 6750, section 2.1); false without one.
func bearer(r *http.Request) (string, bool) {
	kind, text, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(text), ok && strings.EqualFold(kind, "Bearer")
}

const useSQL = `SELECT ` + tokenColumns + `, p.email, p.language, p.suspended_at, ` + standingColumns + `
	FROM api_token t JOIN person p ON p.id = t.person_id WHERE t.token_hash = $1`

// useToken gives the session a token opens for one request. What the person may
// do is read each time: a token shrinks when his roles do.
func (m *Module) useToken(ctx context.Context, text string, from netip.Addr) (*gate.Session, error) {
	refused := fault.New(fault.Unauthenticated, "access.token")
	hash, ok := hashAPIToken(text)
	if !ok {
		return nil, refused
	}
	var who Person
	var suspended time.Time
	var words standingWords
	t, err := scanToken(m.DB.QueryRow(ctx, useSQL, hash), &who.Email, &who.Language, db.Time(&suspended), &words.roles, &words.memberships, &words.entrances)
	switch {
	case db.NotFound(err):
		return nil, refused
	case err != nil:
		return nil, fmt.Errorf("reading a token: %w", err)
	case !suspended.IsZero() || !t.RevokedAt.IsZero():
		return nil, refused
	case t.Expired(m.Clock.Now()):
		return nil, fault.New(fault.Unauthenticated, "identity.token.expired")
	case !t.allows(from):
		return nil, fault.New(fault.Forbidden, "identity.token.address", fault.P{"address": from.String()})
	}
	if err := m.noteUse(ctx, t, from.String()); err != nil {
		return nil, err
	}
	now := words.standing(t.Person)
	may := now.Limited(t.limit())
	return &gate.Session{
		Principal: may, Token: t.ID, Recent: may.MayStepUp(),
		Outside: outside(now.entrances, from, m.Clock.Now()), Address: addressText(from),
		Person: gate.Person{ID: t.Person, Name: t.PersonName, Email: who.Email, Language: who.Language},
	}, nil
}

// noteUse writes down when and from where, but not each time.
func (m *Module) noteUse(ctx context.Context, t APIToken, from string) error {
	now := m.Clock.Now()
	if from == t.UsedFrom && now.Sub(t.UsedAt) < usedEvery {
		return nil
	}
	if _, err := m.DB.Exec(ctx, "UPDATE api_token SET used_at = $2, used_from = $3 WHERE id = $1", t.ID, db.Ms(now), from); err != nil {
		return fmt.Errorf("noting that a token is in use: %w", err)
	}
	return nil
}

// tokenWarning is how long before its end a token's person is told.
const tokenWarning = 7 * 24 * time.Hour

// warnOfTokens tells who has tokens that end soon, once for each.
func (m *Module) warnOfTokens(ctx context.Context) error {
	now := m.Clock.Now()
	rows, err := m.DB.Query(ctx, "SELECT "+tokenColumns+", p.email, p.language FROM api_token t JOIN person p ON p.id = t.person_id"+
		" WHERE t.revoked_at IS NULL AND t.warned_at IS NULL AND p.suspended_at IS NULL AND t.expires_at > $1 AND t.expires_at <= $2 ORDER BY t.id LIMIT 1000",
		db.Ms(now), db.Ms(now.Add(tokenWarning)))
	type ending struct {
		APIToken
		Person
	}
	all, err := db.Collect(rows, err, func(r *sql.Rows) (e ending, err error) {
		e.APIToken, err = scanToken(r, &e.Email, &e.Language)
		e.Person.Name = e.PersonName
		return e, err
	})
	if err != nil {
		return fmt.Errorf("looking for tokens that end: %w", err)
	}
	for _, e := range all {
		if err := m.warn(ctx, e.APIToken, e.Person); err != nil {
			return err
		}
	}
	return nil
}

func (m *Module) warn(ctx context.Context, t APIToken, p Person) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(ctx, "UPDATE api_token SET warned_at = $2 WHERE id = $1 AND warned_at IS NULL", t.ID, db.Ms(m.Clock.Now()))
		if err != nil {
			return fmt.Errorf("noting a warning: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // another node was faster
		}
		return m.send(ctx, tx, p, "token_ends", letterArgs{Organisation: t.Organisation, Item: t.Name, At: t.ExpiresAt})
	})
}

// fromProgram says whether a request is for the API, where alone tokens are good.
func fromProgram(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

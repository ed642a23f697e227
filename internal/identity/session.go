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

// Pending is what a session still lacks before it may be used.
type Pending uint8

// What may be lacking.
const (
	Nothing     Pending = iota
	CodeWanted          // the second factor must be shown
	EnrolWanted         // the second factor is mandatory and not set up
)

// Session is a browser somebody signed in with.
type Session struct {
	ID        int64
	Person    Person
	Principal access.Principal
	Pending   Pending
	Mandatory bool      // the person may not be without a second factor
	Methods   []Method  // by which it was opened, and what was shown since
	StrongAt  time.Time // the last time two factors, or the second one, were shown; zero: never
	CreatedAt time.Time
	SeenAt    time.Time
	Address   string
	UserAgent string
	Program   bool // no session: a program's request, whose token was made with the scope step-up

	entrances map[int64]entrance
}

// seenEvery is how exactly "last seen" is known: a write at each request would
// cost more than it tells.
const seenEvery = time.Minute

const sessionSQL = `SELECT s.id, s.created_at, s.seen_at, s.second_factor_at, s.methods, s.address, s.user_agent,
	p.id, p.email, p.name, p.language, p.suspended_at, t.confirmed_at,
	(SELECT count(*) FROM passkey k WHERE k.person_id = p.id), ` + standingColumns + `
	FROM session s JOIN person p ON p.id = s.person_id LEFT JOIN totp_secret t ON t.person_id = p.id
	WHERE s.token_hash = $1`

// Session gives the session a token opens, or nil when it opens none: unknown,
// ended, revoked, or of somebody suspended. It asks the database each time, so
// that what was revoked or changed anywhere holds for the next request.
func (m *Module) Session(ctx context.Context, token string) (*Session, error) {
	hash, ok := hashToken(token)
	if !ok {
		return nil, nil
	}
	s, err := m.readSession(ctx, hash)
	if err != nil || s == nil {
		return nil, err
	}
	if now := m.Clock.Now(); now.Sub(s.SeenAt) >= seenEvery {
		if _, err := m.DB.Exec(ctx, "UPDATE session SET seen_at = $2 WHERE id = $1", s.ID, db.Ms(now)); err != nil {
			return nil, fmt.Errorf("noting that a session is in use: %w", err)
		}
	}
	return s, nil
}

func (m *Module) readSession(ctx context.Context, hash string) (*Session, error) {
	var s Session
	var confirmedAt time.Time
	var methods string
	var words standingWords
	err := m.DB.QueryRow(ctx, sessionSQL, hash).Scan(&s.ID, db.Time(&s.CreatedAt), db.Time(&s.SeenAt), db.Time(&s.StrongAt), &methods, &s.Address, &s.UserAgent,
		&s.Person.ID, &s.Person.Email, &s.Person.Name, &s.Person.Language, db.Time(&s.Person.SuspendedAt), db.Time(&confirmedAt), &s.Person.Passkeys,
		&words.roles, &words.memberships, &words.entrances)
	if db.NotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading a session: %w", err)
	}
	s.Person.HasPassword, s.Person.TOTP = true, !confirmedAt.IsZero()
	s.Person.SecondFactor = s.Person.TOTP || s.Person.Passkeys > 0
	s.Methods = parseMethods(methods)
	now := words.standing(s.Person.ID)
	s.Principal, s.entrances, s.Mandatory = now.Principal, now.entrances, now.mandatory()
	s.Pending = pending(s.Mandatory, s.Person.SecondFactor, !s.StrongAt.IsZero())
	if !m.alive(s) {
		return nil, nil
	}
	return &s, nil
}

// pending follows from how things stand now, not when the session began: who
// becomes staff must set up a second factor at the next request. A session that
// was opened by two factors at once, a card with its PIN, wants nothing more.
func pending(mandatory, enrolled, proven bool) Pending {
	switch {
	case proven:
		return Nothing
	case enrolled:
		return CodeWanted
	case mandatory:
		return EnrolWanted
	}
	return Nothing
}

// alive says whether the session has not ended. A session from the future, as a
// clock set back makes it, ends at the latest its whole life from now.
func (m *Module) alive(s Session) bool {
	now := m.Clock.Now()
	life := m.Config.SessionLife
	if s.Pending == CodeWanted {
		life = min(life, m.Config.CodeWait)
	}
	return s.Person.SuspendedAt.IsZero() && now.Sub(s.CreatedAt) < life && now.Sub(s.SeenAt) < m.Config.SessionIdle &&
		s.CreatedAt.Sub(now) < life
}

// Client is the browser a request comes from.
type Client struct {
	Address   string // "" when unknown
	UserAgent string
	Device    string // the token of the device cookie; "" when it has none
}

const maxUserAgent = 300

// userAgent is what is kept of the browser's word about itself.
func (c Client) userAgent() string {
	s := strings.ReplaceAll(strings.ToValidUTF8(c.UserAgent, ""), "\x00", "")
	return strings.ToValidUTF8(s[:min(len(s), maxUserAgent)], "")
}

// newSession begins a session and gives its token.
func (m *Module) newSession(ctx context.Context, tx *db.Tx, person int64, by opening, c Client) (string, error) {
	token := newToken()
	now := m.Clock.Now()
	var strongAt time.Time
	if by.Strong {
		strongAt = now
	}
	_, err := tx.Exec(ctx, `INSERT INTO session (token_hash, person_id, created_at, seen_at, second_factor_at, methods, address, user_agent)
		VALUES ($1,$2,$3,$3,$4,$5,$6,$7)`, digest(token), person, db.Ms(now), db.Ms(strongAt), joinMethods(by.Methods), c.Address, c.userAgent())
	if err != nil {
		return "", fmt.Errorf("beginning a session: %w", err)
	}
	return token, nil
}

// Sessions lists the person's own sessions that have not ended, the latest used first.
func (m *Module) Sessions(ctx context.Context, s access.Scope) ([]Session, error) {
	rows, err := m.DB.Query(ctx, `SELECT id, created_at, seen_at, address, user_agent FROM session
		WHERE person_id = $1 AND created_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id DESC`,
		s.Person(), db.Ms(m.Clock.Now().Add(-m.Config.SessionLife)), db.Ms(m.Clock.Now().Add(-m.Config.SessionIdle)))
	return db.Collect(rows, err, func(r *sql.Rows) (x Session, err error) {
		err = r.Scan(&x.ID, db.Time(&x.CreatedAt), db.Time(&x.SeenAt), &x.Address, &x.UserAgent)
		return x, err
	})
}

// EndSession ends one of the person's own sessions.
func (m *Module) EndSession(ctx context.Context, s access.Scope, id int64) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(ctx, "DELETE FROM session WHERE id = $1 AND person_id = $2", id, s.Person())
		if err != nil {
			return fmt.Errorf("ending a session: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.NotFound, "identity.session_gone").Because(err)
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.session_ended", s.Person(), map[string]any{"session": id})
	})
}

// EndOtherSessions ends all of the person's sessions but one (0: all).
func (m *Module) EndOtherSessions(ctx context.Context, s access.Scope, keep int64) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := endSessions(ctx, tx, s.Person(), keep); err != nil {
			return err
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.other_sessions_ended", s.Person(), nil)
	})
}

func endSessions(ctx context.Context, tx *db.Tx, person, keep int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM session WHERE person_id = $1 AND id <> $2", person, keep); err != nil {
		return fmt.Errorf("ending sessions: %w", err)
	}
	return nil
}

// SignOut ends the session a token opens. A token that opens none is no error.
func (m *Module) SignOut(ctx context.Context, token string) error {
	hash, ok := hashToken(token)
	if !ok {
		return nil
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		var person int64
		err := tx.QueryRow(ctx, "DELETE FROM session WHERE token_hash = $1 RETURNING person_id", hash).Scan(&person)
		if db.NotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("signing out: %w", err)
		}
		return m.note(ctx, tx, actor(person), 0, "person.signed_out", person, nil)
	})
}

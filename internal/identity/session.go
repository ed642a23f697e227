// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
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
	CreatedAt time.Time
	SeenAt    time.Time
	Address   string
	UserAgent string
}

// seenEvery is how exactly "last seen" is known: a write at each request would
// cost more than it tells.
const seenEvery = time.Minute

const sessionSQL = `SELECT s.id, s.created_at, s.seen_at, s.second_factor_at, s.address, s.user_agent,
	p.id, p.email, p.name, p.language, p.suspended_at, t.confirmed_at,
	COALESCE((SELECT string_agg(r.role, ',') FROM person_role r WHERE r.person_id = p.id), ''),
	COALESCE((SELECT string_agg(CAST(m.organisation_id AS TEXT) || ':' || m.role, ',') FROM membership m WHERE m.person_id = p.id), '')
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
	var provenAt, confirmedAt time.Time
	var roles, memberships string
	err := m.DB.QueryRow(ctx, sessionSQL, hash).Scan(&s.ID, db.Time(&s.CreatedAt), db.Time(&s.SeenAt), db.Time(&provenAt), &s.Address, &s.UserAgent,
		&s.Person.ID, &s.Person.Email, &s.Person.Name, &s.Person.Language, db.Time(&s.Person.SuspendedAt), db.Time(&confirmedAt), &roles, &memberships)
	if db.NotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading a session: %w", err)
	}
	s.Person.HasPassword, s.Person.SecondFactor = true, !confirmedAt.IsZero()
	s.Principal = access.Principal{Person: s.Person.ID, Staff: parseRoles(roles), Memberships: parseMemberships(memberships)}
	s.Pending = pending(s.Principal.IsStaff(), s.Person.SecondFactor, !provenAt.IsZero())
	if !m.alive(s) {
		return nil, nil
	}
	return &s, nil
}

// pending follows from how things stand now, not when the session began: who
// becomes staff must set up a second factor at the next request.
func pending(staff, enrolled, proven bool) Pending {
	switch {
	case enrolled && !proven:
		return CodeWanted
	case staff && !enrolled:
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

func parseRoles(text string) (out []access.Role) {
	for word := range strings.SplitSeq(text, ",") {
		if r := access.Role(word); r.Staff() {
			out = append(out, r)
		}
	}
	return out
}

func parseMemberships(text string) map[int64][]access.Role {
	out := map[int64][]access.Role{}
	for pair := range strings.SplitSeq(text, ",") {
		id, role, _ := strings.Cut(pair, ":")
		org, err := strconv.ParseInt(id, 10, 64)
		if r := access.Role(role); err == nil && r.Member() {
			out[org] = append(out[org], r)
		}
	}
	return out
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
func (m *Module) newSession(ctx context.Context, tx *db.Tx, person int64, proven bool, c Client) (string, error) {
	token := newToken()
	now := m.Clock.Now()
	var provenAt time.Time
	if proven {
		provenAt = now
	}
	_, err := tx.Exec(ctx, `INSERT INTO session (token_hash, person_id, created_at, seen_at, second_factor_at, address, user_agent)
		VALUES ($1,$2,$3,$3,$4,$5,$6)`, digest(token), person, db.Ms(now), db.Ms(provenAt), c.Address, c.userAgent())
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

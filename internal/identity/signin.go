// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/ratelimit"
)

// SignedIn is what a browser gets for a good sign-in.
type SignedIn struct {
	Token   string  // of the session
	Pending Pending // what is still lacking
	Device  string  // a new token for the device cookie; "" when it has a good one, or too early
}

func wrong() *fault.Error { return fault.New(fault.Invalid, "identity.signin_wrong") }

// SignIn judges an address and a password. Every refusal of the two is the same
// Invalid fault, whoever the address is of; too many are RateLimited.
func (m *Module) SignIn(ctx context.Context, email, given string, c Client) (SignedIn, error) {
	if err := limit(m.bySignIn, c); err != nil {
		return SignedIn{}, err
	}
	known, err := NormalEmail("email", email)
	if err != nil {
		known = "" // nobody's, but it is judged like anybody's
	}
	p, stored, err := m.credential(ctx, known)
	if err != nil {
		return SignedIn{}, err
	}
	key, err := m.guardKey(ctx, p.ID, email, c)
	if err != nil {
		return SignedIn{}, err
	}
	if err := m.knockAndTell(ctx, key, known); err != nil {
		return SignedIn{}, err
	}
	ok, stale, err := m.hasher.Verify(ctx, stored, given)
	if err != nil {
		return SignedIn{}, err
	}
	if !ok || p.State() != Active {
		return SignedIn{}, wrong()
	}
	fresh := ""
	if stale {
		if fresh, err = m.hasher.Hash(ctx, given); err != nil {
			return SignedIn{}, err
		}
	}
	return m.passwordGood(ctx, p, c, key, fresh)
}

// credential gives the person of an address and the stored password; for an
// unknown address the zero person and "".
func (m *Module) credential(ctx context.Context, email string) (Person, string, error) {
	p, err := personByEmail(ctx, m.DB, email)
	if err != nil {
		return Person{}, "", err
	}
	stored := ""
	err = m.DB.QueryRow(ctx, "SELECT phc FROM credential WHERE person_id = $1", p.ID).Scan(&stored)
	if err != nil && !db.NotFound(err) {
		return Person{}, "", fmt.Errorf("reading a credential: %w", err)
	}
	return p, stored, nil
}

// guardKey says whose count of failures an attempt goes to.
func (m *Module) guardKey(ctx context.Context, person int64, email string, c Client) (string, error) {
	hash, ok := hashToken(c.Device)
	if ok {
		var n int
		err := m.DB.QueryRow(ctx, "SELECT count(*) FROM device WHERE token_hash = $1 AND person_id = $2", hash, person).Scan(&n)
		if err != nil {
			return "", fmt.Errorf("looking for a device: %w", err)
		}
		if n > 0 {
			return deviceKey(hash), nil
		}
	}
	return addressKey(strings.ToLower(strings.TrimSpace(email))), nil
}

// knockAndTell counts the attempt and, when it is the one to be told, asks for
// the notice. That is a job for unknown addresses too: it takes the same time.
func (m *Module) knockAndTell(ctx context.Context, key, email string) error {
	a, err := m.knock(ctx, key)
	if err != nil || a.failures != noticeAt {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.ask(ctx, tx, jobNotice, key, request{Email: email, Failures: a.failures, Code: strings.HasPrefix(key, codePrefix)})
	})
}

// passwordGood begins the session; who has a second factor must still show it.
func (m *Module) passwordGood(ctx context.Context, p Person, c Client, key, rehash string) (out SignedIn, err error) {
	if err := m.admitAddress(ctx, p, c); err != nil {
		return out, err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := openDoor(ctx, tx, key); err != nil {
			return err
		}
		if rehash != "" {
			if err := m.storeHash(ctx, tx, p.ID, rehash); err != nil {
				return err
			}
		}
		out, err = m.enter(ctx, tx, p, opening{Methods: []Method{ByPassword}}, c)
		return err
	})
	return out, err
}

// arrived does what belongs to a finished sign-in: the log, the device, and the
// mail when the person has signed in before, but never with this browser.
func (m *Module) arrived(ctx context.Context, tx *db.Tx, p Person, by []Method, c Client) (device string, err error) {
	now := m.Clock.Now()
	if _, err := tx.Exec(ctx, "UPDATE person SET signed_in_at = $2 WHERE id = $1", p.ID, db.Ms(now)); err != nil {
		return "", fmt.Errorf("noting the sign-in: %w", err)
	}
	if err := m.note(ctx, tx, actor(p.ID), 0, "person.signed_in", p.ID, map[string]any{"address": c.Address, "methods": joinMethods(by)}); err != nil {
		return "", err
	}
	if hash, ok := hashToken(c.Device); ok {
		res, err := tx.Exec(ctx, "UPDATE device SET seen_at = $3 WHERE token_hash = $1 AND person_id = $2", hash, p.ID, db.Ms(now))
		if err != nil {
			return "", fmt.Errorf("noting the device: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n > 0 {
			return "", err
		}
	}
	return m.newDevice(ctx, tx, p, c)
}

func (m *Module) newDevice(ctx context.Context, tx *db.Tx, p Person, c Client) (string, error) {
	token := newToken()
	now := db.Ms(m.Clock.Now())
	if _, err := tx.Exec(ctx, "INSERT INTO device (token_hash, person_id, created_at, seen_at) VALUES ($1,$2,$3,$3)", digest(token), p.ID, now); err != nil {
		return "", fmt.Errorf("remembering the device: %w", err)
	}
	if p.SignedInAt.IsZero() {
		return token, nil
	}
	return token, m.send(ctx, tx, p, "new_device", letterArgs{Address: c.Address, Browser: browser(c.UserAgent)})
}

// ConfirmCode judges the second factor: a code of the app, or a recovery code.
// The session goes on under a new token.
func (m *Module) ConfirmCode(ctx context.Context, token, code string, c Client) (SignedIn, error) {
	s, err := m.Session(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	if s == nil || s.Pending != CodeWanted {
		return SignedIn{}, fault.New(fault.Unauthenticated, "identity.signin_again")
	}
	if err := m.knockAndTell(ctx, secondFactorKey(s.Person.ID), s.Person.Email); err != nil {
		return SignedIn{}, err
	}
	var out SignedIn
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		by, err := m.acceptCode(ctx, tx, s.Person, code)
		if err != nil {
			return err
		}
		out, err = m.proveAndArrive(ctx, tx, *s, by, c)
		return err
	})
	return out, err
}

func limit(l *ratelimit.Limiter, c Client) error {
	address, err := netip.ParseAddr(c.Address)
	if err != nil {
		address = netip.Addr{}
	}
	if ok, wait := l.Allow(ratelimit.AddressKey(address)); !ok {
		return tooMany(wait)
	}
	return nil
}

// mayWrite bounds how many mails one person makes us send.
func (m *Module) mayWrite(s access.Scope) error {
	if ok, wait := m.bySender.Allow(s.Actor()); !ok {
		return tooMany(wait)
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// arrival is somebody whom a card or a provider has identified.
type arrival struct {
	known
	by     opening
	detail map[string]any // for the audit log
	// keep runs in the transaction of the sign-in, with the new session's token.
	keep func(ctx context.Context, tx *db.Tx, token string) error
}

// comeIn begins a session for whoever an identity is linked to. Nobody's is a
// Forbidden fault with the code given: nobody registers himself this way.
func (m *Module) comeIn(ctx context.Context, a journey, in arrival, unknown string, c Client) (out SignedIn, err error) {
	id, person, err := m.findLinked(ctx, m.DB, in.known)
	if err != nil {
		return out, err
	}
	if person == 0 {
		return out, m.refuseArrival(ctx, a, 0, "person.unknown_identity", in.detail, fault.New(fault.Forbidden, unknown, fault.P{"shown": in.shown}))
	}
	return m.comeInAs(ctx, a, in, person, c, func(ctx context.Context, tx *db.Tx, _ Person) error { return m.usedLinked(ctx, tx, id, in.known) })
}

// comeInAs begins a session for a person; more is done in the same transaction.
func (m *Module) comeInAs(ctx context.Context, a journey, in arrival, person int64, c Client, more func(context.Context, *db.Tx, Person) error) (out SignedIn, err error) {
	p, err := personByID(ctx, m.DB, person)
	if err != nil {
		return out, err
	}
	if p.State() == Suspended {
		return out, m.refuseArrival(ctx, a, person, "person.suspended_refused", in.detail, fault.New(fault.Forbidden, "identity.suspended"))
	}
	if err := m.admitAddress(ctx, p, c); err != nil {
		return out, err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.spend(ctx, tx, a); err != nil {
			return err
		}
		if err := more(ctx, tx, p); err != nil {
			return err
		}
		if out, err = m.enter(ctx, tx, p, in.by, c); err != nil {
			return err
		}
		if err := m.note(ctx, tx, actor(p.ID), 0, "person.identified", p.ID, in.detail); err != nil || in.keep == nil {
			return err
		}
		return in.keep(ctx, tx, out.Token)
	})
	return out, err
}

// refuseArrival writes the refusal down and returns it. The journey is over.
func (m *Module) refuseArrival(ctx context.Context, a journey, person int64, action string, detail map[string]any, why *fault.Error) error {
	err := m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.spend(ctx, tx, a); err != nil {
			return err
		}
		return m.note(ctx, tx, "visitor", 0, action, person, detail)
	})
	if err != nil {
		return err
	}
	return why
}

// linkArrival links an identity that was shown to the person signed in.
func (m *Module) linkArrival(ctx context.Context, s access.Scope, a journey, in arrival) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.spend(ctx, tx, a); err != nil {
			return err
		}
		p, err := personByID(ctx, tx, s.Person())
		if err != nil {
			return err
		}
		return m.link(ctx, tx, s.Actor(), p, in.known)
	})
}

// keepProvider remembers through which provider a session was opened.
func (m *Module) keepProvider(provider, idToken string) func(context.Context, *db.Tx, string) error {
	return func(ctx context.Context, tx *db.Tx, token string) error {
		_, err := tx.Exec(ctx, "INSERT INTO session_provider (session_id, provider, sealed) SELECT id, $2, $3 FROM session WHERE token_hash = $1",
			digest(token), provider, m.Secrets.Seal([]byte(idToken), "id token"))
		if err != nil {
			return fmt.Errorf("noting a session's provider: %w", err)
		}
		return nil
	}
}

// providerOf gives the provider a session was opened through, "" when through none.
func (m *Module) providerOf(ctx context.Context, token string) (name, idToken string, err error) {
	hash, ok := hashToken(token)
	if !ok {
		return "", "", nil
	}
	var sealed []byte
	err = m.DB.QueryRow(ctx, "SELECT x.provider, x.sealed FROM session_provider x JOIN session s ON s.id = x.session_id WHERE s.token_hash = $1", hash).Scan(&name, &sealed)
	if db.NotFound(err) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("reading a session's provider: %w", err)
	}
	plain, err := m.Secrets.Open(sealed, "id token")
	if err != nil {
		return name, "", nil // the key was changed: the provider will ask once more
	}
	return name, string(plain), nil
}

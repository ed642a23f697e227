// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"net/netip"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// enter begins a session for somebody who proved who he is, by whichever way:
// the one place that decides what is still lacking and what is noted. Who calls
// it has made sure that the person is Active and asked admitAddress before.
func (m *Module) enter(ctx context.Context, tx *db.Tx, p Person, by opening, c Client) (out SignedIn, err error) {
	now, err := standingOf(ctx, tx, p.ID)
	if err != nil {
		return out, err
	}
	out.Pending = pending(now.mandatory(), p.SecondFactor, by.Strong)
	if out.Token, err = m.newSession(ctx, tx, p.ID, by, c); err != nil {
		return out, err
	}
	if out.Pending == CodeWanted {
		return out, m.note(ctx, tx, actor(p.ID), 0, "person.password_accepted", p.ID, map[string]any{"address": c.Address})
	}
	out.Device, err = m.arrived(ctx, tx, p, by.Methods, c)
	return out, err
}

// admitAddress refuses who may come in from nowhere he belongs to: his
// organisations admit their people from other addresses only. It is asked after
// the proof of who he is, so that it tells strangers nothing, and is noted.
func (m *Module) admitAddress(ctx context.Context, p Person, c Client) error {
	now, err := standingOf(ctx, m.DB, p.ID)
	if err != nil {
		return err
	}
	address, _ := netip.ParseAddr(c.Address)
	if !now.shutOut(address, m.Clock.Now()) {
		return nil
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		for org := range now.Memberships {
			if err := m.note(ctx, tx, actor(p.ID), org, "person.address_refused", p.ID, map[string]any{"address": c.Address}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Forbidden, "identity.address_refused", fault.P{"address": addressText(address)})
}

// proveAndArrive finishes a sign-in whose second factor was shown.
func (m *Module) proveAndArrive(ctx context.Context, tx *db.Tx, s Session, by Method, c Client) (out SignedIn, err error) {
	if err := openDoor(ctx, tx, secondFactorKey(s.Person.ID)); err != nil {
		return out, err
	}
	if out.Token, err = m.prove(ctx, tx, s, by); err != nil {
		return out, err
	}
	p, err := personByID(ctx, tx, s.Person.ID)
	if err != nil {
		return out, err
	}
	out.Device, err = m.arrived(ctx, tx, p, append(s.Methods, by), c)
	return out, err
}

// prove notes that the session has shown the second factor, and gives it a new
// token: the old one may have been seen while it could do less.
func (m *Module) prove(ctx context.Context, tx *db.Tx, s Session, by Method) (string, error) {
	now := db.Ms(m.Clock.Now())
	return m.strengthen(ctx, tx, s, by, ", created_at = $4, seen_at = $4", now)
}

// strengthen notes a strong authentication in a session that goes on, under a new token.
func (m *Module) strengthen(ctx context.Context, tx *db.Tx, s Session, by Method, more string, now any) (string, error) {
	token := newToken()
	res, err := tx.Exec(ctx, "UPDATE session SET token_hash = $2, methods = $3, second_factor_at = $4"+more+" WHERE id = $1",
		s.ID, digest(token), joinMethods(append(s.Methods, by)), now)
	if err != nil {
		return "", fmt.Errorf("renewing a session: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return "", fault.New(fault.Unauthenticated, "identity.signin_again").Because(err)
	}
	return token, nil
}

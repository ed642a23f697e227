// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/identity/password"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Me gives the person of the scope.
func (m *Module) Me(ctx context.Context, s access.Scope) (Person, error) {
	return personByID(ctx, m.DB, s.Person())
}

// SetProfile changes the person's own name and language.
func (m *Module) SetProfile(ctx context.Context, s access.Scope, name, language string) error {
	name, err := checkName("name", name)
	if err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE person SET name = $2, language = $3 WHERE id = $1", s.Person(), name, languageOr(language))
		if err != nil {
			return fmt.Errorf("changing the profile: %w", err)
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.profile_changed", s.Person(), map[string]any{"name": name, "language": language})
	})
}

// reauthenticate asks the person for the password again, before what a stolen
// session must not do. A wrong one is a field fault on "current".
func (m *Module) reauthenticate(ctx context.Context, s access.Scope, given string) (Person, error) {
	p, err := m.Me(ctx, s)
	if err != nil {
		return Person{}, err
	}
	key := againKey(p.ID)
	if err := m.knockAndTell(ctx, key, p.Email); err != nil {
		return Person{}, err
	}
	_, stored, err := m.credential(ctx, p.Email)
	if err != nil {
		return Person{}, err
	}
	ok, _, err := m.hasher.Verify(ctx, stored, given)
	if err != nil {
		return Person{}, err
	}
	if !ok {
		return Person{}, fault.New(fault.Invalid, "web.form").Field("current", "identity.current_wrong")
	}
	return p, m.DB.Tx(ctx, func(tx *db.Tx) error { return openDoor(ctx, tx, key) })
}

// ChangePassword sets the person's own password; current is the present one.
// All other sessions end, and the one that asked gets a new token.
func (m *Module) ChangePassword(ctx context.Context, s access.Scope, session int64, current, given string) (token string, err error) {
	p, err := m.reauthenticate(ctx, s, current)
	if err != nil {
		return "", err
	}
	if err := password.Check("password", given, p.Email, p.Name); err != nil {
		return "", err
	}
	phc, err := m.hasher.Hash(ctx, given)
	if err != nil {
		return "", err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.replacePassword(ctx, tx, p, phc, session); err != nil {
			return err
		}
		if token, err = renew(ctx, tx, session); err != nil {
			return err
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.password_changed", p.ID, nil); err != nil {
			return err
		}
		return m.send(ctx, tx, p, "password_changed", letterArgs{})
	})
	return token, err
}

// renew gives a session a new token.
func renew(ctx context.Context, tx *db.Tx, session int64) (string, error) {
	token := newToken()
	if _, err := tx.Exec(ctx, "UPDATE session SET token_hash = $2 WHERE id = $1", session, digest(token)); err != nil {
		return "", fmt.Errorf("renewing a session: %w", err)
	}
	return token, nil
}

// AskEmail begins the change of the person's own address: the link goes to the
// new one. Whether somebody else has it is not told; the link then says so.
func (m *Module) AskEmail(ctx context.Context, s access.Scope, current, email string) error {
	email, err := NormalEmail("email", email)
	if err != nil {
		return err
	}
	p, err := m.reauthenticate(ctx, s, current)
	if err != nil {
		return err
	}
	if err := m.mayWrite(s); err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		address, err := m.newLink(ctx, tx, p.ID, forEmail, email)
		if err != nil {
			return err
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.email_change_asked", p.ID, nil); err != nil {
			return err
		}
		p.Email = email
		return m.send(ctx, tx, p, "email_confirm", letterArgs{Link: address})
	})
}

// NewEmail says which address a link confirms, without using it. The link is
// good for the person who asked, signed in.
func (m *Module) NewEmail(ctx context.Context, s access.Scope, token string) (string, error) {
	l, err := m.openLink(ctx, m.DB, token, forEmail)
	if err == nil && l.person.ID != s.Person() {
		return "", fault.New(fault.NotFound, "identity.link_gone")
	}
	return l.detail, err
}

// ConfirmEmail changes the address and tells the old one.
func (m *Module) ConfirmEmail(ctx context.Context, s access.Scope, token string) error {
	if _, err := m.NewEmail(ctx, s, token); err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		l, err := m.useLink(ctx, tx, token, forEmail)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE person SET email = $2 WHERE id = $1", l.person.ID, l.detail)
		if db.Unique(err) {
			return fault.New(fault.Conflict, "identity.email_taken").Because(err)
		}
		if err != nil {
			return fmt.Errorf("changing an address: %w", err)
		}
		if err := dropLinks(ctx, tx, l.person.ID, forReset); err != nil {
			return err
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.email_changed", l.person.ID, map[string]any{"from": l.person.Email, "to": l.detail}); err != nil {
			return err
		}
		return m.send(ctx, tx, l.person, "email_changed", letterArgs{Email: l.detail})
	})
}

// Belonging is what the person is in one organisation.
type Belonging struct {
	Organisation Organisation
	Role         access.Role
}

// MyOrganisations lists the organisations the person belongs to.
func (m *Module) MyOrganisations(ctx context.Context, s access.Scope) ([]Belonging, error) {
	return m.belongings(ctx, s.Person())
}

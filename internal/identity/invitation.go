// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/identity/password"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Invitation asks somebody to join an organisation.
type Invitation struct {
	Email        string
	Name         string
	Language     string
	Organisation int64
	Role         access.Role
}

// Invite gives somebody a role in an organisation, in the caller's transaction,
// and writes to him: to a newcomer with the link to set his password, to
// somebody known that he now belongs to one more organisation. It returns the
// person's id. The scope needs people.edit there. Somebody who already belongs
// to it is a Conflict.
func (m *Module) Invite(ctx context.Context, tx *db.Tx, s access.Scope, in Invitation) (int64, error) {
	if err := s.Require(access.PeopleEdit); err != nil {
		return 0, err
	}
	if _, err := s.For(in.Organisation); err != nil {
		return 0, err
	}
	if !in.Role.Member() {
		return 0, fault.New(fault.Invalid, "web.form").Field("role", "identity.role_wrong")
	}
	p, _, err := m.findOrAdd(ctx, tx, in.Email, in.Name, in.Language)
	if err != nil {
		return 0, err
	}
	if err := m.join(ctx, tx, p.ID, in.Organisation, in.Role); err != nil {
		return 0, err
	}
	if err := m.note(ctx, tx, s.Actor(), in.Organisation, "person.invited", p.ID, map[string]any{"role": in.Role}); err != nil {
		return 0, err
	}
	return p.ID, m.welcome(ctx, tx, p, in.Organisation, in.Role)
}

// join adds a membership. The Conflict of one that is there leaves the
// transaction usable: a caller may not mind.
func (m *Module) join(ctx context.Context, tx *db.Tx, person, organisation int64, role access.Role) error {
	res, err := tx.Exec(ctx, "INSERT INTO membership (person_id, organisation_id, role, created_at) VALUES ($1,$2,$3,$4) ON CONFLICT (person_id, organisation_id) DO NOTHING",
		person, organisation, string(role), db.Ms(m.Clock.Now()))
	if err != nil {
		return fmt.Errorf("adding a membership: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "web.form").Field("email", "identity.already_member").Because(err)
	}
	return nil
}

func (m *Module) findOrAdd(ctx context.Context, tx *db.Tx, email, name, language string) (p Person, added bool, err error) {
	email, wrongEmail := NormalEmail("email", email)
	name, wrongName := checkName("name", name)
	if wrongEmail != nil || wrongName != nil {
		return Person{}, false, joinFields(wrongEmail, wrongName)
	}
	if p, err = personByEmail(ctx, tx, email); err != nil || p.ID != 0 {
		return p, false, err
	}
	p, err = m.insertPerson(ctx, tx, email, name, language)
	return p, true, err
}

// joinFields makes one fault of the field faults of several checks; nil of none.
func joinFields(errs ...error) error {
	all := fault.New(fault.Invalid, "web.form")
	for _, err := range errs {
		var f *fault.Error
		switch {
		case err == nil:
		case errors.As(err, &f) && len(f.Fields) > 0:
			all.Fields = append(all.Fields, f.Fields...)
		default:
			return err
		}
	}
	return all.OrNil()
}

// welcome writes to somebody who was given a role: organisation 0 is the CSIRT.
func (m *Module) welcome(ctx context.Context, tx *db.Tx, p Person, organisation int64, role access.Role) error {
	args := letterArgs{Organisation: organisation, Role: role}
	if p.State() != Invited {
		return m.send(ctx, tx, p, "added", args)
	}
	address, err := m.newLink(ctx, tx, p.ID, forInvitation, "")
	if err != nil {
		return err
	}
	args.Link = address
	return m.send(ctx, tx, p, "invitation", args)
}

// Invited says whom an invitation is for, without using it; a NotFound fault
// when it is used, too old or none.
func (m *Module) Invited(ctx context.Context, token string) (Person, error) {
	l, err := m.openLink(ctx, m.DB, token, forInvitation)
	return l.person, err
}

// AcceptInvitation uses an invitation: it sets the password and signs in. Who
// may not be without a second factor must then set it up.
func (m *Module) AcceptInvitation(ctx context.Context, token, given string, c Client) (SignedIn, error) {
	p, err := m.Invited(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	if err := m.admitAddress(ctx, p, c); err != nil {
		return SignedIn{}, err
	}
	return m.setByLink(ctx, token, forInvitation, given, func(tx *db.Tx, p Person) (out SignedIn, err error) {
		return m.enter(ctx, tx, p, opening{Methods: []Method{ByPassword}}, c)
	})
}

// setByLink sets a password with a single-use link and ends all sessions. The
// hash is computed before the transaction: the only writer must not wait for it.
func (m *Module) setByLink(ctx context.Context, token string, what purpose, given string, then func(*db.Tx, Person) (SignedIn, error)) (out SignedIn, err error) {
	l, err := m.openLink(ctx, m.DB, token, what)
	if err != nil {
		return out, err
	}
	if err := password.Check("password", given, l.person.Email, l.person.Name); err != nil {
		return out, err
	}
	phc, err := m.hasher.Hash(ctx, given)
	if err != nil {
		return out, err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		l, err := m.useLink(ctx, tx, token, what)
		if err != nil {
			return err
		}
		if err := m.replacePassword(ctx, tx, l.person, phc, 0); err != nil {
			return err
		}
		if err := m.note(ctx, tx, actor(l.person.ID), 0, "person.password_set", l.person.ID, map[string]any{"by": what}); err != nil {
			return err
		}
		out, err = then(tx, l.person)
		return err
	})
	return out, err
}

// replacePassword stores a new password's hash; the links and sessions that the
// old one could have made are useless from then on, but for one session.
func (m *Module) replacePassword(ctx context.Context, tx *db.Tx, p Person, phc string, keep int64) error {
	if err := m.storeHash(ctx, tx, p.ID, phc); err != nil {
		return err
	}
	for _, what := range []purpose{forInvitation, forReset, forEmail} {
		if err := dropLinks(ctx, tx, p.ID, what); err != nil {
			return err
		}
	}
	if err := endSessions(ctx, tx, p.ID, keep); err != nil {
		return err
	}
	return openDoor(ctx, tx, addressKey(p.Email))
}

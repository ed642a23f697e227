// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"

	"martinella/internal/access"
	"martinella/internal/identity/password"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// CreateStaff adds one of the CSIRT's people from the command line ("martinella
// user add"): the first administrator comes about so. With a password he can
// sign in at once; without, it returns the address of the page where he sets
// it, good once. The second factor he sets up at the first sign-in.
func (m *Module) CreateStaff(ctx context.Context, s access.Scope, email, name string, role access.Role, given string) (link string, err error) {
	phc := ""
	if given != "" {
		if err := password.Check("password", given, email, name); err != nil {
			return "", err
		}
		if phc, err = m.hasher.Hash(ctx, given); err != nil {
			return "", err
		}
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := m.enlist(ctx, tx, s, StaffInvitation{Email: email, Name: name, Roles: []access.Role{role}})
		if err != nil {
			return err
		}
		switch {
		case p.HasPassword && phc != "":
			return fault.New(fault.Conflict, "identity.has_password")
		case phc != "":
			return m.storeHash(ctx, tx, p.ID, phc)
		case !p.HasPassword:
			link, err = m.newLink(ctx, tx, p.ID, forInvitation, "")
		}
		return err
	})
	return link, err
}

// ResetLink makes the link with which somebody sets a new password, for the
// command line ("martinella user reset"): whoever administers the machine gives
// it to him. No mail is sent. The scope needs staff.edit.
func (m *Module) ResetLink(ctx context.Context, s access.Scope, email string, secondFactorToo bool) (link string, err error) {
	if err := mayEditStaff(s); err != nil {
		return "", err
	}
	if email, err = NormalEmail("email", email); err != nil {
		return "", err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		p, err := personByEmail(ctx, tx, email)
		if err != nil {
			return err
		}
		if p.ID == 0 {
			return fault.New(fault.NotFound, "identity.person_gone")
		}
		if secondFactorToo {
			if err := dropFactor(ctx, tx, p.ID); err != nil {
				return err
			}
		}
		what := forReset
		if p.State() == Invited {
			what = forInvitation
		}
		if link, err = m.newLink(ctx, tx, p.ID, what, byMachine); err != nil {
			return err
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.reset_link_made", p.ID, map[string]any{"second_factor": secondFactorToo})
	})
	return link, err
}

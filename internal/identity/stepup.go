// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// StepUp takes the second factor once more in a session that goes on: a code of
// the app or a recovery code. The session gets another token.
func (m *Module) StepUp(ctx context.Context, s Session, code string) (token string, err error) {
	if err := m.mayStepUp(s); err != nil {
		return "", err
	}
	if err := m.knockAndTell(ctx, secondFactorKey(s.Person.ID), s.Person.Email); err != nil {
		return "", err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		by, err := m.acceptCode(ctx, tx, s.Person, code)
		if err != nil {
			return err
		}
		token, err = m.steppedUp(ctx, tx, s, by)
		return err
	})
	return token, err
}

// mayStepUp keeps out who has nothing to show.
func (m *Module) mayStepUp(s Session) error {
	if s.ID == 0 || s.Pending != Nothing {
		return fault.New(fault.Unauthenticated, "identity.signin_again")
	}
	if !s.Person.SecondFactor {
		return fault.New(fault.Conflict, "identity.no_second_factor")
	}
	return nil
}

// steppedUp notes that the session's person has just confirmed it is him.
func (m *Module) steppedUp(ctx context.Context, tx *db.Tx, s Session, by Method) (string, error) {
	if err := openDoor(ctx, tx, secondFactorKey(s.Person.ID)); err != nil {
		return "", err
	}
	token, err := m.strengthen(ctx, tx, s, by, "", db.Ms(m.Clock.Now()))
	if err != nil {
		return "", err
	}
	return token, m.note(ctx, tx, actor(s.Person.ID), 0, "person.stepped_up", s.Person.ID, map[string]any{"method": by})
}

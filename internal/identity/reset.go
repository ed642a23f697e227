// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// ForgotPassword asks for a link to set a new password. It says nothing about
// the address: for every one it makes a job, and only the job looks whether
// somebody has it.
func (m *Module) ForgotPassword(ctx context.Context, email string, c Client) error {
	if err := limit(m.byMail, c); err != nil {
		return err
	}
	email, err := NormalEmail("email", email)
	if err != nil {
		return err
	}
	// Nobody's mailbox is flooded from many places; the answer is the same.
	if ok, _ := m.byTarget.Allow(email); !ok {
		return nil
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.ask(ctx, tx, jobReset, addressKey(email), request{Email: email})
	})
}

// sendReset writes to the person of an address: the link to set a new password,
// or the invitation again to somebody who has not used it yet.
func (m *Module) sendReset(ctx context.Context, tx *db.Tx, email string) error {
	p, err := personByEmail(ctx, tx, email)
	if err != nil || p.ID == 0 || p.State() == Suspended {
		return err
	}
	what, letter := forReset, "reset"
	switch {
	case p.State() == Invited:
		what, letter = forInvitation, "invitation_again"
	case !p.SecondFactor:
		return m.resetRefused(ctx, tx, p)
	}
	address, err := m.newLink(ctx, tx, p.ID, what, "")
	if err != nil {
		return err
	}
	if err := m.note(ctx, tx, "visitor", 0, "person.reset_asked", p.ID, nil); err != nil {
		return err
	}
	return m.send(ctx, tx, p, letter, letterArgs{Link: address})
}

// resetRefused: without a second factor the mailbox alone would open the
// account. Two people must approve instead.
func (m *Module) resetRefused(ctx context.Context, tx *db.Tx, p Person) error {
	if err := m.note(ctx, tx, "visitor", 0, "person.reset_refused", p.ID, nil); err != nil {
		return err
	}
	return m.send(ctx, tx, p, "reset_refused", letterArgs{})
}

// byMachine marks the reset links whoever administers the machine makes: they
// work also for somebody without a second factor.
const byMachine = "machine"

// ResetFor says whose password a reset link sets, without using it.
func (m *Module) ResetFor(ctx context.Context, token string) (Person, error) {
	l, err := m.openLink(ctx, m.DB, token, forReset)
	return l.person, err
}

// ResetPassword uses a reset link. It signs nobody in: who has a second factor
// must still show it, and a link in a stolen mailbox must not do without.
func (m *Module) ResetPassword(ctx context.Context, token, given string) error {
	l, err := m.openLink(ctx, m.DB, token, forReset)
	if err != nil {
		return err
	}
	if !l.person.SecondFactor && l.detail != byMachine {
		return fault.New(fault.NotFound, "identity.link_gone")
	}
	_, err = m.setByLink(ctx, token, forReset, given, func(tx *db.Tx, p Person) (SignedIn, error) {
		return SignedIn{}, m.send(ctx, tx, p, "password_changed", letterArgs{})
	})
	return err
}

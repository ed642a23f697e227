// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// BeginPasskeySignIn asks a browser for any passkey of this instance: who it is
// of comes with the answer.
func (m *Module) BeginPasskeySignIn(ctx context.Context, c Client) (out Ceremony, err error) {
	if m.relying == nil {
		return out, passkeysNotOffered()
	}
	if err := limit(m.bySignIn, c); err != nil {
		return out, err
	}
	options, data, err := m.relying.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return out, fmt.Errorf("asking for a passkey: %w", err)
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = m.askPasskey(ctx, tx, 0, forPasskeySignIn, options, data)
		return err
	})
	return out, err
}

// SignInByPasskey judges a passkey alone: with user verification it is two
// factors at once. Every refusal is the same Invalid fault.
func (m *Module) SignInByPasskey(ctx context.Context, token, answer string, c Client) (out SignedIn, err error) {
	if m.relying == nil {
		return out, passkeysNotOffered()
	}
	if err := limit(m.bySignIn, c); err != nil {
		return out, err
	}
	data, err := m.takeChallenge(ctx, 0, forPasskeySignIn, token)
	if err != nil {
		return out, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return out, wrongPasskey().Because(err)
	}
	p, err := m.personByHandle(ctx, string(parsed.Response.UserHandle))
	if err != nil {
		return out, err
	}
	if err := m.admitAddress(ctx, p, c); err != nil {
		return out, m.afterProof(ctx, p.ID, data, parsed, err)
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.checkPasskey(ctx, tx, p.ID, data, parsed, true); err != nil {
			return err
		}
		out, err = m.enter(ctx, tx, p, opening{Methods: []Method{ByPasskey}, Strong: true}, c)
		return err
	})
	return out, m.told(ctx, p, err)
}

// afterProof gives why somebody is refused only to who has proved to be him.
func (m *Module) afterProof(ctx context.Context, person int64, data webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData, why error) error {
	err := m.DB.Tx(ctx, func(tx *db.Tx) error { return m.checkPasskey(ctx, tx, person, data, answer, true) })
	if err != nil {
		return err
	}
	return why
}

// personByHandle gives the active person an authenticator speaks of.
func (m *Module) personByHandle(ctx context.Context, handle string) (Person, error) {
	if _, ok := hashToken(handle); !ok { // a handle is made as tokens are
		return Person{}, wrongPasskey()
	}
	var id int64
	err := m.DB.QueryRow(ctx, "SELECT person_id FROM passkey_handle WHERE handle = $1", handle).Scan(&id)
	if db.NotFound(err) {
		return Person{}, wrongPasskey()
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading a handle: %w", err)
	}
	p, err := personByID(ctx, m.DB, id)
	if err == nil && p.State() != Active {
		return Person{}, wrongPasskey()
	}
	return p, err
}

// BeginPasskeyProof asks for one of the person's own passkeys: as the second
// factor of a sign-in, or to confirm it is him.
func (m *Module) BeginPasskeyProof(ctx context.Context, s Session) (out Ceremony, err error) {
	if m.relying == nil {
		return out, passkeysNotOffered()
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		h, err := m.holderOf(ctx, tx, s.Person.ID)
		if err != nil {
			return err
		}
		if len(h.passkeys) == 0 {
			return passkeyGone()
		}
		options, data, err := m.relying.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationRequired))
		if err != nil {
			return fmt.Errorf("asking for a passkey: %w", err)
		}
		out, err = m.askPasskey(ctx, tx, h.ID, forPasskeyProof, options, data)
		return err
	})
	return out, err
}

// ConfirmPasskey is ConfirmCode by a passkey.
func (m *Module) ConfirmPasskey(ctx context.Context, session, token, answer string, c Client) (out SignedIn, err error) {
	s, err := m.Session(ctx, session)
	if err != nil {
		return out, err
	}
	if s == nil || s.Pending != CodeWanted {
		return out, fault.New(fault.Unauthenticated, "identity.signin_again")
	}
	err = m.proof(ctx, *s, token, answer, func(tx *db.Tx) error {
		out, err = m.proveAndArrive(ctx, tx, *s, ByPasskey, c)
		return err
	})
	return out, err
}

// StepUpByPasskey is StepUp by a passkey.
func (m *Module) StepUpByPasskey(ctx context.Context, s Session, token, answer string) (fresh string, err error) {
	if err := m.mayStepUp(s); err != nil {
		return "", err
	}
	err = m.proof(ctx, s, token, answer, func(tx *db.Tx) error {
		fresh, err = m.steppedUp(ctx, tx, s, ByPasskey)
		return err
	})
	return fresh, err
}

// proof judges an answer of the session's own person, then does what it allows.
func (m *Module) proof(ctx context.Context, s Session, token, answer string, then func(*db.Tx) error) error {
	if m.relying == nil {
		return passkeysNotOffered()
	}
	data, err := m.takeChallenge(ctx, s.Person.ID, forPasskeyProof, token)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return wrongPasskey().Because(err)
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.checkPasskey(ctx, tx, s.Person.ID, data, parsed, false); err != nil {
			return err
		}
		return then(tx)
	})
	return m.told(ctx, s.Person, err)
}

// errCloned marks an answer whose counter did not go on: two authenticators use
// one key (WebAuthn, section 6.1.1).
var errCloned = errors.New("the passkey's counter did not go on")

// checkPasskey judges an answer and writes the counter back. The rows are
// locked: two answers with one counter are not both good.
func (m *Module) checkPasskey(ctx context.Context, tx *db.Tx, person int64, data webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData, discoverable bool) error {
	h, err := m.holderOf(ctx, tx, person)
	if err != nil {
		return err
	}
	var c *webauthn.Credential
	if discoverable {
		c, err = m.relying.ValidateDiscoverableLogin(func(_, _ []byte) (webauthn.User, error) { return h, nil }, data, answer)
	} else {
		c, err = m.relying.ValidateLogin(h, data, answer)
	}
	if err != nil {
		return wrongPasskey().Because(err)
	}
	if c.Authenticator.CloneWarning {
		return fault.New(fault.Invalid, "identity.passkey_cloned").Because(errCloned)
	}
	return m.savePasskey(ctx, tx, person, c)
}

// told writes a regression of the counter into the log and to the person, in a
// transaction of its own: the one that refused it is rolled back.
func (m *Module) told(ctx context.Context, p Person, err error) error {
	if !errors.Is(err, errCloned) {
		return err
	}
	return errors.Join(err, m.DB.Tx(ctx, func(tx *db.Tx) error {
		if err := m.note(ctx, tx, actor(p.ID), 0, "person.passkey_cloned", p.ID, nil); err != nil {
			return err
		}
		return m.send(ctx, tx, p, "passkey_cloned", letterArgs{})
	}))
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// BeginPasskey asks the browser to make a passkey for the session's person.
func (m *Module) BeginPasskey(ctx context.Context, s Session) (c Ceremony, err error) {
	if m.relying == nil {
		return c, passkeysNotOffered()
	}
	if err := m.mayAddPasskey(s); err != nil {
		return c, err
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		h, err := m.holderOf(ctx, tx, s.Person.ID)
		if err != nil {
			return err
		}
		if len(h.passkeys) >= maxPasskeys {
			return fault.New(fault.Conflict, "identity.passkey_many", fault.P{"n": maxPasskeys})
		}
		var known []protocol.CredentialDescriptor
		for _, k := range h.passkeys {
			known = append(known, k.credential.Descriptor())
		}
		options, data, err := m.relying.BeginRegistration(h, webauthn.WithExclusions(known))
		if err != nil {
			return fmt.Errorf("asking for a passkey: %w", err)
		}
		c, err = m.askPasskey(ctx, tx, s.Person.ID, forPasskeyNew, options, data)
		return err
	})
	return c, err
}

// mayAddPasskey: who has a second factor has shown it just now; who has none
// adds his first one.
func (m *Module) mayAddPasskey(s Session) error {
	if err := mayEnrol(s); err != nil {
		return err
	}
	if s.Person.SecondFactor && !m.recent(s.StrongAt) {
		return fault.New(fault.Forbidden, stepUpWanted)
	}
	return nil
}

// NewPasskey is the answer of a browser that made a passkey.
type NewPasskey struct {
	Name    string
	Current string // the password, of somebody who has no second factor yet
	Token   string // of the ceremony
	Answer  string // the credential, as JSON
}

// AddPasskey adds a passkey. The session counts as having shown it. Who has no
// recovery codes gets some.
func (m *Module) AddPasskey(ctx context.Context, s access.Scope, session Session, in NewPasskey) (out Enrolled, err error) {
	if m.relying == nil {
		return out, passkeysNotOffered()
	}
	if err := m.mayAddPasskey(session); err != nil {
		return out, err
	}
	if in.Name, err = checkName("name", in.Name); err != nil {
		return out, err
	}
	if session.Pending == Nothing && !session.Person.SecondFactor {
		if _, err := m.reauthenticate(ctx, s, in.Current); err != nil {
			return out, err
		}
	}
	data, err := m.takeChallenge(ctx, s.Person(), forPasskeyNew, in.Token)
	if err != nil {
		return out, err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(in.Answer))
	if err != nil {
		return out, wrongPasskey().Because(err)
	}
	err = m.DB.Tx(ctx, func(tx *db.Tx) error {
		out, err = m.addPasskey(ctx, tx, session, in.Name, data, answer)
		return err
	})
	return out, err
}

func (m *Module) addPasskey(ctx context.Context, tx *db.Tx, s Session, name string, data webauthn.SessionData, answer *protocol.ParsedCredentialCreationData) (out Enrolled, err error) {
	h, err := m.holderOf(ctx, tx, s.Person.ID)
	if err != nil {
		return out, err
	}
	c, err := m.relying.CreateCredential(h, data, answer)
	if err != nil {
		return out, wrongPasskey().Because(err)
	}
	if err := m.insertPasskey(ctx, tx, h, name, c); err != nil {
		return out, err
	}
	if out.Codes, err = m.firstCodes(ctx, tx, h.ID); err != nil {
		return out, err
	}
	if out.Token, err = m.prove(ctx, tx, s, ByPasskey); err != nil {
		return out, err
	}
	if err := m.note(ctx, tx, actor(h.ID), 0, "person.passkey_added", h.ID, map[string]any{"name": name}); err != nil {
		return out, err
	}
	return out, m.send(ctx, tx, h.Person, "passkey_added", letterArgs{Item: name})
}

func (m *Module) insertPasskey(ctx context.Context, tx *db.Tx, h holder, name string, c *webauthn.Credential) error {
	if len(h.passkeys) >= maxPasskeys {
		return fault.New(fault.Conflict, "identity.passkey_many", fault.P{"n": maxPasskeys})
	}
	sealed, err := m.sealPasskey(h.ID, c)
	if err != nil {
		return err
	}
	res, err := tx.Exec(ctx, `INSERT INTO passkey (person_id, credential_id, name, sealed, created_at) VALUES ($1,$2,$3,$4,$5)
		ON CONFLICT (credential_id) DO NOTHING`, h.ID, credentialID(c.ID), name, sealed, db.Ms(m.Clock.Now()))
	if err != nil {
		return fmt.Errorf("adding a passkey: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "identity.passkey_known").Because(err)
	}
	return nil
}

// firstCodes gives recovery codes to who has none left.
func (m *Module) firstCodes(ctx context.Context, tx *db.Tx, person int64) ([]string, error) {
	left, err := unusedCodes(ctx, tx, person)
	if err != nil || left > 0 {
		return nil, err
	}
	return m.newCodes(ctx, tx, person)
}

// RenamePasskey gives one of the person's own passkeys another name.
func (m *Module) RenamePasskey(ctx context.Context, s access.Scope, id int64, name string) error {
	name, err := checkName("name", name)
	if err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.Exec(ctx, "UPDATE passkey SET name = $3 WHERE id = $1 AND person_id = $2", id, s.Person(), name)
		if err != nil {
			return fmt.Errorf("renaming a passkey: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return passkeyGone().Because(err)
		}
		return m.note(ctx, tx, s.Actor(), 0, "person.passkey_renamed", s.Person(), map[string]any{"name": name})
	})
}

func passkeyGone() *fault.Error { return fault.New(fault.NotFound, "identity.passkey_gone") }

// RemovePasskey takes one of the person's own passkeys away. For whom a second
// factor is mandatory the last one stays.
func (m *Module) RemovePasskey(ctx context.Context, s access.Scope, id int64) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		now, err := standingOf(ctx, tx, s.Person())
		if err != nil {
			return err
		}
		var name string
		err = tx.QueryRow(ctx, "DELETE FROM passkey WHERE id = $1 AND person_id = $2 RETURNING name", id, s.Person()).Scan(&name)
		if db.NotFound(err) {
			return passkeyGone()
		}
		if err != nil {
			return fmt.Errorf("removing a passkey: %w", err)
		}
		p, err := personByID(ctx, tx, s.Person())
		if err != nil {
			return err
		}
		if err := m.withoutFactor(ctx, tx, p, now.mandatory()); err != nil {
			return err
		}
		if err := m.note(ctx, tx, s.Actor(), 0, "person.passkey_removed", p.ID, map[string]any{"name": name}); err != nil {
			return err
		}
		return m.send(ctx, tx, p, "passkey_removed", letterArgs{Item: name})
	})
}

// withoutFactor refuses to leave somebody without a second factor for whom it
// is mandatory; recovery codes of nothing are removed.
func (m *Module) withoutFactor(ctx context.Context, tx *db.Tx, p Person, mandatory bool) error {
	if p.SecondFactor {
		return nil
	}
	if mandatory {
		return fault.New(fault.Conflict, "identity.second_factor_mandatory")
	}
	if _, err := tx.Exec(ctx, "DELETE FROM recovery_code WHERE person_id = $1", p.ID); err != nil {
		return fmt.Errorf("removing recovery codes: %w", err)
	}
	return nil
}

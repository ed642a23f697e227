// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"martinella/internal/access"
	"martinella/internal/constituency/keys"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// ContactKey is a public key of a contact.
type ContactKey struct {
	keys.Key
	ID           int64
	Organisation int64
	Contact      int64
	AddedAt      time.Time
	AddedBy      string // as he was called then
	Confirmed    bool   // the contact's address is not in it, and who added it said that it is his

	CheckedAt  time.Time // when somebody compared the fingerprint; zero when nobody did
	CheckedBy  string
	CheckedHow CheckWay
}

// CheckWay is how a fingerprint was compared: by a way that who forges a mail does not control.
type CheckWay string

// The ways.
const (
	ByPhone  CheckWay = "phone"
	InPerson CheckWay = "in_person"
)

// maxKeys bounds the keys of one contact.
const maxKeys = 8

// KeyAnswer is the key with which to encrypt to a contact, and whether that can
// be done. State says what to do: usable and expiring, encrypt; expired,
// unusable and none, nobody may be left without the message: tell by telephone
// or by the portal, and say so.
type KeyAnswer struct {
	Key    ContactKey // zero when State is keys.None
	State  keys.State
	Reason keys.Problem // why it is keys.Unusable
}

// KeyFor gives the key to use for a contact of the scope's organisation at a moment.
func (m *Module) KeyFor(ctx context.Context, s access.Scope, contact int64, at time.Time) (KeyAnswer, error) {
	all, err := m.Keys(ctx, s)
	if err != nil {
		return KeyAnswer{}, err
	}
	return bestKey(all[contact], at), nil
}

func bestKey(all []ContactKey, at time.Time) KeyAnswer {
	plain := make([]keys.Key, len(all))
	for i, k := range all {
		plain[i] = k.Key
	}
	i, state, why := keys.Best(plain, at)
	if i < 0 {
		return KeyAnswer{State: state}
	}
	return KeyAnswer{all[i], state, why}
}

// Keys gives the keys of the scope's organisation by contact, those added last first.
func (m *Module) Keys(ctx context.Context, s access.Scope) (map[int64][]ContactKey, error) {
	if err := s.Require(access.ContactRead); err != nil {
		return nil, err
	}
	all, err := contactKeys(ctx, m.db, s)
	out := map[int64][]ContactKey{}
	for _, k := range all {
		out[k.Contact] = append(out[k.Contact], k)
	}
	return out, err
}

// AddKey gives a contact a key, or, when he has it already, what has changed of
// it since. confirmed says that the key is his though his address is not in it;
// by is who adds it, as he is called.
func (m *Module) AddKey(ctx context.Context, s access.Scope, contact int64, data []byte, confirmed bool, by string) (ContactKey, error) {
	var out ContactKey
	err := m.changeContacts(ctx, s, func(tx *db.Tx, o Organisation, all []Contact) error {
		c, err := contactNumber(contact, all)
		if err != nil {
			return err
		}
		k, err := keys.Read(data, c.Email, m.now())
		if err != nil {
			return keyFault(err)
		}
		out = ContactKey{Key: k, Organisation: o.ID, Contact: contact, AddedAt: m.now(), AddedBy: by, Confirmed: !k.For(c.Email)}
		if out.Confirmed && !confirmed {
			return fault.New(fault.Invalid, "constituency.key").Field("confirmed", "constituency.key_address", fault.P{"address": orDefault(c.Email, "–")})
		}
		return m.storeKey(ctx, tx, s, &out)
	})
	return out, err
}

// storeKey keeps a new key, or renews the same one; what was compared stays compared.
func (m *Module) storeKey(ctx context.Context, tx *db.Tx, s access.Scope, k *ContactKey) error {
	have, err := contactKeys(ctx, tx, s)
	if err != nil {
		return err
	}
	have = slices.DeleteFunc(have, func(h ContactKey) bool { return h.Contact != k.Contact })
	action := "key.added"
	if i := slices.IndexFunc(have, func(h ContactKey) bool { return h.Fingerprint == k.Fingerprint }); i >= 0 {
		action, k.ID = "key.renewed", have[i].ID
		k.CheckedAt, k.CheckedBy, k.CheckedHow = have[i].CheckedAt, have[i].CheckedBy, have[i].CheckedHow
		err = renewContactKey(ctx, tx, *k)
	} else if len(have) >= maxKeys {
		return fault.New(fault.Invalid, "constituency.keys_full", fault.P{"n": maxKeys})
	} else {
		err = insertContactKey(ctx, tx, k)
	}
	if err != nil {
		return err
	}
	return m.auditKey(ctx, tx, s, action, *k, nil)
}

// keyFault says in a sentence why something is not taken for a key. It never repeats what was sent.
func keyFault(err error) error {
	for known, code := range map[error]string{keys.ErrPrivate: "constituency.key_private", keys.ErrSeveral: "constituency.key_several", keys.ErrLarge: "constituency.key_large"} {
		if errors.Is(err, known) {
			return fault.New(fault.Invalid, code, fault.P{"n": keys.MaxSize >> 10})
		}
	}
	return fault.New(fault.Invalid, "constituency.key_none")
}

// CheckKey records that somebody compared a key's fingerprint with its owner.
func (m *Module) CheckKey(ctx context.Context, s access.Scope, id int64, how CheckWay, by string) (ContactKey, error) {
	if how != ByPhone && how != InPerson {
		return ContactKey{}, fault.New(fault.Invalid, "constituency.key").Field("how", "constituency.key_how")
	}
	return m.changeKey(ctx, s, id, func(tx *db.Tx, k ContactKey) error {
		_, err := tx.Exec(ctx, "UPDATE contact_key SET checked_at = $1, checked_by = $2, checked_how = $3 WHERE id = $4 AND organisation_id = $5",
			db.Ms(m.now()), by, how, id, k.Organisation)
		if err != nil {
			return fmt.Errorf("recording the check of key %d: %w", id, err)
		}
		return m.auditKey(ctx, tx, s, "key.checked", k, map[string]any{"how": how})
	})
}

// RemoveKey takes a key away from a contact.
func (m *Module) RemoveKey(ctx context.Context, s access.Scope, id int64) (ContactKey, error) {
	return m.changeKey(ctx, s, id, func(tx *db.Tx, k ContactKey) error {
		if _, err := tx.Exec(ctx, "DELETE FROM contact_key WHERE id = $1 AND organisation_id = $2", id, k.Organisation); err != nil {
			return fmt.Errorf("removing key %d: %w", id, err)
		}
		return m.auditKey(ctx, tx, s, "key.removed", k, nil)
	})
}

func (m *Module) changeKey(ctx context.Context, s access.Scope, id int64, change func(*db.Tx, ContactKey) error) (k ContactKey, err error) {
	err = m.changeContacts(ctx, s, func(tx *db.Tx, _ Organisation, _ []Contact) error {
		all, err := contactKeys(ctx, tx, s)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(k ContactKey) bool { return k.ID == id })
		if i < 0 {
			return keyUnknown()
		}
		k = all[i]
		return change(tx, k)
	})
	return k, err
}

// Key gives one key of the scope's organisation.
func (m *Module) Key(ctx context.Context, s access.Scope, id int64) (ContactKey, error) {
	byContact, err := m.Keys(ctx, s)
	if err != nil {
		return ContactKey{}, err
	}
	for _, all := range byContact {
		for _, k := range all {
			if k.ID == id {
				return k, nil
			}
		}
	}
	return ContactKey{}, keyUnknown()
}

func keyUnknown() error { return fault.New(fault.NotFound, "constituency.key_unknown") }

// auditKey logs a change of a key by its fingerprint, which is public, and without the names in it.
func (m *Module) auditKey(ctx context.Context, tx *db.Tx, s access.Scope, action string, k ContactKey, more map[string]any) error {
	detail := map[string]any{"kind": k.Kind, "fingerprint": k.Fingerprint, "contact": k.Contact}
	for name, value := range more {
		detail[name] = value
	}
	return m.deps.Audit.Append(ctx, tx, s.Actor(), k.Organisation, action, fmt.Sprintf("key:%d", k.ID), detail)
}

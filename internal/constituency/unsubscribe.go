// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Sealer makes what only this installation can read again.
type Sealer interface {
	Seal(plain []byte, use string) []byte
	Open(sealed []byte, use string) ([]byte, error)
}

// sealUse keeps a sealed address from being taken for something else that was sealed.
const sealUse = "constituency.unsubscribe"

// subscription is one mailbox of one body, as the address to unsubscribe at holds it.
type subscription struct {
	Organisation int64
	Email        string
}

// UnsubscribePath gives the page at which a mailbox stops receiving the scope's
// organisation's digest, without signing in (RFC 8058). It needs no storing and does not end.
func (m *Module) UnsubscribePath(s access.Scope, email string) (string, error) {
	org, err := s.Organisation()
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(subscription{org, email})
	if err != nil {
		return "", err
	}
	return "/unsubscribe/" + base64.RawURLEncoding.EncodeToString(m.deps.Seal.Seal(plain, sealUse)), nil
}

// openSubscription reads what UnsubscribePath sealed; anything else cannot be found.
func (m *Module) openSubscription(token string) (sub subscription, err error) {
	gone := fault.New(fault.NotFound, "constituency.link_unknown")
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return sub, gone.Because(err)
	}
	plain, err := m.deps.Seal.Open(sealed, sealUse)
	if err != nil {
		return sub, gone.Because(err)
	}
	if err := json.Unmarshal(plain, &sub); err != nil {
		return sub, gone.Because(err)
	}
	return sub, nil
}

// StopDigest takes a mailbox off the digest of the scope's organisation,
// whatever contacts it stands for. Again does nothing.
func (m *Module) StopDigest(ctx context.Context, s access.Scope, email string) error {
	return m.changeContacts(ctx, s, func(tx *db.Tx, o Organisation, all []Contact) error {
		for _, c := range all {
			if !c.Digest || !strings.EqualFold(c.Email, email) {
				continue
			}
			old := c
			c.Digest, c.UpdatedAt = false, m.now()
			if err := updateContact(ctx, tx, &c); err != nil {
				return err
			}
			if err := m.auditContact(ctx, tx, s, o, "contact.unsubscribed", c, c.changes(old)); err != nil {
				return err
			}
		}
		return nil
	})
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Passkey is a person's WebAuthn credential, as its list shows it.
type Passkey struct {
	ID        int64
	Name      string
	CreatedAt time.Time
	UsedAt    time.Time // zero: never

	credential webauthn.Credential
}

// maxPasskeys bounds what one person keeps.
const maxPasskeys = 20

// holder is a person as WebAuthn knows him: by a random handle, not by who he is.
type holder struct {
	Person
	handle   []byte
	passkeys []Passkey
}

// WebAuthnID implements webauthn.User.
func (h holder) WebAuthnID() []byte { return h.handle }

// WebAuthnName implements webauthn.User.
func (h holder) WebAuthnName() string { return h.Email }

// WebAuthnDisplayName implements webauthn.User.
func (h holder) WebAuthnDisplayName() string { return h.Name }

// WebAuthnCredentials implements webauthn.User.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, 0, len(h.passkeys))
	for _, k := range h.passkeys {
		out = append(out, k.credential)
	}
	return out
}

// relyingParty makes what checks passkeys out of the public address; nil when
// the address is a number, for which browsers know no passkeys (WebAuthn,
// section 5.1.2: the RP ID is a domain).
func relyingParty(baseURL string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Hostname() == "" {
		return nil, nil
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Martinella", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys for %s: %w", baseURL, err)
	}
	return w, nil
}

// PasskeysOffered says whether browsers can have passkeys for this instance's address.
func (m *Module) PasskeysOffered() bool { return m.relying != nil }

func passkeysNotOffered() error { return fault.New(fault.Conflict, "identity.passkey_not_offered") }

func wrongPasskey() *fault.Error { return fault.New(fault.Invalid, "identity.passkey_wrong") }

// Passkeys lists the person's own, the oldest first.
func (m *Module) Passkeys(ctx context.Context, s access.Scope) ([]Passkey, error) {
	return m.passkeysOf(ctx, m.DB, s.Person(), "")
}

func passkeyUse(person int64) string { return fmt.Sprintf("passkey:%d", person) }

func (m *Module) passkeysOf(ctx context.Context, q db.Querier, person int64, lock string) ([]Passkey, error) {
	rows, err := q.Query(ctx, "SELECT id, name, sealed, created_at, used_at FROM passkey WHERE person_id = $1 ORDER BY id"+lock, person)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (k Passkey, err error) {
		var sealed []byte
		if err := r.Scan(&k.ID, &k.Name, &sealed, db.Time(&k.CreatedAt), db.Time(&k.UsedAt)); err != nil {
			return k, err
		}
		plain, err := m.Secrets.Open(sealed, passkeyUse(person))
		if err != nil {
			return k, err
		}
		return k, json.Unmarshal(plain, &k.credential)
	})
	if err != nil {
		return nil, fmt.Errorf("reading passkeys of person %d: %w", person, err)
	}
	return list, nil
}

// holderOf reads a person with his passkeys and gives him a handle when he has none.
func (m *Module) holderOf(ctx context.Context, tx *db.Tx, person int64) (holder, error) {
	p, err := personByID(ctx, tx, person)
	if err != nil {
		return holder{}, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO passkey_handle (person_id, handle) VALUES ($1,$2) ON CONFLICT (person_id) DO NOTHING", person, newToken())
	if err != nil {
		return holder{}, fmt.Errorf("making a handle: %w", err)
	}
	var handle string
	if err := tx.QueryRow(ctx, "SELECT handle FROM passkey_handle WHERE person_id = $1", person).Scan(&handle); err != nil {
		return holder{}, fmt.Errorf("reading a handle: %w", err)
	}
	list, err := m.passkeysOf(ctx, tx, person, db.ForUpdate(tx))
	return holder{p, []byte(handle), list}, err
}

// savePasskey writes back what an assertion changed: the counter and the flags.
func (m *Module) savePasskey(ctx context.Context, tx *db.Tx, person int64, c *webauthn.Credential) error {
	sealed, err := m.sealPasskey(person, c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE passkey SET sealed = $2, used_at = $3 WHERE credential_id = $1", credentialID(c.ID), sealed, db.Ms(m.Clock.Now()))
	if err != nil {
		return fmt.Errorf("noting the use of a passkey: %w", err)
	}
	return nil
}

func (m *Module) sealPasskey(person int64, c *webauthn.Credential) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("writing a passkey: %w", err)
	}
	return m.Secrets.Seal(plain, passkeyUse(person)), nil
}

func credentialID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

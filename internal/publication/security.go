// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/db"
	"martinella/internal/platform/i18n"
	"martinella/internal/publication/csaf"
)

// securityPath is where RFC 9116 looks for it.
const securityPath = "/.well-known/security.txt"

// How long a security.txt holds (RFC 9116, 2.5.5, recommends less than a year),
// and how long before its end it is made anew.
const (
	securityLife  = 180 * 24 * time.Hour
	securityRenew = 90 * 24 * time.Hour
	// SecurityNotice is the time left from which something must be wrong: it should have been renewed.
	SecurityNotice = 30 * 24 * time.Hour
)

// security answers with the security.txt.
func (m *Module) security(r *gate.Request) error {
	body, made, err := m.SecurityText(r.Context(), r.Scope)
	if err != nil {
		return err
	}
	return give(r, file{kind: plainKind, body: []byte(body), changed: made})
}

// SecurityText gives the security.txt as it was signed. One that says something
// else than is true now, or that ends soon, is made anew: an instance that
// nobody looks after for months still tells how it is reached.
func (m *Module) SecurityText(ctx context.Context, s access.Scope) (body string, made time.Time, err error) {
	p, err := m.Profile(ctx, s)
	if err != nil {
		return "", made, err
	}
	fields := m.securityFields(p)
	of := m.madeOf(fields)
	kept, err := m.keptText(ctx, s, "security.txt")
	if err != nil {
		return "", made, err
	}
	now := m.now().UTC().Truncate(time.Second)
	if kept.of == of && kept.expires.Sub(now) > securityRenew {
		return kept.body, kept.made, nil
	}
	expires := now.Add(securityLife)
	if body, err = m.framed(fields + "Expires: " + expires.Format(time.RFC3339) + "\n"); err != nil {
		return "", now, err
	}
	return body, now, m.keepText(ctx, s, "security.txt", of, now, expires, body)
}

// SecurityExpires is when the security.txt that is kept ends; zero: there is none yet.
func (m *Module) SecurityExpires(ctx context.Context, _ access.Scope) (expires time.Time, err error) {
	err = m.deps.DB.QueryRow(ctx, "SELECT max(expires_at) FROM publication_text WHERE name = 'security.txt'").Scan(db.Time(&expires))
	return expires, err
}

// securityFields is what it says, without its end.
func (m *Module) securityFields(p Profile) string {
	var b strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	if p.Email != "" {
		field("Contact", "mailto:"+p.Email)
	}
	if p.Phone != "" {
		field("Contact", telephone(p.Phone))
	}
	if p.Email == "" && p.Phone == "" {
		field("Contact", m.deps.BaseURL+"/")
	}
	if _, policy := p.In("cooperation"); policy != "" {
		field("Policy", m.deps.BaseURL+profilePath)
	}
	if m.deps.PGP != nil {
		field("Encryption", m.deps.BaseURL+csaf.KeyPath(m.deps.PGP.Fingerprint()))
	}
	field("Preferred-Languages", strings.Join(i18n.Languages(), ", "))
	field("Canonical", m.deps.BaseURL+securityPath)
	field("CSAF", m.deps.BaseURL+csaf.Root+"/provider-metadata.json")
	return b.String()
}

func (m *Module) madeOf(text string) string {
	sum := sha256.Sum256([]byte(m.signs() + "\n" + text))
	return hex.EncodeToString(sum[:])
}

// framed puts a text in a frame with its signature, while there is a key that signs.
func (m *Module) framed(text string) (string, error) {
	if m.signs() == "" {
		return text, nil
	}
	return m.deps.PGP.ClearSign(text, m.now())
}

// keptText is a text as it was signed last; without a hash there is none.
type keptText struct {
	of            string
	made, expires time.Time
	body          string
}

func (m *Module) keptText(ctx context.Context, _ access.Scope, name string) (k keptText, err error) {
	err = m.deps.DB.QueryRow(ctx, "SELECT made_of, made_at, expires_at, body FROM publication_text WHERE name = $1", name).Scan(&k.of, db.Time(&k.made), db.Time(&k.expires), &k.body)
	if db.NotFound(err) {
		return keptText{}, nil
	}
	return k, err
}

func (m *Module) keepText(ctx context.Context, _ access.Scope, name, of string, made, expires time.Time, body string) error {
	return m.deps.DB.Within(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO publication_text (name, made_of, made_at, expires_at, body) VALUES ($1,$2,$3,$4,$5)
			ON CONFLICT (name) DO UPDATE SET made_of = EXCLUDED.made_of, made_at = EXCLUDED.made_at, expires_at = EXCLUDED.expires_at, body = EXCLUDED.body`,
			name, of, db.Ms(made), db.Ms(expires), body)
		if err != nil {
			return fmt.Errorf("keeping %s: %w", name, err)
		}
		return nil
	})
}

// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"fmt"
	"slices"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// DemoPerson is somebody of the demonstration, whose password everybody knows.
type DemoPerson struct {
	Email, Name, Language string
	Password              string // not checked: it is published anyway
	Staff                 []access.Role
	Memberships           map[int64]access.Role
}

// CreateDemo adds the people of the demonstration, without mails. All who may
// not be without a second factor get Config.DemoSecret as their second factor: the
// demonstration shows the code on the page that asks for it. It refuses to work
// when no DemoSecret is configured, which is how every ordinary instance runs.
// Who is there already is left as he is.
func (m *Module) CreateDemo(ctx context.Context, s access.Scope, people []DemoPerson) error {
	if m.Config.DemoSecret == "" {
		return fault.New(fault.Forbidden, "identity.not_demo")
	}
	if err := mayEditStaff(s); err != nil {
		return err
	}
	for _, d := range people {
		phc, err := m.hasher.Hash(ctx, d.Password)
		if err != nil {
			return err
		}
		if err := m.DB.Tx(ctx, func(tx *db.Tx) error { return m.createDemo(ctx, tx, s, d, phc) }); err != nil {
			return fmt.Errorf("demonstration's %s: %w", d.Email, err)
		}
	}
	return nil
}

func (m *Module) createDemo(ctx context.Context, tx *db.Tx, s access.Scope, d DemoPerson, phc string) error {
	p, added, err := m.findOrAdd(ctx, tx, d.Email, d.Name, d.Language)
	if err != nil || !added {
		return err
	}
	if err := m.storeHash(ctx, tx, p.ID, phc); err != nil {
		return err
	}
	if err := m.grant(ctx, tx, p.ID, d.Staff); err != nil {
		return err
	}
	for org, role := range d.Memberships {
		if err := m.join(ctx, tx, p.ID, org, role); err != nil {
			return err
		}
	}
	now, err := standingOf(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if now.mandatory() {
		if err := m.presetFactor(ctx, tx, p.ID); err != nil {
			return err
		}
	}
	return m.note(ctx, tx, s.Actor(), 0, "person.demo_created", p.ID, map[string]any{"roles": slices.Clone(d.Staff)})
}

func (m *Module) presetFactor(ctx context.Context, tx *db.Tx, person int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO totp_secret (person_id, sealed, confirmed_at) VALUES ($1,$2,$3)",
		person, m.Secrets.Seal([]byte(m.Config.DemoSecret), sealUse(person)), db.Ms(m.Clock.Now()))
	if err != nil {
		return fmt.Errorf("setting the demonstration's second factor: %w", err)
	}
	return nil
}

// demoCode gives the code somebody of the demonstration can type now, "" for
// everybody else.
func (m *Module) demoCode(ctx context.Context, person int64) (string, error) {
	if m.Config.DemoSecret == "" {
		return "", nil
	}
	f, err := m.factor(ctx, m.DB, person, "")
	if err != nil || f.secret != m.Config.DemoSecret {
		return "", err
	}
	return CodeAt(f.secret, m.Clock.Now())
}

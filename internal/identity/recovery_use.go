// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"martinella/internal/access"
	"martinella/internal/identity/password"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// RecoveryFor says for whom a recovery's link is, without using it.
func (m *Module) RecoveryFor(ctx context.Context, token string) (Person, error) {
	l, err := m.openLink(ctx, m.DB, token, forRecovery)
	return l.person, err
}

// UseRecovery opens an approved recovery with the link from the mail and the
// code from the telephone: it sets a password and takes every second factor
// away. It signs nobody in: the next sign-in asks what is mandatory.
func (m *Module) UseRecovery(ctx context.Context, token, code, given string) error {
	l, err := m.openLink(ctx, m.DB, token, forRecovery)
	if err != nil {
		return err
	}
	if err := password.Check("password", given, l.person.Email, l.person.Name); err != nil {
		return err
	}
	if _, err := m.knock(ctx, recoveryKey(l)); err != nil {
		return err
	}
	phc, err := m.hasher.Hash(ctx, given)
	if err != nil {
		return err
	}
	return m.DB.Tx(ctx, func(tx *db.Tx) error { return m.useRecovery(ctx, tx, token, plainCode(code), phc) })
}

func recoveryKey(l link) string { return "recovery:" + l.detail }

func (m *Module) useRecovery(ctx context.Context, tx *db.Tx, token, code, phc string) error {
	l, err := m.useLink(ctx, tx, token, forRecovery)
	if err != nil {
		return err
	}
	r, err := m.approvedRecovery(ctx, tx, l, code)
	if err != nil {
		return err
	}
	if err := m.replacePassword(ctx, tx, r.Person, phc, 0); err != nil {
		return err
	}
	if err := dropFactor(ctx, tx, r.Person.ID); err != nil {
		return err
	}
	if err := openDoor(ctx, tx, secondFactorKey(r.Person.ID), recoveryKey(l)); err != nil {
		return err
	}
	return m.endRecovery(ctx, tx, r, actor(r.Person.ID), recoveryUsed)
}

// approvedRecovery gives the request a link is of, when the code is its.
func (m *Module) approvedRecovery(ctx context.Context, tx *db.Tx, l link, code string) (Recovery, error) {
	r, err := m.recoveryOf(ctx, tx, l)
	if err != nil {
		return r, err
	}
	var sealed []byte
	if err := tx.QueryRow(ctx, "SELECT code FROM recovery WHERE id = $1", r.ID).Scan(&sealed); err != nil {
		return r, fmt.Errorf("reading a recovery's code: %w", err)
	}
	if r.State != recoveryApproved || !m.Clock.Now().Before(r.ExpiresAt) || len(sealed) == 0 {
		return r, fault.New(fault.NotFound, "identity.link_gone")
	}
	want, err := m.Secrets.Open(sealed, recoveryUse(r.ID))
	if err != nil {
		return r, fmt.Errorf("the code of recovery %d: %w", r.ID, err)
	}
	if subtle.ConstantTimeCompare(want, []byte(code)) != 1 {
		return r, wrongCode()
	}
	return r, nil
}

func (m *Module) recoveryOf(ctx context.Context, tx *db.Tx, l link) (Recovery, error) {
	id, err := strconv.ParseInt(l.detail, 10, 64)
	if err != nil {
		return Recovery{}, fmt.Errorf("a link to no recovery: %w", err)
	}
	return m.readRecovery(ctx, tx, id, db.ForUpdate(tx))
}

// RecoveryToEnd says whose recovery a link cancels, without doing it.
func (m *Module) RecoveryToEnd(ctx context.Context, token string) (Person, error) {
	l, err := m.openLink(ctx, m.DB, token, forRecoveryEnd)
	return l.person, err
}

// CancelRecovery ends a request by the link its person got: it was not him.
func (m *Module) CancelRecovery(ctx context.Context, token string) error {
	return m.DB.Tx(ctx, func(tx *db.Tx) error {
		l, err := m.useLink(ctx, tx, token, forRecoveryEnd)
		if err != nil {
			return err
		}
		r, err := m.recoveryOf(ctx, tx, l)
		if err != nil {
			return err
		}
		return m.endRecovery(ctx, tx, r, actor(r.Person.ID), recoveryCancelled)
	})
}

// staffWith gives the CSIRT's people who can sign in and have a role that may.
func staffWith(ctx context.Context, q db.Querier, may func(access.Role) bool) ([]Person, error) {
	type row struct {
		p    Person
		role access.Role
	}
	rows, err := q.Query(ctx, "SELECT "+personColumns+", r.role FROM person_role r JOIN person p ON p.id = r.person_id ORDER BY p.id")
	list, err := db.Collect(rows, err, func(r *sql.Rows) (x row, err error) {
		x.p, err = scanPerson(r, &x.role)
		return x, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the CSIRT's people: %w", err)
	}
	var out []Person
	for _, x := range list {
		if may(x.role) && x.p.State() == Active && !slices.ContainsFunc(out, func(p Person) bool { return p.ID == x.p.ID }) {
			out = append(out, x.p)
		}
	}
	return out, nil
}

func collectIDs(rows *sql.Rows, err error) ([]int64, error) {
	ids, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) {
		err = r.Scan(&id)
		return id, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading ids: %w", err)
	}
	return ids, nil
}

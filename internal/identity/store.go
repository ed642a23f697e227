// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const personColumns = `p.id, p.email, p.name, p.language, p.created_at, p.suspended_at, p.signed_in_at,
	(SELECT count(*) FROM credential c WHERE c.person_id = p.id),
	(SELECT count(*) FROM totp_secret t WHERE t.person_id = p.id AND t.confirmed_at IS NOT NULL),
	(SELECT count(*) FROM passkey k WHERE k.person_id = p.id)`

type scanner interface{ Scan(dest ...any) error }

func scanPerson(r scanner, more ...any) (p Person, err error) {
	var passwords, apps int
	dest := append([]any{&p.ID, &p.Email, &p.Name, &p.Language, db.Time(&p.CreatedAt), db.Time(&p.SuspendedAt), db.Time(&p.SignedInAt), &passwords, &apps, &p.Passkeys}, more...)
	err = r.Scan(dest...)
	p.HasPassword, p.TOTP = passwords > 0, apps > 0
	p.SecondFactor = p.TOTP || p.Passkeys > 0
	return p, err
}

// personByEmail gives the person of a normal address, the zero person when there is none.
func personByEmail(ctx context.Context, q db.Querier, email string) (Person, error) {
	p, err := scanPerson(q.QueryRow(ctx, "SELECT "+personColumns+" FROM person p WHERE p.email = $1", email))
	if db.NotFound(err) {
		return Person{}, nil
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading a person: %w", err)
	}
	return p, nil
}

func personByID(ctx context.Context, q db.Querier, id int64) (Person, error) {
	p, err := scanPerson(q.QueryRow(ctx, "SELECT "+personColumns+" FROM person p WHERE p.id = $1", id))
	if db.NotFound(err) {
		return Person{}, fault.New(fault.NotFound, "identity.person_gone")
	}
	if err != nil {
		return Person{}, fmt.Errorf("reading a person: %w", err)
	}
	return p, nil
}

func (m *Module) insertPerson(ctx context.Context, tx *db.Tx, email, name, language string) (Person, error) {
	p := Person{Email: email, Name: name, Language: languageOr(language), CreatedAt: m.Clock.Now()}
	err := tx.QueryRow(ctx, "INSERT INTO person (email, name, language, created_at) VALUES ($1,$2,$3,$4) ON CONFLICT (email) DO NOTHING RETURNING id",
		p.Email, p.Name, p.Language, db.Ms(p.CreatedAt)).Scan(&p.ID)
	if db.NotFound(err) { // somebody else added the address a moment ago
		return Person{}, fault.New(fault.Conflict, "identity.email_taken").Because(err)
	}
	if err != nil {
		return Person{}, fmt.Errorf("adding a person: %w", err)
	}
	return p, nil
}

func (m *Module) storeHash(ctx context.Context, tx *db.Tx, person int64, phc string) error {
	_, err := tx.Exec(ctx, `INSERT INTO credential (person_id, phc, changed_at) VALUES ($1,$2,$3)
		ON CONFLICT (person_id) DO UPDATE SET phc = excluded.phc, changed_at = excluded.changed_at`, person, phc, db.Ms(m.Clock.Now()))
	if err != nil {
		return fmt.Errorf("storing a credential: %w", err)
	}
	return nil
}

func isStaff(ctx context.Context, q db.Querier, person int64) (bool, error) {
	roles, err := staffRoles(ctx, q, person)
	return len(roles) > 0, err
}

func staffRoles(ctx context.Context, q db.Querier, person int64) ([]access.Role, error) {
	rows, err := q.Query(ctx, "SELECT role FROM person_role WHERE person_id = $1 ORDER BY role", person)
	roles, err := db.Collect(rows, err, func(r *sql.Rows) (role access.Role, err error) {
		err = r.Scan(&role)
		return role, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading a person's roles: %w", err)
	}
	return roles, nil
}

// membership gives a person's role in an organisation, "" when there is none.
func membership(ctx context.Context, q db.Querier, person, organisation int64) (role access.Role, err error) {
	err = q.QueryRow(ctx, "SELECT role FROM membership WHERE person_id = $1 AND organisation_id = $2", person, organisation).Scan(&role)
	if err != nil && !db.NotFound(err) {
		return "", fmt.Errorf("reading a membership: %w", err)
	}
	return role, nil
}

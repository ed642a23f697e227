// SPDX-License-Identifier: EUPL-1.2

package identity

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// Holder is somebody with a permission.
type Holder struct {
	ID       int64
	Name     string
	Email    string
	Language string
}

// Holders gives the people who have a permission in an organisation by a role of
// theirs there; those of the CSIRT when org is 0. Suspended people have none.
// System only: it tells who belongs where.
func (m *Module) Holders(ctx context.Context, s access.Scope, org int64, p access.Permission) ([]Holder, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	query := `SELECT p.id, p.name, p.email, p.language, r.role FROM membership r JOIN person p ON p.id = r.person_id
		WHERE r.organisation_id = $1 AND p.suspended_at IS NULL ORDER BY p.name, p.id`
	if org == 0 {
		query = `SELECT p.id, p.name, p.email, p.language, r.role FROM person_role r JOIN person p ON p.id = r.person_id
			WHERE $1 = 0 AND p.suspended_at IS NULL ORDER BY p.name, p.id`
	}
	type row struct {
		Holder
		role access.Role
	}
	rows, err := m.DB.Query(ctx, query, org)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (x row, err error) {
		return x, r.Scan(&x.ID, &x.Name, &x.Email, &x.Language, &x.role)
	})
	if err != nil {
		return nil, fmt.Errorf("identity: who has %s in %d: %w", p, org, err)
	}
	var out []Holder
	for _, x := range all {
		if access.Grants(x.role).Has(p) && (len(out) == 0 || out[len(out)-1].ID != x.ID) {
			out = append(out, x.Holder)
		}
	}
	return out, nil
}

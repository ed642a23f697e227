// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/constituency/hours"
	"martinella/internal/platform/db"
	"martinella/internal/platform/quiet"
)

// contactSQL reads contacts with a line for each role.
const contactSQL = `SELECT c.id, c.organisation_id, c.name, c.position, c.email, c.phone, c.phone_always, c.language, c.hours,
		COALESCE(c.substitute_id, 0), c.digest, c.quiet, c.quiet_days_off, c.alert_mails, c.version, c.created_at, c.updated_at, COALESCE(r.role, '')
	FROM contact c LEFT JOIN contact_role r ON r.contact_id = c.id`

// contacts reads a body's contacts with their roles, in one query: by name.
func contacts(ctx context.Context, q db.Querier, s access.Scope) ([]Contact, error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, contactSQL+" WHERE c.organisation_id = $1 ORDER BY c.id, r.role", org)
	lines, err := db.Collect(rows, err, scanContactLine)
	if err != nil {
		return nil, fmt.Errorf("contacts of organisation %d: %w", org, err)
	}
	out := joinRoles(lines)
	sortByName(out)
	return out, nil
}

func scanContactLine(r *sql.Rows) (c Contact, err error) {
	var week, role, silent string
	var daysOff bool
	err = r.Scan(&c.ID, &c.Organisation, &c.Name, &c.Position, &c.Email, &c.Phone, &c.PhoneAlways, &c.Language, &week,
		&c.Substitute, &c.Digest, &silent, &daysOff, &c.Wish.Mails, &c.Version, db.Time(&c.CreatedAt), db.Time(&c.UpdatedAt), &role)
	if err != nil {
		return c, err
	}
	err = c.unpack(role, week, silent, daysOff)
	return c, err
}

// unpack takes what a line has as text: one role or none, the hours of a week and those of silence.
func (c *Contact) unpack(role, week, silent string, daysOff bool) (err error) {
	if role != "" {
		c.Roles = []string{role}
	}
	if c.Wish.Hours, err = quiet.Parse(silent); err != nil {
		return err
	}
	c.Wish.DaysOff = daysOff
	c.Hours, err = hours.Parse(week)
	return err
}

// joinRoles makes one contact of the lines that differ by their role only.
func joinRoles(lines []Contact) []Contact {
	var out []Contact
	for _, line := range lines {
		if n := len(out); n > 0 && out[n-1].ID == line.ID {
			out[n-1].Roles = append(out[n-1].Roles, line.Roles...)
			continue
		}
		out = append(out, line)
	}
	return out
}

func insertContact(ctx context.Context, tx *db.Tx, c *Contact) error {
	err := tx.QueryRow(ctx, `INSERT INTO contact (organisation_id, name, position, email, phone, phone_always, language, hours, substitute_id, digest, created_at, updated_at, quiet, quiet_days_off, alert_mails)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15) RETURNING id`,
		c.Organisation, c.Name, c.Position, c.Email, c.Phone, c.PhoneAlways, c.Language, c.Hours.String(), nullID(c.Substitute), c.Digest,
		db.Ms(c.CreatedAt), db.Ms(c.UpdatedAt), c.Wish.String(), c.Wish.DaysOff, c.Wish.Mails).Scan(&c.ID)
	if err != nil {
		return fmt.Errorf("storing a contact: %w", err)
	}
	c.Version = 1
	return storeRoles(ctx, tx, *c)
}

// updateContact stores a contact if nobody else changed it since it was read.
func updateContact(ctx context.Context, tx *db.Tx, c *Contact) error {
	result, err := tx.Exec(ctx, `UPDATE contact SET name = $1, position = $2, email = $3, phone = $4, phone_always = $5, language = $6,
			hours = $7, substitute_id = $8, digest = $9, updated_at = $10, quiet = $14, quiet_days_off = $15, alert_mails = $16, version = version + 1
		WHERE id = $11 AND organisation_id = $12 AND version = $13`,
		c.Name, c.Position, c.Email, c.Phone, c.PhoneAlways, c.Language, c.Hours.String(), nullID(c.Substitute), c.Digest, db.Ms(c.UpdatedAt),
		c.ID, c.Organisation, c.Version, c.Wish.String(), c.Wish.DaysOff, c.Wish.Mails)
	if err != nil {
		return fmt.Errorf("storing contact %d: %w", c.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return changedMeanwhile().Because(err)
	}
	c.Version++
	if _, err := tx.Exec(ctx, "DELETE FROM contact_role WHERE contact_id = $1", c.ID); err != nil {
		return fmt.Errorf("roles of contact %d: %w", c.ID, err)
	}
	return storeRoles(ctx, tx, *c)
}

func storeRoles(ctx context.Context, tx *db.Tx, c Contact) error {
	for _, role := range c.Roles {
		if _, err := tx.Exec(ctx, "INSERT INTO contact_role (contact_id, role) VALUES ($1,$2)", c.ID, role); err != nil {
			return fmt.Errorf("roles of contact %d: %w", c.ID, err)
		}
	}
	return nil
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

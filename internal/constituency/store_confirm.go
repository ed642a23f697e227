// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const confirmationColumns = "confirmed_at, confirmed_by, how, next_at, asked, asked_at, round"

// confirmationOf gives how a body stands; the zero value while it never was approved.
func confirmationOf(ctx context.Context, q db.Querier, org int64) (c Confirmation, err error) {
	err = q.QueryRow(ctx, "SELECT "+confirmationColumns+" FROM confirmation WHERE organisation_id = $1", org).
		Scan(db.Time(&c.At), &c.By, &c.How, db.Time(&c.Next), &c.Asked, db.Time(&c.AskedAt), &c.round)
	if db.NotFound(err) {
		return Confirmation{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("confirmation of organisation %d: %w", org, err)
	}
	return c, nil
}

// Confirmation gives how the scope's organisation stands, and the mails it got since it last confirmed.
func (m *Module) Confirmation(ctx context.Context, s access.Scope) (c Confirmation, asked []Asked, err error) {
	org, err := s.Organisation()
	if err != nil {
		return c, nil, err
	}
	if err := s.Require(access.OrganisationRead); err != nil {
		return c, nil, err
	}
	if c, err = confirmationOf(ctx, m.db, org); err != nil || c.Asked == 0 {
		return c, nil, err
	}
	rows, err := m.db.Query(ctx, `SELECT at, turn, name, email FROM confirmation_ask
		WHERE organisation_id = $1 AND at >= $2 ORDER BY id DESC LIMIT 50`, org, db.Ms(c.At))
	asked, err = db.Collect(rows, err, func(r *sql.Rows) (a Asked, err error) {
		err = r.Scan(db.Time(&a.At), &a.Turn, &a.Name, &a.Email)
		return a, err
	})
	return c, asked, err
}

// startConfirmation counts an approval as the first confirmation.
func (m *Module) startConfirmation(ctx context.Context, tx *db.Tx, o Organisation) error {
	now := m.now()
	_, err := tx.Exec(ctx, `INSERT INTO confirmation (organisation_id, confirmed_at, how, next_at) VALUES ($1,$2,'approval',$3)
		ON CONFLICT (organisation_id) DO NOTHING`, o.ID, db.Ms(now), db.Ms(officeOf(o.Record).after(now, confirmAfter)))
	if err != nil {
		return fmt.Errorf("confirmation of organisation %d: %w", o.ID, err)
	}
	return nil
}

// confirming is one confirmation: round 0 takes whatever round it is.
type confirming struct {
	org, round int64
	by, how    string
}

// confirmed reads with one scope and is recorded under another: a link's holder is a visitor to the log.
func (m *Module) confirmed(ctx context.Context, who, reads access.Scope, x confirming) (o Organisation, err error) {
	err = m.db.Tx(ctx, func(tx *db.Tx) error {
		if o, err = organisation(ctx, tx, reads, x.org); err != nil {
			return err
		}
		if o.State != Approved {
			return fault.New(fault.Conflict, "constituency.confirm_members_only")
		}
		if x.round == 0 { // somebody signed in needs no link
			if err := m.startConfirmation(ctx, tx, o); err != nil {
				return err
			}
		}
		return m.storeConfirmed(ctx, tx, who, o, x)
	})
	return o, err
}

func (m *Module) storeConfirmed(ctx context.Context, tx *db.Tx, who access.Scope, o Organisation, x confirming) error {
	now := m.now()
	result, err := tx.Exec(ctx, `UPDATE confirmation SET confirmed_at = $1, confirmed_by = $2, how = $3, next_at = $4, asked = 0, asked_at = NULL, round = round + 1
		WHERE organisation_id = $5 AND ($6 = 0 OR round = $6)`,
		db.Ms(now), x.by, x.how, db.Ms(officeOf(o.Record).after(now, confirmAfter)), o.ID, x.round)
	if err != nil {
		return fmt.Errorf("confirming organisation %d: %w", o.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "constituency.confirm_used").Because(err)
	}
	if err := m.deps.Audit.Append(ctx, tx, who.Actor(), o.ID, "organisation.confirmed", "organisation:"+o.Code, map[string]any{"how": x.how}); err != nil {
		return err
	}
	return m.rescore(ctx, tx, o.ID)
}

// postpone puts the next question off.
func postpone(ctx context.Context, tx *db.Tx, org int64, c Confirmation) error {
	_, err := tx.Exec(ctx, "UPDATE confirmation SET next_at = $1, asked = $2, asked_at = $3 WHERE organisation_id = $4", db.Ms(c.Next), c.Asked, db.Ms(c.AskedAt), org)
	if err != nil {
		return fmt.Errorf("asking organisation %d: %w", org, err)
	}
	return nil
}

func recordAsk(ctx context.Context, tx *db.Tx, org int64, a Asked) error {
	_, err := tx.Exec(ctx, "INSERT INTO confirmation_ask (organisation_id, at, turn, name, email) VALUES ($1,$2,$3,$4,$5)", org, db.Ms(a.At), a.Turn, a.Name, a.Email)
	if err != nil {
		return fmt.Errorf("recording a question to organisation %d: %w", org, err)
	}
	return nil
}

// toAsk lists the members whose time has come.
func (m *Module) toAsk(ctx context.Context, limit int) ([]int64, error) {
	rows, err := m.db.Query(ctx, `SELECT c.organisation_id FROM confirmation c JOIN organisation o ON o.id = c.organisation_id
		WHERE c.next_at <= $1 AND o.state = 'approved' ORDER BY c.next_at, c.organisation_id LIMIT $2`, db.Ms(m.now()), limit)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) {
		err = r.Scan(&id)
		return id, err
	})
	if err != nil {
		return nil, fmt.Errorf("members to ask: %w", err)
	}
	return out, nil
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const changeColumns = `id, organisation_id, state, state_since, created_at, actor, name, email, language, reason,
	COALESCE(first_person, 0), first_name, version`

func scanChange(r row) (c Change, err error) {
	err = r.Scan(&c.ID, &c.Organisation, &c.State, db.Time(&c.StateSince), db.Time(&c.CreatedAt), &c.Actor, &c.Asker.Name, &c.Asker.Email,
		&c.Asker.Language, &c.Reason, &c.First, &c.FirstName, &c.Version)
	return c, err
}

func changeUnknown() error { return fault.New(fault.NotFound, "constituency.change_unknown") }

// changeByID reads a request that the scope may see, with its fields. On a transaction its row is locked.
func changeByID(ctx context.Context, q db.Querier, s access.Scope, id int64) (Change, error) {
	lock := ""
	if _, inTx := q.(*db.Tx); inTx {
		lock = db.ForUpdate(q)
	}
	c, err := scanChange(q.QueryRow(ctx, "SELECT "+changeColumns+" FROM change_request WHERE id = $1"+lock, id))
	if db.NotFound(err) {
		return c, changeUnknown()
	}
	if err != nil {
		return c, fmt.Errorf("reading request %d: %w", id, err)
	}
	if _, err := s.For(c.Organisation); err != nil {
		return Change{}, changeUnknown()
	}
	c.Fields, err = changeFields(ctx, q, id)
	return c, err
}

// changeWithRecord reads a request and the body it is about. Bodies are locked before requests
// everywhere, so that two steps never wait for each other.
func changeWithRecord(ctx context.Context, tx *db.Tx, s access.Scope, id int64) (c Change, o Organisation, err error) {
	var org int64
	err = tx.QueryRow(ctx, "SELECT organisation_id FROM change_request WHERE id = $1", id).Scan(&org)
	if db.NotFound(err) {
		return c, o, changeUnknown()
	}
	if err != nil {
		return c, o, fmt.Errorf("reading request %d: %w", id, err)
	}
	if o, err = organisation(ctx, tx, s, org); err != nil {
		return c, o, err
	}
	c, err = changeByID(ctx, tx, s, id)
	return c, o, err
}

// openChange gives the request of a body that still can be decided, if there is one.
func openChange(ctx context.Context, q db.Querier, org int64) (Change, bool, error) {
	c, err := scanChange(q.QueryRow(ctx, "SELECT "+changeColumns+` FROM change_request
		WHERE organisation_id = $1 AND state IN ('open','asked','second')`, org))
	if db.NotFound(err) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("open request of organisation %d: %w", org, err)
	}
	c.Fields, err = changeFields(ctx, q, c.ID)
	return c, true, err
}

func changeFields(ctx context.Context, q db.Querier, id int64) ([]FieldChange, error) {
	rows, err := q.Query(ctx, "SELECT field, old_value, new_value FROM change_field WHERE request_id = $1 ORDER BY seq", id)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (f FieldChange, err error) {
		err = r.Scan(&f.Field, &f.Old, &f.New)
		f.Now = f.Old
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("fields of request %d: %w", id, err)
	}
	return out, nil
}

func changeHistory(ctx context.Context, q db.Querier, id int64) ([]ChangeHappening, error) {
	rows, err := q.Query(ctx, "SELECT at, action, actor, name, reason FROM change_event WHERE request_id = $1 ORDER BY id DESC", id)
	return db.Collect(rows, err, func(r *sql.Rows) (h ChangeHappening, err error) {
		err = r.Scan(db.Time(&h.At), &h.Action, &h.Actor, &h.Name, &h.Reason)
		return h, err
	})
}

func insertChange(ctx context.Context, tx *db.Tx, c *Change) error {
	err := tx.QueryRow(ctx, `INSERT INTO change_request (organisation_id, state, state_since, created_at, actor, name, email, language, reason, first_person, first_name)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) RETURNING id`,
		c.Organisation, c.State, db.Ms(c.StateSince), db.Ms(c.CreatedAt), c.Actor, c.Asker.Name, c.Asker.Email, c.Asker.Language, c.Reason,
		nullID(c.First), c.FirstName).Scan(&c.ID)
	if db.Unique(err) {
		return fault.New(fault.Conflict, "constituency.change_open").Because(err)
	}
	if err != nil {
		return fmt.Errorf("storing a request: %w", err)
	}
	c.Version = 1
	return storeChangeFields(ctx, tx, *c)
}

// updateChange stores a request if nobody else changed it since it was read.
func updateChange(ctx context.Context, tx *db.Tx, c *Change) error {
	result, err := tx.Exec(ctx, `UPDATE change_request SET state = $1, state_since = $2, name = $3, email = $4, language = $5, reason = $6,
			first_person = $7, first_name = $8, version = version + 1
		WHERE id = $9 AND version = $10`,
		c.State, db.Ms(c.StateSince), c.Asker.Name, c.Asker.Email, c.Asker.Language, c.Reason, nullID(c.First), c.FirstName, c.ID, c.Version)
	if err != nil {
		return fmt.Errorf("storing request %d: %w", c.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return changedMeanwhile().Because(err)
	}
	c.Version++
	if _, err := tx.Exec(ctx, "DELETE FROM change_field WHERE request_id = $1", c.ID); err != nil {
		return fmt.Errorf("fields of request %d: %w", c.ID, err)
	}
	return storeChangeFields(ctx, tx, *c)
}

func storeChangeFields(ctx context.Context, tx *db.Tx, c Change) error {
	for i, f := range c.Fields {
		_, err := tx.Exec(ctx, "INSERT INTO change_field (request_id, field, seq, old_value, new_value) VALUES ($1,$2,$3,$4,$5)", c.ID, f.Field, i, f.Old, f.New)
		if err != nil {
			return fmt.Errorf("fields of request %d: %w", c.ID, err)
		}
	}
	return nil
}

func recordChange(ctx context.Context, tx *db.Tx, id int64, h ChangeHappening) error {
	_, err := tx.Exec(ctx, "INSERT INTO change_event (request_id, at, action, actor, name, reason) VALUES ($1,$2,$3,$4,$5,$6)",
		id, db.Ms(h.At), h.Action, h.Actor, h.Name, h.Reason)
	if err != nil {
		return fmt.Errorf("recording %s of request %d: %w", h.Action, id, err)
	}
	return nil
}

// oldest counts what a condition finds and since when the oldest of it waits.
func oldest(ctx context.Context, q db.Querier, what, query string) (n int, since time.Time, err error) {
	if err = q.QueryRow(ctx, query).Scan(&n, db.Time(&since)); err != nil {
		return 0, since, fmt.Errorf("counting %s: %w", what, err)
	}
	return n, since, nil
}

func scanPendingRow(r *sql.Rows) (x PendingRow, err error) {
	err = r.Scan(&x.Action, &x.Tier, &x.Reason, &x.Person, &x.Name, db.Time(&x.At), &x.Organisation, &x.Body, &x.State)
	return x, err
}

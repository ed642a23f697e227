// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/platform/db"
)

// owned is an absence with the body it belongs to.
type owned struct {
	Absence
	org int64
}

// absencesOf gives, by organisation, the absences that are not over at a moment
// anywhere in the world, the earliest first, in one query for 500 organisations.
func absencesOf(ctx context.Context, q db.Querier, orgs []int64, at time.Time) (map[int64][]Absence, error) {
	out := map[int64][]Absence{}
	from := at.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	for len(orgs) > 0 {
		some := orgs[:min(activeBatch, len(orgs))]
		orgs = orgs[len(some):]
		rows, err := q.Query(ctx, `SELECT id, organisation_id, contact_id, first_day, last_day FROM contact_absence
			WHERE last_day >= $1 AND organisation_id IN `+db.In(2, len(some))+" ORDER BY first_day, id", append([]any{from}, db.Args(some)...)...)
		found, err := db.Collect(rows, err, func(r *sql.Rows) (a owned, err error) {
			err = r.Scan(&a.ID, &a.org, &a.Contact, &a.First, &a.Last)
			return a, err
		})
		if err != nil {
			return nil, fmt.Errorf("absences: %w", err)
		}
		for _, a := range found {
			out[a.org] = append(out[a.org], a.Absence)
		}
	}
	return out, nil
}

// awayNow gives who of a body's contacts is not there, and until when.
func awayNow(ctx context.Context, q db.Querier, o Organisation, now time.Time) (map[int64]time.Time, error) {
	byOrg, err := absencesOf(ctx, q, []int64{o.ID}, now)
	return awayUntil(byOrg[o.ID], now.In(o.Zone())), err
}

func insertAbsence(ctx context.Context, tx *db.Tx, org int64, a *Absence) error {
	err := tx.QueryRow(ctx, "INSERT INTO contact_absence (organisation_id, contact_id, first_day, last_day) VALUES ($1,$2,$3,$4) RETURNING id",
		org, a.Contact, a.First, a.Last).Scan(&a.ID)
	if err != nil {
		return fmt.Errorf("storing an absence: %w", err)
	}
	return nil
}

// forgetAbsences removes those that have been over for a while.
func forgetAbsences(ctx context.Context, tx *db.Tx, now time.Time) error {
	if _, err := tx.Exec(ctx, "DELETE FROM contact_absence WHERE last_day < $1", now.Add(-absenceLife).UTC().Format(time.DateOnly)); err != nil {
		return fmt.Errorf("removing past absences: %w", err)
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"martinella/internal/access"
	"martinella/internal/constituency/check"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

const organisationColumns = `id, code, name, type, country, municipality, province, fiscal_code, pec, email, website,
	legal_representative, language, time_zone, patron_day,
	applicant_name, applicant_position, applicant_email, applicant_phone, applicant_language,
	state, tier, state_since, created_at, approved_at, conditions_version, conditions_at, version, score, COALESCE(parent_id, 0)`

// row is what a query answers with, one or many.
type row interface{ Scan(dest ...any) error }

func scanOrganisation(r row) (o Organisation, err error) {
	err = r.Scan(&o.ID, &o.Code, &o.Name, &o.Type, &o.Country, &o.Municipality, &o.Province, &o.FiscalCode, &o.PEC, &o.Email, &o.Website,
		&o.LegalRepresentative, &o.Language, &o.TimeZone, &o.PatronDay,
		&o.Applicant.Name, &o.Applicant.Position, &o.Applicant.Email, &o.Applicant.Phone, &o.Applicant.Language,
		&o.State, &o.Tier, db.Time(&o.StateSince), db.Time(&o.CreatedAt), db.Time(&o.ApprovedAt), &o.ConditionsVersion, db.Time(&o.ConditionsAt), &o.Version, &o.Score, &o.Parent)
	return o, err
}

func scanOrganisations(r *sql.Rows) (Organisation, error) { return scanOrganisation(r) }

// insertOrganisation stores a new registration and gives it its id.
func insertOrganisation(ctx context.Context, tx *db.Tx, o *Organisation) error {
	err := tx.QueryRow(ctx, `INSERT INTO organisation (code, name, name_key, name_fold, type, country, municipality, province, territory_key,
			fiscal_code, pec, email, website, legal_representative, language, time_zone, patron_day,
			applicant_name, applicant_position, applicant_email, applicant_phone, applicant_language,
			state, tier, state_since, created_at, conditions_version, conditions_at)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28)
		RETURNING id`,
		o.Code, o.Name, check.NameKey(o.Name), check.Fold(o.Name), o.Type, o.Country, o.Municipality, o.Province, o.territoryKey(),
		o.FiscalCode, o.PEC, o.Email, o.Website, o.LegalRepresentative, o.Language, o.TimeZone, o.PatronDay,
		o.Applicant.Name, o.Applicant.Position, o.Applicant.Email, o.Applicant.Phone, o.Applicant.Language,
		o.State, o.Tier, db.Ms(o.StateSince), db.Ms(o.CreatedAt), o.ConditionsVersion, db.Ms(o.ConditionsAt)).Scan(&o.ID)
	if err != nil {
		return fmt.Errorf("storing a registration: %w", err)
	}
	o.Version = 1
	return nil
}

// updateOrganisation stores what can change, if nobody else changed it since it
// was read: a Conflict fault otherwise.
func updateOrganisation(ctx context.Context, tx *db.Tx, o *Organisation) error {
	result, err := tx.Exec(ctx, `UPDATE organisation SET code = $1, name = $2, name_key = $3, name_fold = $4, type = $5,
			municipality = $6, province = $7, territory_key = $8, fiscal_code = $9, pec = $10, email = $11, website = $12,
			legal_representative = $13, language = $14, time_zone = $15, patron_day = $16,
			state = $17, tier = $18, state_since = $19, approved_at = $20, version = version + 1
		WHERE id = $21 AND version = $22`,
		o.Code, o.Name, check.NameKey(o.Name), check.Fold(o.Name), o.Type, o.Municipality, o.Province, o.territoryKey(),
		o.FiscalCode, o.PEC, o.Email, o.Website, o.LegalRepresentative, o.Language, o.TimeZone, o.PatronDay,
		o.State, o.Tier, db.Ms(o.StateSince), db.Ms(o.ApprovedAt), o.ID, o.Version)
	if db.Unique(err) {
		return fault.New(fault.Conflict, "constituency.code_taken", fault.P{"code": o.Code}).Because(err)
	}
	if err != nil {
		return fmt.Errorf("storing organisation %d: %w", o.ID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return changedMeanwhile().Because(err)
	}
	o.Version++
	return nil
}

func changedMeanwhile() *fault.Error {
	return fault.New(fault.Conflict, "constituency.changed_meanwhile")
}

// organisation reads one that the scope may see. On a transaction its row is locked.
func organisation(ctx context.Context, q db.Querier, s access.Scope, id int64) (Organisation, error) {
	if _, err := s.For(id); err != nil {
		return Organisation{}, err
	}
	lock := ""
	if _, inTx := q.(*db.Tx); inTx {
		lock = db.ForUpdate(q)
	}
	o, err := scanOrganisation(q.QueryRow(ctx, "SELECT "+organisationColumns+" FROM organisation WHERE id = $1"+lock, id))
	return o, notFound(err)
}

// twins gives those that seem to be the same body as o, the living first.
func twins(ctx context.Context, q db.Querier, o Organisation) ([]Organisation, error) {
	conditions := []string{"code = $2", "(name_key = $3 AND territory_key = $4)"}
	args := []any{o.ID, o.Code, check.NameKey(o.Name), o.territoryKey()}
	for column, value := range map[string]string{"fiscal_code": o.FiscalCode, "pec": o.PEC} {
		if value != "" {
			args = append(args, value)
			conditions = append(conditions, fmt.Sprintf("%s = $%d", column, len(args)))
		}
	}
	rows, err := q.Query(ctx, "SELECT "+organisationColumns+` FROM organisation
		WHERE id <> $1 AND state <> 'unconfirmed' AND (`+strings.Join(conditions, " OR ")+`)
		ORDER BY CASE WHEN state IN ('rejected','withdrawn') THEN 1 ELSE 0 END, id LIMIT 20`, args...)
	return db.Collect(rows, err, scanOrganisations)
}

const insertHappening = `INSERT INTO accreditation_event (organisation_id, at, action, from_state, to_state, tier, actor, actor_name, reason)
	VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)`

func recordHappening(ctx context.Context, tx *db.Tx, org int64, h Happening) error {
	_, err := tx.Exec(ctx, insertHappening, org, db.Ms(h.At), h.Action, h.From, h.To, h.Tier, h.Actor, h.ActorName, h.Reason)
	if err != nil {
		return fmt.Errorf("recording %s of organisation %d: %w", h.Action, org, err)
	}
	return nil
}

// history gives what happened, the newest first.
func history(ctx context.Context, q db.Querier, org int64) ([]Happening, error) {
	rows, err := q.Query(ctx, `SELECT id, at, action, from_state, to_state, tier, actor, actor_name, reason
		FROM accreditation_event WHERE organisation_id = $1 ORDER BY id DESC`, org)
	return db.Collect(rows, err, func(r *sql.Rows) (h Happening, err error) {
		err = r.Scan(&h.ID, db.Time(&h.At), &h.Action, &h.From, &h.To, &h.Tier, &h.Actor, &h.ActorName, &h.Reason)
		return h, err
	})
}

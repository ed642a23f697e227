// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strings"

	"martinella/internal/access"
	"martinella/internal/constituency/keys"
	"martinella/internal/platform/db"
)

const keyColumns = `k.id, k.organisation_id, k.contact_id, k.kind, k.fingerprint, k.key_id, k.issuer, k.algorithm, k.user_ids, k.addresses,
	k.created_at, k.expires_at, k.problems, k.data, k.added_at, k.added_by, k.confirmed, k.checked_at, k.checked_by, k.checked_how`

// contactKeys reads the keys of the scope's organisation, those added last first.
func contactKeys(ctx context.Context, q db.Querier, s access.Scope) ([]ContactKey, error) {
	org, err := s.Organisation()
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, "SELECT "+keyColumns+" FROM contact_key k WHERE k.organisation_id = $1 ORDER BY k.added_at DESC, k.id DESC", org)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (ContactKey, error) { return scanKey(r) })
	if err != nil {
		return nil, fmt.Errorf("keys of organisation %d: %w", org, err)
	}
	return out, nil
}

func scanKey(r row, more ...any) (k ContactKey, err error) {
	var names, addresses, problems string
	err = r.Scan(append([]any{&k.ID, &k.Organisation, &k.Contact, &k.Kind, &k.Fingerprint, &k.Key.ID, &k.Issuer, &k.Algorithm, &names, &addresses,
		db.Time(&k.CreatedAt), db.Time(&k.ExpiresAt), &problems, &k.Data, db.Time(&k.AddedAt), &k.AddedBy, &k.Confirmed,
		db.Time(&k.CheckedAt), &k.CheckedBy, &k.CheckedHow}, more...)...)
	k.UserIDs, k.Addresses = lines(names), lines(addresses)
	for _, p := range strings.Fields(problems) {
		k.Problems = append(k.Problems, keys.Problem(p))
	}
	return k, err
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// joinLines keeps one text a line: a name in a key may hold anything.
func joinLines(all []string) string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(s, "\uFFFD"))
	}
	return strings.Join(out, "\n")
}

// dueOf is when somebody must act on a key, in milliseconds: at once, at its end, never.
func dueOf(k keys.Key) int64 {
	switch {
	case len(k.Problems) > 0:
		return 0
	case k.ExpiresAt.IsZero():
		return math.MaxInt64
	}
	return k.ExpiresAt.UnixMilli()
}

func problemWords(all []keys.Problem) string {
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = string(p)
	}
	return strings.Join(out, " ")
}

func insertContactKey(ctx context.Context, tx *db.Tx, k *ContactKey) error {
	err := tx.QueryRow(ctx, `INSERT INTO contact_key (organisation_id, contact_id, kind, fingerprint, key_id, issuer, algorithm, user_ids, addresses, created_at,
			expires_at, problems, due_at, data, added_at, added_by, confirmed)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17) RETURNING id`,
		k.Organisation, k.Contact, k.Kind, k.Fingerprint, k.Key.ID, joinLines([]string{k.Issuer}), k.Algorithm, joinLines(k.UserIDs), joinLines(k.Addresses), db.Ms(k.CreatedAt),
		db.Ms(k.ExpiresAt), problemWords(k.Problems), dueOf(k.Key), k.Data, db.Ms(k.AddedAt), k.AddedBy, k.Confirmed).Scan(&k.ID)
	if err != nil {
		return fmt.Errorf("storing a key: %w", err)
	}
	return nil
}

// renewContactKey stores the same key anew: a later end, another address, a revocation. Warnings begin again.
func renewContactKey(ctx context.Context, tx *db.Tx, k ContactKey) error {
	_, err := tx.Exec(ctx, `UPDATE contact_key SET algorithm = $1, user_ids = $2, addresses = $3, expires_at = $4, problems = $5, due_at = $6, data = $7,
			added_at = $8, added_by = $9, confirmed = $10 WHERE id = $11`,
		k.Algorithm, joinLines(k.UserIDs), joinLines(k.Addresses), db.Ms(k.ExpiresAt), problemWords(k.Problems), dueOf(k.Key), k.Data, db.Ms(k.AddedAt), k.AddedBy, k.Confirmed, k.ID)
	if err == nil {
		_, err = tx.Exec(ctx, "DELETE FROM contact_key_warning WHERE key_id = $1", k.ID)
	}
	if err != nil {
		return fmt.Errorf("renewing key %d: %w", k.ID, err)
	}
	return nil
}

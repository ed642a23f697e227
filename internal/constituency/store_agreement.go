// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// allConditions gives every version, those that come with the program and those published here, oldest first.
func (m *Module) allConditions(ctx context.Context, q db.Querier) ([]Conditions, error) {
	rows, err := q.Query(ctx, `SELECT version, tier, effective_at, needs_acceptance, grace_days, texts, changed, published_at, name
		FROM agreement ORDER BY effective_at, published_at`)
	published, err := db.Collect(rows, err, scanConditions)
	if err != nil {
		return nil, fmt.Errorf("reading conditions: %w", err)
	}
	all := append(slices.Clone(m.ref.Conditions), published...)
	sortConditions(all)
	return all, nil
}

func scanConditions(r *sql.Rows) (c Conditions, err error) {
	var texts, changed string
	err = r.Scan(&c.Version, &c.Tier, db.Time(&c.Effective), &c.NeedsAcceptance, &c.GraceDays, &texts, &changed, db.Time(&c.PublishedAt), &c.PublishedBy)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(texts), &c.Paragraphs); err != nil {
		return c, fmt.Errorf("conditions %s: %w", c.Version, err)
	}
	if err := json.Unmarshal([]byte(changed), &c.Changed); err != nil {
		return c, fmt.Errorf("conditions %s: %w", c.Version, err)
	}
	c.From = c.Effective.Format(time.DateOnly)
	return c, nil
}

func insertConditions(ctx context.Context, tx *db.Tx, c Conditions, actor string) error {
	texts, err := json.Marshal(c.Paragraphs)
	if err != nil {
		return err
	}
	changed, err := json.Marshal(c.Changed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO agreement (version, tier, effective_at, needs_acceptance, grace_days, texts, changed, published_at, actor, name)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`,
		c.Version, c.Tier, db.Ms(c.Effective), c.NeedsAcceptance, c.GraceDays, string(texts), string(changed), db.Ms(c.PublishedAt), actor, c.PublishedBy)
	if db.Unique(err) {
		return fault.New(fault.Invalid, "constituency.agreement").Field("version", "constituency.agreement_version_taken").Because(err)
	}
	if err != nil {
		return fmt.Errorf("publishing conditions %s: %w", c.Version, err)
	}
	return nil
}

// acceptances gives what a body accepted, the newest first. One from before hashes were kept
// gets that of its version's text, which never changes.
func acceptances(ctx context.Context, q db.Querier, org int64, all []Conditions) ([]Acceptance, error) {
	rows, err := q.Query(ctx, `SELECT version, language, sha256, at, actor, name, how FROM agreement_acceptance
		WHERE organisation_id = $1 ORDER BY id DESC`, org)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (a Acceptance, err error) {
		err = r.Scan(&a.Version, &a.Language, &a.SHA256, db.Time(&a.At), &a.Actor, &a.Name, &a.How)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("acceptances of organisation %d: %w", org, err)
	}
	for i, a := range out {
		if c, ok := versionOf(all, a.Version); ok && a.SHA256 == "" {
			out[i].SHA256 = c.Hash(a.Language)
		}
	}
	return out, nil
}

func versionOf(all []Conditions, version string) (Conditions, bool) {
	i := slices.IndexFunc(all, func(c Conditions) bool { return c.Version == version })
	if i < 0 {
		return Conditions{}, false
	}
	return all[i], true
}

func insertAcceptance(ctx context.Context, tx *db.Tx, org int64, a Acceptance) error {
	_, err := tx.Exec(ctx, `INSERT INTO agreement_acceptance (organisation_id, version, language, sha256, at, actor, name, how)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`, org, a.Version, a.Language, a.SHA256, db.Ms(a.At), a.Actor, a.Name, a.How)
	if err != nil {
		return fmt.Errorf("recording an acceptance of organisation %d: %w", org, err)
	}
	return nil
}

const fileColumns = "id, version, sha256, size, filename, at, name, blob"

func scanFile(r row) (f SignedFile, err error) {
	err = r.Scan(&f.ID, &f.Version, &f.SHA256, &f.Size, &f.Filename, db.Time(&f.At), &f.Name, &f.blob)
	return f, err
}

func signedFiles(ctx context.Context, q db.Querier, org int64) ([]SignedFile, error) {
	rows, err := q.Query(ctx, "SELECT "+fileColumns+" FROM agreement_file WHERE organisation_id = $1 ORDER BY id DESC", org)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (SignedFile, error) { return scanFile(r) })
	if err != nil {
		return nil, fmt.Errorf("signed copies of organisation %d: %w", org, err)
	}
	return out, nil
}

// acceptedBy counts the members that accepted each version.
func acceptedBy(ctx context.Context, q db.Querier) (map[string]int, error) {
	rows, err := q.Query(ctx, `SELECT a.version, count(DISTINCT a.organisation_id) FROM agreement_acceptance a
		JOIN organisation o ON o.id = a.organisation_id WHERE o.state = 'approved' GROUP BY a.version`)
	type line struct {
		version string
		n       int
	}
	lines, err := db.Collect(rows, err, func(r *sql.Rows) (l line, err error) {
		err = r.Scan(&l.version, &l.n)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("counting acceptances: %w", err)
	}
	out := map[string]int{}
	for _, l := range lines {
		out[l.version] = l.n
	}
	return out, nil
}

// untold lists members that were not told of a version, by id.
func untold(ctx context.Context, q db.Querier, c Conditions, limit int) ([]int64, error) {
	rows, err := q.Query(ctx, `SELECT o.id FROM organisation o WHERE o.state = 'approved' AND ($1 = '' OR o.tier = $1)
			AND NOT EXISTS (SELECT 1 FROM agreement_told t WHERE t.version = $2 AND t.organisation_id = o.id)
		ORDER BY o.id LIMIT $3`, string(c.Tier), c.Version, limit)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) {
		err = r.Scan(&id)
		return id, err
	})
	if err != nil {
		return nil, fmt.Errorf("members to tell of conditions %s: %w", c.Version, err)
	}
	return out, nil
}

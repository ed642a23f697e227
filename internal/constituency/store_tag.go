// SPDX-License-Identifier: EUPL-1.2

package constituency

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

func (m *Module) tags(ctx context.Context, _ access.Scope) ([]Tagged, error) {
	rows, err := m.db.Query(ctx, `SELECT t.tag, sum(CASE WHEN o.state IN ('approved','suspended') THEN 1 ELSE 0 END)
		FROM organisation_tag t JOIN organisation o ON o.id = t.organisation_id GROUP BY t.tag ORDER BY t.tag`)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (t Tagged, err error) {
		err = r.Scan(&t.Tag, &t.Members)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading tags: %w", err)
	}
	return out, nil
}

// tagged is one tag of one organisation.
type tagged struct {
	org int64
	tag string
}

func scanTagged(r *sql.Rows) (t tagged, err error) {
	err = r.Scan(&t.org, &t.tag)
	return t, err
}

func (m *Module) tagsOf(ctx context.Context, _ access.Scope, ids []int64) (map[int64][]string, error) {
	out := map[int64][]string{}
	for len(ids) > 0 {
		some := ids[:min(activeBatch, len(ids))]
		ids = ids[len(some):]
		rows, err := m.db.Query(ctx, "SELECT organisation_id, tag FROM organisation_tag WHERE organisation_id IN "+db.In(1, len(some))+" ORDER BY organisation_id, tag", db.Args(some)...)
		list, err := db.Collect(rows, err, scanTagged)
		if err != nil {
			return nil, fmt.Errorf("tags of %d organisations: %w", len(some), err)
		}
		for _, t := range list {
			out[t.org] = append(out[t.org], t.tag)
		}
	}
	return out, nil
}

// EachTag gives every tag of every organisation, in one query: what audiences are chosen by.
func (m *Module) EachTag(ctx context.Context, s access.Scope) (map[int64][]string, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	rows, err := m.db.Query(ctx, "SELECT organisation_id, tag FROM organisation_tag ORDER BY organisation_id, tag")
	list, err := db.Collect(rows, err, scanTagged)
	if err != nil {
		return nil, fmt.Errorf("reading all tags: %w", err)
	}
	out := map[int64][]string{}
	for _, t := range list {
		out[t.org] = append(out[t.org], t.tag)
	}
	return out, nil
}

// replaceTags writes an organisation's tags anew. How many different ones there
// are is bounded, so that a list of all stays a list.
func (m *Module) replaceTags(ctx context.Context, tx *db.Tx, s access.Scope, o Organisation, tags []string) error {
	if _, err := tx.Exec(ctx, "DELETE FROM organisation_tag WHERE organisation_id = $1", o.ID); err != nil {
		return fmt.Errorf("tags of organisation %d: %w", o.ID, err)
	}
	rows := make([][]any, len(tags))
	for i, tag := range tags {
		rows[i] = []any{o.ID, tag}
	}
	if err := tx.BulkInsert(ctx, "organisation_tag", []string{"organisation_id", "tag"}, rows); err != nil {
		return fmt.Errorf("tags of organisation %d: %w", o.ID, err)
	}
	if _, err := tx.Exec(ctx, "UPDATE organisation SET version = version + 1 WHERE id = $1", o.ID); err != nil {
		return fmt.Errorf("tags of organisation %d: %w", o.ID, err)
	}
	return m.fewTags(ctx, tx, s, "tags")
}

func (m *Module) fewTags(ctx context.Context, tx *db.Tx, _ access.Scope, field string) error {
	var n int
	if err := tx.QueryRow(ctx, "SELECT count(DISTINCT tag) FROM organisation_tag").Scan(&n); err != nil {
		return fmt.Errorf("counting tags: %w", err)
	}
	if n > maxTags {
		return fault.New(fault.Invalid, "constituency.tags").Field(field, "constituency.tag_all", fault.P{"limit": maxTags})
	}
	return nil
}

func (m *Module) tagMany(ctx context.Context, tx *db.Tx, s access.Scope, tag string, codes []string) (int, error) {
	ids, unknown, err := m.byCodes(ctx, tx, s, codes)
	if err != nil {
		return 0, err
	}
	if len(unknown) > 0 {
		return 0, fault.New(fault.Invalid, "constituency.tags").Field("codes", "constituency.tag_code_unknown", fault.P{"codes": strings.Join(unknown[:min(len(unknown), 20)], ", "), "n": len(unknown)})
	}
	added := 0
	for _, id := range ids {
		n, err := m.tagOne(ctx, tx, s, tag, id)
		if err != nil {
			return 0, err
		}
		added += n
	}
	return added, m.fewTags(ctx, tx, s, "tag")
}

// tagOne gives one organisation a tag, and says whether it did not have it.
func (m *Module) tagOne(ctx context.Context, tx *db.Tx, _ access.Scope, tag string, id int64) (int, error) {
	result, err := tx.Exec(ctx, "INSERT INTO organisation_tag (organisation_id, tag) VALUES ($1, $2) ON CONFLICT DO NOTHING", id, tag)
	if err != nil {
		return 0, fmt.Errorf("tagging organisation %d: %w", id, err)
	}
	n, err := result.RowsAffected()
	if err != nil || n == 0 {
		return 0, err
	}
	var had int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM organisation_tag WHERE organisation_id = $1", id).Scan(&had); err != nil {
		return 0, fmt.Errorf("tags of organisation %d: %w", id, err)
	}
	if had > MaxTagsOfOne {
		return 0, fault.New(fault.Invalid, "constituency.tags").Field("codes", "constituency.tag_many", fault.P{"limit": MaxTagsOfOne})
	}
	_, err = tx.Exec(ctx, "UPDATE organisation SET version = version + 1 WHERE id = $1", id)
	return 1, err
}

// byCodes gives the ids of the living organisations of some codes, in order, and the codes of none.
func (m *Module) byCodes(ctx context.Context, tx *db.Tx, _ access.Scope, codes []string) (ids []int64, unknown []string, err error) {
	found := map[string]int64{}
	for rest := codes; len(rest) > 0; {
		some := rest[:min(activeBatch, len(rest))]
		rest = rest[len(some):]
		rows, err := tx.Query(ctx, "SELECT id, code FROM organisation WHERE state NOT IN ('unconfirmed','rejected','withdrawn') AND code IN "+db.In(1, len(some)), db.Args(some)...)
		list, err := db.Collect(rows, err, scanTagged)
		if err != nil {
			return nil, nil, fmt.Errorf("reading codes: %w", err)
		}
		for _, o := range list {
			found[o.tag] = o.org
		}
	}
	for _, code := range codes {
		if id, ok := found[code]; ok {
			ids = append(ids, id)
		} else {
			unknown = append(unknown, code)
		}
	}
	return ids, unknown, nil
}

func (m *Module) dropTag(ctx context.Context, tx *db.Tx, _ access.Scope, tag string) (int64, error) {
	if _, err := tx.Exec(ctx, "UPDATE organisation SET version = version + 1 WHERE id IN (SELECT organisation_id FROM organisation_tag WHERE tag = $1)", tag); err != nil {
		return 0, fmt.Errorf("taking a tag away: %w", err)
	}
	result, err := tx.Exec(ctx, "DELETE FROM organisation_tag WHERE tag = $1", tag)
	if err != nil {
		return 0, fmt.Errorf("taking a tag away: %w", err)
	}
	return result.RowsAffected()
}

// Lineages gives the codes of each body that belongs to another: its own and
// those above it, the nearest first. Those that stand alone are not there.
func (m *Module) Lineages(ctx context.Context, s access.Scope) (map[int64][]string, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	rows, err := m.db.Query(ctx, `SELECT c.id, c.code, p.id, p.code FROM organisation c JOIN organisation p ON p.id = c.parent_id`)
	type link struct {
		child, parent tagged
	}
	links, err := db.Collect(rows, err, func(r *sql.Rows) (l link, err error) {
		err = r.Scan(&l.child.org, &l.child.tag, &l.parent.org, &l.parent.tag)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("reading families: %w", err)
	}
	above := map[int64]tagged{}
	for _, l := range links {
		above[l.child.org] = l.parent
	}
	out := map[int64][]string{}
	for _, l := range links {
		chain := []string{l.child.tag}
		for at := l.child.org; len(chain) <= maxFamily && above[at].org != 0; at = above[at].org {
			chain = append(chain, above[at].tag)
		}
		out[l.child.org] = chain
	}
	return out, nil
}

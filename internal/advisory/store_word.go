// SPDX-License-Identifier: EUPL-1.2

package advisory

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// minTitle is how long a title is that tells one thing from another, in letters.
const minTitle = 12

// words are those by which an entry is found to be about the same as another.
func (e Entry) words() []string {
	var out []string
	for _, id := range e.CVEs {
		out = append(out, "c:"+id)
	}
	for _, link := range e.Links {
		if word := linkWord(link); word != "" {
			out = append(out, word)
		}
	}
	for _, t := range e.Texts {
		if title := strings.ToLower(strings.Join(strings.Fields(t.Title), " ")); utf8.RuneCountInString(title) >= minTitle {
			out = append(out, "t:"+title)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// linkWord is an address as it is compared; empty for a site's front page, which says nothing.
func linkWord(link string) string {
	u, err := url.Parse(link)
	if err != nil || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return ""
	}
	return "l:" + strings.ToLower(u.Host) + strings.TrimRight(u.EscapedPath(), "/") + "?" + u.RawQuery
}

// wordsOf writes an advisory's words anew, in the transaction of what changed it.
func (m *Module) wordsOf(ctx context.Context, tx *db.Tx, _ access.Scope, id int64, e Entry) error {
	if _, err := tx.Exec(ctx, "DELETE FROM advisory_word WHERE advisory_id = $1", id); err != nil {
		return fmt.Errorf("advisory %d: its words: %w", id, err)
	}
	words := e.words()
	rows := make([][]any, len(words))
	for i, w := range words {
		rows[i] = []any{id, w}
	}
	return tx.BulkInsert(ctx, "advisory_word", []string{"advisory_id", "word"}, rows)
}

// alikeDays is how far back others are looked for, alikeMost how many are shown.
const (
	alikeDays = 90
	alikeMost = 5
)

// alike gives those that have the most words in common with one.
func (m *Module) alike(ctx context.Context, _ access.Scope, id int64) ([]Alike, error) {
	rows, err := m.deps.DB.Query(ctx, `SELECT o.advisory_id, sum(CASE WHEN o.word LIKE 'c:%' THEN 1 ELSE 0 END), sum(CASE WHEN o.word LIKE 'l:%' THEN 1 ELSE 0 END), sum(CASE WHEN o.word LIKE 't:%' THEN 1 ELSE 0 END)
		FROM advisory_word w JOIN advisory_word o ON o.word = w.word AND o.advisory_id <> w.advisory_id
		JOIN advisory a ON a.id = o.advisory_id
		WHERE w.advisory_id = $1 AND a.revises IS NULL AND a.state IN ('draft', 'proposed', 'sent') AND a.changed_at >= $2
		GROUP BY o.advisory_id ORDER BY count(*) DESC, o.advisory_id DESC LIMIT $3`, id, db.Ms(m.now().Add(-alikeDays*24*time.Hour)), alikeMost)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (x Alike, err error) {
		return x, r.Scan(&x.ID, &x.CVEs, &x.Links, &x.Titles)
	})
	if err != nil {
		return nil, fmt.Errorf("advisory %d: those like it: %w", id, err)
	}
	return out, nil
}

// withAlike counts which of some unsent advisories have others like them.
func (m *Module) withAlike(ctx context.Context, _ access.Scope, ids []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := m.deps.DB.Query(ctx, `SELECT DISTINCT w.advisory_id FROM advisory_word w JOIN advisory_word o ON o.word = w.word AND o.advisory_id <> w.advisory_id
		JOIN advisory a ON a.id = o.advisory_id
		WHERE a.revises IS NULL AND a.state IN ('draft', 'proposed', 'sent') AND a.changed_at >= $1 AND w.advisory_id IN `+db.In(2, len(ids)),
		append([]any{db.Ms(m.now().Add(-alikeDays * 24 * time.Hour))}, db.Args(ids)...)...)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (id int64, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, fmt.Errorf("advisory: those like others: %w", err)
	}
	for _, id := range list {
		out[id] = true
	}
	return out, nil
}

// mergedInto gives the advisory that a merged draft is in now; 0 where it was not merged.
func (m *Module) mergedInto(ctx context.Context, q db.Querier, _ access.Scope, id int64) (into int64, err error) {
	err = q.QueryRow(ctx, "SELECT into_id FROM advisory_merged WHERE id = $1", id).Scan(&into)
	if db.NotFound(err) {
		return 0, nil
	}
	return into, err
}

// moveMerged makes a draft a part of another advisory: its originals, its
// reference, unless that one takes it as its own, and what was merged into it before.
func (m *Module) moveMerged(ctx context.Context, tx *db.Tx, s access.Scope, draft Advisory, into int64, reference string, who Author) error {
	for _, q := range []string{
		"UPDATE advisory_original SET advisory_id = $2 WHERE advisory_id = $1",
		"UPDATE advisory_merged SET into_id = $2 WHERE into_id = $1",
	} {
		if _, err := tx.Exec(ctx, q, draft.ID, into); err != nil {
			return fmt.Errorf("advisory %d: moving what it was made of: %w", draft.ID, err)
		}
	}
	if err := m.dropFiles(ctx, tx, s, draft.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM advisory WHERE id = $1", draft.ID); err != nil {
		return fmt.Errorf("advisory %d: merging: %w", draft.ID, err)
	}
	_, err := tx.Exec(ctx, "INSERT INTO advisory_merged (id, into_id, reference, title, at, by_name) VALUES ($1,$2,$3,$4,$5,$6)",
		draft.ID, into, reference, draft.Title(), db.Ms(m.now()), who.Name)
	return taken(err)
}

// Merged gives what was merged into an advisory, the first first.
func (m *Module) Merged(ctx context.Context, s access.Scope, id int64) ([]Merged, error) {
	if err := s.Territory(); err != nil {
		return nil, err
	}
	if err := s.Require(access.AdvisoryRead); err != nil {
		return nil, err
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT id, reference, title, at, by_name FROM advisory_merged WHERE into_id = $1 ORDER BY at, id", id)
	out, err := db.Collect(rows, err, func(r *sql.Rows) (x Merged, err error) {
		return x, r.Scan(&x.ID, &x.Reference, &x.Title, db.Time(&x.At), &x.By)
	})
	if err != nil {
		return nil, fmt.Errorf("advisory %d: what was merged into it: %w", id, err)
	}
	return out, nil
}

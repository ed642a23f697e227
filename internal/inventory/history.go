// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/db"
)

// Version is a state an item had.
type Version struct {
	ID      int64
	Item    int64
	Change  string    // added, edited, imported, identified
	From    time.Time // it became so
	To      time.Time // it ceased to be so; zero: it still is
	Who     string    // "person:12"
	EndedBy string
	Content
}

var versionList = "id, item_id, change, valid_from, valid_to, who, COALESCE(ended_by, ''), " + contentList

func scanVersion(r *sql.Rows) (v Version, err error) {
	head := []any{&v.ID, &v.Item, &v.Change, db.Time(&v.From), db.Time(&v.To), &v.Who, &v.EndedBy}
	return v, r.Scan(append(head, v.targets()...)...)
}

// History gives an item's versions, the newest first, at most limit. It also
// answers for items that were removed.
func (m *Module) History(ctx context.Context, s access.Scope, item int64, limit int) ([]Version, error) {
	list, _, err := m.HistoryAfter(ctx, s, item, "", limit)
	return list, err
}

// HistoryAfter is History from a cursor on; next is where the rest begins, "" at the end.
func (m *Module) HistoryAfter(ctx context.Context, s access.Scope, item int64, after string, limit int) (list []Version, next string, err error) {
	org, err := reader(s)
	if err != nil {
		return nil, "", err
	}
	cond, args := "", []any{org, item, limit + 1}
	if at, ok := parseCursor(after); ok {
		cond, args = " AND (valid_from, id) < ($4, $5)", append(args, parseID(at.Value), at.ID)
	}
	rows, err := m.deps.DB.Query(ctx, "SELECT "+versionList+` FROM item_version
		WHERE organisation_id = $1 AND item_id = $2`+cond+" ORDER BY valid_from DESC, id DESC LIMIT $3", args...)
	list, err = db.Collect(rows, err, scanVersion)
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = cursor{fmt.Sprint(db.Ms(last.From)), last.ID}.String()
	}
	return list, next, err
}

func reader(s access.Scope) (int64, error) {
	if err := s.Require(access.StackRead); err != nil {
		return 0, err
	}
	return s.Organisation()
}

// Difference is what became of an item between two moments: Before is nil when
// it was added, After when it was removed.
type Difference struct {
	Item          int64
	Before, After *Version
}

// Label is the item's name, the later one when it changed.
func (d Difference) Label() string {
	if d.After != nil {
		return d.After.Title()
	}
	return d.Before.Title()
}

// MaxDifferences bounds how many differences are told.
const MaxDifferences = 2000

// Changes compares the stack of two moments. What changed and changed back is
// no difference. complete is false when there are more than MaxDifferences.
func (m *Module) Changes(ctx context.Context, s access.Scope, from, to time.Time) (list []Difference, complete bool, err error) {
	org, err := reader(s)
	if err != nil {
		return nil, false, err
	}
	if to.Before(from) {
		from, to = to, from
	}
	// A version that held at both moments is no difference; one that held at exactly one of them may be.
	rows, err := m.deps.DB.Query(ctx, "SELECT "+versionList+` FROM item_version
		WHERE organisation_id = $1 AND (
			(valid_from <= $2 AND valid_to > $2 AND valid_to <= $3) OR
			(valid_from > $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)))
		ORDER BY item_id, valid_from, id LIMIT $4`, org, db.Ms(from), db.Ms(to), 2*MaxDifferences+2)
	versions, err := db.Collect(rows, err, scanVersion)
	if err != nil {
		return nil, false, fmt.Errorf("comparing two moments: %w", err)
	}
	list = differences(versions, from)
	return list[:min(len(list), MaxDifferences)], len(list) <= MaxDifferences && len(versions) <= 2*MaxDifferences, nil
}

// differences pairs versions of the same item: the one that held at from, and the later one.
func differences(versions []Version, from time.Time) []Difference {
	var out []Difference
	for i := range versions {
		v := &versions[i]
		if len(out) == 0 || out[len(out)-1].Item != v.Item {
			out = append(out, Difference{Item: v.Item})
		}
		d := &out[len(out)-1]
		if v.From.After(from) {
			d.After = v
		} else {
			d.Before = v
		}
	}
	kept := out[:0]
	for _, d := range out {
		if d.Before == nil || d.After == nil || d.Before.Content != d.After.Content {
			kept = append(kept, d)
		}
	}
	return kept
}

// EndOfDay is the last moment of a day in a zone: the photo of a day shows the
// stack as it was when the day ended.
func EndOfDay(day time.Time, zone *time.Location) time.Time {
	y, mo, d := day.Date()
	return time.Date(y, mo, d+1, 0, 0, 0, 0, zone).Add(-time.Millisecond)
}

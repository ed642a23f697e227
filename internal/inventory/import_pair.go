// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"martinella/internal/platform/db"
)

// pairKey stands for a system, a name and perhaps a version. It is a digest so
// that 250,000 of them stay small.
type pairKey [16]byte

func keyOf(key, version string) pairKey {
	sum := sha256.Sum256([]byte(key + "\x00" + version))
	return pairKey(sum[:16])
}

// pairing finds for each row of an import the item it is: same system, name and
// version first; then, for what is left, same system and name: a new version.
// Of several, the first row is the first item. It is done here and not in SQL
// because neither engine can be trusted to join 200,000 rows it has no
// statistics of in less than quadratic time (measured: over 9 minutes on SQLite).
type pairing struct {
	exact map[pairKey][]int64
	named map[pairKey][]int64
	taken map[int64]bool
	left  []unpaired
}

type unpaired struct {
	line int64
	key  pairKey
}

// pair writes into each row the item it is.
func pair(ctx context.Context, tx *db.Tx, imp Import) error {
	if _, err := tx.Exec(ctx, "UPDATE item_import_row SET item_id = NULL, action = 'add' WHERE import_id = $1", imp.ID); err != nil {
		return err
	}
	p := pairing{exact: map[pairKey][]int64{}, named: map[pairKey][]int64{}, taken: map[int64]bool{}}
	if err := p.loadItems(ctx, tx, imp.Organisation); err != nil || len(p.exact) == 0 {
		return err
	}
	for after := int64(-1); ; {
		lines, err := p.page(ctx, tx, imp.ID, after)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			return p.rest(ctx, tx, imp.ID)
		}
		after = lines[len(lines)-1]
	}
}

func (p *pairing) loadItems(ctx context.Context, tx *db.Tx, org int64) error {
	rows, err := tx.Query(ctx, "SELECT id, item_key, version FROM item WHERE organisation_id = $1 ORDER BY id", org)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var key, version string
		if err := rows.Scan(&id, &key, &version); err != nil {
			return err
		}
		p.exact[keyOf(key, version)] = append(p.exact[keyOf(key, version)], id)
		p.named[keyOf(key, "")] = append(p.named[keyOf(key, "")], id)
	}
	return rows.Err()
}

// page pairs the next rows that are the same in name and version.
func (p *pairing) page(ctx context.Context, tx *db.Tx, imp, after int64) ([]int64, error) {
	type row struct {
		line         int64
		key, version string
	}
	rows, err := tx.Query(ctx, "SELECT line, item_key, version FROM item_import_row WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT 2000", imp, after)
	list, err := db.Collect(rows, err, func(r *sql.Rows) (w row, err error) { return w, r.Scan(&w.line, &w.key, &w.version) })
	if err != nil {
		return nil, err
	}
	var lines []int64
	var found [][2]int64
	for _, r := range list {
		lines = append(lines, r.line)
		k := keyOf(r.key, r.version)
		if ids := p.exact[k]; len(ids) > 0 {
			p.exact[k], p.taken[ids[0]] = ids[1:], true
			found = append(found, [2]int64{r.line, ids[0]})
		} else {
			p.left = append(p.left, unpaired{r.line, keyOf(r.key, "")})
		}
	}
	return lines, writePairs(ctx, tx, imp, found)
}

// rest pairs what is left by name alone.
func (p *pairing) rest(ctx context.Context, tx *db.Tx, imp int64) error {
	var found [][2]int64
	for _, u := range p.left {
		for ids := p.named[u.key]; len(ids) > 0; {
			id := ids[0]
			ids = ids[1:]
			p.named[u.key] = ids
			if !p.taken[id] {
				p.taken[id] = true
				found = append(found, [2]int64{u.line, id})
				break
			}
		}
	}
	for chunk := range slices.Chunk(found, 2000) {
		if err := writePairs(ctx, tx, imp, chunk); err != nil {
			return err
		}
	}
	return nil
}

// writePairs notes which item each row is. The numbers are ours and written into the statement.
func writePairs(ctx context.Context, tx *db.Tx, imp int64, found [][2]int64) error {
	for chunk := range slices.Chunk(found, 400) {
		var values strings.Builder
		for i, f := range chunk {
			if i > 0 {
				values.WriteByte(',')
			}
			fmt.Fprintf(&values, "(%d,%d)", f[0], f[1])
		}
		_, err := tx.Exec(ctx, "UPDATE item_import_row SET item_id = p.column2 FROM (VALUES "+values.String()+
			") AS p WHERE import_id = $1 AND line = p.column1", imp)
		if err != nil {
			return err
		}
	}
	return nil
}

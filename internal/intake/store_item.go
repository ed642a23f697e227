// SPDX-License-Identifier: EUPL-1.2

package intake

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"martinella/internal/access"
	"martinella/internal/intake/pull"
	"martinella/internal/platform/db"
)

const itemColumns = "i.id, i.title, i.link, i.first_at, i.at, i.state, i.code, i.params, i.advisory_id, i.revisions, COALESCE(m.sender, ''), COALESCE(m.blob, '') <> ''"

const itemTables = "intake_item i LEFT JOIN intake_mail m ON m.item_id = i.id"

func scanItem(r interface{ Scan(...any) error }) (i Item, err error) {
	var params string
	err = r.Scan(&i.ID, &i.Title, &i.Link, db.Time(&i.FirstAt), db.Time(&i.At), &i.State, &i.Code, &params, &i.Advisory, &i.Revisions, &i.Sender, &i.Stored)
	i.Params = unpack(params)
	return i, err
}

// Items gives what a source had, what came last first; after is where the page
// before ended. The source must be one the scope has read.
func (m *Module) Items(ctx context.Context, s access.Scope, source int64, after string, limit int) ([]Item, string, error) {
	if err := reads(s); err != nil {
		return nil, "", err
	}
	where, args := "i.source_id = $1", []any{source}
	if at, id, ok := place(after); ok {
		where, args = where+" AND (i.at < $2 OR i.at = $2 AND i.id < $3)", append(args, at, id)
	}
	limit = bounded(limit)
	rows, err := m.deps.DB.Query(ctx, "SELECT "+itemColumns+" FROM "+itemTables+" WHERE "+where+" ORDER BY i.at DESC, i.id DESC LIMIT "+strconv.Itoa(limit+1), args...)
	all, err := db.Collect(rows, err, func(r *sql.Rows) (Item, error) { return scanItem(r) })
	if err != nil {
		return nil, "", fmt.Errorf("intake: the items of source %d: %w", source, err)
	}
	next := ""
	if len(all) > limit {
		all = all[:limit]
		last := all[limit-1]
		next = strconv.FormatInt(last.At.UnixMilli(), 10) + "-" + strconv.FormatInt(last.ID, 10)
	}
	return all, next, nil
}

// place reads where a page of items ended.
func place(after string) (at, id int64, ok bool) {
	a, b, _ := strings.Cut(after, "-")
	at, errA := strconv.ParseInt(a, 10, 64)
	id, errB := strconv.ParseInt(b, 10, 64)
	return at, id, errA == nil && errB == nil
}

// keyOf is how an item is found again, however long the source's name for it is.
func keyOf(id string) string { return sum([]byte(id)) }

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// kept is what is known of an item.
type kept struct {
	exists   bool
	mark     string
	state    ItemState
	tries    int64
	advisory int64 // that its last revision became; 0: none
}

// leftAside says that nothing was made of it.
func (k kept) leftAside() bool { return k.state == Refused || k.state == Noted }

func (m *Module) kept(ctx context.Context, q db.Querier, _ access.Scope, source int64, key string) (k kept, err error) {
	err = q.QueryRow(ctx, "SELECT mark, state, tries, advisory_id FROM intake_item WHERE source_id = $1 AND item_key = $2", source, key).Scan(&k.mark, &k.state, &k.tries, &k.advisory)
	if db.NotFound(err) {
		return kept{}, nil
	}
	if err != nil {
		return k, fmt.Errorf("intake: looking for an item of source %d: %w", source, err)
	}
	k.exists = true
	return k, nil
}

// errTaken undoes what was made of an item that somebody else took meanwhile.
var errTaken = errors.New("intake: the item was taken meanwhile")

// fate is what became of an item.
type fate struct {
	state    ItemState
	mark     string
	code     string
	params   string
	advisory int64
	tries    int64
	again    bool      // a person takes what was left aside
	mail     *mailNote // of a mail
}

// writeItem notes what became of an item, and counts it with its source.
func (m *Module) writeItem(ctx context.Context, tx *db.Tx, s access.Scope, source int64, it pull.Item, f fate) error {
	// The source first: its row is the lock under which the item is looked at.
	if _, err := m.source(ctx, tx, s, source, db.ForUpdate(tx)); err != nil {
		return err
	}
	key, now := keyOf(it.ID), db.Ms(m.now())
	before, err := m.kept(ctx, tx, s, source, key)
	if err != nil {
		return err
	}
	if before.exists && before.mark == f.mark && f.mark != "" && !(f.again && before.leftAside()) {
		return errTaken
	}
	revised := before.exists && before.state != Waiting && !f.again
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO intake_item (source_id, item_key, mark, title, link, first_at, at, state, code, params, advisory_id, revisions, tries)
		VALUES ($1,$2,$3,$4,$5,$6,$6,$7,$8,$9,$10,0,$11)
		ON CONFLICT (source_id, item_key) DO UPDATE SET mark = excluded.mark, title = excluded.title, link = excluded.link, at = excluded.at, state = excluded.state,
			code = excluded.code, params = excluded.params, tries = excluded.tries, revisions = intake_item.revisions + $12,
			advisory_id = CASE WHEN excluded.advisory_id = 0 THEN intake_item.advisory_id ELSE excluded.advisory_id END RETURNING id`,
		source, key, f.mark, clip(it.Title, 300), clip(it.Link, 2000), now, string(f.state), f.code, f.params, f.advisory, f.tries, one(revised)).Scan(&id)
	if err != nil {
		return fmt.Errorf("intake: noting an item of source %d: %w", source, err)
	}
	if err := m.writeMail(ctx, tx, s, id, f.mail); err != nil {
		return err
	}
	return m.count(ctx, tx, s, source, f.state, revised)
}

func (m *Module) count(ctx context.Context, tx *db.Tx, _ access.Scope, source int64, state ItemState, revised bool) error {
	if state == Waiting || state == Noted {
		return nil
	}
	came := "item_at"
	if state != Refused {
		came = strconv.FormatInt(m.now().UnixMilli(), 10)
	}
	_, err := tx.Exec(ctx, "UPDATE intake_source SET fresh = fresh + $2, revised = revised + $3, refused = refused + $4, item_at = "+came+" WHERE id = $1",
		source, one(!revised && state != Refused), one(revised && state != Refused), one(state == Refused))
	if err != nil {
		return fmt.Errorf("intake: counting with source %d: %w", source, err)
	}
	return nil
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// clip makes a text that databases take: bounded, and without what is no text.
func clip(text string, limit int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD"), "\x00", "")
	if r := []rune(text); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return text
}

// SPDX-License-Identifier: EUPL-1.2

package channel

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strconv"
	"strings"

	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

// Filter says which conversations a list shows.
type Filter struct {
	Organisation int64 // of a list of the territory; 0: all
	Waiting      bool  // those whose last word is the member's, and which are open
	After        string
	Limit        int // default 50, at most 100
}

// Page is a part of a list, the latest first.
type Page struct {
	Threads []Thread
	Next    string
}

// List gives the conversations the asker may read: of the scope's organisation,
// or of the whole territory.
func (m *Module) List(ctx context.Context, s access.Scope, f Filter) (Page, error) {
	if err := s.Require(access.ChannelRead); err != nil {
		return Page{}, err
	}
	if s.Territory() != nil {
		org, err := s.Organisation()
		if err != nil {
			return Page{}, err
		}
		f.Organisation = org
	}
	if f.Limit <= 0 || f.Limit > 100 {
		f.Limit = 50
	}
	query, args := f.query(s.Person())
	rows, err := m.deps.DB.Query(ctx, query, args...)
	threads, err := db.Collect(rows, err, func(r *sql.Rows) (Thread, error) { return m.scanThread(r) })
	if err != nil {
		return Page{}, fmt.Errorf("channel: listing: %w", err)
	}
	return cutPage(threads, f.Limit), nil
}

func (f Filter) query(person int64) (string, []any) {
	var b strings.Builder
	b.WriteString("SELECT " + threadColumns + ", " + unread(1) + " FROM channel_thread t WHERE " + visible(1))
	args := []any{person}
	add := func(cond string, values ...any) {
		for i, v := range values {
			args = append(args, v)
			cond = strings.ReplaceAll(cond, "?"+strconv.Itoa(i+1), "$"+strconv.Itoa(len(args)))
		}
		b.WriteString(" AND " + cond)
	}
	if f.Organisation != 0 {
		add("t.organisation_id = ?1", f.Organisation)
	}
	if f.Waiting {
		add("t.last_side = 'member' AND t.closed_at IS NULL AND t.erased_at IS NULL")
	}
	if at, id, ok := parseCursor(f.After); ok {
		add("(t.last_at < ?1 OR (t.last_at = ?1 AND t.id < ?2))", at, id)
	}
	args = append(args, f.Limit+1)
	b.WriteString(" ORDER BY t.last_at DESC, t.id DESC LIMIT $" + strconv.Itoa(len(args)))
	return b.String(), args
}

func cutPage(threads []Thread, limit int) Page {
	if len(threads) <= limit {
		return Page{Threads: threads}
	}
	last := threads[limit-1]
	return Page{Threads: threads[:limit], Next: fmt.Sprintf("%d-%d", last.Last.UnixMilli(), last.ID)}
}

// parseCursor reads "moment-id".
func parseCursor(s string) (at, id int64, ok bool) {
	a, b, found := strings.Cut(s, "-")
	at, err1 := strconv.ParseInt(a, 10, 64)
	id, err2 := strconv.ParseInt(b, 10, 64)
	return at, id, found && err1 == nil && err2 == nil
}

// Read gives a conversation, its messages before one (0: the latest), and notes
// that the reader has read it.
func (m *Module) Read(ctx context.Context, s access.Scope, reader Author, thread, before int64) (Conversation, error) {
	t, err := m.thread(ctx, m.deps.DB, s, thread)
	if err != nil {
		return Conversation{}, err
	}
	c := Conversation{Thread: t}
	if t.Unread && before == 0 {
		if err := m.markRead(ctx, m.deps.DB, s, reader, t.ID, t.LastMessage, m.now()); err != nil {
			return c, err
		}
	}
	if c.Messages, c.Earlier, err = m.messages(ctx, s, t, before); err != nil {
		return c, err
	}
	if err := m.attach(ctx, s, t, c.Messages); err != nil {
		return c, err
	}
	if err := m.receipts(ctx, s, t, c.Messages); err != nil {
		return c, err
	}
	if t.Named {
		c.Participants, err = m.participants(ctx, s, t)
	}
	return c, err
}

// OpenFile gives a file of a conversation the asker may read. The caller closes
// it. Every download is noted in the audit log.
func (m *Module) OpenFile(ctx context.Context, s access.Scope, thread, file int64) (File, io.ReadCloser, error) {
	t, err := m.thread(ctx, m.deps.DB, s, thread)
	if err != nil {
		return File{}, nil, err
	}
	row := m.deps.DB.QueryRow(ctx, `SELECT message_id, id, name, size, sha256, blob, scan, finding FROM channel_file WHERE id = $1 AND thread_id = $2`, file, t.ID)
	_, f, err := m.scanFile(row, t.Organisation)
	if db.NotFound(err) {
		return File{}, nil, fault.New(fault.NotFound, "channel.file").Because(err)
	}
	if err != nil {
		return File{}, nil, err
	}
	content, err := m.door().Open(ctx, f.blob)
	if err != nil {
		return File{}, nil, err
	}
	return f, content, m.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		return m.deps.Audit.Append(ctx, tx, s.Actor(), t.Organisation, "channel.file_read", object(t.ID), map[string]any{"file": f.ID})
	})
}

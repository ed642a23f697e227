// SPDX-License-Identifier: EUPL-1.2

package snapshot

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"martinella/internal/platform/db"
)

// Blobs reads sealed attachments.
type Blobs interface {
	Get(ctx context.Context, name string) (io.ReadCloser, error)
}

// Source is the instance to copy.
type Source struct {
	DB      *db.DB
	Blobs   Blobs
	Program string // version
	At      time.Time
	// Progress is told of each table, with its rows, and at the end of the attachments as "blobs"; nil: nobody.
	Progress func(table string, rows int64)
}

// chunk bounds what is kept in memory of a table or an attachment.
const chunk = 8 << 20

// Write writes a snapshot of the instance as it is at one moment. Attachments
// that are kept at that moment must not be removed before Write returns.
func Write(ctx context.Context, s Source, w io.Writer) (m Manifest, err error) {
	packed, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return m, err
	}
	out := &writer{tar: tar.NewWriter(packed), at: s.At}
	err = s.DB.Snapshot(ctx, func(q db.Querier) error {
		m, err = s.write(ctx, q, out)
		return err
	})
	if err != nil {
		return m, errors.Join(fmt.Errorf("snapshot: %w", err), packed.Close())
	}
	return m, errors.Join(out.tar.Close(), packed.Close())
}

func (s Source) write(ctx context.Context, q db.Querier, out *writer) (m Manifest, err error) {
	head := Head{Format: format, Program: s.Program, Engine: q.Dialect().String(), At: s.At.UTC()}
	if head.Schema, err = db.Schema(ctx, q); err != nil {
		return m, err
	}
	if err := out.json("head.json", head); err != nil {
		return m, err
	}
	m = Manifest{Tables: map[string]Table{}, Blobs: map[string]Blob{}}
	tables, err := db.Tables(ctx, q)
	if err != nil {
		return m, err
	}
	for _, name := range tables {
		if m.Tables[name], err = s.table(ctx, q, name, out); err != nil {
			return m, fmt.Errorf("table %s: %w", name, err)
		}
	}
	if m.Counters, err = db.Counters(ctx, q); err != nil {
		return m, err
	}
	if err := s.blobs(ctx, q, m, out); err != nil {
		return m, err
	}
	return m, out.json("manifest.json", m)
}

// table writes a table's rows; with a nil writer it only measures them.
func (s Source) table(ctx context.Context, q db.Querier, name string, out *writer) (t Table, err error) {
	if t.Columns, err = db.Columns(ctx, q, name); err != nil {
		return t, err
	}
	if out != nil {
		if err := out.json("tables/"+name+"/columns.json", t.Columns); err != nil {
			return t, err
		}
	}
	chunks := &chunks{out: out, prefix: "tables/" + name + "/", suffix: ".jsonl"}
	var sum Digest
	err = eachRow(ctx, q, name, t.Columns, func(line []byte) error {
		t.Rows++
		sum.add(line)
		return chunks.write(line, '\n')
	})
	t.Digest = sum.String()
	if s.Progress != nil {
		s.Progress(name, t.Rows)
	}
	return t, errors.Join(err, chunks.flush())
}

// eachRow gives every row of a table as a line.
func eachRow(ctx context.Context, q db.Querier, table string, columns []string, f func(line []byte) error) (err error) {
	rows, err := q.Query(ctx, db.SelectAll(table, columns))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	var line []byte
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if line, err = appendRow(line[:0], values); err != nil {
			return err
		}
		if err := f(line); err != nil {
			return err
		}
	}
	return rows.Err()
}

// waiting is how old what belongs to nothing yet may be to be saved: younger than
// what a cleaning that has begun may still remove.
const waiting = 20 * time.Hour

// blobs writes the attachments that belong to something, or still may: an upload
// that waits for its message is restored with its file.
func (s Source) blobs(ctx context.Context, q db.Querier, m Manifest, out *writer) error {
	if _, has := m.Tables["blob"]; !has {
		return nil // the schema of a program that kept none
	}
	rows, err := q.Query(ctx, `SELECT name FROM blob WHERE state = 'kept' OR (state = 'pending' AND sha256 <> '' AND created_at > $1) ORDER BY name`, db.Ms(s.At.Add(-waiting)))
	names, err := db.Collect(rows, err, func(r *sql.Rows) (name string, err error) { return name, r.Scan(&name) })
	if err != nil {
		return err
	}
	for _, name := range names {
		if m.Blobs[name], err = s.blob(ctx, name, out); err != nil {
			return fmt.Errorf("attachment %s: %w", name, err)
		}
	}
	if s.Progress != nil {
		s.Progress("blobs", int64(len(names)))
	}
	return nil
}

func (s Source) blob(ctx context.Context, name string, out *writer) (b Blob, err error) {
	r, err := s.Blobs.Get(ctx, name)
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	sum := sha256.New()
	buf := make([]byte, chunk)
	for n := 1; ; n++ {
		got, err := io.ReadFull(r, buf)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return b, err
		}
		sum.Write(buf[:got])
		b.Size += int64(got)
		if got > 0 {
			if err := out.file(fmt.Sprintf("blobs/%s/%04d", name, n), buf[:got]); err != nil {
				return b, err
			}
		}
		if last {
			b.SHA256 = hex.EncodeToString(sum.Sum(nil))
			return b, nil
		}
	}
}

// writer writes files into the archive.
type writer struct {
	tar *tar.Writer
	at  time.Time
}

func (w *writer) file(name string, content []byte) error {
	err := w.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: w.at, Typeflag: tar.TypeReg, Format: tar.FormatPAX})
	if err == nil {
		_, err = w.tar.Write(content)
	}
	return err
}

func (w *writer) json(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.file(name, append(text, '\n'))
}

// chunks gathers lines into files of bounded size.
type chunks struct {
	out            *writer
	prefix, suffix string
	n              int
	buf            bytes.Buffer
}

func (c *chunks) write(line []byte, end byte) error {
	if c.out == nil {
		return nil
	}
	c.buf.Write(line)
	c.buf.WriteByte(end)
	if c.buf.Len() < chunk {
		return nil
	}
	return c.flush()
}

func (c *chunks) flush() error {
	if c.out == nil || c.buf.Len() == 0 {
		return nil
	}
	c.n++
	err := c.out.file(fmt.Sprintf("%s%06d%s", c.prefix, c.n, c.suffix), c.buf.Bytes())
	c.buf.Reset()
	return err
}

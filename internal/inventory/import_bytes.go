// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"fmt"
	"io"

	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
)

// stored opens the bytes of an import as they were handed over.
func (m *Module) stored(ctx context.Context, i Import) intake.Source {
	return func() (io.ReadCloser, error) {
		return &chunks{ctx: ctx, db: m.deps.DB, id: i.ID, size: i.Size, held: -1}, nil
	}
}

// chunks reads an import's bytes, in order or from anywhere, one chunk in memory at a time.
type chunks struct {
	ctx  context.Context
	db   *db.DB
	id   int64
	size int64
	at   int64
	held int64 // the chunk at hand; -1 for none
	data []byte
}

// Size implements what archives need.
func (c *chunks) Size() int64 { return c.size }

// Read implements io.Reader.
func (c *chunks) Read(p []byte) (int, error) {
	n, err := c.ReadAt(p[:min(len(p), chunkSize)], c.at)
	c.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// ReadAt implements io.ReaderAt.
func (c *chunks) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if err := c.hold((off + int64(n)) / chunkSize); err != nil {
			return n, err
		}
		inside := (off + int64(n)) % chunkSize
		if inside >= int64(len(c.data)) {
			return n, io.EOF
		}
		n += copy(p[n:], c.data[inside:])
	}
	return n, nil
}

// hold has a chunk at hand.
func (c *chunks) hold(seq int64) error {
	if c.held == seq {
		return nil
	}
	c.held = -1
	err := c.db.QueryRow(c.ctx, "SELECT data FROM item_import_chunk WHERE import_id = $1 AND seq = $2", c.id, seq).Scan(&c.data)
	if db.NotFound(err) {
		return io.EOF
	}
	if err != nil {
		return fmt.Errorf("reading an import: %w", err)
	}
	c.held = seq
	return nil
}

// Close implements io.Closer.
func (c *chunks) Close() error { return nil }

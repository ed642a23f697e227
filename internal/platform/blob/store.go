// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"filippo.io/age"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// Backend is where sealed objects lie: a folder, a bucket.
type Backend interface {
	// Put writes an object whole or not at all. Its size is not known before.
	Put(ctx context.Context, name string, sealed io.Reader) error
	// Get opens an object; ErrNotFound when there is none.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	// Delete removes an object; one that is not there is no error.
	Delete(ctx context.Context, name string) error
	// Check says why the store cannot be used now, for /readyz and the doctor.
	Check(ctx context.Context) error
	// String says where it is, without secrets.
	String() string
}

// Object is what is known of a kept file.
type Object struct {
	Name   string
	Size   int64  // bytes of the content
	SHA256 string // of the content, hexadecimal
}

// Store keeps files. It is safe for concurrent use.
type Store struct {
	db      *db.DB
	clock   clock.Clock
	queue   *jobs.Queue
	backend Backend
	key     *Key
}

// New makes the store; Register must follow before jobs run.
func New(d *db.DB, c clock.Clock, q *jobs.Queue, b Backend, k *Key) *Store {
	return &Store{db: d, clock: c, queue: q, backend: b, key: k}
}

// Backend gives where the objects lie.
func (s *Store) Backend() Backend { return s.backend }

// Put seals and writes what r gives, at most limit bytes. The object is pending:
// it stays only if Keep is called in the transaction of what it belongs to.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (Object, error) {
	o := Object{Name: newName()}
	_, err := s.db.Exec(ctx, "INSERT INTO blob (name, state, created_at) VALUES ($1, 'pending', $2)", o.Name, db.Ms(s.clock.Now()))
	if err != nil {
		return Object{}, fmt.Errorf("blob: noting an object: %w", err)
	}
	content := &measured{r: r, limit: limit, sum: sha256.New()}
	if err := s.write(ctx, o.Name, content); err != nil {
		return Object{}, err
	}
	o.Size, o.SHA256 = content.size, hex.EncodeToString(content.sum.Sum(nil))
	_, err = s.db.Exec(ctx, "UPDATE blob SET size = $2, sha256 = $3 WHERE name = $1", o.Name, o.Size, o.SHA256)
	if err != nil {
		return Object{}, fmt.Errorf("blob: noting an object's hash: %w", err)
	}
	return o, nil
}

func newName() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // documented never to fail
	return hex.EncodeToString(b)
}

// write seals content on its way to the backend.
func (s *Store) write(ctx context.Context, name string, content *measured) error {
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(s.seal(pw, content)) }()
	err := s.backend.Put(ctx, name, pr)
	pr.CloseWithError(errors.New("blob: the store stopped reading")) // ends the goroutine whatever happened
	switch {
	case content.err != nil:
		return content.err
	case err != nil:
		return fmt.Errorf("blob: writing to %s: %w", s.backend, err)
	}
	return nil
}

func (s *Store) seal(to io.Writer, content io.Reader) error {
	w, err := age.Encrypt(to, s.key.seal)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, content); err != nil {
		return err
	}
	return w.Close()
}

// measured counts and hashes what goes through, and stops at the limit.
type measured struct {
	r     io.Reader
	limit int64
	size  int64
	sum   hash.Hash
	err   error // why the content could not be read
}

// Read implements io.Reader.
func (m *measured) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.size += int64(n)
	m.sum.Write(p[:n])
	if m.size > m.limit {
		m.err = ErrTooLarge
		return 0, m.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		m.err = err
	}
	return n, err
}

// Keep makes a pending object part of what tx writes. ErrNotFound when it was
// pending for so long that it was cleaned away.
func (s *Store) Keep(ctx context.Context, tx *db.Tx, name string) error {
	done, err := tx.Exec(ctx, "UPDATE blob SET state = 'kept' WHERE name = $1 AND state = 'pending' AND sha256 <> ''", name)
	if err != nil {
		return fmt.Errorf("blob: keeping an object: %w", err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(ErrNotFound, err)
	}
	return nil
}

// Release gives an object up in the transaction of what it belonged to. It is
// removed from the store soon after the commit.
func (s *Store) Release(ctx context.Context, tx *db.Tx, name string) error {
	if _, err := tx.Exec(ctx, "UPDATE blob SET state = 'released' WHERE name = $1", name); err != nil {
		return fmt.Errorf("blob: releasing an object: %w", err)
	}
	return s.queue.Enqueue(ctx, tx, jobs.Job{Kind: cleanJob, Key: cleanJob})
}

// Stat gives what is known of an object; ErrNotFound for one that is released or unknown.
func (s *Store) Stat(ctx context.Context, name string) (Object, error) {
	o := Object{Name: name}
	err := s.db.QueryRow(ctx, "SELECT size, sha256 FROM blob WHERE name = $1 AND state <> 'released' AND sha256 <> ''", name).Scan(&o.Size, &o.SHA256)
	if db.NotFound(err) {
		return Object{}, ErrNotFound
	}
	return o, err
}

// pendingLife is how long an object may wait to be kept: longer than any form is open.
const pendingLife = 24 * time.Hour

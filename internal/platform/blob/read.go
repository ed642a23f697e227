// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
)

// Open gives an object's content. Reading to the end returns ErrDamaged
// instead of io.EOF when it is not what was kept.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	o, err := s.Stat(ctx, name)
	if err != nil {
		return nil, err
	}
	sealed, err := s.backend.Get(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("blob: opening from %s: %w", s.backend, err)
	}
	plain, err := age.Decrypt(sealed, s.key.open...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s: %w", ErrDamaged, name, err), sealed.Close())
	}
	return &checked{Closer: sealed, plain: plain, want: o, sum: sha256.New()}, nil
}

// checked compares what is read with what was kept.
type checked struct {
	io.Closer
	plain io.Reader
	want  Object
	size  int64
	sum   hash.Hash
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.plain.Read(p)
	c.size += int64(n)
	c.sum.Write(p[:n])
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, fmt.Errorf("%w: %s: %w", ErrDamaged, c.want.Name, err)
	case c.size != c.want.Size || hex.EncodeToString(c.sum.Sum(nil)) != c.want.SHA256:
		return n, fmt.Errorf("%w: %s has other content", ErrDamaged, c.want.Name)
	}
	return n, io.EOF
}

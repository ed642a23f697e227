// SPDX-License-Identifier: EUPL-1.2

package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"martinella/internal/platform/fault"
)

// maxWaiting is how many may wait for their turn. At some 30 ms a hash, those
// behind would wait longer than people do.
const maxWaiting = 64

// Hasher computes and compares hashes, a few at a time. It is safe for concurrent use.
type Hasher struct {
	params  Params
	slots   chan struct{}
	waiting atomic.Int64
}

// NewHasher makes a hasher with the parameters for new hashes that computes at
// most concurrent of them at once.
func NewHasher(p Params, concurrent int) (*Hasher, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return &Hasher{params: p, slots: make(chan struct{}, max(1, concurrent))}, nil
}

// Hash gives the PHC string of a password. It returns an Unavailable fault when
// too many wait.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // documented never to fail
	hash, err := h.derive(ctx, password, phc{params: h.params, salt: salt, hash: make([]byte, hashSize)})
	if err != nil {
		return "", err
	}
	return phc{params: h.params, salt: salt, hash: hash}.String(), nil
}

// Verify compares a password with a stored PHC string. stale says that the
// string was made with other parameters than the present ones. With no string
// ("": nobody, or somebody without a password) it computes as long as with one
// and says no, so that the time of an answer tells nothing about who exists.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	want := phc{params: h.params, salt: make([]byte, saltSize), hash: make([]byte, hashSize)}
	if stored != "" {
		if want, err = parsePHC(stored); err != nil {
			return false, false, err
		}
	}
	got, err := h.derive(ctx, password, want)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(got, want.hash) == 1
	return same && stored != "", want.params != h.params || len(want.hash) != hashSize, nil
}

func (h *Hasher) derive(ctx context.Context, password string, like phc) ([]byte, error) {
	if err := h.enter(ctx); err != nil {
		return nil, err
	}
	defer func() { <-h.slots }()
	p := like.params
	return argon2.IDKey([]byte(normal(password)), like.salt, p.Time, p.Memory, p.Threads, uint32(len(like.hash))), nil
}

func (h *Hasher) enter(ctx context.Context) error {
	busy := fault.New(fault.Unavailable, "identity.busy")
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return busy
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return busy.Because(fmt.Errorf("waiting to hash: %w", ctx.Err()))
	}
}

// normal makes the same password of what looks the same on different keyboards
// (NIST SP 800-63B asks for NFKC or NFKD).
func normal(password string) string { return norm.NFKC.String(password) }

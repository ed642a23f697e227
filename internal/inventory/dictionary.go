// SPDX-License-Identifier: EUPL-1.2

package inventory

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"martinella/internal/access"
	"martinella/internal/inventory/names"
)

// lookEvery is how long an index is used before asking whether the dictionary changed.
const lookEvery = 10 * time.Second

// dictionary holds the index of product names. The one in use is never
// changed: a new one takes its place.
type dictionary struct {
	mu      sync.Mutex // held by who looks or builds
	current atomic.Pointer[built]
	tried   atomic.Pointer[names.Index] // the index every unknown name was last looked up in
}

type built struct {
	index      *names.Index
	generation int64
	looked     time.Time
	since      time.Time // when the index was made
}

// rankEvery is how long the order of products by their CVEs may be an old one
// while no new product has come: making the index anew costs a third of a
// second, and an ordinary day of CVEs moves no product by much.
const rankEvery = 7 * 24 * time.Hour

// index gives the index of the product names, built anew when the dictionary
// has changed. While somebody builds, others go on with the one before.
func (m *Module) index(ctx context.Context) (*names.Index, error) {
	b := m.dict.current.Load()
	if b != nil && !m.stale(b) {
		return b.index, nil
	}
	if b != nil && !m.dict.mu.TryLock() {
		return b.index, nil
	}
	if b == nil {
		m.dict.mu.Lock()
	}
	defer m.dict.mu.Unlock()
	return m.rebuild(ctx)
}

func (m *Module) stale(b *built) bool {
	age := m.now().Sub(b.looked)
	return age < 0 || age >= lookEvery
}

// rebuild is called with the lock held.
func (m *Module) rebuild(ctx context.Context) (*names.Index, error) {
	generation, err := m.deps.Dictionary.Generation(ctx)
	if err != nil {
		return nil, fmt.Errorf("dictionary of products: %w", err)
	}
	b := m.dict.current.Load()
	if b != nil && b.generation == generation {
		m.dict.current.Store(&built{b.index, generation, m.now(), b.since})
		return b.index, nil
	}
	list, err := m.deps.Dictionary.Products(ctx, access.System("inventory"))
	if err != nil {
		return nil, fmt.Errorf("dictionary of products: %w", err)
	}
	if age := m.sinceBuilt(b); age >= 0 && age < rankEvery && b.index.KnowsAll(list) {
		m.dict.current.Store(&built{b.index, generation, m.now(), b.since})
		return b.index, nil
	}
	x, err := names.Build(list)
	if err != nil {
		return nil, err
	}
	m.dict.current.Store(&built{x, generation, m.now(), m.now()})
	return x, nil
}

// sinceBuilt is the age of an index; negative when there is none.
func (m *Module) sinceBuilt(b *built) time.Duration {
	if b == nil {
		return -1
	}
	return m.now().Sub(b.since)
}

// refresh looks at once whether the dictionary changed.
func (m *Module) refresh(ctx context.Context) (*names.Index, error) {
	m.dict.mu.Lock()
	defer m.dict.mu.Unlock()
	return m.rebuild(ctx)
}

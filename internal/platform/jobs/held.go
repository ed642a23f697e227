// SPDX-License-Identifier: EUPL-1.2

package jobs

import (
	"maps"
	"slices"
	"sync"
)

// held are the leases this process works under.
type held struct {
	mu     sync.Mutex
	leases map[string]bool
}

// begin notes a lease, and gives what ends that.
func (h *held) begin(lease string) (end func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.leases == nil {
		h.leases = map[string]bool{}
	}
	h.leases[lease] = true
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.leases, lease)
	}
}

func (h *held) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.leases))
}

// SPDX-License-Identifier: EUPL-1.2

package publication

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/platform/fault"
)

// file is something everybody may fetch.
type file struct {
	kind    string // its media type
	body    []byte
	changed time.Time
	tag     string // of its content; "" is made of it
}

const (
	jsonKind  = "application/json"
	plainKind = "text/plain; charset=utf-8"
	csvKind   = "text/csv; charset=utf-8"
	signKind  = "application/pgp-signature"
	keyKind   = "application/pgp-keys"
)

// freshFor is how long others may keep a file without asking again: who fetches
// alerts should not see yesterday's.
const freshFor = "public, max-age=120"

// give answers with a file: conditional requests, ranges and HEAD as HTTP has them.
// Programs in any page may read it: it is public.
func give(r *gate.Request, f file) error {
	if f.tag == "" {
		sum := sha256.Sum256(f.body)
		f.tag = hex.EncodeToString(sum[:12])
	}
	h := r.W.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", freshFor)
	h.Set("Etag", `"`+f.tag+`"`)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	http.ServeContent(r.W, r.R, "", f.changed, bytes.NewReader(f.body))
	return nil
}

// files are those made of all alerts, as they were made last: one set for a
// step, so that a feed that is asked for every minute is not made every minute.
type files struct {
	mu   sync.Mutex
	of   string // the state they are of
	made map[string]file
}

func newFiles() *files { return &files{made: map[string]file{}} }

// get gives a file of a state, made where it is not there; two may make it at once.
func (f *files) get(state, name string, fresh func() (file, error)) (file, error) {
	if got, ok := f.have(state, name); ok {
		return got, nil
	}
	got, err := fresh()
	if err != nil {
		return file{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of == state {
		f.made[name] = got
	}
	return got, nil
}

func (f *files) have(state, name string) (file, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of != state {
		f.of = state
		clear(f.made)
	}
	got, ok := f.made[name]
	return got, ok
}

// state names what the files are made of, and says when it changed: another
// step, another key, other files.
func (m *Module) state(ctx context.Context, s access.Scope) (string, time.Time, error) {
	step, changed, err := m.step(ctx, s)
	if changed.IsZero() {
		changed = epoch
	}
	return fmt.Sprintf("%d-%s", step, m.signs()), changed, err
}

// epoch is the age of what says that there is nothing yet.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func unknownFile() error { return fault.New(fault.NotFound, "access.page") }

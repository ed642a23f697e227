// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"sync"
	"time"

	"martinella/internal/access"
)

// namesFor is how long a person's name may be old on a page of history.
const namesFor = 5 * time.Minute

// authors names who did something. It remembers names for a while, so that a
// page of history does not ask the database line by line.
type authors struct {
	r     *rooms
	mu    sync.Mutex
	known map[string]author
}

type author struct {
	name string
	at   time.Time
}

// Name gives the name of an actor ("person:12"); "" when it is none of a person.
func (x *authors) Name(ctx context.Context, actor string) string {
	id := access.PersonOf(actor)
	if id == 0 {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if a, ok := x.known[actor]; ok && time.Since(a.at) < namesFor {
		return a.name
	}
	name, err := x.r.identity.NameOf(ctx, access.System("history"), id)
	if err != nil {
		return ""
	}
	if x.known == nil || len(x.known) > maxAuthors {
		x.known = map[string]author{}
	}
	x.known[actor] = author{name, time.Now()}
	return name
}

// maxAuthors bounds what is remembered.
const maxAuthors = 10_000

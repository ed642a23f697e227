// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"time"

	"martinella/internal/platform/fault"
)

// The sizes of what is read and given at once.
const (
	taxiiPage  = 1000 // objects; a client may ask for fewer
	taxiiBatch = 4    // alerts, each up to some thousand objects
)

// settled is how old a change must be to be given: one that was dated before
// another and committed after it would be missed by who asks from the other on.
const settled = 2 * time.Second

// cursor is where the next page begins: at an object of an alert; of the common objects where the alert is 0.
type cursor struct {
	at     Place
	offset int
}

func (c cursor) String() string {
	ms := int64(0)
	if !c.at.At.IsZero() {
		ms = c.at.At.UnixMilli()
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%d", ms, c.at.ID, c.offset))
}

func readCursor(text string) (c cursor, err error) {
	if text == "" {
		return c, nil
	}
	wrong := fault.New(fault.Malformed, "exchange.next")
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return c, wrong
	}
	var ms int64
	if n, err := fmt.Sscanf(string(plain), "%d.%d.%d", &ms, &c.at.ID, &c.offset); err != nil || n != 3 || ms < 0 || c.at.ID < 0 || c.offset < 0 {
		return c, wrong
	}
	if ms > 0 {
		c.at.At = time.UnixMilli(ms).UTC()
	}
	return c, nil
}

// found is an object of a collection with when it came there.
type found struct {
	stixObject
	added time.Time
	next  cursor // of what comes after it
}

// eachObject gives the objects of a collection from a place on, the longest there first, until yield says enough.
func (m *Module) eachObject(ctx context.Context, c client, q Question, from cursor, after time.Time, yield func(found) bool) error {
	if from.at.ID == 0 && stixEpoch.After(after) && !m.give(m.stixCommon(), from, cursor{}, stixEpoch, yield) {
		return nil
	}
	place := Place{At: after, ID: math.MaxInt64}
	if after.IsZero() {
		place.ID = 0
	}
	if from.at.ID != 0 {
		place = Place{At: from.at.At, ID: from.at.ID - 1}
	}
	for {
		alerts, err := m.deps.Alerts.Since(ctx, c.scope, q, place, taxiiBatch)
		if err != nil {
			return err
		}
		for _, a := range alerts {
			if m.now().Sub(a.Changed) < settled {
				return nil
			}
			place = Place{At: a.Changed, ID: a.ID}
			start := cursor{at: place}
			if from.at.ID == place.ID && from.at.At.Equal(place.At) {
				start.offset = from.offset
			}
			if !m.give(m.stixOf(c.open(a)), start, cursor{at: place}, a.Changed, yield) {
				return nil
			}
		}
		if len(alerts) < taxiiBatch {
			return nil
		}
	}
}

// give hands on the objects from an offset on; false when it is enough.
func (m *Module) give(objects []stixObject, start, at cursor, added time.Time, yield func(found) bool) bool {
	for n, o := range objects {
		if n < start.offset {
			continue
		}
		at.offset = n + 1
		if !yield(found{o, added, at}) {
			return false
		}
	}
	return true
}

// page collects the objects of a page that match; more says that others follow, from next on.
func (m *Module) page(ctx context.Context, c client, q Question, in taxiiQuery) (out []found, more bool, next cursor, err error) {
	seen := map[string]bool{}
	err = m.eachObject(ctx, c, q, in.next, in.after, func(f found) bool {
		if !in.matches(f) || seen[f.ID] {
			return true
		}
		if len(out) == in.limit {
			more = true
			return false
		}
		seen[f.ID] = true
		out, next = append(out, f), f.next
		return true
	})
	return out, more, next, err
}

// taxiiQuery is what a client asks of a collection.
type taxiiQuery struct {
	limit             int
	next              cursor
	after             time.Time
	ids, types, specs []string
	versions          []string
}

// matches says whether an object is asked for. This server keeps the last version
// of each only: it is the first one too.
func (q taxiiQuery) matches(f found) bool {
	fits := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	if !fits(q.ids, f.ID) || !fits(q.types, f.Type) || !fits(q.specs, f.SpecVersion) {
		return false
	}
	if len(q.versions) == 0 {
		return true
	}
	return slices.ContainsFunc(q.versions, func(v string) bool {
		at, err := time.Parse(time.RFC3339Nano, v)
		return v == "last" || v == "first" || v == "all" || err == nil && instant(at) == f.version(instant(f.added))
	})
}

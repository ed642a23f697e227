// SPDX-License-Identifier: EUPL-1.2

package exchange

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
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

// spread is for how long after its alert changed the objects of one may be dated:
// each is a microsecond younger than the one before it, so that whoever goes on
// from the date of the last he has (TAXII 2.1, 3.5) misses none. Where several
// alerts changed within that time, those of the later ones follow.
const spread = time.Second

// found is an object of a collection with when it came there.
type found struct {
	stixObject
	added time.Time
	next  cursor // of what comes after it
}

// eachObject gives the objects of a collection from a place on, the longest there first, until yield says enough.
func (m *Module) eachObject(ctx context.Context, c client, q Question, from cursor, after time.Time, yield func(found) bool) error {
	if from.at.ID == 0 && !m.give(m.stixCommon(), from, cursor{}, stixEpoch, after, yield) {
		return nil
	}
	place, before := begin(from, after), time.Time{}
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
			objects, added := m.stixOf(c.open(a)), a.Changed
			if !added.After(before) {
				added = before.Add(time.Microsecond)
			}
			before = added.Add(time.Duration(len(objects)-1) * time.Microsecond)
			if !m.give(objects, from.in(place, len(objects)), cursor{at: place}, added, after, yield) {
				return nil
			}
		}
		if len(alerts) < taxiiBatch {
			return nil
		}
	}
}

// begin is from where alerts are read to give the objects from a place on, and
// none dated before a moment: some earlier, because of those dated after their alert.
func begin(from cursor, after time.Time) Place {
	if from.at.ID != 0 && from.at.At.After(after) {
		after = from.at.At
	}
	if after.IsZero() {
		return Place{}
	}
	return Place{At: after.Add(-spread)}
}

// in is where to begin among the objects of the alert at a place, which has n.
func (c cursor) in(at Place, n int) cursor {
	switch order := cmp.Or(at.At.Compare(c.at.At), cmp.Compare(at.ID, c.at.ID)); {
	case c.at.ID == 0 || order > 0:
		return cursor{at: at}
	case order < 0:
		return cursor{at: at, offset: n}
	}
	return c
}

// give hands on the objects from an offset on that are dated after a moment;
// false when it is enough. added is the date of the first of all.
func (m *Module) give(objects []stixObject, start, at cursor, added, after time.Time, yield func(found) bool) bool {
	for n, o := range objects {
		dated := added.Add(time.Duration(n) * time.Microsecond)
		if n < start.offset || !dated.After(after) {
			continue
		}
		at.offset = n + 1
		if !yield(found{o, dated, at}) {
			return false
		}
	}
	return true
}

// page collects the objects of a page that match; more says that others follow, from next on.
func (m *Module) page(ctx context.Context, c client, q Question, in taxiiQuery) (out []found, more bool, next cursor, err error) {
	err = m.eachObject(ctx, c, q, in.next, in.after, func(f found) bool {
		if !in.matches(f) {
			return true
		}
		if len(out) == in.limit {
			more = true
			return false
		}
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
	versions          []time.Time // none: the last of each
}

// matches says whether an object is asked for. This server keeps the last version
// of each only: it is the first one too.
func (q taxiiQuery) matches(f found) bool {
	fits := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	if !fits(q.ids, f.ID) || !fits(q.types, f.Type) || !fits(q.specs, f.SpecVersion) {
		return false
	}
	return len(q.versions) == 0 || slices.ContainsFunc(q.versions, f.is)
}

// version is by what TAXII knows an object, as it stands in it: when it changed,
// else when it was made; else when it came (3.4.1).
func (f found) version() string { return cmp.Or(f.Modified, f.Created, micro(f.added)) }

// is says whether a moment is the object's version, however that is written.
func (f found) is(at time.Time) bool {
	version, err := time.Parse(time.RFC3339Nano, f.version())
	return err == nil && version.Equal(at)
}

// micro writes a moment as TAXII wants it: to the microsecond.
func micro(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

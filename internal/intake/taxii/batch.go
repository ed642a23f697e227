// SPDX-License-Identifier: EUPL-1.2

package taxii

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"martinella/internal/intake/pull"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/fetch"
)

const (
	maxObjects = 2000     // collected before they are handed on
	maxBytes   = 16 << 20 // likewise
	perLookup  = 60       // identifiers of one request: its address must fit everywhere
	perLoose   = 1000     // objects of an alert that is of no report
)

// object is one of STIX 2.1, as it came, with what is needed to put it where it belongs.
type object struct {
	Type     string   `json:"type"`
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Abstract string   `json:"abstract"`
	Created  string   `json:"created"`
	Modified string   `json:"modified"`
	Refs     []string `json:"object_refs"`
	Marks    []string `json:"object_marking_refs"`
	Granular []struct {
		Mark string `json:"marking_ref"`
	} `json:"granular_markings"`

	raw json.RawMessage
}

// version is the mark of a revision.
func (o object) version() string {
	if o.Modified != "" {
		return o.Modified
	}
	return o.Created
}

func (o object) title() string {
	if o.Name != "" {
		return o.Name
	}
	return o.Abstract
}

// needs names what belongs to an object: of what it refers to, no other alert.
func (o object) needs() (ids []string) {
	for _, id := range slices.Concat(o.Refs, o.Marks) {
		if !strings.HasPrefix(id, "report--") && !strings.HasPrefix(id, "grouping--") {
			ids = append(ids, id)
		}
	}
	for _, g := range o.Granular {
		ids = append(ids, g.Mark)
	}
	return ids
}

// head says whether an object is an alert by itself.
func (o object) head() bool { return o.Type == "report" || o.Type == "grouping" || o.Type == "note" }

// batch collects objects until they are handed on.
type batch struct {
	*puller
	of     collection
	loose  bool   // what nothing refers to is handed on too
	day    string // of the run
	parts  int    // alerts of loose objects so far
	order  []string
	byID   map[string]object
	weight int
}

// take adds objects, of each its last version. What is no object is left out: there
// is nothing to tell it by.
func (b *batch) take(raws []json.RawMessage) {
	if b.byID == nil {
		b.byID = map[string]object{}
	}
	for _, raw := range raws {
		var o object
		_ = json.Unmarshal(raw, &o) // a member of another shape is read as missing
		if o.Type == "" || o.ID == "" || len(o.ID) > 200 {
			continue
		}
		o.raw = raw
		old, here := b.byID[o.ID]
		if here && !later(o.version(), old.version()) {
			continue
		}
		if !here {
			b.order = append(b.order, o.ID)
		}
		b.byID[o.ID] = o
		b.weight += len(raw)
	}
}

func later(a, b string) bool {
	x, errX := time.Parse(time.RFC3339Nano, a)
	y, errY := time.Parse(time.RFC3339Nano, b)
	return errX == nil && (errY != nil || x.After(y))
}

func (b *batch) full() bool { return len(b.order) >= maxObjects || b.weight >= maxBytes }

// handOn makes alerts of what was collected and forgets it.
func (b *batch) handOn(ctx context.Context) error {
	var heads []object
	used := map[string]bool{}
	for _, id := range b.order {
		o := b.byID[id]
		if !o.head() || b.aside(o) {
			continue
		}
		for _, id := range o.needs() {
			used[id] = true
		}
		known, err := b.sink.Has(ctx, b.name(o), o.version())
		if err != nil {
			return err
		}
		if !known {
			heads = append(heads, o)
		}
	}
	loose := b.left(used)
	if err := b.lookUp(ctx, heads); err != nil {
		return err
	}
	for _, o := range heads {
		if err := b.sink.Take(ctx, b.item(o)); err != nil {
			return err
		}
	}
	if err := b.handLoose(ctx, loose); err != nil {
		return err
	}
	b.order, b.byID, b.weight = nil, nil, 0
	return nil
}

// name is the source's name for an alert: the same report may be in several collections.
func (b *batch) name(o object) string { return o.ID }

// aside says whether a note is of an alert that came with it, and goes with that.
func (b *batch) aside(o object) bool {
	return o.Type == "note" && slices.ContainsFunc(o.Refs, func(id string) bool {
		of, here := b.byID[id]
		return here && of.Type != "note" && of.head()
	})
}

// left lists the objects to act on that no alert refers to.
func (b *batch) left(used map[string]bool) (out []object) {
	if !b.loose {
		return nil
	}
	for _, id := range b.order {
		if o := b.byID[id]; (o.Type == "indicator" || o.Type == "vulnerability") && !used[id] {
			out = append(out, o)
		}
	}
	return out
}

// item is an alert with all that belongs to it.
func (b *batch) item(o object) pull.Item {
	parts := []object{o}
	for _, id := range b.order {
		if n := b.byID[id]; n.ID != o.ID && n.Type == "note" && b.aside(n) && slices.Contains(n.Refs, o.ID) {
			parts = append(parts, n)
		}
	}
	parts = b.closed(parts)
	it := pull.Item{ID: b.name(o), Mark: o.version(), Name: pull.FileName(o.ID, ".json"), Title: o.title(), Data: bundle(o.ID+o.version(), parts)}
	if len(it.Data) > pull.MaxItem {
		it.Data, it.Err = nil, fault.New(fault.TooLarge, fetch.CodeTooLarge, fault.P{"host": pull.Host(b.of.address), "limit": pull.MaxItem})
	}
	return it
}

// closed adds what the parts refer to and what their labels mean, as far as it is here.
func (b *batch) closed(parts []object) []object {
	here := map[string]bool{}
	for _, o := range parts {
		here[o.ID] = true
	}
	for n := 0; n < len(parts); n++ {
		for _, id := range parts[n].needs() {
			if o, got := b.byID[id]; got && !here[id] && !o.head() {
				here[id] = true
				parts = append(parts, o)
			}
		}
	}
	return parts
}

// handLoose hands on what belongs to no alert, a thousand at a time.
func (b *batch) handLoose(ctx context.Context, all []object) error {
	for some := range slices.Chunk(all, perLoose) {
		b.parts++
		it := pull.Item{ID: "objects:" + b.of.ID + ":" + b.day + ":" + strconv.Itoa(b.parts), Name: "objects.json", Title: some[0].title()}
		if it.Data = bundle(it.ID, b.closed(some)); len(some) > 1 {
			it.Title += " (+" + strconv.Itoa(len(some)-1) + ")"
		}
		if err := b.sink.Take(ctx, it); err != nil {
			return err
		}
	}
	return nil
}

// bundle writes objects as they came in a bundle of their own.
func bundle(of string, parts []object) []byte {
	var out bytes.Buffer
	out.WriteString(`{"type":"bundle","id":"bundle--` + uuid.NewSHA1(uuid.NameSpaceURL, []byte("taxii:"+of)).String() + `","objects":[`)
	for n, o := range parts {
		if n > 0 {
			out.WriteByte(',')
		}
		out.Write(o.raw)
	}
	out.WriteString("]}")
	return out.Bytes()
}

// lookUp asks by name for what alerts refer to and did not come with them. What
// the server does not give is left out: the alert's reader says what is missing.
func (b *batch) lookUp(ctx context.Context, heads []object) error {
	asked := map[string]bool{}
	// Twice: what was found has labels, whose meaning is asked for next.
	for range 2 {
		var missing []string
		for _, o := range heads {
			for _, part := range b.closed([]object{o}) {
				for _, id := range part.needs() {
					if _, got := b.byID[id]; !got && !asked[id] && plainID(id) {
						asked[id] = true
						missing = append(missing, id)
					}
				}
			}
		}
		for some := range slices.Chunk(missing, perLookup) {
			if err := b.find(ctx, some); err != nil {
				return err
			}
		}
	}
	return nil
}

// find asks for some objects by their names.
func (b *batch) find(ctx context.Context, ids []string) error {
	query := url.Values{"match[id]": {strings.Join(ids, ",")}, "limit": {strconv.Itoa(perPage)}}
	for b.lookups > 0 && b.weight < 2*maxBytes {
		b.lookups--
		e, _, err := b.page(ctx, b.of, query)
		if fault.Of(err).Code == pull.CodeStatus {
			return nil // 404: it has none of them
		}
		if err != nil {
			return err
		}
		b.take(e.Objects)
		if !e.More || e.Next == "" {
			return nil
		}
		query.Set("next", e.Next)
	}
	return nil
}

// plainID says whether an identifier is one of STIX, and so can stand in an address.
func plainID(id string) bool {
	kind, key, ok := strings.Cut(id, "--")
	_, err := uuid.Parse(key)
	return ok && err == nil && len(kind) < 100 && !strings.ContainsAny(kind, ",/?& ")
}

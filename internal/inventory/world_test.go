// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/access/gate"
	"martinella/internal/inventory"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
)

// world is a room with all it stands on.
type world struct {
	*inventory.Module
	db    *db.DB
	clock *clock.Fake
	queue *jobs.Queue
	bus   *events.Bus
	audit *audit.Log
	dict  *dictionary
	gate  *gate.Gate
}

// migrations are what the room's tables stand beside.
func migrations() []db.Migration {
	return []db.Migration{{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations}, {Module: "audit", FS: audit.Migrations}, inventory.Migrations()}
}

var morning = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, d *db.DB, change ...func(*inventory.Deps)) *world {
	t.Helper()
	w := &world{db: d, clock: clock.NewFake(morning), dict: corpus(t)}
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.bus = events.NewBus(w.queue, w.clock)
	w.audit = audit.New(d, w.clock.Now)
	deps := inventory.Deps{DB: d, Clock: w.clock, Queue: w.queue, Bus: w.bus, Audit: w.audit, CPE: testCPE{}, Dictionary: w.dict}
	for _, f := range change {
		f(&deps)
	}
	w.Module = inventory.New(deps)
	w.gate = newGate(t)
	if err := w.Register(w.gate, w.queue, w.bus); err != nil {
		t.Fatal(err)
	}
	return w
}

// each runs a test on both engines.
func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, migrations(), func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}

// drain works on all jobs that are due.
func (w *world) drain(t testing.TB) {
	t.Helper()
	if _, err := w.queue.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	if dead, err := w.queue.List(context.Background(), "", 0, 10); err != nil || len(dead) > 0 {
		t.Fatalf("jobs left over: %+v %v", dead, err)
	}
}

func member(org int64) access.Scope {
	s, _ := access.Principal{Person: 100 + org, Memberships: map[int64][]access.Role{org: {access.OrgTechnician}}}.In(org)
	return s
}

func leader(org int64) access.Scope {
	s, _ := access.Principal{Person: 200 + org, Memberships: map[int64][]access.Role{org: {access.OrgLeader}}}.In(org)
	return s
}

func analyst() access.Principal {
	return access.Principal{Person: 9, Staff: []access.Role{access.Analyst}}
}

// dictionary is the real product names of the corpus, or a few.
type dictionary struct {
	mu         sync.Mutex
	list       []names.Product
	generation int64
}

func (d *dictionary) Generation(context.Context) (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.generation, nil
}

func (d *dictionary) Products(context.Context, access.Scope) ([]names.Product, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.list, nil
}

func (d *dictionary) add(p names.Product) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(append([]names.Product(nil), d.list...), p)
	d.generation++
}

var readCorpus = sync.OnceValues(func() ([]names.Product, error) {
	f, err := os.Open("names/testdata/products.tsv.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var list []names.Product
	for s := bufio.NewScanner(z); s.Scan(); {
		c := strings.Split(s.Text(), "\t")
		n, err := strconv.Atoi(c[3])
		if err != nil {
			return nil, err
		}
		list = append(list, names.Product{Part: c[0], Vendor: c[1], Product: c[2], Count: n})
	}
	return list, nil
})

func corpus(t testing.TB) *dictionary {
	t.Helper()
	list, err := readCorpus()
	if err != nil {
		t.Fatal(err)
	}
	return &dictionary{list: list, generation: 1}
}

// testCPE is a CPE reader good enough for tests: the real one belongs to another room.
type testCPE struct{}

func (testCPE) Parse(text string) (n inventory.CPEName, err error) {
	rest, ok := strings.CutPrefix(strings.ToLower(text), "cpe:2.3:")
	if !ok {
		return n, errors.New("not a CPE 2.3 name")
	}
	at := 0
	for i := 0; i < len(rest); i++ {
		switch {
		case rest[i] == ':':
			if at++; at > 10 {
				return n, errors.New("too many attributes")
			}
		case rest[i] == '\\' && i+1 < len(rest):
			n[at] += rest[i : i+2]
			i++
		default:
			n[at] += rest[i : i+1]
		}
	}
	if at != 10 || !strings.Contains("aoh*-", n[0]) {
		return n, errors.New("not eleven attributes")
	}
	return n, nil
}

func (testCPE) Quote(text string) (string, error) {
	if text == "" {
		return "*", nil
	}
	var b strings.Builder
	for _, c := range strings.ToLower(text) {
		if c < 0x80 && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String(), nil
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func add(t testing.TB, w *world, org int64, e inventory.Entry) inventory.Item {
	t.Helper()
	return must[inventory.Item](t)(w.Add(context.Background(), member(org), e))
}

func items(t testing.TB, w *world, org int64) []inventory.Item {
	t.Helper()
	return must[[]inventory.Item](t)(w.Items(context.Background(), member(org)))
}

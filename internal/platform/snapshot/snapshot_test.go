// SPDX-License-Identifier: EUPL-1.2

package snapshot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"martinella/internal/platform/audit"
	"martinella/internal/platform/blob"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/pgtest"
	"martinella/internal/platform/events"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/snapshot"
)

const sampleSQL = `CREATE TABLE sample (
	id {{id}}, parent_id BIGINT REFERENCES sample (id), name TEXT NOT NULL UNIQUE, raw {{blob}}, good BOOLEAN NOT NULL, score DOUBLE PRECISION, at BIGINT);
INSERT INTO sample (id, name, good) VALUES (1, 'a row that the schema brings', TRUE);
CREATE TABLE leaf (sample_id BIGINT NOT NULL REFERENCES sample (id), key TEXT NOT NULL, PRIMARY KEY (sample_id, key));`

func modules(steps ...string) []db.Migration {
	fs := fstest.MapFS{"migrations/0001_sample.sql": {Data: []byte(sampleSQL)}}
	for i, s := range steps {
		fs[fmt.Sprintf("migrations/%04d_more.sql", i+2)] = &fstest.MapFile{Data: []byte(s)}
	}
	return []db.Migration{
		{Module: "jobs", FS: jobs.Migrations}, {Module: "events", FS: events.Migrations}, {Module: "audit", FS: audit.Migrations},
		{Module: "blob", FS: blob.Migrations}, {Module: "sample", FS: fs},
	}
}

// instance is a database with a store of attachments.
type instance struct {
	*testing.T
	db    *db.DB
	blobs *blob.Folder
	store *blob.Store
	clock *clock.Fake
}

func (i *instance) must(err error) {
	i.Helper()
	if err != nil {
		i.Fatal(err)
	}
}

// blank is an instance without tables, on an engine.
func blank(t *testing.T, engine string) *instance {
	t.Helper()
	dsn := filepath.Join(t.TempDir(), "test.db")
	if engine == "postgres" {
		dsn = pgtest.DSN(t)
	}
	i := &instance{T: t, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))}
	var err error
	i.db, err = db.Open(t.Context(), dsn)
	i.must(err)
	i.blobs, err = blob.NewFolder(t.TempDir())
	i.must(err)
	key, err := blob.NewKey()
	i.must(err)
	i.store = blob.New(i.db, i.clock, jobs.New(i.db, i.clock, slog.New(slog.DiscardHandler), jobs.Config{}), i.blobs, key)
	t.Cleanup(func() { _ = errors.Join(i.db.Close(), i.blobs.Close()) })
	return i
}

// lived is an instance with something in it.
func lived(t *testing.T, engine string) *instance {
	t.Helper()
	i := blank(t, engine)
	_, err := i.db.Migrate(t.Context(), modules())
	i.must(err)
	i.must(i.db.Tx(t.Context(), func(tx *db.Tx) error {
		ctx := t.Context()
		for n := range 2500 {
			var parent any
			if n > 3 {
				parent = 2 + n%3
			}
			if _, err := tx.Exec(ctx, "INSERT INTO sample (id, parent_id, name, raw, good, score, at) VALUES ($1,$2,$3,$4,$5,$6,$7)",
				n+2, parent, fmt.Sprintf("n%d <\"è\u2028'\\> 𝄞\n", n), []byte{0, byte(n), 255}, n%2 == 0, float64(n), int64(1)<<60+int64(n)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "INSERT INTO leaf (sample_id, key) VALUES (5, 'x')"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM sample WHERE id > 2490"); err != nil {
			return err
		}
		if err := tx.SetCounters(ctx, map[string]int64{"sample": 2501}); err != nil { // PostgreSQL does not count ids that were given to it
			return err
		}
		return audit.New(i.db, i.clock.Now).Append(ctx, tx, "system:test", 0, "test.lived", "test", nil)
	}))
	for _, content := range []string{"", "an attachment", strings.Repeat("large ", 3<<20)} {
		o, err := i.store.Put(t.Context(), strings.NewReader(content), 64<<20)
		i.must(err)
		i.must(i.db.Tx(t.Context(), func(tx *db.Tx) error { return i.store.Keep(t.Context(), tx, o.Name) }))
	}
	return i
}

func (i *instance) save() ([]byte, snapshot.Manifest) {
	i.Helper()
	var out bytes.Buffer
	m, err := snapshot.Write(i.Context(), snapshot.Source{DB: i.db, Blobs: i.blobs, Program: "test", At: i.clock.Now()}, &out)
	i.must(err)
	return out.Bytes(), m
}

func (i *instance) restore(saved []byte, mods []db.Migration) error {
	_, err := snapshot.Read(i.Context(), snapshot.Target{DB: i.db, Blobs: i.blobs, Modules: mods}, bytes.NewReader(saved))
	return err
}

// From each engine to each: what comes back is what was saved, and the instance works on.
func TestEveryWay(t *testing.T) {
	for _, from := range []string{"sqlite", "postgres"} {
		a := lived(t, from)
		saved, want := a.save()
		for _, to := range []string{"sqlite", "postgres"} {
			t.Run(from+" to "+to, func(t *testing.T) {
				b := blank(t, to)
				b.must(b.restore(saved, modules()))
				_, got := b.save()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("another instance came back (-saved +restored):\n%s", diff)
				}
				if want.Rows() < 2490 || len(want.Blobs) != 3 || want.Counters["sample"] != 2501 {
					t.Errorf("saved: %d rows, %d attachments, counters %v", want.Rows(), len(want.Blobs), want.Counters)
				}
				var id int64
				b.must(b.db.QueryRow(t.Context(), "SELECT MAX(id) FROM sample").Scan(&id))
				b.must(b.db.Tx(t.Context(), func(tx *db.Tx) error {
					return tx.QueryRow(t.Context(), "INSERT INTO sample (name, good) VALUES ('new', TRUE) RETURNING id").Scan(&id)
				}))
				if id != 2502 {
					t.Errorf("the next id is %d: ids of rows that are gone are given again", id)
				}
				if _, err := b.db.Exec(t.Context(), "INSERT INTO leaf (sample_id, key) VALUES (999999, 'x')"); err == nil {
					t.Error("references are not checked any more")
				}
				if r, err := audit.New(b.db, b.clock.Now).Verify(t.Context()); err != nil || r.Entries != 1 {
					t.Errorf("the audit log: %+v, %v", r, err)
				}
			})
		}
	}
}

func TestNothingStaysOfADamagedSnapshot(t *testing.T) {
	a := lived(t, "sqlite")
	saved, _ := a.save()
	for name, damaged := range map[string][]byte{
		"cut off in the middle":    saved[:len(saved)/2],
		"cut off near the end":     saved[:len(saved)-40],
		"a bit":                    flip(saved, len(saved)/3),
		"doctored":                 rewrite(t, saved, `"n7 `, `"nX `),
		"doctored counts":          rewrite(t, saved, `"rows":2490`, `"rows":2489`),
		"a reference to nowhere":   rewrite(t, saved, `[5,"x"]`, `[9,"x"]`, `["x",5]`, `["x",0]`),
		"another column":           rewrite(t, saved, `"score"`, `"scorf"`),
		"a column that is SQL":     rewrite(t, saved, `["key","sample_id"]`, `["key\"--","samp"]`),
		"a file out of the folder": rewrite(t, saved, "blobs/", "../bl/"),
		"not a snapshot":           []byte("PK\x03\x04"),
		"nothing":                  nil,
	} {
		t.Run(name, func(t *testing.T) {
			for _, engine := range []string{"sqlite", "postgres"} {
				b := blank(t, engine)
				if err := b.restore(damaged, modules()); err == nil {
					t.Fatalf("%s: it was restored", engine)
				}
				if engine == "sqlite" && (name == "nothing" || name == "not a snapshot") {
					continue // not even tables
				}
				var n int
				if err := b.db.QueryRow(t.Context(), "SELECT (SELECT COUNT(*) FROM leaf) + (SELECT COUNT(*) FROM blob) + (SELECT COUNT(*) FROM audit_entry)").Scan(&n); err == nil && n != 0 {
					t.Errorf("%s: %d rows stayed", engine, n)
				}
				if err := b.restore(saved, modules()); err != nil {
					t.Errorf("%s: the whole one afterwards: %v", engine, err)
				}
			}
		})
	}
}

func flip(b []byte, at int) []byte {
	out := bytes.Clone(b)
	out[at] ^= 1
	return out
}

// rewrite changes the unpacked archive; the pairs are as long as each other.
func rewrite(t *testing.T, saved []byte, pairs ...string) []byte {
	t.Helper()
	dec, err := zstd.NewReader(bytes.NewReader(saved))
	if err != nil {
		t.Fatal(err)
	}
	defer dec.Close()
	text, err := io.ReadAll(dec)
	if err != nil {
		t.Fatal(err)
	}
	changed := text
	for i := 0; i < len(pairs); i += 2 {
		changed = bytes.ReplaceAll(changed, []byte(pairs[i]), []byte(pairs[i+1]))
	}
	if bytes.Equal(changed, text) {
		t.Fatalf("nothing to change: %q", pairs)
	}
	var out bytes.Buffer
	enc, err := zstd.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := enc.Write(changed); err != nil {
		t.Fatal(err)
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOnlyIntoAnEmptyInstance(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		a := lived(t, engine)
		saved, before := a.save()
		if err := a.restore(saved, modules()); !errors.Is(err, snapshot.ErrNotEmpty) {
			t.Errorf("%s: %v", engine, err)
		}
		if _, after := a.save(); !cmp.Equal(before, after) {
			t.Errorf("%s: it was changed", engine)
		}
	}
}

// A snapshot of an older program is restored and then brought up to date; one of
// a newer program is refused.
func TestSchemasOfOtherPrograms(t *testing.T) {
	newer := modules("ALTER TABLE sample ADD COLUMN extra TEXT NOT NULL DEFAULT 'given';")
	saved, _ := lived(t, "sqlite").save()
	b := blank(t, "postgres")
	b.must(b.restore(saved, newer))
	var n int
	b.must(b.db.QueryRow(t.Context(), "SELECT COUNT(*) FROM sample WHERE extra = 'given'").Scan(&n))
	if n != 2490 {
		t.Errorf("%d rows were brought up to date", n)
	}
	later, _ := b.save()
	c := blank(t, "sqlite")
	if err := c.restore(later, modules()); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("from a newer program: %v", err)
	}
}

// A snapshot shows one moment, however much is written meanwhile.
func TestOneMoment(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		a := lived(t, engine)
		_, want := a.save()
		var out bytes.Buffer
		meddled := false
		m, err := snapshot.Write(t.Context(), snapshot.Source{DB: a.db, Blobs: a.blobs, At: a.clock.Now(), Progress: func(string, int64) {
			if !meddled { // after the first table has been read
				meddled = true
				_, err := a.db.Exec(context.Background(), "UPDATE sample SET name = name || '!'")
				a.must(err)
			}
		}}, &out)
		a.must(err)
		if diff := cmp.Diff(want.Tables, m.Tables); diff != "" {
			t.Errorf("%s: it shows what came later:\n%s", engine, diff)
		}
		if !meddled {
			t.Error("nothing was written meanwhile")
		}
	}
}

func TestRowsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(
			rapid.Just[any](nil), rapid.Map(rapid.Bool(), toAny[bool]), rapid.Map(rapid.Int64(), toAny[int64]),
			rapid.Map(rapid.String(), toAny[string]), rapid.Map(rapid.SliceOf(rapid.Byte()), toAny[[]byte]),
			rapid.Map(rapid.Float64Range(-1e300, 1e300), toAny[float64]),
		)
		want := rapid.SliceOfN(value, 1, 6).Draw(t, "row")
		got, err := snapshot.RoundTrip(want)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func toAny[T any](v T) any { return v }

// SPDX-License-Identifier: EUPL-1.2

package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"filippo.io/age"

	"martinella/internal/platform/blob"
	"martinella/internal/platform/blob/s3test"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/jobs"
)

type world struct {
	*testing.T
	store  *blob.Store
	db     *db.DB
	clock  *clock.Fake
	queue  *jobs.Queue
	key    *blob.Key
	folder string // where the sealed bytes lie, whatever the backend
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) put(content string) blob.Object {
	w.Helper()
	o, err := w.store.Put(w.Context(), strings.NewReader(content), 1<<20)
	w.must(err)
	return o
}

func (w *world) tx(f func(ctx context.Context, tx *db.Tx) error) error {
	return w.db.Tx(w.Context(), func(tx *db.Tx) error { return f(w.Context(), tx) })
}

func (w *world) keep(o blob.Object) {
	w.Helper()
	w.must(w.tx(func(ctx context.Context, tx *db.Tx) error { return w.store.Keep(ctx, tx, o.Name) }))
}

func (w *world) read(name string) (string, error) {
	w.Helper()
	r, err := w.store.Open(w.Context(), name)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), errors.Join(err, r.Close())
}

// files gives what lies in the store, by path.
func (w *world) files() map[string][]byte {
	w.Helper()
	found := map[string][]byte{}
	w.must(filepath.WalkDir(w.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, ".sgwtmp") {
			return err
		}
		text, err := os.ReadFile(path)
		found[path] = text
		return err
	}))
	return found
}

// each runs f on a folder with SQLite and on an S3 server with PostgreSQL.
func each(t *testing.T, f func(w *world)) {
	migrations := []db.Migration{{Module: "jobs", FS: jobs.Migrations}, {Module: "blob", FS: blob.Migrations}}
	t.Run("folder and sqlite", func(t *testing.T) {
		folder := t.TempDir()
		b, err := blob.NewFolder(folder)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = b.Close() })
		f(newWorld(t, dbtest.SQLite(t, migrations), b, folder))
	})
	t.Run("s3 and postgres", func(t *testing.T) {
		bucket := s3test.Start(t)
		b, err := blob.NewS3(bucket.Address, blob.S3Access{AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey})
		if err != nil {
			t.Fatal(err)
		}
		f(newWorld(t, dbtest.Postgres(t, migrations), b, bucket.Folder))
	})
}

func newWorld(t *testing.T, d *db.DB, b blob.Backend, folder string) *world {
	key, err := blob.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: d, key: key, folder: folder, clock: clock.NewFake(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC))}
	w.queue = jobs.New(d, w.clock, slog.New(slog.DiscardHandler), jobs.Config{})
	w.store = blob.New(d, w.clock, w.queue, b, key)
	w.must(w.store.Register())
	return w
}

func TestWhatIsKeptComesBackAndIsSealed(t *testing.T) {
	each(t, func(w *world) {
		content := strings.Repeat("relazione riservata ", 20_000) // more than one chunk of age's
		o := w.put(content)
		w.keep(o)
		if got, err := w.read(o.Name); err != nil || got != content {
			w.Errorf("%d bytes came back of %d: %v", len(got), len(content), err)
		}
		if o.Size != int64(len(content)) || len(o.SHA256) != 64 {
			w.Errorf("told %+v", o)
		}
		files := w.files()
		if len(files) != 1 {
			w.Fatalf("%d files in the store", len(files))
		}
		for path, sealed := range files {
			if bytes.Contains(sealed, []byte("riservata")) || !bytes.HasPrefix(sealed, []byte("age-encryption.org/v1")) {
				w.Errorf("%s is not sealed", path)
			}
			if strings.Contains(path, o.SHA256) {
				w.Errorf("the name tells the content's hash: %s", path)
			}
		}
		w.must(w.store.Backend().Check(w.Context()))
	})
}

func TestOverTheLimitNothingStays(t *testing.T) {
	each(t, func(w *world) {
		if _, err := w.store.Put(w.Context(), strings.NewReader("four+"), 4); !errors.Is(err, blob.ErrTooLarge) {
			w.Errorf("over the limit: %v", err)
		}
		broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("the line went dead")))
		if _, err := w.store.Put(w.Context(), broken, 1<<20); err == nil || !strings.Contains(err.Error(), "the line went dead") {
			w.Errorf("a broken upload: %v", err)
		}
		if o, err := w.store.Put(w.Context(), strings.NewReader("four"), 4); err != nil || o.Size != 4 {
			w.Errorf("exactly the limit: %+v, %v", o, err)
		}
		w.clock.Advance(25 * time.Hour)
		w.must(w.store.Clean(w.Context()))
		if left := w.files(); len(left) != 0 {
			w.Errorf("left behind: %d", len(left))
		}
	})
}

// between counts what is read of a file and not yet given to the backend.
type between struct {
	blob.Backend
	r       io.Reader
	in, out atomic.Int64
	worst   int64 // the most there was between
}

func (b *between) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.worst = max(b.worst, b.in.Add(int64(n))-b.out.Load())
	return n, err
}

func (b *between) Put(ctx context.Context, name string, sealed io.Reader) error {
	return b.Backend.Put(ctx, name, io.TeeReader(sealed, b))
}

func (b *between) Write(p []byte) (int, error) { b.out.Add(int64(len(p))); return len(p), nil }

// Whatever a file's size, the store holds a few pieces of it at a time.
func TestAFileOf50MegabytesIsNeverHeldWhole(t *testing.T) {
	each(t, func(w *world) {
		const size, bound = 50 << 20, 256 << 10
		b := &between{Backend: w.store.Backend(), r: io.LimitReader(zeros{}, size)}
		store := blob.New(w.db, w.clock, w.queue, b, w.key)
		o, err := store.Put(w.Context(), b, size)
		w.must(err)
		if o.Size != size || b.out.Load() < size || b.worst > bound {
			t.Errorf("%d bytes, %d sealed, up to %d held at once", o.Size, b.out.Load(), b.worst)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestOnlyWhatNobodyKeepsIsCleaned(t *testing.T) {
	each(t, func(w *world) {
		kept, forgotten, undone := w.put("kept"), w.put("forgotten"), w.put("undone")
		w.keep(kept)
		if err := w.tx(func(ctx context.Context, tx *db.Tx) error {
			w.must(w.store.Keep(ctx, tx, undone.Name))
			return errors.New("the room changed its mind")
		}); err == nil {
			w.Fatal("the transaction went through")
		}
		w.must(w.store.Clean(w.Context()))
		if got, err := w.read(forgotten.Name); err != nil || got != "forgotten" {
			w.Errorf("a form may still be open: %q, %v", got, err)
		}
		w.clock.Advance(25 * time.Hour)
		w.must(w.store.Clean(w.Context()))
		if got, err := w.read(kept.Name); err != nil || got != "kept" {
			w.Errorf("kept: %q, %v", got, err)
		}
		for _, gone := range []blob.Object{forgotten, undone} {
			if _, err := w.read(gone.Name); !errors.Is(err, blob.ErrNotFound) {
				w.Errorf("still there: %v", err)
			}
			err := w.tx(func(ctx context.Context, tx *db.Tx) error { return w.store.Keep(ctx, tx, gone.Name) })
			if !errors.Is(err, blob.ErrNotFound) {
				w.Errorf("kept what is gone: %v", err)
			}
		}
		if left := w.files(); len(left) != 1 {
			w.Errorf("%d files are left", len(left))
		}
	})
}

func TestNothingIsRemovedWhileSomebodyCopies(t *testing.T) {
	each(t, func(w *world) {
		w.put("forgotten")
		w.clock.Advance(25 * time.Hour)
		until := w.clock.Now().Add(time.Hour)
		w.must(blob.Hold(w.Context(), w.db, until))
		w.must(w.store.Clean(w.Context()))
		if left := w.files(); len(left) != 1 {
			w.Errorf("%d files while it is held", len(left))
		}
		w.must(blob.EndHold(w.Context(), w.db, until))
		w.must(w.store.Clean(w.Context()))
		if left := w.files(); len(left) != 0 {
			w.Errorf("%d files after it", len(left))
		}
	})
}

func TestReleasedIsRemovedByAJobOfTheSameTransaction(t *testing.T) {
	each(t, func(w *world) {
		o := w.put("an attachment")
		w.keep(o)
		w.must(w.tx(func(ctx context.Context, tx *db.Tx) error { return w.store.Release(ctx, tx, o.Name) }))
		if _, err := w.read(o.Name); !errors.Is(err, blob.ErrNotFound) {
			w.Errorf("released and still read: %v", err)
		}
		_, err := w.queue.Drain(w.Context())
		w.must(err)
		if left := w.files(); len(left) != 0 {
			w.Errorf("%d files are left", len(left))
		}
	})
}

func TestWhatWasChangedInTheStoreIsTold(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.put("contents A"), w.put("contents B")
		w.keep(a)
		w.keep(b)
		files := w.files()
		var paths []string
		for path := range files {
			paths = append(paths, path)
		}
		w.must(os.WriteFile(paths[0], files[paths[1]], 0o600)) // sealed for us, but not what was kept there
		torn := files[paths[1]]
		w.must(os.WriteFile(paths[1], torn[:len(torn)-1], 0o600))
		for _, o := range []blob.Object{a, b} {
			if got, err := w.read(o.Name); !errors.Is(err, blob.ErrDamaged) {
				w.Errorf("read %q, %v", got, err)
			}
		}
	})
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	each(t, func(w *world) {
		o := w.put("secret")
		w.keep(o)
		other, err := blob.NewKey()
		w.must(err)
		stranger := blob.New(w.db, w.clock, w.queue, w.store.Backend(), other)
		if _, err := stranger.Open(w.Context(), o.Name); !errors.Is(err, blob.ErrDamaged) {
			w.Errorf("opened with another key: %v", err)
		}
	})
}

func TestATextOpensForItsUseOnly(t *testing.T) {
	key, err := blob.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := key.Seal([]byte("un testo"), "channel.body:1")
	if err != nil || bytes.Contains(sealed, []byte("testo")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	if got, err := key.Open(sealed, "channel.body:1"); err != nil || string(got) != "un testo" {
		t.Errorf("%q, %v", got, err)
	}
	for _, use := range []string{"channel.body:2", "channel.body:", ""} {
		if got, err := key.Open(sealed, use); !errors.Is(err, blob.ErrDamaged) {
			t.Errorf("opened for %q: %q, %v", use, got, err)
		}
	}
	if _, err := key.Open(sealed[:len(sealed)-1], "channel.body:1"); !errors.Is(err, blob.ErrDamaged) {
		t.Errorf("a torn text: %v", err)
	}
}

func TestNamesStayInTheFolder(t *testing.T) {
	dir := t.TempDir()
	f, err := blob.NewFolder(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range []string{"", "ab", "../../etc/passwd", "/etc/passwd", "..", "a/b/c", strings.Repeat("../", 9) + "x"} {
		if err := f.Put(t.Context(), name, strings.NewReader("x")); err == nil {
			t.Errorf("wrote %q", name)
		}
		if _, err := f.Get(t.Context(), name); err == nil {
			t.Errorf("read %q", name)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	made := filepath.Join(dir, "sub", "blob.key")
	if _, err := blob.LoadKey(made, false); err == nil {
		t.Error("a missing key was loaded")
	}
	if _, err := blob.LoadKey(made, true); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := age.ParseIdentities(bytes.NewReader(text)); err != nil || len(ids) != 1 {
		t.Errorf("age does not read the file we made: %v", err)
	}
	if _, err := blob.LoadKey(made, true); err != nil {
		t.Errorf("the second start: %v", err)
	}
	for name, content := range map[string]string{"empty": "", "half": string(text[:len(text)-9]), "a password": "hunter2\n"} {
		bad := filepath.Join(dir, "bad")
		if err := os.WriteFile(bad, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := blob.LoadKey(bad, true); err == nil || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "AGE-SECRET-KEY-1"+strings.Repeat("Q", 3)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddressesOfBuckets(t *testing.T) {
	for _, bad := range []string{"", "s3://", "s3://b", "https://b", "s3://b?endpoint=ftp://x", "s3://key:secret@b?endpoint=https://x"} {
		if _, err := blob.NewS3(bad, blob.S3Access{}); err == nil {
			t.Errorf("%q was taken", bad)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
}

// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"martinella/internal/platform/blob"
	"martinella/internal/platform/config"
	"martinella/internal/platform/db"
	"martinella/internal/platform/snapshot"
)

// backupHold is how long attachments stay for a backup that was killed.
const backupHold = 24 * time.Hour

// Backup writes a snapshot of a working instance to a file, which appears under
// its name when it is whole. It changes no schema: a new program may save what
// an old one wrote. told is given each table with its rows.
func Backup(ctx context.Context, o Options, path string, told func(string, int64)) (m snapshot.Manifest, err error) {
	d, err := openExisting(ctx, o.Config.Database)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	part := path + ".part"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return m, fmt.Errorf("making the backup: %w", err)
	}
	m, err = save(ctx, o, d, out, told)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return m, errors.Join(err, os.Remove(part))
	}
	return m, errors.Join(os.Rename(part, path), syncFolder(filepath.Dir(path)))
}

// openExisting opens a database without making one where there is none.
func openExisting(ctx context.Context, dsn string) (*db.DB, error) {
	if path := strings.TrimPrefix(dsn, "sqlite:"); !strings.Contains(path, "://") {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no instance: %w", err)
		}
	}
	return db.Open(ctx, dsn)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// save writes a snapshot while no attachment is removed.
func save(ctx context.Context, o Options, d *db.DB, w io.Writer, told func(string, int64)) (m snapshot.Manifest, err error) {
	schema, err := db.Schema(ctx, d)
	if err != nil {
		return m, fmt.Errorf("this is no database of Martinella: %w", err)
	}
	if schema["blob"] >= 2 {
		until := o.Clock.Now().Add(backupHold)
		if err := blob.Hold(ctx, d, until); err != nil {
			return m, err
		}
		defer func() { err = errors.Join(err, blob.EndHold(context.WithoutCancel(ctx), d, until)) }()
	}
	files, err := blobBackend(o.Config)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, closeBackend(files)) }()
	return snapshot.Write(ctx, snapshot.Source{DB: d, Blobs: files, Program: o.Version, At: o.Clock.Now(), Progress: told}, w)
}

func closeBackend(b blob.Backend) error {
	if c, ok := b.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Restore fills an empty instance from a snapshot, whole or not at all.
func Restore(ctx context.Context, o Options, r io.Reader, told func(string, int64)) (rep snapshot.Report, err error) {
	if err := os.MkdirAll(o.Config.Data, 0o750); err != nil {
		return rep, fmt.Errorf("making the data folder: %w", err)
	}
	d, err := db.Open(ctx, o.Config.Database)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	files, err := blobBackend(o.Config)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, closeBackend(files)) }()
	rep, err = snapshot.Read(ctx, snapshot.Target{DB: d, Blobs: files, Modules: Migrations(), Progress: told}, r)
	if errors.Is(err, snapshot.ErrNotEmpty) {
		err = fmt.Errorf("%w: choose another --data or --database; nothing was changed", err)
	}
	return rep, err
}

// CheckBackup restores a snapshot into an instance of its own, compares, and
// throws that instance away.
func CheckBackup(ctx context.Context, o Options, r io.Reader) (rep snapshot.Report, err error) {
	dir, err := os.MkdirTemp("", "martinella-check-")
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o.Config.Data, o.Config.Database, o.Config.Blobs = dir, filepath.Join(dir, "check.db"), filepath.Join(dir, "blobs")
	return Restore(ctx, o, r, nil)
}

// Destination is where an instance moves to.
type Destination struct {
	Database string
	Blobs    string // "": they stay where they are
}

// Move copies an instance into another, empty database, whole or not at all, and
// compares the two. Meanwhile nobody can write to the old one, which is kept.
func Move(ctx context.Context, o Options, to Destination, told func(string, int64)) (rep snapshot.Report, err error) {
	from, err := openExisting(ctx, o.Config.Database)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	if pending, err := from.Pending(ctx, Migrations()); err != nil || pending > 0 {
		return rep, errors.Join(fmt.Errorf("%d steps of the schema are missing: run \"martinella migrate\" first", pending), err)
	}
	target, err := openTarget(ctx, o.Config, to)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	err = from.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.StandStill(ctx, "job", "event", "audit_entry"); err != nil {
			return err
		}
		rep, err = pour(ctx, o, from, target, told)
		return err
	})
	return rep, err
}

// target is an open destination.
type target struct {
	snapshot.Target
	files blob.Backend // nil: attachments stay
}

func openTarget(ctx context.Context, c config.Config, to Destination) (t target, err error) {
	t.Modules, t.Blobs = Migrations(), snapshot.SameStore{}
	if to.Blobs != "" {
		c.Blobs = to.Blobs
		if t.files, err = blobBackend(c); err != nil {
			return t, err
		}
		t.Blobs = t.files
	}
	t.DB, err = db.Open(ctx, to.Database)
	return t, err
}

func (t target) close() error {
	if t.files == nil {
		return t.DB.Close()
	}
	return errors.Join(t.DB.Close(), closeBackend(t.files))
}

// pour writes the snapshot of one database straight into the other.
func pour(ctx context.Context, o Options, from *db.DB, to target, told func(string, int64)) (rep snapshot.Report, err error) {
	files, err := blobBackend(o.Config)
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, closeBackend(files)) }()
	pr, pw := io.Pipe()
	go func() {
		_, err := snapshot.Write(ctx, snapshot.Source{DB: from, Blobs: files, Program: o.Version, At: o.Clock.Now(), Progress: told}, pw)
		pw.CloseWithError(err)
	}()
	rep, err = snapshot.Read(ctx, to.Target, pr)
	pr.CloseWithError(errors.New("the other side stopped reading")) // ends the goroutine whatever happened
	return rep, err
}

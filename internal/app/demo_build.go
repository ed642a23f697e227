// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"martinella/internal/platform/clock"
)

// BuildDemo makes the demonstration's database beside its place and moves it
// there when it is whole: a program killed half-way leaves nothing that counts.
// It does nothing without --demo, when the database exists already, and on
// PostgreSQL, where PrepareDemo makes the demonstration in place.
func BuildDemo(ctx context.Context, o Options) error {
	path := strings.TrimPrefix(o.Config.Database, "sqlite:")
	if !o.Config.Demo || strings.HasPrefix(path, "postgres://") || strings.HasPrefix(path, "postgresql://") {
		return nil
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	aside := path + ".building"
	if err := removeDatabase(aside); err != nil {
		return err
	}
	o.Config.Database = aside
	if err := playDemo(ctx, o, true); err != nil {
		return errors.Join(err, removeDatabase(aside))
	}
	if err := flush(aside); err != nil {
		return err
	}
	return os.Rename(aside, path)
}

// flush waits until the file stands on the disk, before its name promises so.
func flush(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// removeDatabase removes an SQLite file with what SQLite keeps beside it.
func removeDatabase(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// playDemo makes the demonstration in an empty database: an instance of the
// program whose clock is set back three weeks lives them, through the doors
// everybody uses, until its clock shows now. aside says that the database is an
// SQLite file which nobody relies on yet.
func playDemo(ctx context.Context, o Options, aside bool) (err error) {
	now := o.Clock.Now()
	set := clock.NewFake(now)
	o.Clock = set
	a, err := Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if aside { // no commit need outlive a power cut before the whole does
		if _, err := a.DB.Exec(ctx, "PRAGMA synchronous = OFF"); err != nil {
			return fmt.Errorf("preparing the database: %w", err)
		}
	}
	st, err := newStage(a, set, now)
	if err != nil {
		return err
	}
	if err := st.play(ctx); err != nil {
		return fmt.Errorf("making the demonstration: %w", err)
	}
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"martinella/internal/app"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
	"martinella/internal/platform/snapshot"
)

// file reads the options and the one file that is named.
func (p program) file(fs *flag.FlagSet, args []string) (app.Options, string, error) {
	names, rest := splitPositional(args, 1)
	var cfg config.Config
	if err := config.Parse(fs, &cfg, rest); err != nil {
		return app.Options{}, "", usage(err)
	}
	names = append(names, fs.Args()...) // the options may also come first
	if len(names) != 1 {
		return app.Options{}, "", fmt.Errorf("%w: one file is needed", errUsage)
	}
	return app.Options{Config: cfg, Log: p.logger(cfg), Clock: clock.System{}, Version: version}, names[0], nil
}

// tell shows each table as it is done; the small ones are not worth a line.
func (p program) tell(name string, rows int64) {
	if rows > 0 {
		fmt.Fprintf(p.stderr, "%12d  %s\n", rows, name)
	}
}

func backup(ctx context.Context, p program, fs *flag.FlagSet, args []string) error {
	o, path, err := p.file(fs, args)
	if err != nil {
		return err
	}
	m, err := app.Backup(ctx, o, path, p.tell)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s: %s. Keep %s and %s in another place: without them parts of it cannot be read.\n", path, counted(m), o.Config.SecretFile, o.Config.BlobKeyFile)
	return err
}

func counted(m snapshot.Manifest) string {
	return fmt.Sprintf("%d rows of %d tables, %d attachments", m.Rows(), len(m.Tables), len(m.Blobs))
}

func restore(ctx context.Context, p program, fs *flag.FlagSet, args []string) (err error) {
	check := fs.Bool("check", false, "restore into an instance of its own, compare, and throw that away")
	o, path, err := p.file(fs, args)
	if err != nil {
		return err
	}
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if *check {
		rep, err := app.CheckBackup(ctx, o, in)
		if err == nil {
			fmt.Fprintf(p.stdout, "%s can be restored: %s, saved %s by %s.\n", path, counted(rep.Manifest), rep.Head.At.Format("2006-01-02 15:04:05 UTC"), rep.Head.Program)
		}
		return err
	}
	rep, err := app.Restore(ctx, o, in, p.tell)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "Restored and compared: %s, saved %s.\nBefore you start it, put the old instance's keys at %s and %s.\n",
		counted(rep.Manifest), rep.Head.At.Format("2006-01-02 15:04:05 UTC"), o.Config.SecretFile, o.Config.BlobKeyFile)
	return err
}

func move(ctx context.Context, p program, fs *flag.FlagSet, args []string) error {
	var to app.Destination
	fs.StringVar(&to.Database, "to", "", "the new database: postgres://… or the path of an SQLite file; empty or new")
	fs.StringVar(&to.Blobs, "to-blobs", "", "where attachments move too: a folder or s3://…; without it they stay where they are")
	cfg, err := p.configure(fs, args)
	if err != nil {
		return err
	}
	if to.Database == "" {
		return fmt.Errorf("%w: --to is needed", errUsage)
	}
	rep, err := app.Move(ctx, app.Options{Config: cfg, Log: p.logger(cfg), Clock: clock.System{}, Version: version}, to, p.tell)
	if err != nil {
		return fmt.Errorf("%w; nothing was moved", err)
	}
	_, err = fmt.Fprintf(p.stdout, "Moved and compared: %s. Start everything with the new --database now; the old one stays as it was.\n", counted(rep.Manifest))
	return err
}

// SPDX-License-Identifier: EUPL-1.2

// Command import measures what importing a corpus costs: CPU, wall clock and
// memory of the first import, of a second that changes nothing (with and
// without the whole-file short-cut), and of loading what the matcher reads.
//
//	go run -tags sqlite_fts5 ./bench/import [-db DSN] [-daily FOLDER] [-cve5 PATH] FOLDER
//
// FOLDER holds NVD API 2.0 files. Each step is a line; memory is the process's
// largest resident set so far.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"martinella/internal/access"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/vulnerability/corpus"
)

func main() {
	dsn := flag.String("db", "", "database; a fresh SQLite file when empty")
	daily := flag.String("daily", "", "folder of daily changes, imported file by file")
	cve5 := flag.String("cve5", "", "CVE 5 records (file, folder or archive), imported last")
	migrations := flag.String("migrations", "internal/vulnerability", "folder that holds migrations/")
	flag.Parse()
	if err := run(context.Background(), *dsn, *migrations, flag.Arg(0), *daily, *cve5); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dsn, migrations, base, daily, cve5 string) error {
	if dsn == "" {
		dir, err := os.MkdirTemp("", "martinella-import-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		dsn = filepath.Join(dir, "bench.db")
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Migrate(ctx, []db.Migration{{Module: "vulnerability", FS: os.DirFS(migrations)}}); err != nil {
		return err
	}
	b := bench{store: corpus.New(d, clock.System{}), who: access.System("bench")}
	return b.steps(ctx, dsn, base, daily, cve5)
}

type bench struct {
	store *corpus.Store
	who   access.Scope
}

func (b bench) steps(ctx context.Context, dsn, base, daily, cve5 string) error {
	for _, step := range []struct {
		name string
		do   func() (string, error)
	}{
		{"first import", func() (string, error) { return b.load(ctx, corpus.NVD, base) }},
		{"second import, folder", func() (string, error) { return b.load(ctx, corpus.NVD, base) }},
		{"files one by one", func() (string, error) { return b.each(ctx, base) }},
		{"files one by one, again", func() (string, error) { return b.each(ctx, base) }},
		{"daily changes", func() (string, error) { return b.each(ctx, daily) }},
		{"load for the matcher", func() (string, error) { return b.read(ctx) }},
		{"CVE 5 records", func() (string, error) { return b.load(ctx, corpus.CVE5, cve5) }},
		{"load again", func() (string, error) { return b.read(ctx) }},
	} {
		cpu, wall := cpuTime(), time.Now()
		what, err := step.do()
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Printf("%-26s cpu %6.2f s  wall %6.2f s  peak %4d MB  %s\n", step.name, (cpuTime() - cpu).Seconds(), time.Since(wall).Seconds(), peakMB(), what)
	}
	if info, err := os.Stat(dsn); err == nil {
		fmt.Printf("database file %d MB\n", info.Size()>>20)
	}
	return nil
}

func (b bench) load(ctx context.Context, feed corpus.Kind, path string) (string, error) {
	if path == "" {
		return "not asked for", nil
	}
	r, err := b.store.Import(ctx, b.who, corpus.Request{Feed: feed, Path: path})
	return fmt.Sprintf("new %d changed %d unchanged %d older %d broken %d, %.0f records/s",
		r.New, r.Changed, r.Unchanged, r.Older, r.Broken, float64(r.Records())/r.Took.Seconds()), err
}

func (b bench) each(ctx context.Context, folder string) (string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	var total corpus.Report
	same := 0
	for _, f := range files {
		r, err := b.store.Import(ctx, b.who, corpus.Request{Feed: corpus.NVD, Path: f})
		if err != nil {
			return "", err
		}
		total.New, total.Changed, total.Unchanged = total.New+r.New, total.Changed+r.Changed, total.Unchanged+r.Unchanged
		if r.Same {
			same++
		}
	}
	return fmt.Sprintf("%d files, %d the same; new %d changed %d unchanged %d", len(files), same, total.New, total.Changed, total.Unchanged), err
}

func (b bench) read(ctx context.Context) (string, error) {
	n, criteria := 0, 0
	for rec, err := range b.store.Records(ctx, b.who) {
		if err != nil {
			return "", err
		}
		n++
		for _, c := range rec.Configurations {
			for _, node := range c.Nodes {
				criteria += len(node.Criteria)
			}
		}
	}
	return fmt.Sprintf("%d records, %d criteria", n, criteria), nil
}

func usage() syscall.Rusage {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for SELF
	return u
}

func cpuTime() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func peakMB() int64 { return usage().Maxrss >> 10 }

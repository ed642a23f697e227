// SPDX-License-Identifier: EUPL-1.2

// Command advisory measures alerts in a territory of 23,000 made up
// organisations: the pages and operations at a million deliveries and
// recipients, and the time from sending one to 60,000 people until the last mail
// is queued. See bench/README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"

	"martinella/internal/app"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
)

// size is how much is made.
type size struct{ organisations, contacts, alerts, items int }

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench/advisory:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("advisory", flag.ContinueOnError)
	var n size
	f.IntVar(&n.organisations, "organisations", 23_000, "how many organisations")
	f.IntVar(&n.contacts, "contacts", 60_000, "how many contacts they have together")
	f.IntVar(&n.alerts, "alerts", 44, "alerts that were sent to all of them")
	f.IntVar(&n.items, "items", 0, "how many items of a stack each organisation has; 0: audiences by technology are not measured")
	only := f.Bool("audiences", false, "measure the audiences alone")
	again := f.Bool("again", false, "the folder was made by an earlier run with -audiences: measure them again")
	dir := f.String("dir", "", "folder of the instance, empty; it is made anew")
	requests := f.Int("requests", 200, "how many requests for each page")
	profile := f.String("cpuprofile", "", "write a CPU profile of the sending here")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("-dir says where the instance is to live")
	}
	b, err := open(ctx, *dir, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if *again {
		return b.profiled(*profile, func() error { return b.audiences(ctx, 20) })
	}
	if err := step("seeded", func() error { return b.seed(ctx) }); err != nil {
		return err
	}
	if n.items > 0 {
		if err := step("stacks written", func() error { return b.stacks(ctx) }); err != nil {
			return err
		}
		if err := b.profiled(*profile, func() error { return b.audiences(ctx, 20) }); err != nil || *only {
			return err
		}
	}
	if err := step("figures counted", func() error { return b.work(ctx, "advisory.figures") }); err != nil {
		return err
	}
	if err := b.pages(ctx, *requests); err != nil {
		return err
	}
	return b.profiled(*profile, func() error { return b.fanOut(ctx) })
}

// bench is the real program on a clock that stands still.
type bench struct {
	*app.App
	size
	clock *clock.Fake
}

// began is when everything happens that is not of the past.
var began = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// open starts the program. Nothing is sent anywhere and nothing is fetched.
func open(ctx context.Context, dir string, n size) (*bench, error) {
	clk := clock.NewFake(began)
	a, err := app.Open(ctx, app.Options{
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Clock: clk, Version: "bench",
		Config: config.Config{
			Data: dir, Database: filepath.Join(dir, "martinella.db"), SecretFile: filepath.Join(dir, "secret.key"), Listen: "127.0.0.1:0", BaseURL: base,
			Blobs: filepath.Join(dir, "blobs"), BlobKeyFile: filepath.Join(dir, "blob.key"), Language: "it", Zone: "Europe/Rome", Name: "CSIRT di prova",
			MailTransport: "outbox", MailFrom: "Martinella <martinella@csirt.example>", Workers: 1, RequestTimeout: time.Minute, FeedSchedule: "0 * * * *",
		},
	})
	if err != nil {
		return nil, err
	}
	return &bench{a, n, clk}, nil
}

func (b *bench) profiled(path string, f func() error) error {
	if path == "" {
		return f()
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return errors.Join(err, out.Close())
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

// used is the processor time of this process so far, all threads, and its largest resident set in MB.
func used() (cpu time.Duration, rss int64) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), u.Maxrss / 1024
}

// step runs f and prints what it took.
func step(name string, f func() error) error {
	before, _ := used()
	start := time.Now()
	err := f()
	after, rss := used()
	fmt.Printf("%-56s %7.2f s CPU %7.2f s elapsed, largest resident set so far %d MB\n", name, (after - before).Seconds(), time.Since(start).Seconds(), rss)
	return err
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"martinella/internal/app"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
)

// began is when the territory's history begins: the evening of the day the base corpus is of.
var began = time.Date(2026, 5, 19, 18, 0, 0, 0, time.UTC)

// instance is the real program on a clock that is moved by hand.
type instance struct {
	*app.App
	clock   *clock.Fake
	profile *os.File
	file    string // SQLite's
}

// open starts the program at a moment. Nothing is sent anywhere and nothing is fetched.
func open(ctx context.Context, c command, at time.Time) (*instance, error) {
	dsn := *c.database
	if dsn == "" {
		dsn = filepath.Join(*c.dir, "martinella.db")
	}
	clk := clock.NewFake(at)
	a, err := app.Open(ctx, app.Options{
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Clock: clk, Version: "bench",
		Config: config.Config{
			Data: *c.dir, Database: dsn, SecretFile: filepath.Join(*c.dir, "secret.key"), Listen: "127.0.0.1:0", BaseURL: "http://127.0.0.1",
			Blobs: filepath.Join(*c.dir, "blobs"), BlobKeyFile: filepath.Join(*c.dir, "blob.key"),
			Language: "it", Zone: "Europe/Rome", Name: "CSIRT di prova", MailTransport: "outbox", MailFrom: "Martinella <martinella@csirt.example>",
			Workers: 1, RequestTimeout: time.Minute, FeedSchedule: "0 * * * *",
		},
	})
	if err != nil {
		return nil, err
	}
	i := &instance{App: a, clock: clk, file: dsn}
	return i, i.startProfile(*c.profile)
}

func (i *instance) startProfile(path string) (err error) {
	if path == "" {
		return nil
	}
	if i.profile, err = os.Create(path); err != nil {
		return err
	}
	return pprof.StartCPUProfile(i.profile)
}

// Close ends the program and with it the profile.
func (i *instance) Close() error {
	if i.profile != nil {
		pprof.StopCPUProfile()
		if err := i.profile.Close(); err != nil {
			return err
		}
	}
	return i.App.Close()
}

// take imports a feed's file or folder, as the command line does.
func (i *instance) take(ctx context.Context, feed, path string) error {
	return i.ImportFeed(ctx, feed, path, io.Discard, io.Discard)
}

// SPDX-License-Identifier: EUPL-1.2

// Command makeclient writes client/openapi.json and client/generated.go: the
// description of the API as the program of this tree gives it, and the Go client
// that is made of it. "make generate" runs it, from the repository's root.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"martinella/client/generate"
	"martinella/internal/app"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "makeclient:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	document, err := describe(ctx)
	if err != nil {
		return err
	}
	code, err := generate.Code(ctx, ".", document)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join("client", "openapi.json"), document, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("client", "generated.go"), code, 0o644)
}

// describe asks an instance that is thrown away afterwards.
func describe(ctx context.Context) (document []byte, err error) {
	dir, err := os.MkdirTemp("", "martinella-client-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	a, err := app.Open(ctx, app.Options{Log: slog.New(slog.DiscardHandler), Clock: clock.System{}, Version: "client", Config: config.Config{
		Data: dir, Database: filepath.Join(dir, "martinella.db"), SecretFile: filepath.Join(dir, "secret.key"),
		Blobs: filepath.Join(dir, "blobs"), BlobKeyFile: filepath.Join(dir, "blob.key"), BaseURL: "https://csirt.example.it",
		Name: config.DefaultName, Language: "it", Zone: "Europe/Rome", MailTransport: "outbox", MailFrom: "Martinella <martinella@csirt.example>",
		Workers: 1, RequestTimeout: time.Minute, FeedSchedule: "0 * * * *",
	}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	text, err := a.API.Document()
	if err != nil {
		return nil, err
	}
	return generate.Document(text)
}

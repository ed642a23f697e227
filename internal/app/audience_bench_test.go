// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory/audience"
	"martinella/internal/platform/clock"
	"martinella/internal/platform/config"
)

// BenchmarkAudience chooses the organisations that an audience means, and why,
// without reading whom of them a mail is written to. AUDIENCE_DIR is a folder
// that bench/advisory made with -items.
func BenchmarkAudience(b *testing.B) {
	dir := os.Getenv("AUDIENCE_DIR")
	if dir == "" {
		b.Skip("AUDIENCE_DIR names no folder")
	}
	a, err := Open(b.Context(), Options{Log: slog.New(slog.DiscardHandler), Clock: clock.NewFake(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)), Version: "bench", Config: config.Config{
		Data: dir, Database: filepath.Join(dir, "martinella.db"), SecretFile: filepath.Join(dir, "secret.key"), Listen: "127.0.0.1:0", BaseURL: "http://127.0.0.1",
		Blobs: filepath.Join(dir, "blobs"), BlobKeyFile: filepath.Join(dir, "blob.key"), Language: "it", Zone: "Europe/Rome", Name: "CSIRT di prova",
		MailTransport: "outbox", MailFrom: "Martinella <martinella@csirt.example>", Workers: 1, RequestTimeout: time.Minute, FeedSchedule: "0 * * * *",
	}})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	for _, sentence := range []string{`uses:"fortios < 7.2.8"`, `uses:"openssl"`, `uses:"server"`, `uses:"gitlab"`, `uses:"fortios" or uses:"openssl" or uses:"exchange server"`} {
		b.Run(sentence, func(b *testing.B) {
			for b.Loop() {
				n, err := a.chosen(b, sentence)
				if err != nil || n == 0 {
					b.Fatal(n, err)
				}
				b.ReportMetric(float64(n), "organisations")
			}
		})
	}
}

func (a *App) chosen(b *testing.B, sentence string) (int, error) {
	b.Helper()
	to, err := audience.Parse(sentence)
	if err != nil {
		return 0, err
	}
	all, err := audiences{&a.rooms}.Members(b.Context(), access.System("bench"))
	if err != nil {
		return 0, err
	}
	bodies := make([]audience.Body, len(all))
	for i, o := range all {
		bodies[i] = o.Body
	}
	chosen, err := to.Select(bodies, func(question string) (map[int64]audience.Evidence, error) {
		return technology{&a.rooms}.Running(b.Context(), access.System("bench"), question)
	})
	return len(chosen), err
}

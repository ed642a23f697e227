// SPDX-License-Identifier: EUPL-1.2

package mailer_test

import (
	"log/slog"
	"strings"
	"testing"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailer"
)

// One digest of 20 kB queued in a transaction of its own, as the digest job does.
func BenchmarkQueue(b *testing.B) {
	for name, open := range map[string]func() *db.DB{
		"sqlite":   func() *db.DB { return dbtest.SQLite(b, schema()) },
		"postgres": func() *db.DB { return dbtest.Postgres(b, schema()) },
	} {
		b.Run(name, func(b *testing.B) {
			d, c := open(), clock.System{}
			m, err := mailer.New(d, jobs.New(d, c, slog.New(slog.DiscardHandler), jobs.Config{}), c,
				mailer.Config{From: "CSIRT <csirt@example.it>", Transport: mailer.Outbox{}})
			if err != nil {
				b.Fatal(err)
			}
			msg := digest("anna@example.org")
			msg.HTML += strings.Repeat("<p>CVE-2026-0001</p>\n", 1000)
			for b.Loop() {
				if err := d.Tx(b.Context(), func(tx *db.Tx) error { return m.Queue(b.Context(), tx, msg) }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

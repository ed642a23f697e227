// SPDX-License-Identifier: EUPL-1.2

// Command mail measures how many mails a second the mailer hands to a mail
// server: from rows and jobs in the database to the server's "250" written down.
//
//	go run ./bench/mail -smtp 127.0.0.1:2525 [-n 20000] [-pgp|-smime] [-lines 4] [-workers 2] [-database postgres://…]
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"time"

	"martinella/internal/platform/clock"
	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
	"martinella/internal/platform/mailcrypt"
	"martinella/internal/platform/mailer"
)

// options say what to measure.
type options struct {
	smtp, database, profile string
	n, lines, workers       int
	pgp                     bool
}

func main() {
	var o options
	flag.StringVar(&o.smtp, "smtp", "127.0.0.1:2525", "the mail server, host:port, in clear")
	flag.StringVar(&o.database, "database", "", "an empty PostgreSQL database; none: a new SQLite file")
	flag.StringVar(&o.profile, "cpuprofile", "", "where to write a profile of the sending")
	flag.IntVar(&o.n, "n", 20000, "mails")
	flag.IntVar(&o.lines, "lines", 4, "connections of a worker")
	flag.IntVar(&o.workers, "workers", 2, "workers")
	flag.BoolVar(&o.pgp, "pgp", false, "sign with OpenPGP (Ed25519)")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "bench-mail")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if o.database == "" {
		o.database = filepath.Join(dir, "mail.db")
	}
	d, err := db.Open(ctx, o.database)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Migrate(ctx, []db.Migration{{Module: "jobs", FS: jobs.Migrations}, {Module: "mailer", FS: mailer.Migrations}}); err != nil {
		return err
	}
	q := jobs.New(d, clock.System{}, slog.New(slog.DiscardHandler), jobs.Config{Workers: o.workers})
	m, err := desk(d, q, o)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := fill(ctx, d, m, o.n); err != nil {
		return err
	}
	fmt.Printf("queued %d mails in %s\n", o.n, time.Since(start).Round(time.Millisecond))
	return send(ctx, q, m, o)
}

func desk(d *db.DB, q *jobs.Queue, o options) (*mailer.Mailer, error) {
	out, err := mailer.NewSMTP(mailer.SMTPConfig{Address: o.smtp, TLS: "none", Hello: "bench.example"})
	if err != nil {
		return nil, err
	}
	ring := new(mailcrypt.Ring)
	if o.pgp {
		if ring.PGP, _, err = mailcrypt.MakePGP("CSIRT", "csirt@bench.example", 0, nil, time.Now().Add(-time.Hour)); err != nil {
			return nil, err
		}
	}
	return mailer.New(d, q, clock.System{}, mailer.Config{From: "CSIRT <csirt@bench.example>", Tag: "CSIRT", Transport: out, Keys: ring, Lines: o.lines})
}

// fill queues alerts of an ordinary size, some hundred in each transaction as the advisories do.
func fill(ctx context.Context, d *db.DB, m *mailer.Mailer, n int) error {
	paragraph := "Una vulnerabilità di gravità critica è stata corretta dal produttore: si raccomanda di aggiornare subito i sistemi esposti.\n\n"
	text := "TLP:AMBER\n\n" + strings.Repeat(paragraph, 16)
	html := "<p>TLP:AMBER</p>" + strings.Repeat("<p>"+strings.TrimSpace(paragraph)+"</p>\n", 16)
	for at := 0; at < n; at += 250 {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			var all []mailer.Message
			for i := at; i < min(at+250, n); i++ {
				all = append(all, mailer.Message{Kind: "advisory", Key: fmt.Sprintf("advisory:1:%d", i), Organisation: int64(i) + 1, Topic: "advisory:1",
					To:      []mailer.Recipient{{Address: fmt.Sprintf("p%d@ente.example", i), Name: "Anna Però"}},
					Subject: "Aggiornamento urgente", Text: text, HTML: html, TLP: "AMBER", ListID: "alerts.bench.example", Language: "it"})
			}
			return m.QueueMany(ctx, tx, all)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// send works until every mail was accepted.
func send(ctx context.Context, q *jobs.Queue, m *mailer.Mailer, o options) error {
	if o.profile != "" {
		f, err := os.Create(o.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	start := time.Now()
	work, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { q.Start(work); close(ended) }()
	for {
		time.Sleep(20 * time.Millisecond)
		counts, err := q.Counts(ctx)
		if err != nil || counts["ready"]+counts["leased"]+counts["dead"] == 0 {
			took := time.Since(start)
			stop()
			<-ended
			if err != nil {
				return err
			}
			states, err := m.Counts(ctx, everybody{})
			fmt.Printf("%d sent of %d in %s: %.0f a second (signed: %v, %d workers, %d connections each)\n",
				states[mailer.Sent], o.n, took.Round(time.Millisecond), float64(states[mailer.Sent])/took.Seconds(), o.pgp, o.workers, o.lines)
			return err
		}
	}
}

// everybody reads all mails.
type everybody struct{}

// Territory implements mailer.Asker.
func (everybody) Territory() error { return nil }

// Organisation implements mailer.Asker.
func (everybody) Organisation() (int64, error) { return 0, nil }

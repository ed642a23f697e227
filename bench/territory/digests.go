// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"martinella/internal/platform/db"
	"martinella/internal/platform/jobs"
)

// digestsCommand lets the morning of a day come: the program's own job computes,
// renders and queues what is due, then the mails leave for the outbox.
func digestsCommand(ctx context.Context, c command, args []string) (err error) {
	day := c.flags.String("day", "2026-05-20", "the morning of which day")
	if err := c.parse(args); err != nil {
		return err
	}
	morning, err := time.Parse(time.DateOnly, *day)
	if err != nil {
		return err
	}
	i, err := open(ctx, c, morning.Add(6*time.Hour)) // after 06:00 in Rome
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	m := watchJobs(i)
	err = i.DB.Tx(ctx, func(tx *db.Tx) error { return i.Queue.Enqueue(ctx, tx, jobs.Job{Kind: "vulnerability.digest"}) })
	if err != nil {
		return err
	}
	if _, err := i.Queue.Drain(ctx); err != nil || m.failed != nil {
		return errors.Join(err, m.failed)
	}
	var digests, cves, mails int
	var bytes int64
	err = errors.Join(
		i.DB.QueryRow(ctx, "SELECT count(*), COALESCE(sum(cves), 0) FROM digest WHERE day = $1", *day).Scan(&digests, &cves),
		i.DB.QueryRow(ctx, "SELECT count(*), COALESCE(sum(length(text_body) + length(html_body)), 0) FROM mail_message WHERE created_at >= $1",
			db.Ms(morning)).Scan(&mails, &bytes))
	if err != nil {
		return err
	}
	w := m.of("vulnerability.digest")
	_, rss := used()
	fmt.Printf("%s: %d digests with %d CVEs, %d mails of %.0f KB on average, computed, rendered and queued in %.2f s CPU, %.2f s elapsed; largest resident set %d MB\n",
		*day, digests, cves, mails, float64(bytes)/float64(max(1, mails))/1000, w.cpu.Seconds(), w.wall.Seconds(), rss)
	fmt.Println(m)
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"martinella/bench/draw"
)

// dayCommand imports real days as they came and lets the program match each.
func dayCommand(ctx context.Context, c command, args []string) (err error) {
	days := c.flags.String("days", "2026-05-20", "dates, separated by commas")
	if err := c.parse(args); err != nil {
		return err
	}
	data, err := draw.Folder()
	if err != nil {
		return err
	}
	i, err := open(ctx, c, began)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	var whole []time.Duration
	for day := range strings.SplitSeq(*days, ",") {
		cpu, err := i.day(ctx, day, filepath.Join(data, "nvd-2.0", "daily", dailyFile(day)))
		if err != nil {
			return err
		}
		whole = append(whole, cpu)
	}
	fmt.Printf("a day through the whole program, median: %d ms CPU\n", median(whole).Milliseconds())
	return nil
}

func dailyFile(day string) string { return "nvdcve-2.0-modified-" + day + ".json.gz" }

// day imports one file in the evening of its day and does the work that follows.
func (i *instance) day(ctx context.Context, day, path string) (time.Duration, error) {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, err
	}
	i.clock.Set(at.Add(18 * time.Hour))
	before, err := i.tally(ctx)
	if err != nil {
		return 0, err
	}
	imported, err := measure(func() error { return i.take(ctx, "nvd", path) })
	if err != nil {
		return 0, err
	}
	jobs := watchJobs(i)
	matched, err := measure(func() error { _, err := i.Queue.Drain(ctx); return errors.Join(err, jobs.failed) })
	if err != nil {
		return 0, err
	}
	after, err := i.tally(ctx)
	if err != nil {
		return 0, err
	}
	fmt.Printf("%s: %d CVEs changed, imported in %d ms CPU (%d ms elapsed), matched in %d ms CPU (%d ms elapsed): %d new matches, %d with news, in %d organisations\n",
		day, after.changes-before.changes, imported.cpu.Milliseconds(), imported.wall.Milliseconds(), matched.cpu.Milliseconds(), matched.wall.Milliseconds(),
		after.matches-before.matches, after.pending-before.pending, after.touched)
	return imported.cpu + matched.cpu, nil
}

// tally is what a day changes.
type tally struct{ changes, matches, pending, touched int }

func (i *instance) tally(ctx context.Context) (t tally, err error) {
	for sql, n := range map[string]*int{
		"SELECT count(*) FROM vulnerability_change": &t.changes, "SELECT count(*) FROM vulnerability_match": &t.matches,
		"SELECT count(*) FROM vulnerability_match WHERE pending <> 0":                        &t.pending,
		"SELECT count(DISTINCT organisation_id) FROM vulnerability_match WHERE pending <> 0": &t.touched,
	} {
		if err := i.DB.QueryRow(ctx, sql).Scan(n); err != nil {
			return t, err
		}
	}
	return t, nil
}

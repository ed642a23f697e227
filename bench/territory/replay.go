// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"martinella/bench/draw"
)

// replayCommand lives through the real days for the bodies of the
// demonstration: every evening what that day brought is imported, every morning
// at six the digests are due. The program works by itself, on its own schedules;
// only the clock is moved. What it said is then held against what it should have.
func replayCommand(ctx context.Context, c command, args []string) (err error) {
	if err := c.parse(args); err != nil {
		return err
	}
	bodies, err := demoBodies()
	if err != nil {
		return err
	}
	data, err := draw.Folder()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(data, "nvd-2.0", "daily", "*.json.gz"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no daily files in %s (%w)", data, err)
	}
	sort.Strings(files)
	i, err := open(ctx, c, began.Add(time.Hour))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	if err := i.seed(ctx, bodies); err != nil {
		return err
	}
	work, stop := context.WithCancel(ctx)
	worked := make(chan error, 1)
	go func() { worked <- i.Work(work) }()
	defer func() { stop(); err = errors.Join(err, <-worked) }()
	r := &replay{instance: i, bodies: bodies, told: map[string]state{}, open: map[string]bool{}}
	return r.run(ctx, files)
}

// replay is the course of the days, and what should have been told so far.
type replay struct {
	*instance
	bodies []body
	told   map[string]state // by match: the worst that was told of it
	open   map[string]bool  // by match: told and open at the last digest
	row    dayRow
	total  dayRow
	wrong  []string
}

// dayRow is a line of the table.
type dayRow struct {
	day                 string
	fresh, changed      int
	bodies, mails, news int
	quiet, silent       int
}

func (r *replay) run(ctx context.Context, files []string) error {
	if err := r.settle(ctx); err != nil {
		return err
	}
	fmt.Println("| day | new CVEs | changed | bodies with news | mails | CVEs told |\n|---|---|---|---|---|---|")
	byDay := map[string]string{}
	for _, f := range files {
		byDay[strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "nvdcve-2.0-modified-"), ".json.gz")] = f
	}
	last, err := time.Parse(time.DateOnly, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(files[len(files)-1]), "nvdcve-2.0-modified-"), ".json.gz"))
	if err != nil {
		return err
	}
	for day := began.Truncate(24*time.Hour).AddDate(0, 0, 1); !day.After(last.AddDate(0, 0, 3)); day = day.AddDate(0, 0, 1) {
		if err := r.live(ctx, day, byDay[day.Format(time.DateOnly)]); err != nil {
			return fmt.Errorf("%s: %w", day.Format(time.DateOnly), err)
		}
	}
	t := r.total
	fmt.Printf("| all | %d | %d | %d | %d | %d |\n\n", t.fresh, t.changed, t.bodies, t.mails, t.news)
	fmt.Printf("%d digests with news, %d mails; %d weekly mails that say there is nothing; %d times an accredited body had its morning and got nothing\n",
		t.bodies, t.mails, t.quiet, t.silent)
	for _, w := range r.wrong {
		fmt.Fprintln(os.Stderr, "WRONG:", w)
	}
	if len(r.wrong) > 0 {
		return fmt.Errorf("%d digests said something else than what was news", len(r.wrong))
	}
	fmt.Println("checked: every digest has exactly the CVEs whose state is news since it was last told; none on a morning without news; nothing told twice; one mail for each recipient")
	return nil
}

// live lets one day pass: the morning's digests, then the evening's feed.
func (r *replay) live(ctx context.Context, day time.Time, file string) error {
	r.row = dayRow{day: day.Format(time.DateOnly)}
	r.clock.Set(day.Add(4*time.Hour + 30*time.Second)) // 06:00:30 in Rome, in summer
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := r.check(ctx); err != nil {
		return err
	}
	if file != "" {
		if err := r.evening(ctx, day, file); err != nil {
			return err
		}
	}
	if r.row.fresh+r.row.changed+r.row.mails > 0 {
		fmt.Printf("| %s | %d | %d | %d | %d | %d |\n", r.row.day, r.row.fresh, r.row.changed, r.row.bodies, r.row.mails, r.row.news)
	}
	t := &r.total
	t.fresh, t.changed, t.bodies, t.mails = t.fresh+r.row.fresh, t.changed+r.row.changed, t.bodies+r.row.bodies, t.mails+r.row.mails
	t.news, t.quiet, t.silent = t.news+r.row.news, t.quiet+r.row.quiet, t.silent+r.row.silent
	return nil
}

func (r *replay) evening(ctx context.Context, day time.Time, file string) error {
	r.clock.Set(day.Add(20 * time.Hour))
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := r.take(ctx, "nvd", file); err != nil {
		return err
	}
	err := r.DB.QueryRow(ctx, "SELECT records_new, records_changed FROM feed_run ORDER BY id DESC LIMIT 1").Scan(&r.row.fresh, &r.row.changed)
	return errors.Join(err, r.settle(ctx))
}

// patience is how long the program may take for what is due at one moment.
const patience = time.Minute

// settle waits until everything that is due at the clock's moment is done.
func (r *replay) settle(ctx context.Context) error {
	r.Queue.Wake()
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		var planned, late, due, failed int
		now := r.clock.Now().UnixMilli()
		err := errors.Join(
			r.DB.QueryRow(ctx, "SELECT count(*), count(CASE WHEN next_at <= $1 THEN 1 END) FROM job_schedule", now).Scan(&planned, &late),
			r.DB.QueryRow(ctx, `SELECT count(CASE WHEN state = 'leased' OR state = 'ready' AND run_at <= $1 THEN 1 END),
				count(CASE WHEN state = 'dead' OR state = 'ready' AND attempts > 0 THEN 1 END) FROM job`, now).Scan(&due, &failed))
		switch {
		case err != nil:
			return err
		case failed > 0:
			return fmt.Errorf("%d jobs failed", failed)
		case planned > 0 && late == 0 && due == 0:
			return nil
		}
		r.Queue.Wake()
		time.Sleep(2 * time.Millisecond)
	}
	return errors.New("the program did not finish what was due")
}

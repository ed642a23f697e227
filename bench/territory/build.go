// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"martinella/bench/draw"
)

// corpusCommand makes an instance and imports the base corpus.
func corpusCommand(ctx context.Context, c command, args []string) (err error) {
	kev := c.flags.String("kev", "", "CISA KEV catalogue to import too")
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
	if err := step("base corpus imported", func() error { return i.take(ctx, "nvd", filepath.Join(data, "nvd-2.0", "base")) }); err != nil {
		return err
	}
	if *kev != "" {
		if err := i.take(ctx, "kev", *kev); err != nil {
			return err
		}
	}
	return step("matched with nobody", func() error { return i.drain(ctx) })
}

// drain does the background work that is due; a job that fails is an error.
func (i *instance) drain(ctx context.Context) error {
	m := watchJobs(i)
	_, err := i.Queue.Drain(ctx)
	return errors.Join(err, m.failed)
}

// seedCommand fills the territory and lets the program match it for the first time.
func seedCommand(ctx context.Context, c command, args []string) (err error) {
	orgs := c.flags.Int("organisations", 1000, "how many organisations")
	items := c.flags.Int("items", 100, "items each")
	behind := c.flags.Int("behind", 11, "of a hundred items, how many are not up to date")
	if err := c.parse(args); err != nil {
		return err
	}
	bodies, err := drawBodies(*orgs, *items, *behind, 1)
	if err != nil {
		return err
	}
	i, err := open(ctx, c, began.Add(time.Hour))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	err = step(fmt.Sprintf("%d organisations with %d items written", *orgs, *items), func() error {
		return i.seed(ctx, bodies)
	})
	if err != nil {
		return err
	}
	m := watchJobs(i)
	if err := step("first matching", func() error { _, err := i.Queue.Drain(ctx); return errors.Join(err, m.failed) }); err != nil {
		return err
	}
	fmt.Println(m)
	return i.census(ctx)
}

// census prints how large everything is.
func (i *instance) census(ctx context.Context) error {
	for _, q := range []struct{ what, sql string }{
		{"CVEs", "SELECT count(*) FROM vulnerability"}, {"organisations", "SELECT count(*) FROM organisation"},
		{"items", "SELECT count(*) FROM item"}, {"items watched", "SELECT count(*) FROM watched_item"},
		{"matches", "SELECT count(*) FROM vulnerability_match"}, {"matches, certain", "SELECT count(*) FROM vulnerability_match WHERE certain"},
		{"digest schedules", "SELECT count(*) FROM digest_schedule"},
	} {
		var n int64
		if err := i.DB.QueryRow(ctx, q.sql).Scan(&n); err != nil {
			return err
		}
		fmt.Printf("%-44s %8d\n", q.what, n)
	}
	return nil
}

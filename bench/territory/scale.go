// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"martinella/bench/draw"
	"martinella/internal/access"
	"martinella/internal/platform/db"
	"martinella/internal/vulnerability/corpus"
	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/match"
)

// The whole of a large region, as the issue asks for it; -size takes a part of it.
const (
	wholeOrganisations = 23_000
	wholeCVEs          = 340_000
	matchesPerItem     = 20.0 / 4.6 // 20 M of 4.6 M items
)

// scaleCommand fills a database with a part of a large region. Only stacks are
// written as rows: the corpus goes through the importer, every match through the matcher.
func scaleCommand(ctx context.Context, c command, args []string) (err error) {
	size := c.flags.Float64("size", 0.1, "which part of 23,000 organisations and 340,000 CVEs")
	sampled := c.flags.Int("sample", 50, "how many organisations to hold against the matcher afterwards")
	if err := c.parse(args); err != nil {
		return err
	}
	if *size <= 0 || *size > 1 {
		return errors.New("-size is more than 0 and at most 1")
	}
	i, err := open(ctx, c, began)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.Close()) }()
	var p *products
	if err := step("products of the real corpus read", func() error { p, err = readProducts(1); return err }); err != nil {
		return err
	}
	if err := i.scaleCorpus(ctx, *c.dir, *size, p); err != nil {
		return err
	}
	if err := i.scaleStacks(ctx, int(wholeOrganisations**size), p); err != nil {
		return err
	}
	if err := i.firstMatching(ctx); err != nil {
		return err
	}
	if err := step("stored matches held against the matcher", func() error { return i.checkMatches(ctx, *sampled) }); err != nil {
		return err
	}
	return errors.Join(i.census(ctx), i.sizes(ctx))
}

// scaleCorpus imports real CVEs as far as they go and made up ones for the rest.
func (i *instance) scaleCorpus(ctx context.Context, dir string, size float64, p *products) error {
	n := int(wholeCVEs * size)
	file := filepath.Join(dir, "corpus.json")
	defer os.Remove(file)
	real := 0
	err := step(fmt.Sprintf("%d CVEs written to a file", n), func() (err error) { real, err = corpusFile(file, n, p); return err })
	if err != nil {
		return err
	}
	fmt.Printf("  %d of them are real, %d made up\n", real, n-real)
	if err := step("imported", func() error { return i.take(ctx, "nvd", file) }); err != nil {
		return err
	}
	if n-real > 0 { // what is real is there whole: so is what else is known of it
		data, err := draw.Folder()
		if err != nil {
			return err
		}
		err = step("CVE 5 records merged into it", func() error { return i.take(ctx, "cve5", filepath.Join(data, "vulnrichment-2024-10-24.tar.xz")) })
		if err != nil {
			return err
		}
	}
	return step("matched with nobody", func() error { return i.drain(ctx) })
}

// scaleStacks writes organisations with their stacks, a hundred in a transaction.
func (i *instance) scaleStacks(ctx context.Context, n int, p *products) error {
	index, err := i.matchIndex(ctx)
	if err != nil {
		return err
	}
	behind := p.behindFor(matchesPerItem, index)
	fmt.Printf("  of 1,000 items %d are behind\n", behind)
	i.clock.Set(began.Add(time.Hour))
	items := 0
	return step(fmt.Sprintf("%d organisations with their stacks written", n), func() error {
		for first := 0; first < n; first += 100 {
			var bodies []body
			for k := first; k < min(n, first+100); k++ {
				bodies = append(bodies, p.body(k, behind))
				items += len(bodies[len(bodies)-1].Items)
			}
			if err := i.seed(ctx, bodies); err != nil {
				return err
			}
			if first%2000 == 0 {
				progress("%d of %d organisations, %d items", first, n, items)
			}
		}
		return nil
	})
}

func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

// matchIndex is an index of the matcher made of what the database holds.
func (i *instance) matchIndex(ctx context.Context) (*match.Snapshot, error) {
	b := match.NewBuilder()
	for r, err := range corpus.New(i.DB, i.clock).Records(ctx, access.System("bench")) {
		if err != nil {
			return nil, err
		}
		b.Put(r)
	}
	return b.Commit(), nil
}

// behindFor gives how many of a thousand items must be behind for an item to
// have as many matches on average: it tries both kinds out.
func (p *products) behindFor(wanted float64, index *match.Snapshot) int {
	current, behind := p.average(index, false), p.average(index, true)
	fmt.Printf("  an item that is up to date has %.2f matches, one that is behind %.2f\n", current, behind)
	return max(0, min(1000, int(1000*(wanted-current)/(behind-current)+0.5)))
}

func (p *products) average(index *match.Snapshot, behind bool) float64 {
	const assets = 2000
	m := index.Matcher(nil)
	n := 0
	var found []match.Match
	for range assets {
		a := match.Asset{}
		for k := range itemsPerSystem {
			a.Items = append(a.Items, match.Item{ID: int64(k), Name: p.item(behind)})
		}
		found = m.Match(a, found[:0])
		n += len(found)
	}
	return float64(n) / assets / itemsPerSystem
}

// firstMatching lets the program do the work that the seeded rows make, and says how far it is.
func (i *instance) firstMatching(ctx context.Context) error {
	m := watchJobs(i)
	end := make(chan struct{})
	defer close(end)
	go i.report(ctx, end)
	err := step("first matching", func() error { _, err := i.Queue.Drain(ctx); return errors.Join(err, m.failed) })
	fmt.Println(m)
	return err
}

func (i *instance) report(ctx context.Context, end chan struct{}) {
	for {
		select {
		case <-end:
			return
		case <-time.After(30 * time.Second):
			var jobs, stacks int
			err := errors.Join(i.DB.QueryRow(ctx, "SELECT count(*) FROM job").Scan(&jobs), i.DB.QueryRow(ctx, "SELECT count(*) FROM match_dirty").Scan(&stacks))
			progress("%d jobs and %d stacks wait, %v", jobs, stacks, err)
		}
	}
}

// checkMatches holds what is stored of some organisations against the matcher,
// asked with what the inventory says they run.
func (i *instance) checkMatches(ctx context.Context, n int) error {
	index, err := i.matchIndex(ctx)
	if err != nil {
		return err
	}
	var orgs int64
	if err := i.DB.QueryRow(ctx, "SELECT count(*) FROM organisation").Scan(&orgs); err != nil {
		return err
	}
	ids, err := i.strings(ctx, fmt.Sprintf("SELECT CAST(id AS TEXT) FROM organisation WHERE id %% %d = 1 ORDER BY id LIMIT %d", max(1, orgs/int64(n)), n))
	if err != nil {
		return err
	}
	total := 0
	for _, org := range ids {
		found, err := i.checkOrganisation(ctx, org, index)
		if err != nil {
			return fmt.Errorf("organisation %s: %w", org, err)
		}
		total += found
	}
	fmt.Printf("  %d organisations, %d matches: stored as the matcher finds them\n", len(ids), total)
	return nil
}

func (i *instance) checkOrganisation(ctx context.Context, org string, index *match.Snapshot) (int, error) {
	assets, err := i.declared(ctx, org)
	if err != nil {
		return 0, err
	}
	stored, err := i.strings(ctx, "SELECT cve_id || ' ' || item_id || ' ' || CASE WHEN certain THEN 'certain' ELSE 'possible' END FROM vulnerability_match WHERE organisation_id = "+org)
	if err != nil {
		return 0, err
	}
	there := make(map[string]bool, len(stored))
	for _, s := range stored {
		there[s] = true
	}
	m := index.Matcher(nil)
	found := 0
	for _, a := range assets {
		for _, f := range m.Match(a, nil) {
			certainty := "possible"
			if f.Certainty == match.Certain {
				certainty = "certain"
			}
			key := fmt.Sprintf("%s %d %s", f.CVE, a.Items[f.Item].ID, certainty)
			if !there[key] {
				return 0, fmt.Errorf("%s is found and not stored", key)
			}
			found++
		}
	}
	if found != len(stored) {
		return 0, fmt.Errorf("%d found, %d stored", found, len(stored))
	}
	return found, nil
}

// declared gives an organisation's systems as the inventory has them.
func (i *instance) declared(ctx context.Context, org string) (map[int64]match.Asset, error) {
	rows, err := i.DB.Query(ctx, "SELECT id, asset_id, cpe FROM item WHERE organisation_id = "+org+" ORDER BY id")
	out := map[int64]match.Asset{}
	_, err = db.Collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var it match.Item
		var asset int64
		var name string
		if err := r.Scan(&it.ID, &asset, &name); err != nil {
			return struct{}{}, err
		}
		var err error
		it.Name, err = cpe.Parse(name)
		a := out[asset]
		a.ID, a.Items = asset, append(a.Items, it)
		out[asset] = a
		return struct{}{}, err
	})
	return out, err
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"time"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/match"
)

// itemsPerAsset is how many items run together on one system of a synthetic organisation.
const itemsPerAsset = 20

// fleetCommand measures one real day's changes against every organisation's items.
func fleetCommand(f *flag.FlagSet, args []string) error {
	orgs := f.Int("organisations", 1000, "how many organisations")
	items := f.Int("items", 100, "items each")
	day := f.String("day", "2026-06-12", "which daily file")
	seed := f.Uint64("seed", 1, "seed of the generator")
	rounds := f.Int("rounds", 5, "how often to repeat the day")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := draw.Folder()
	if err != nil {
		return err
	}
	files, err := draw.BaseFiles()
	if err != nil {
		return err
	}
	fleet, err := buildFleet(files, *orgs, *items, *seed)
	if err != nil {
		return err
	}
	daily := filepath.Join(dir, "nvd-2.0", "daily", "nvdcve-2.0-modified-"+*day+".json.gz")
	for range *rounds {
		if err := oneDay(fleet, daily); err != nil {
			return err
		}
	}
	runtime.KeepAlive(fleet)
	return nil
}

func buildFleet(files []string, orgs, items int, seed uint64) (*match.Fleet, error) {
	g, err := draw.New(files, seed)
	if err != nil {
		return nil, err
	}
	before, start := heap(), cpuTime()
	b := match.NewFleetBuilder(nil)
	id := int64(0)
	for org := range orgs {
		for first := 0; first < items; first += itemsPerAsset {
			a := match.Asset{ID: id / itemsPerAsset}
			for range min(itemsPerAsset, items-first) {
				a.Items = append(a.Items, match.Item{ID: id, Name: g.Name()})
				id++
			}
			b.Add(int64(org), a)
		}
	}
	fleet := b.Build()
	took := cpuTime() - start
	fmt.Printf("fleet: %d organisations, %d items, %d distinct names: built in %.2f s CPU (drawing the names included), heap %.1f MB\n",
		orgs, fleet.Items(), fleet.Names(), took.Seconds(), float64(heap()-before)/1e6)
	runtime.KeepAlive(g)
	return fleet, nil
}

func oneDay(fleet *match.Fleet, daily string) error {
	start := cpuTime()
	b := match.NewBuilder()
	n := 0
	if err := draw.EachRecord([]string{daily}, func(r *cve.Record) { b.Put(r); n++ }); err != nil {
		return err
	}
	changes := b.Commit()
	read := cpuTime() - start
	hits, certain := 0, 0
	orgs := map[int64]bool{}
	start = cpuTime()
	clock := time.Now()
	fleet.Match(changes, func(h match.FleetHit) bool {
		hits++
		if h.Match.Certainty == match.Certain {
			certain++
		}
		orgs[h.Organisation] = true
		return true
	})
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Printf("day: %d records read and compiled in %.1f ms CPU; matched in %.1f ms CPU (%.1f ms elapsed): %d findings (%d certain) in %d organisations; process %.0f MB from the system\n",
		n, ms(read), ms(cpuTime()-start), ms(time.Since(clock)), hits, certain, len(orgs), float64(m.Sys)/1e6)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

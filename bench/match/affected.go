// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"flag"
	"fmt"
	"path/filepath"
	"runtime"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/feed"
	"martinella/internal/vulnerability/match"
)

// affectedCommand measures the CVE 5 fallback: an index made of the `affected`
// entries of 44,130 CVE 5 records, none of which has a configuration.
func affectedCommand(f *flag.FlagSet, args []string) error {
	in := f.String("stacks", "", "list of names")
	if err := f.Parse(args); err != nil {
		return err
	}
	dir, err := draw.Folder()
	if err != nil {
		return err
	}
	before := heap()
	b := match.NewBuilder()
	h := feed.Handler{Record: func(_ feed.Digest, r cve.Record) error { b.Put(&r); return nil }}
	if _, err := feed.CVE5Path(filepath.Join(dir, "vulnrichment-2024-10-24.tar.xz"), feed.Limits{}, h, nil); err != nil {
		return err
	}
	snap := b.Commit()
	b = nil
	fmt.Printf("affected: %d CVEs, heap after GC %.1f MB\n", snap.Len(), float64(heap()-before)/1e6)
	names, err := readNames(*in)
	if err != nil {
		return err
	}
	classes := map[match.Confidence]int{}
	m := snap.Matcher(nil)
	var out []match.Match
	start := cpuTime()
	for _, text := range names {
		name, err := cpe.Parse(text)
		if err != nil {
			continue
		}
		out = m.Match(match.Asset{Items: []match.Item{{Name: name}}}, out[:0])
		for i := range out {
			classes[out[i].Confidence]++
		}
	}
	took := cpuTime() - start
	runtime.KeepAlive(snap)
	fmt.Printf("affected: %d names in %.2f s CPU: %.0f names/s; results by confidence %v\n", len(names), took.Seconds(), float64(len(names))/took.Seconds(), classes)
	return nil
}

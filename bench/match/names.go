// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"syscall"
	"time"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/match"
)

// cpuTime is the processor time of this process so far, all threads.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// heap is what the program still holds after a collection, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func load(files []string) (*match.Snapshot, error) {
	b := match.NewBuilder()
	if err := draw.EachRecord(files, func(r *cve.Record) { b.Put(r) }); err != nil {
		return nil, err
	}
	return b.Commit(), nil
}

// namesCommand measures names per second: from the text of each name to the
// list of its findings, each name an asset of its own, nothing remembered between names.
func namesCommand(f *flag.FlagSet, args []string) error {
	in := f.String("stacks", "", "list of names")
	out := f.String("out", "", "write CPE<TAB>CVE here (outside the timing)")
	rounds := f.Int("rounds", 3, "how often to go through the list")
	profile := f.String("cpuprofile", "", "write a CPU profile of the matching")
	if err := f.Parse(args); err != nil {
		return err
	}
	files, err := draw.BaseFiles()
	if err != nil {
		return err
	}
	before, start := heap(), cpuTime()
	snap, err := load(files)
	if err != nil {
		return err
	}
	fmt.Printf("load: %.2f s CPU, %d CVEs, heap after GC %.1f MB\n", (cpuTime() - start).Seconds(), snap.Len(), float64(heap()-before)/1e6)
	names, err := readNames(*in)
	if err != nil {
		return err
	}
	if *profile != "" {
		p, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer p.Close()
		if err := pprof.StartCPUProfile(p); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	for range *rounds {
		measure(snap, names)
	}
	fmt.Printf("heap after GC with %d names in memory and one matcher: %.1f MB\n", len(names), float64(heap()-before)/1e6)
	runtime.KeepAlive(snap)
	return writeResults(snap, names, *out)
}

func measure(snap *match.Snapshot, names []string) {
	m := snap.Matcher(nil)
	var out []match.Match
	found, certain := 0, 0
	items := make([]match.Item, 1)
	start := cpuTime()
	for _, text := range names {
		name, err := cpe.Parse(text)
		if err != nil {
			continue
		}
		items[0].Name = name
		out = m.Match(match.Asset{Items: items}, out[:0])
		found += len(out)
		for i := range out {
			if out[i].Certainty == match.Certain {
				certain++
			}
		}
	}
	took := cpuTime() - start
	fmt.Printf("match: %d names, %d results (%d certain) in %.3f s CPU: %.0f names/s, %.0f results/s\n",
		len(names), found, certain, took.Seconds(), float64(len(names))/took.Seconds(), float64(found)/took.Seconds())
}

func readNames(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var names []string
	s := bufio.NewScanner(file)
	for s.Scan() {
		names = append(names, s.Text())
	}
	return names, s.Err()
}

func writeResults(snap *match.Snapshot, names []string, path string) error {
	if path == "" {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	m := snap.Matcher(nil)
	var out []match.Match
	for _, text := range names {
		name, err := cpe.Parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		out = m.Match(match.Asset{Items: []match.Item{{Name: name}}}, out[:0])
		for _, f := range out {
			fmt.Fprintf(w, "%s\t%s\t%s\n", text, f.CVE, f.Certainty)
		}
	}
	return w.Flush()
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"path/filepath"
	"sync"
	"testing"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/match"
)

// corpus is loaded once for all benchmarks of the run.
var corpus = sync.OnceValues(func() (*match.Index, error) {
	files, err := draw.BaseFiles()
	if err != nil {
		return nil, err
	}
	idx := match.NewIndex()
	b := idx.Edit()
	err = draw.EachRecord(files, func(r *cve.Record) { b.Put(r) })
	b.Commit()
	return idx, err
})

func index(b *testing.B) *match.Index {
	b.Helper()
	if _, err := draw.Folder(); err != nil {
		b.Skip(err)
	}
	idx, err := corpus()
	if err != nil {
		b.Fatal(err)
	}
	return idx
}

func assets(b *testing.B, n, items int) []match.Asset {
	b.Helper()
	files, err := draw.BaseFiles()
	if err != nil {
		b.Fatal(err)
	}
	g, err := draw.New(files, 1)
	if err != nil {
		b.Fatal(err)
	}
	out := make([]match.Asset, n)
	for i := range out {
		for range items {
			out[i].Items = append(out[i].Items, match.Item{Name: g.Name()})
		}
	}
	return out
}

// BenchmarkName is one name against the whole corpus.
func BenchmarkName(b *testing.B) { benchmarkAssets(b, 10_000, 1) }

// BenchmarkAsset is one asset of 20 items against the whole corpus, AND configurations over all of them.
func BenchmarkAsset(b *testing.B) { benchmarkAssets(b, 1_000, 20) }

func benchmarkAssets(b *testing.B, n, items int) {
	m := index(b).Snapshot().Matcher(nil)
	list := assets(b, n, items)
	var out []match.Match
	b.ReportAllocs()
	i, found := 0, 0
	for b.Loop() {
		out = m.Match(list[i%n], out[:0])
		found += len(out)
		i++
	}
	b.ReportMetric(float64(found)/float64(i), "results/op")
}

// BenchmarkExplain is one explanation, the asset's other items considered.
func BenchmarkExplain(b *testing.B) {
	m := index(b).Snapshot().Matcher(nil)
	list := assets(b, 100, 20)
	i := 0
	for b.Loop() {
		a := list[i%len(list)]
		if found := m.Match(a, nil); len(found) > 0 {
			m.ExplainMatch(found[i%len(found)], a)
		}
		i++
	}
}

// BenchmarkCommitDay puts one day's changes into the whole corpus: a new generation beside the readers.
func BenchmarkCommitDay(b *testing.B) {
	idx := index(b)
	dir, err := draw.Folder()
	if err != nil {
		b.Fatal(err)
	}
	var day []cve.Record
	file := filepath.Join(dir, "nvd-2.0", "daily", "nvdcve-2.0-modified-2026-06-10.json.gz")
	if err := draw.EachRecord([]string{file}, func(r *cve.Record) { day = append(day, *r) }); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		batch := idx.Edit()
		for i := range day {
			batch.Put(&day[i])
		}
		batch.Commit()
	}
}

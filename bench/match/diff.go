// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cpe"
	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/match"
	"martinella/internal/vulnerability/version"
)

// pair is one result: a name and a CVE.
type pair struct{ name, cve string }

// diffCommand compares two result files and explains every difference.
func diffCommand(f *flag.FlagSet, args []string) error {
	oursFile := f.String("ours", "", "results of Martinella")
	theirsFile := f.String("theirs", "", "results of cpe2cve")
	if err := f.Parse(args); err != nil {
		return err
	}
	ours, err := readPairs(*oursFile)
	if err != nil {
		return err
	}
	theirs, err := readPairs(*theirsFile)
	if err != nil {
		return err
	}
	records, err := readRecords()
	if err != nil {
		return err
	}
	d := diff{records: records, probed: map[string]bool{}, count: map[string]int{}, example: map[string]string{}}
	both := 0
	for p := range ours {
		if theirs[p] {
			both++
		} else {
			d.explain(p, true)
		}
	}
	for p := range theirs {
		if !ours[p] {
			d.explain(p, false)
		}
	}
	fmt.Printf("distinct name and CVE pairs: both %d, only Martinella %d, only cpe2cve %d\n", both, len(ours)-both, len(theirs)-both)
	return d.report()
}

func readPairs(path string) (map[pair]bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	out := map[pair]bool{}
	s := bufio.NewScanner(file)
	for s.Scan() {
		f := strings.SplitN(s.Text(), "\t", 3)
		if len(f) < 2 {
			return nil, fmt.Errorf("%s: not a result: %q", path, s.Text())
		}
		out[pair{strings.Clone(f[0]), strings.Clone(f[1])}] = true
	}
	return out, s.Err()
}

func readRecords() (map[string]*cve.Record, error) {
	files, err := draw.BaseFiles()
	if err != nil {
		return nil, err
	}
	out := map[string]*cve.Record{}
	return out, draw.EachRecord(files, func(r *cve.Record) {
		out[r.ID] = &cve.Record{ID: r.ID, Status: r.Status, Configurations: r.Configurations}
	})
}

type diff struct {
	records     map[string]*cve.Record
	probed      map[string]bool // criterion and version to Martinella's answer
	count       map[string]int
	example     map[string]string
	unexplained int
}

// explain finds the smallest set of points that turns cpe2cve's answer into Martinella's.
func (d *diff) explain(p pair, oursHas bool) {
	name, err := cpe.Parse(p.name)
	rec := d.records[p.cve]
	label := "UNEXPLAINED"
	if err == nil && rec != nil {
		if got, ok := d.smallest(rec, name, oursHas); ok {
			label = got
		}
	}
	if label == "UNEXPLAINED" {
		d.unexplained++
	}
	side := "only cpe2cve    "
	if oursHas {
		side = "only Martinella "
	}
	label = side + label
	d.count[label]++
	if e := p.name + " " + p.cve; d.example[label] == "" || e < d.example[label] {
		d.example[label] = e
	}
}

func (d *diff) smallest(rec *cve.Record, name cpe.Name, oursHas bool) (string, bool) {
	if d.with(rec, name, 0) == oursHas || d.with(rec, name, 1<<len(classes)-1) != oursHas {
		return "", false // the restatement is wrong on one side
	}
	best, size := 0, len(classes)+1
	for set := 1; set < 1<<len(classes); set++ {
		if n := bits(set); n < size && d.with(rec, name, set) == oursHas {
			best, size = set, n
		}
	}
	var labels []string
	for i, c := range classes {
		if best&(1<<i) != 0 {
			label := string(c)
			if c == classVersion {
				label += ": " + detail(rec, name)
			}
			labels = append(labels, label)
		}
	}
	return strings.Join(labels, " + "), true
}

func bits(n int) int {
	count := 0
	for ; n != 0; n &= n - 1 {
		count++
	}
	return count
}

func (d *diff) with(rec *cve.Record, name cpe.Name, set int) bool {
	p := peer{on: map[class]bool{}, probe: d.probe}
	for i, c := range classes {
		p.on[c] = set&(1<<i) != 0
	}
	return p.matches(rec, name)
}

// probe asks Martinella about version and update alone: the criterion is made into a record of its own.
func (d *diff) probe(c *cve.Criterion, n cpe.Name) bool {
	f := fields(c.Criteria)
	alone := *c
	alone.Vulnerable = true
	alone.Criteria = "cpe:2.3:a:v:p:" + f[cpe.Version] + ":" + f[cpe.Update] + ":*:*:*:*:*:*"
	key := fmt.Sprintf("%+v %s %s", alone, n[cpe.Version], n[cpe.Update])
	if known, ok := d.probed[key]; ok {
		return known
	}
	b := match.NewBuilder()
	b.Put(&cve.Record{ID: "CVE-0-0", Configurations: []cve.Configuration{{Nodes: []cve.Node{{Criteria: []cve.Criterion{alone}}}}}})
	item := cpe.New()
	item[cpe.Part], item[cpe.Vendor], item[cpe.Product] = "a", "v", "p"
	item[cpe.Version], item[cpe.Update] = n[cpe.Version], n[cpe.Update]
	found := len(b.Commit().Matcher(nil).Match(match.Asset{Items: []match.Item{{Name: item}}}, nil)) > 0
	d.probed[key] = found
	return found
}

// detail names what is particular about the versions compared.
func detail(rec *cve.Record, n cpe.Name) string {
	v := n[cpe.Version].Text()
	if !n[cpe.Update].IsLogical() {
		return "version and update, read as one or apart"
	}
	var bounds []string
	for _, c := range rec.Configurations {
		for _, node := range c.Nodes {
			for _, m := range node.Criteria {
				f := fields(m.Criteria)
				if len(f) == cpe.Attributes && strings.EqualFold(f[cpe.Product], string(n[cpe.Product])) {
					bounds = append(bounds, m.StartIncluding, m.StartExcluding, m.EndIncluding, m.EndExcluding, cpe.Value(f[cpe.Version]).Text())
				}
			}
		}
	}
	return kindOfDifference(v, bounds)
}

// kindOfDifference goes from the most particular to the most general.
func kindOfDifference(v string, bounds []string) string {
	seen := map[string]bool{}
	for _, b := range bounds {
		if b == "" {
			continue
		}
		switch order, ok := version.Compare(v, b); {
		case !ok && version.Parse(b).Kind() == version.None:
			seen["the record names no version (n/a, unspecified)"] = true
		case !ok:
			seen["notations that cannot be compared (commit, code name)"] = true
		case order == 0 && v != strings.ToLower(b):
			seen["two spellings of one version (7.0 and 7.0.0, 1.0.final)"] = true
		case sign(order) != sign(peerOrder(strings.ToLower(v), strings.ToLower(b))):
			seen["pre-release, patch letters or separators ("+shape(v, b)+")"] = true
		}
	}
	for _, k := range []string{"the record names no version (n/a, unspecified)", "notations that cannot be compared (commit, code name)", "two spellings of one version (7.0 and 7.0.0, 1.0.final)"} {
		if seen[k] {
			return k
		}
	}
	for k := range seen {
		return k
	}
	return "quoted characters or capitals in the version"
}

func shape(a, b string) string {
	hasWord := func(s string) bool {
		return strings.IndexFunc(s, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0
	}
	if hasWord(strings.ToLower(a)) || hasWord(strings.ToLower(b)) {
		return "with letters"
	}
	return "numbers only"
}

func sign(n int) int { return min(1, max(-1, n)) }

func (d *diff) report() error {
	var labels []string
	for l := range d.count {
		labels = append(labels, l)
	}
	sort.Slice(labels, func(i, j int) bool { return d.count[labels[i]] > d.count[labels[j]] })
	for _, l := range labels {
		fmt.Printf("%8d  %s\n          e.g. %s\n", d.count[l], l, d.example[l])
	}
	if d.unexplained > 0 {
		return fmt.Errorf("%d differences are not explained", d.unexplained)
	}
	fmt.Println("every difference is explained")
	return nil
}

// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"martinella/internal/app/demo"
)

// record is a CVE as it stands in the file, and what decides whether it is taken.
type record struct {
	ID             string
	Configurations []struct {
		Nodes []struct {
			Match []struct {
				Criteria string `json:"criteria"`
			} `json:"cpeMatch"`
		}
	}
	raw json.RawMessage
}

// product is "vendor:product" of a CPE name, as the name writes them.
var product = regexp.MustCompile(`^cpe:2\.3:[aoh]:((?:[^:\\]|\\.)+:(?:[^:\\]|\\.)+):`)

// names reports whether the record names one of the products.
func (r record) names(products map[string]bool) bool {
	for _, c := range r.Configurations {
		for _, n := range c.Nodes {
			for _, m := range n.Match {
				if found := product.FindStringSubmatch(m.Criteria); found != nil && products[found[1]] {
					return true
				}
			}
		}
	}
	return false
}

// products lists what the demonstration's bodies run, and what their lists to
// import name.
func products() (map[string]bool, error) {
	t, err := demo.Load()
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, p := range t.Also {
		out[p] = true
	}
	for _, o := range t.Organisations {
		for _, i := range o.Items {
			if _, name, ok := strings.Cut(i.Product, ":"); ok {
				out[name] = true
			}
		}
	}
	return out, nil
}

// records writes the baseline and one file for each day from firstDay on.
func records(from, to string, taken func(record) bool) error {
	base, err := filepath.Glob(filepath.Join(from, "base", "*.json.gz"))
	if err != nil {
		return err
	}
	daily, err := filepath.Glob(filepath.Join(from, "daily", "*.json.gz"))
	if err != nil {
		return err
	}
	if len(base) == 0 || len(daily) == 0 {
		return fmt.Errorf("%s has no base or no daily files", from)
	}
	baseline, last := map[string]record{}, ""
	for _, path := range append(base, daily...) {
		all, err := read(path)
		if err != nil {
			return err
		}
		day := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(path), ".json.gz"), "nvdcve-2.0-modified-")
		switch {
		case filepath.Base(filepath.Dir(path)) == "daily" && day >= firstDay:
			err = writeRecords(filepath.Join(to, "nvd-"+day+".json.zst"), day, all)
		default:
			keep(baseline, all, filepath.Base(filepath.Dir(path)) == "daily" && day >= recently, taken)
			last = day
		}
		if err != nil {
			return err
		}
	}
	return writeRecords(filepath.Join(to, "nvd-baseline.json.zst"), last, baseline)
}

// keep takes records over the older state of the same CVEs.
func keep(baseline, all map[string]record, every bool, taken func(record) bool) {
	for id, r := range all {
		if _, had := baseline[id]; had || every || taken(r) {
			baseline[id] = r
		}
	}
}

func read(path string) (out map[string]record, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var file struct {
		Vulnerabilities []struct{ CVE json.RawMessage }
	}
	if err := errors.Join(json.NewDecoder(z).Decode(&file), z.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out = make(map[string]record, len(file.Vulnerabilities))
	for _, v := range file.Vulnerabilities {
		r := record{raw: v.CVE}
		if err := json.Unmarshal(v.CVE, &r); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out[r.ID] = r
	}
	return out, nil
}

// writeRecords writes records by number in the form of NVD's API 2.0.
func writeRecords(path, day string, all map[string]record) error {
	type wrapped struct {
		CVE json.RawMessage `json:"cve"`
	}
	file := struct {
		ResultsPerPage  int       `json:"resultsPerPage"`
		StartIndex      int       `json:"startIndex"`
		TotalResults    int       `json:"totalResults"`
		Format          string    `json:"format"`
		Version         string    `json:"version"`
		Timestamp       string    `json:"timestamp"`
		Vulnerabilities []wrapped `json:"vulnerabilities"`
	}{ResultsPerPage: len(all), TotalResults: len(all), Format: "NVD_CVE", Version: "2.0", Timestamp: day + "T00:00:00.000"}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		file.Vulnerabilities = append(file.Vulnerabilities, wrapped{all[id].raw})
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false) // records stay as they were
	if err := out.Encode(file); err != nil {
		return err
	}
	fmt.Printf("%s: %d records\n", filepath.Base(path), len(all))
	return compress(path, text.Bytes())
}

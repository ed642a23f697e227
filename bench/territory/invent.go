// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"martinella/bench/draw"
	"martinella/internal/vulnerability/cpe"
)

// inventedYear is in the ids of CVEs that are made up: no real one has it.
const inventedYear = 2099

// inventedNote begins the description of every CVE that is made up.
const inventedNote = "MADE UP for a measurement, after "

// rawCVE is a CVE of NVD 2.0 of which only a few parts are looked at.
type rawCVE map[string]json.RawMessage

// corpusFile writes a corpus of n CVEs as an NVD 2.0 file and gives how many of
// them are real: real ones as far as they go, evenly chosen when there are more;
// then made up ones, each after a real one, of the same products in older
// versions: what is behind a real territory is mostly long fixed.
func corpusFile(path string, n int, p *products) (real int, err error) {
	all, err := realCVEs()
	if err != nil {
		return 0, err
	}
	real = min(n, len(all))
	out, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	fmt.Fprintf(w, `{"format":"NVD_CVE","version":"2.0","totalResults":%d,"vulnerabilities":[`, n)
	for k := range n {
		c, err := all[k*len(all)/real%len(all)], error(nil)
		if k >= real {
			c, err = p.invent(all[k*stride%len(all)], k-real)
		}
		if err == nil {
			err = writeCVE(w, k, c)
		}
		if err != nil {
			return 0, errors.Join(err, out.Close())
		}
	}
	_, err = w.WriteString("]}")
	return real, errors.Join(err, w.Flush(), out.Close())
}

// stride steps through the real CVEs so that neighbours are not made up together.
const stride = 7919

func writeCVE(w *bufio.Writer, k int, c rawCVE) error {
	text, err := json.Marshal(map[string]rawCVE{"cve": c})
	if err != nil {
		return err
	}
	if k > 0 {
		_ = w.WriteByte(',') // Flush tells
	}
	_, err = w.Write(text)
	return err
}

// realCVEs reads the base corpus and the daily files after it, each CVE as it was last.
func realCVEs() ([]rawCVE, error) {
	files, err := realFiles()
	if err != nil {
		return nil, err
	}
	var out []rawCVE
	at := map[string]int{}
	for _, file := range files {
		err := eachRaw(file, func(id string, c rawCVE) {
			if k, known := at[id]; known {
				out[k] = c
				return
			}
			at[id] = len(out)
			out = append(out, c)
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return out, nil
}

func realFiles() ([]string, error) {
	files, err := draw.BaseFiles()
	if err != nil {
		return nil, err
	}
	dir, err := draw.Folder()
	if err != nil {
		return nil, err
	}
	daily, err := filepath.Glob(filepath.Join(dir, "nvd-2.0", "daily", "*.json.gz"))
	slices.Sort(daily)
	return append(files, daily...), err
}

func eachRaw(file string, f func(id string, c rawCVE)) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	var doc struct {
		Vulnerabilities []struct{ CVE rawCVE }
	}
	if err := json.NewDecoder(z).Decode(&doc); err != nil {
		return err
	}
	for _, v := range doc.Vulnerabilities {
		var id string
		if err := json.Unmarshal(v.CVE["id"], &id); err != nil {
			return err
		}
		f(id, v.CVE)
	}
	return nil
}

// configuration is what is changed of a CVE's configurations.
type configuration struct {
	Operator string `json:"operator,omitempty"`
	Negate   bool   `json:"negate,omitempty"`
	Nodes    []struct {
		Operator string           `json:"operator,omitempty"`
		Negate   bool             `json:"negate,omitempty"`
		CPEMatch []map[string]any `json:"cpeMatch"`
	} `json:"nodes"`
}

// invent makes the n-th made up CVE after a real one.
func (p *products) invent(after rawCVE, n int) (rawCVE, error) {
	out := rawCVE{}
	for k, v := range after {
		out[k] = v
	}
	var id string
	var configurations []configuration
	var descriptions []map[string]string
	err := errors.Join(json.Unmarshal(after["id"], &id), json.Unmarshal(after["descriptions"], &descriptions))
	if text, stated := after["configurations"]; stated {
		err = errors.Join(err, json.Unmarshal(text, &configurations))
	}
	if err != nil {
		return nil, fmt.Errorf("a CVE of the corpus: %w", err)
	}
	for _, d := range descriptions {
		d["value"] = inventedNote + id + ": " + d["value"]
	}
	for _, c := range configurations {
		for _, node := range c.Nodes {
			for _, m := range node.CPEMatch {
				p.makeOlder(m)
			}
		}
	}
	return out, errors.Join(put(out, "id", fmt.Sprintf("CVE-%d-%d", inventedYear, 100_000+n)), put(out, "descriptions", descriptions),
		put(out, "configurations", configurations))
}

func put(c rawCVE, key string, v any) (err error) {
	if _, there := c[key]; there {
		c[key], err = json.Marshal(v)
	}
	return err
}

// beforeAll is a version before any that the corpus names.
const beforeAll = "0.0.0.1"

// olderThan draws an older version of a product; of a product with one version
// known (or none) there is none, and without beforeAll it would be touched by every CVE made up.
func (p *products) olderThan(key string) string {
	versions := p.versions[key]
	if len(versions) < 2 {
		return beforeAll
	}
	return versions[p.rnd.IntN(len(versions)/2)]
}

// makeOlder moves a criterion to an older version of its product.
func (p *products) makeOlder(m map[string]any) {
	text, _ := m["criteria"].(string)
	name, err := cpe.Parse(text)
	if err != nil {
		return
	}
	older := p.olderThan(keyOf(name))
	if exact := name[cpe.Version]; !exact.IsAny() && exact != cpe.NA {
		if v, err := cpe.Quote(older); err == nil {
			name[cpe.Version] = v
			m["criteria"] = name.String()
		}
		return
	}
	for _, bound := range []string{"versionStartIncluding", "versionStartExcluding", "versionEndIncluding", "versionEndExcluding"} {
		delete(m, bound)
	}
	m["versionEndExcluding"] = older
}

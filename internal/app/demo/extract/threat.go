// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"archive/tar"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/xi2/xz"
)

// kev writes CISA's catalogue as it is and gives the CVEs in it.
func kev(from, to string) (map[string]bool, error) {
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	plain, err := xz.NewReader(f, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	archive := tar.NewReader(plain)
	for {
		h, err := archive.Next()
		if err != nil {
			return nil, fmt.Errorf("%s: no catalogue in it: %w", from, err)
		}
		if path.Base(h.Name) != "known_exploited_vulnerabilities.json" {
			continue
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		return catalogue(to, text)
	}
}

func catalogue(to string, text []byte) (map[string]bool, error) {
	var file struct {
		Vulnerabilities []struct {
			ID string `json:"cveID"`
		}
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("the catalogue: %w", err)
	}
	out := map[string]bool{}
	for _, v := range file.Vulnerabilities {
		out[v.ID] = true
	}
	return out, compress(to, text)
}

// epss writes the columns of the table that are EPSS, with the day in the first
// line, as FIRST's own files have it, and gives the CVEs in it.
func epss(from, to string) (map[string]bool, error) {
	f, err := os.Open(from)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	id, score, rank := slices.Index(rows[0], "CVE"), slices.Index(rows[0], "EPSS"), slices.Index(rows[0], "EPSS Percentile")
	if id < 0 || score < 0 || rank < 0 {
		return nil, fmt.Errorf("%s: the columns are %q", from, rows[0])
	}
	out, text := map[string]bool{}, bytes.NewBufferString("#score_date:2026-08-22T00:00:00Z\ncve,epss,percentile\n")
	slices.SortFunc(rows[1:], func(a, b []string) int { return bytes.Compare([]byte(a[id]), []byte(b[id])) })
	for _, r := range rows[1:] {
		if r[score] == "" {
			continue // not scored
		}
		out[r[id]] = true
		fmt.Fprintf(text, "%s,%s,%s\n", r[id], r[score], r[rank])
	}
	return out, compress(to, text.Bytes())
}

// compress writes text, as small as zstd makes it. One encoder at a time makes
// the same file of the same text.
func compress(path string, text []byte) error {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return err
	}
	return os.WriteFile(path, z.EncodeAll(text, nil), 0o644)
}

// SPDX-License-Identifier: EUPL-1.2

package demo

import (
	"fmt"
	"io/fs"
	"strings"
)

// Feed is a file of the extract.
type Feed struct {
	Kind string // as the corpus names it: "nvd"
	Name string
	Day  string // of the data, "2026-08-21"; "" for what every day builds on
}

// Open opens the file, compressed as it is.
func (f Feed) Open() (fs.File, error) { return files.Open("feeds/" + f.Name) }

// Baseline lists what was known before the first day of news.
func Baseline() []Feed {
	return []Feed{{Kind: "kev", Name: "kev.json.zst"}, {Kind: "epss", Name: "epss.csv.zst"}, {Kind: "nvd", Name: "nvd-baseline.json.zst"}}
}

// Days lists the changes of the last real days, the earliest first.
func Days() ([]Feed, error) {
	names, err := fs.Glob(files, "feeds/nvd-20*.json.zst")
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("the demonstration has no days: %w", err)
	}
	out := make([]Feed, 0, len(names))
	for _, n := range names {
		name := strings.TrimPrefix(n, "feeds/")
		out = append(out, Feed{Kind: "nvd", Name: name, Day: strings.TrimSuffix(strings.TrimPrefix(name, "nvd-"), ".json.zst")})
	}
	return out, nil
}

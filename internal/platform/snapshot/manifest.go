// SPDX-License-Identifier: EUPL-1.2

package snapshot

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// format is the number of the form described in doc.go.
const format = 1

// Head is what a snapshot begins with.
type Head struct {
	Format  int            `json:"format"`
	Program string         `json:"program"` // its version
	Engine  string         `json:"engine"`
	Schema  map[string]int `json:"schema"` // highest step of each module
	At      time.Time      `json:"at"`
}

// Table is what a snapshot says of a table.
type Table struct {
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
	Digest  string   `json:"digest"`
}

// Blob is what it says of an attachment, as it lies sealed in the store.
type Blob struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Manifest is what a snapshot ends with.
type Manifest struct {
	Tables   map[string]Table `json:"tables"`
	Counters map[string]int64 `json:"counters"` // the highest id ever given, by table
	Blobs    map[string]Blob  `json:"blobs"`
}

// Rows counts the rows of all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// differences says, joined, in what another manifest of the same moment differs.
func (m Manifest) differences(other Manifest) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(m.Tables)) {
		want, got := m.Tables[name], other.Tables[name]
		switch {
		case want.Rows != got.Rows:
			errs = append(errs, fmt.Errorf("table %s has %d rows instead of %d", name, got.Rows, want.Rows))
		case want.Digest != got.Digest:
			errs = append(errs, fmt.Errorf("table %s has other rows", name))
		}
	}
	for name, want := range m.Blobs {
		if got := other.Blobs[name]; got != want {
			errs = append(errs, fmt.Errorf("attachment %s is not the one that was saved", name))
		}
	}
	return errors.Join(errs...)
}

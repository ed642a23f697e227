// SPDX-License-Identifier: EUPL-1.2

package draw

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"martinella/internal/vulnerability/cve"
	"martinella/internal/vulnerability/feed"
)

// Folder is where the shared vulnerability data is; MARTINELLA_DATA overrides it.
func Folder() (string, error) {
	dir := os.Getenv("MARTINELLA_DATA")
	if dir == "" {
		dir = "/work/shared/data/cve"
	}
	if _, err := os.Stat(filepath.Join(dir, "nvd-2.0", "base")); err != nil {
		return "", fmt.Errorf("the corpus is missing: no nvd-2.0/base in %s; set MARTINELLA_DATA to the folder that has it", dir)
	}
	return dir, nil
}

// BaseFiles lists the yearly files of the base corpus in order.
func BaseFiles() ([]string, error) {
	dir, err := Folder()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "nvd-2.0", "base", "*.json.gz"))
	sort.Strings(files)
	return files, err
}

// EachRecord reads NVD 2.0 files in order.
func EachRecord(files []string, f func(*cve.Record)) error {
	for _, file := range files {
		h := feed.Handler{Record: func(_ feed.Digest, r cve.Record) error { f(&r); return nil }}
		if _, _, err := feed.NVDPath(file, feed.Limits{}, h, nil); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
	}
	return nil
}

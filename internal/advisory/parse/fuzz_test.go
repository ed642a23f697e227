// SPDX-License-Identifier: EUPL-1.2

package parse

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seed adds the files of testdata that match, and texts.
func seed(f *testing.F, pattern string, texts ...string) {
	f.Helper()
	for _, s := range texts {
		f.Add([]byte(s))
	}
	files, err := filepath.Glob("testdata/" + pattern)
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// FuzzText: no panic, nothing impossible in the document, and the same text reads the same.
func FuzzText(f *testing.F) {
	seed(f, "*.txt")
	f.Fuzz(func(t *testing.T, data []byte) {
		docs := check(t, "a.txt", data)
		if again := check(t, "a.txt", data); !cmp.Equal(docs, again) {
			t.Errorf("read again: %s", cmp.Diff(docs, again))
		}
	})
}

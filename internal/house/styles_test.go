// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	styled  = regexp.MustCompile(`\.([A-Za-z_][\w-]*)`)
	classed = regexp.MustCompile(`class="([^"]+)"`)
)

// styles gives the classes that the built style sheet knows.
func styles(t *testing.T) map[string]bool {
	t.Helper()
	sheets, err := filepath.Glob(filepath.Join(root, "web", "static", "dist", "*.css"))
	if err != nil || len(sheets) == 0 {
		t.Fatalf("no style sheet is built: %v", err)
	}
	known := map[string]bool{}
	for _, sheet := range sheets {
		text, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range styled.FindAllSubmatch(text, -1) {
			known[string(found[1])] = true
		}
	}
	return known
}

func TestEveryClassHasAStyle(t *testing.T) {
	known := styles(t)
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return skipForeign(name, d, err)
		}
		if filepath.Ext(name) != ".templ" {
			return nil
		}
		text, err := os.ReadFile(name)
		for _, found := range classed.FindAllSubmatch(text, -1) {
			for class := range strings.FieldsSeq(string(found[1])) {
				if !known[class] {
					t.Errorf("%s: the style sheet knows no class %q\n  Why: what it was to hide is seen, what it was to place lies where it falls", name, class)
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

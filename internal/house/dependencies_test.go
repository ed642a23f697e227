// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// modulesUsed gives the modules of go.mod that our own code imports.
func modulesUsed(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	imported := importedPaths(t)
	var used []string
	for line := range strings.Lines(string(text)) {
		// "	module v1.2.3 // indirect", inside a require block or after the word.
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) < 2 || !strings.HasPrefix(fields[1], "v") {
			continue
		}
		if slices.ContainsFunc(imported, func(p string) bool { return p == fields[0] || strings.HasPrefix(p, fields[0]+"/") }) {
			used = append(used, fields[0])
		}
	}
	return used
}

func importedPaths(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, s := range sources(t, source.isGo) {
		for _, spec := range s.ast.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil {
				all = append(all, p)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// nodePackages gives the packages that web/package.json asks for itself.
func nodePackages(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "web", "package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Dependencies    map[string]string `json:"dependencies"`
		DevDependencies map[string]string `json:"devDependencies"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, set := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
		for name := range set {
			names = append(names, name)
		}
	}
	return names
}

// unexplained gives the names that no line of a document begins a table row with.
func unexplained(document string, names []string) []string {
	var broken []string
	for _, name := range names {
		if !strings.Contains(document, "\n| `"+name+"` |") {
			broken = append(broken, name+" has no line in docs/dependencies.md")
		}
	}
	slices.Sort(broken)
	return broken
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := append(modulesUsed(t), nodePackages(t)...)
	report(t, unexplained(string(text), names),
		"each one is somebody else's code in a public service: who adds it says what it is for")
}

func TestDependencyRuleCatches(t *testing.T) {
	document := "# Dependencies\n\n| `a/b` | 1 | because |\n"
	if got := unexplained(document, []string{"a/b"}); len(got) != 0 {
		t.Errorf("refused an explained one: %q", got)
	}
	if got := unexplained(document, []string{"a/b/c"}); len(got) != 1 {
		t.Errorf("accepted an unexplained one: %q", got)
	}
}

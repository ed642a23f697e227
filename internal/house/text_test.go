// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// licensed wants the SPDX line among the first five of a file.
func licensed(s source) []string {
	lines := strings.SplitN(s.text, "\n", 6)
	head := strings.Join(lines[:min(5, len(lines))], "\n")
	if strings.Contains(head, "SPDX-License-Identifier: EUPL-1.2") {
		return nil
	}
	return []string{s.path + ": no SPDX-License-Identifier: EUPL-1.2 at the top"}
}

// unfinished finds notes to oneself.
func unfinished(s source) []string {
	note := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	var broken []string
	for i, line := range strings.Split(s.text, "\n") {
		if found := note.FindString(line); found != "" {
			broken = append(broken, fmt.Sprintf("%s:%d: %s", s.path, i+1, found))
		}
	}
	return broken
}

// explained gives the packages among files that have no package comment.
func explained(files []source) []string {
	has := map[string]bool{}
	for _, f := range files {
		doc := f.ast.Doc.Text()
		good := strings.HasPrefix(doc, "Package "+f.ast.Name.Name+" ") ||
			f.ast.Name.Name == "main" && strings.HasPrefix(doc, "Command "+filepath.Base(f.dir())+" ")
		has[f.dir()] = has[f.dir()] || good
	}
	var broken []string
	for _, dir := range slices.Sorted(maps.Keys(has)) {
		if !has[dir] {
			broken = append(broken, dir+`: no comment that begins with "Package …" (or "Command …")`)
		}
	}
	return broken
}

func TestEveryFileCarriesItsLicence(t *testing.T) {
	files := sources(t, func(s source) bool { return !s.isGenerated() })
	enforce(t, files, licensed, "a file that is copied elsewhere keeps its terms only if they are in it (REUSE, publiccode.yml)")
}

func TestLicenceRuleCatches(t *testing.T) {
	mustCatch(t, licensed, []offender{
		{"none", "a.sql", "CREATE TABLE a (b INT);", 1},
		{"other", "a.js", "// SPDX-License-Identifier: MIT\n", 1},
		{"after the shebang", "a.sh", "#!/bin/bash\n# SPDX-License-Identifier: EUPL-1.2\n", 0},
		{"far below", "a.js", "\n\n\n\n\n\n// SPDX-License-Identifier: EUPL-1.2\n", 1},
	})
}

func TestLicenceTextIsThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{"EUROPEAN UNION PUBLIC LICENCE v. 1.2", "15.Applicable Law", "‘Compatible Licences’ according to Article 5 EUPL are:"} {
		if !strings.Contains(string(text), piece) {
			t.Errorf("LICENSE lacks %q: the whole text of the EUPL 1.2 belongs there", piece)
		}
	}
}

func TestNothingIsLeftUnfinished(t *testing.T) {
	enforce(t, sources(t, func(s source) bool { return true }), unfinished,
		"unfinished work belongs in the issue tracker, where somebody sees it")
}

func TestUnfinishedRuleCatches(t *testing.T) {
	mustCatch(t, unfinished, []offender{
		{"in a comment", "a.sql", "-- TO" + "DO: index", 1},
		{"as a part of a word", "a.sql", "-- METODO", 0},
	})
}

func TestEveryPackageIsExplained(t *testing.T) {
	report(t, explained(sources(t, goProgram)),
		"who opens a package must learn what it is for before reading its code")
}

func TestExplainedRuleCatches(t *testing.T) {
	read := func(path, text string) source {
		s, err := readSource(path, text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	got := explained([]source{
		read("internal/a/a.go", "// Package a does.\npackage a"),
		read("internal/a/b.go", "package a"),
		read("internal/b/b.go", "package b"),
		read("internal/c/c.go", "// Something.\npackage c"),
		read("cmd/d/main.go", "// Command d runs.\npackage main"),
	})
	if len(got) != 2 || !strings.HasPrefix(got[0], "internal/b:") || !strings.HasPrefix(got[1], "internal/c:") {
		t.Errorf("wanted complaints about internal/b and internal/c, got %q", got)
	}
}

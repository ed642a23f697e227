// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// The limits, in lines. Tests are tables, so theirs are wider.
const (
	maxFile, maxTestFile         = 400, 600
	maxFunction, maxTestFunction = 80, 120
)

func smallFile(s source) []string {
	limit := maxFile
	if s.isTest() {
		limit = maxTestFile
	}
	if n := strings.Count(s.text, "\n"); n > limit {
		return []string{fmt.Sprintf("%s: %d lines, %d at most", s.path, n, limit)}
	}
	return nil
}

func smallFunctions(s source) []string {
	limit := maxFunction
	if s.isTest() {
		limit = maxTestFunction
	}
	var broken []string
	for fn, n := range functionLines(s) {
		if n > limit {
			broken = append(broken, fmt.Sprintf("%s: %s has %d lines, %d at most", s.at(fn), fn.Name.Name, n, limit))
		}
	}
	slices.Sort(broken)
	return broken
}

// functionLines gives the length of every function, signature and braces included.
func functionLines(s source) map[*ast.FuncDecl]int {
	out := map[*ast.FuncDecl]int{}
	for _, decl := range s.ast.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			out[fn] = s.fset.Position(fn.End()).Line - s.fset.Position(fn.Pos()).Line + 1
		}
	}
	return out
}

func TestFilesStayReadable(t *testing.T) {
	written := func(s source) bool { return !s.isGenerated() }
	enforce(t, sources(t, written), smallFile, "a file is read whole: split it by meaning, not by length")
}

func TestFunctionsStayReadable(t *testing.T) {
	files := sources(t, goFiles)
	enforce(t, files, smallFunctions, "a function says one thing: name its parts and call them")
	var lengths []int
	for _, f := range files {
		if f.isTest() {
			continue
		}
		for _, n := range functionLines(f) {
			lengths = append(lengths, n)
		}
	}
	slices.Sort(lengths)
	if len(lengths) > 0 {
		t.Logf("%d functions, median %d lines, 95 %% up to %d", len(lengths), lengths[len(lengths)/2], lengths[len(lengths)*95/100])
	}
}

func TestSizeRulesCatch(t *testing.T) {
	body := func(lines int) string {
		return "package a\nfunc f() {\n" + strings.Repeat("\tg()\n", lines-2) + "}\n"
	}
	mustCatch(t, smallFunctions, []offender{
		{"just right", "", body(maxFunction), 0},
		{"too long", "", body(maxFunction + 1), 1},
		{"a test may be longer", "a_test.go", body(maxFunction + 1), 0},
		{"but not that long", "a_test.go", body(maxTestFunction + 1), 1},
	})
	mustCatch(t, smallFile, []offender{
		{"just right", "a.sql", strings.Repeat("\n", maxFile), 0},
		{"too long", "a.sql", strings.Repeat("\n", maxFile+1), 1},
	})
}

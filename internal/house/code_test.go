// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// calls gives the calls in a file of a function written as name ("time.Sleep").
func calls(s source, name string) []string {
	var found []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && typeText(call.Fun) == name {
			found = append(found, fmt.Sprintf("%s: %s", s.at(call), name))
		}
		return true
	})
	return found
}

func noSleep(s source) []string { return calls(s, "time.Sleep") }

func noPanic(s source) []string { return calls(s, "panic") }

func noInit(s source) []string {
	var found []string
	for _, decl := range s.ast.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			found = append(found, s.at(fn)+": func init")
		}
	}
	return found
}

// globals gives the package-level variables of files of one package, with
// their declaration.
func globals(files []source) map[string]*ast.ValueSpec {
	out := map[string]*ast.ValueSpec{}
	for _, f := range files {
		for _, decl := range f.ast.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, spec := range gen.Specs {
				value := spec.(*ast.ValueSpec)
				for _, name := range value.Names {
					out[name.Name] = value
				}
			}
		}
	}
	return out
}

// globalState finds package-level variables that somebody changes, or that
// exist to be changed. It reads names, not types: it sees what is written
// "table[x] = y", not what a method does.
func globalState(files []source) []string {
	vars := globals(files)
	var found []string
	for _, f := range files {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			for _, target := range changed(n) {
				if id := rootOf(target); id != nil && isGlobal(vars, id) {
					found = append(found, fmt.Sprintf("%s: changes the package's variable %s", f.at(n), id.Name))
				}
			}
			if spec, ok := n.(*ast.ValueSpec); ok && isGlobal(vars, spec.Names[0]) && isLock(spec.Type) {
				found = append(found, fmt.Sprintf("%s: %s is shared state", f.at(spec), spec.Names[0].Name))
			}
			return true
		})
	}
	return found
}

// changed gives what a statement writes to.
func changed(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.CallExpr:
		if f := typeText(n.Fun); (f == "delete" || f == "clear") && len(n.Args) > 0 {
			return n.Args[:1]
		}
	}
	return nil
}

func rootOf(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.SelectorExpr:
		return rootOf(e.X)
	case *ast.IndexExpr:
		return rootOf(e.X)
	case *ast.StarExpr:
		return rootOf(e.X)
	}
	return nil
}

// isGlobal tells a package's variable from a local one of the same name: the
// parser resolves names inside one file and leaves the others open.
func isGlobal(vars map[string]*ast.ValueSpec, id *ast.Ident) bool {
	spec, ok := vars[id.Name]
	return ok && id.Name != "_" && (id.Obj == nil || id.Obj.Decl == spec)
}

func isLock(t ast.Expr) bool {
	text := typeText(t)
	return strings.HasPrefix(text, "sync.") && text != "sync.Pool" || strings.HasPrefix(text, "atomic.")
}

func TestTestsDoNotSleep(t *testing.T) {
	enforce(t, sources(t, func(s source) bool { return goFiles(s) && s.isTest() }), noSleep,
		"a sleep is too short on a slow machine and too long everywhere else: wait for a signal, use testing/synctest or the fake clock")
}

func TestProgramDoesNotPanic(t *testing.T) {
	enforce(t, sources(t, goProgram), noPanic,
		"an error is returned, so that the caller can say something better than a stack trace")
}

func TestNoInitFunctions(t *testing.T) {
	enforce(t, sources(t, goFiles), noInit,
		"work done by an import happens in an order nobody chose, in programs and tests that did not ask for it")
}

func TestNoGlobalState(t *testing.T) {
	packages := map[string][]source{}
	for _, f := range sources(t, goProgram) {
		packages[f.dir()] = append(packages[f.dir()], f)
	}
	var broken []string
	for _, files := range packages {
		broken = append(broken, globalState(files)...)
	}
	report(t, broken, "two instances in one process, and two tests in parallel, must not see each other")
}

func TestCodeRulesCatch(t *testing.T) {
	mustCatch(t, noSleep, []offender{{"sleep", "", "package a\nfunc f() { time.Sleep(1) }", 1}})
	mustCatch(t, noPanic, []offender{
		{"panic", "", "package a\nfunc f() { panic(1) }", 1},
		{"a method of that name", "", "package a\nfunc f() { x.panic(1) }", 0},
	})
	mustCatch(t, noInit, []offender{
		{"init", "", "package a\nfunc init() {}", 1},
		{"a method of that name", "", "package a\nfunc (t T) init() {}", 0},
	})
	state := func(s source) []string { return globalState([]source{s}) }
	mustCatch(t, state, []offender{
		{"assigned", "", "package a\nvar n = 1\nfunc f() { n = 2 }", 1},
		{"an element assigned", "", "package a\nvar m = map[int]int{}\nfunc f() { m[1]++; delete(m, 2) }", 2},
		{"a lock", "", "package a\nimport \"sync\"\nvar mu sync.Mutex", 1},
		{"only read", "", "package a\nvar n = []int{1}\nfunc f() int { return n[0] }", 0},
		{"a local one of that name", "", "package a\nvar n = 1\nfunc f() { n := 2; n = 3; _ = n }", 0},
		{"an interface check", "", "package a\nvar _ I = T{}\nfunc f() { _ = 1 }", 0},
	})
}

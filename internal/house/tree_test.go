// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	root   = "../.." // of the repository, seen from this package
	module = "martinella/"
)

// source is one file of ours.
type source struct {
	path string // slash-separated, from the repository's root
	text string
	ast  *ast.File // nil when it is not Go
	fset *token.FileSet
}

func (s source) isGo() bool        { return s.ast != nil }
func (s source) isTest() bool      { return strings.HasSuffix(s.path, "_test.go") }
func (s source) isGenerated() bool { return s.ast != nil && ast.IsGenerated(s.ast) }
func (s source) dir() string       { return path.Dir(s.path) }

// at writes where a node is, as editors understand it.
func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
}

// readSource makes a source of a file's text.
func readSource(name, text string) (source, error) {
	s := source{path: name, text: text}
	if path.Ext(name) != ".go" {
		return s, nil
	}
	s.fset = token.NewFileSet()
	var err error
	s.ast, err = parser.ParseFile(s.fset, name, text, parser.ParseComments)
	return s, err
}

// tree reads all our files once.
var tree = sync.OnceValues(readTree)

func readTree() ([]source, error) {
	var all []source
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // went while we were reading
		}
		if err != nil || d.IsDir() {
			return skipForeign(name, d, err)
		}
		if !isOurText(name) {
			return nil
		}
		s, err := readOne(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		all = append(all, s)
		return err
	})
	return all, err
}

func readOne(name string) (source, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	return readSource(filepath.ToSlash(rel), string(text))
}

// skipForeign keeps the walk out of folders whose content we did not write.
func skipForeign(name string, d fs.DirEntry, err error) error {
	if err != nil {
		return err
	}
	switch base := d.Name(); {
	case filepath.Clean(name) == filepath.Clean(root), base == ".ci":
		return nil
	case strings.HasPrefix(base, "."), base == "node_modules", base == "testdata", base == "dist", base == "vendor":
		return fs.SkipDir
	case name == filepath.Join(root, "bin"), name == filepath.Join(root, "var"):
		return fs.SkipDir
	}
	return nil
}

// isOurText tells the kinds of file that people write here.
func isOurText(name string) bool {
	switch filepath.Ext(name) {
	case ".go", ".templ", ".sql", ".ts", ".js", ".mjs", ".scss", ".css", ".sh":
		return !strings.HasSuffix(name, ".min.js") && !strings.HasSuffix(name, ".min.css")
	}
	base := filepath.Base(name)
	return base == "Makefile" || base == "run"
}

// sources gives all our files that pick wants.
func sources(t *testing.T, pick func(source) bool) []source {
	t.Helper()
	all, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	var out []source
	for _, s := range all {
		if pick(s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		t.Fatal("the rule found no file to look at: it would pass for nothing")
	}
	return out
}

func goFiles(s source) bool   { return s.isGo() && !s.isGenerated() }
func goProgram(s source) bool { return goFiles(s) && !s.isTest() }

// rule is what one file breaks, each as "where: what".
type rule func(source) []string

// enforce runs a rule over files and gives its reason once when it fails.
func enforce(t *testing.T, files []source, r rule, reason string) {
	t.Helper()
	var broken []string
	for _, f := range files {
		broken = append(broken, r(f)...)
	}
	report(t, broken, reason)
}

func report(t *testing.T, broken []string, reason string) {
	t.Helper()
	if len(broken) > 0 {
		t.Errorf("%s\n  Why: %s", strings.Join(broken, "\n"), reason)
	}
}

// offender is a piece of text and whether a rule must refuse it.
type offender struct {
	name   string
	path   string
	text   string
	broken int // how many complaints
}

// mustCatch shows that a rule can fail, and only where it should.
func mustCatch(t *testing.T, r rule, cases []offender) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.path == "" {
				c.path = "internal/inventory/item.go"
			}
			s, err := readSource(c.path, c.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := r(s); len(got) != c.broken {
				t.Errorf("%d complaints wanted, got %q", c.broken, got)
			}
		})
	}
}

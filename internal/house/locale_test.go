// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"martinella/internal/platform/i18n"
)

// localeFolders gives the folders named locale, except i18n's own, which every bundle has.
func localeFolders(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || !d.IsDir():
			return err
		case d.Name() == "locale" && !strings.HasSuffix(filepath.ToSlash(name), "platform/i18n/locale"):
			found = append(found, filepath.Dir(name))
		}
		return skipForeign(name, d, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCataloguesAreComplete(t *testing.T) {
	var files []fs.FS
	for _, dir := range localeFolders(t) {
		files = append(files, os.DirFS(dir))
	}
	bundle, err := i18n.Load(files...)
	if err != nil {
		t.Fatalf("%v (sources in this order: own, %q)", err, localeFolders(t))
	}
	if err := bundle.Check(); err != nil {
		t.Errorf("%v\n  Why: a sentence that one language lacks is shown in another one, to somebody who may not read it", err)
	}
}

// sentences gives every key of the Italian catalogues with the placeholders of its sentence.
func sentences(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, dir := range append(localeFolders(t), filepath.Join(root, "internal/platform/i18n")) {
		files, err := filepath.Glob(filepath.Join(dir, "locale", "*it.json")) // it.json and subject.it.json
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no catalogue, %v", dir, err)
		}
		for _, name := range files {
			addSentences(t, out, name)
		}
	}
	return out
}

func addSentences(t *testing.T, out map[string][]string, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var flat map[string]json.RawMessage
	if err := json.Unmarshal(text, &flat); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for key, value := range flat {
		out[key] = placeholders(string(value))
	}
}

func placeholders(text string) []string {
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`\{([a-z0-9_]+)\}`).FindAllStringSubmatch(text, -1) {
		names[m[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// sentencesKnown checks each call l.T("key", "name", value…) and each
// fault.New(kind, "code") and f.Field("name", "code") against the catalogues.
func sentencesKnown(known map[string][]string) rule {
	return func(s source) []string {
		var broken []string
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			key, values := keyOf(call)
			if key == "" {
				return true
			}
			wanted, ok := known[key]
			if !ok {
				broken = append(broken, fmt.Sprintf("%s: no catalogue has %q", s.at(call), key))
			}
			for _, name := range wanted {
				if names, plain := namesGiven(values); plain && !slices.Contains(names, name) {
					broken = append(broken, fmt.Sprintf("%s: %q wants a value for {%s}", s.at(call), key, name))
				}
			}
			return true
		})
		return broken
	}
}

// keyOf gives the key of the sentence a call names literally, and the
// arguments that fill it; "" for any other call.
func keyOf(call *ast.CallExpr) (key string, values []ast.Expr) {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	switch {
	case !ok:
		return "", nil
	case fun.Sel.Name == "T" && len(call.Args) > 0:
		key, _ := literal(call.Args[0])
		if !strings.Contains(key, ".") {
			return "", nil
		}
		return key, call.Args[1:]
	case (typeText(fun) == "fault.New" || fun.Sel.Name == "Field") && len(call.Args) > 1:
		if code, ok := literal(call.Args[1]); ok && (fun.Sel.Name == "New" || strings.Contains(code, ".")) {
			return "fault." + code, []ast.Expr{nil} // its parameters are a map, often made elsewhere
		}
	}
	return "", nil
}

// namesGiven reads the names of name, value pairs; plain is false when they
// are not all written out.
func namesGiven(values []ast.Expr) (names []string, plain bool) {
	for i := 0; i < len(values); i += 2 {
		name, ok := literal(values[i])
		if !ok {
			return nil, false
		}
		names = append(names, name)
	}
	return names, true
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func TestEverySentenceUsedExists(t *testing.T) {
	// Generated code too: that is where the templates' calls are.
	files := sources(t, func(s source) bool { return s.isGo() && !s.isTest() })
	enforce(t, files, sentencesKnown(sentences(t)),
		"a missing sentence shows its key to a person, a missing value shows {braces}")
}

func TestSentenceRuleCatches(t *testing.T) {
	known := map[string][]string{"inventory.add": nil, "inventory.count": {"n"}, "fault.inventory.gone": {"name"}}
	file := func(call string) string { return "package a\nfunc f() { _ = " + call + " }" }
	mustCatch(t, sentencesKnown(known), []offender{
		{"known", "", file(`l.T("inventory.add")`), 0},
		{"unknown", "", file(`l.T("inventory.ad")`), 1},
		{"value given", "", file(`l.T("inventory.count", "n", 3)`), 0},
		{"value forgotten", "", file(`l.T("inventory.count")`), 1},
		{"values made elsewhere", "", file(`l.T("inventory.count", pairs...)`), 0},
		{"key made at run time", "", file(`l.T("inventory." + state)`), 0},
		{"fault known", "", file(`fault.New(fault.NotFound, "inventory.gone", p)`), 0},
		{"fault unknown", "", file(`fault.New(fault.NotFound, "inventory.missing")`), 1},
		{"field unknown", "", file(`e.Field("version", "inventory.missing")`), 1},
		{"another T", "", file(`other.T("plain")`), 0},
	})
}

// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// scopeFirst wants every store method to say who asks: (ctx, access.Scope, …)
// or, inside a transaction, (ctx, db.Querier, access.Scope, …).
func scopeFirst(s source) []string {
	if f := floorOf(s.dir()); f != room && f != access && f != gate {
		return nil // the ground stands below access and does not know it
	}
	var broken []string
	for _, decl := range s.ast.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || !isStoreMethod(s, fn) {
			continue
		}
		switch types := parameterTypes(fn); {
		case !returnsError(fn) && !slices.Contains(types, "context.Context"):
			// Sets an option or tells one: without context and error it asks no database.
		case len(types) == 0 || types[0] != "context.Context":
			broken = append(broken, fmt.Sprintf("%s: %s does not begin with a context.Context", s.at(fn), fn.Name.Name))
		case !hasScope(types):
			broken = append(broken, fmt.Sprintf("%s: %s has no access.Scope second, or third after a database", s.at(fn), fn.Name.Name))
		}
	}
	return broken
}

// isStoreMethod tells exported methods of *Store types, and others in store
// files that take a context.
func isStoreMethod(s source, fn *ast.FuncDecl) bool {
	if fn.Recv == nil || len(fn.Recv.List) != 1 || !fn.Name.IsExported() {
		return false
	}
	receiver := strings.TrimLeft(typeText(fn.Recv.List[0].Type), "*")
	if strings.HasSuffix(receiver, "Store") || receiver == "store" {
		return true
	}
	types := parameterTypes(fn)
	return strings.HasPrefix(path.Base(s.path), "store") && len(types) > 0 && types[0] == "context.Context"
}

func returnsError(fn *ast.FuncDecl) bool {
	if fn.Type.Results == nil {
		return false
	}
	return slices.ContainsFunc(fn.Type.Results.List, func(f *ast.Field) bool { return typeText(f.Type) == "error" })
}

func hasScope(types []string) bool {
	for _, t := range types[1:min(3, len(types))] {
		if t == "access.Scope" || t == "Scope" {
			return true
		}
	}
	return false
}

// parameterTypes gives one type for each parameter, as written.
func parameterTypes(fn *ast.FuncDecl) []string {
	var out []string
	for _, field := range fn.Type.Params.List {
		for range max(1, len(field.Names)) {
			out = append(out, typeText(field.Type))
		}
	}
	return out
}

func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + typeText(e.X)
	case *ast.SelectorExpr:
		return typeText(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr:
		return typeText(e.X)
	}
	return "?"
}

func TestEveryStoreMethodSaysWhoAsks(t *testing.T) {
	enforce(t, sources(t, goProgram), scopeFirst,
		"tenants are kept apart by the signature: what cannot be called without a Scope cannot forget the organisation (house.md, Scope first)")
}

func TestStoreRuleCatches(t *testing.T) {
	method := func(receiver, parameters string) string {
		return "package inventory\nfunc (s " + receiver + ") List(" + parameters + ") error { return nil }"
	}
	mustCatch(t, scopeFirst, []offender{
		{"good", "", method("*Store", "ctx context.Context, s access.Scope, id int64"), 0},
		{"good in a transaction", "", method("*ItemStore", "ctx context.Context, q db.Querier, s access.Scope"), 0},
		{"no scope", "", method("*Store", "ctx context.Context, organisation int64"), 1},
		{"scope comes late", "", method("*Store", "ctx context.Context, a, b int64, s access.Scope"), 1},
		{"no context", "", method("*Store", "s access.Scope"), 1},
		{"no parameters", "", method("*Store", ""), 1},
		{"other type in a store file", "internal/inventory/store_item.go", method("Items", "ctx context.Context, id int64"), 1},
		{"value type in a store file", "internal/inventory/store_item.go", method("Filter", ""), 0},
		{"an option", "", "package inventory\nfunc (s *Store) WithLimit(n int) *Store { return s }", 0},
		{"not a store", "", method("*Module", "ctx context.Context"), 0},
		{"the ground", "internal/platform/blob/store.go", method("*Store", "ctx context.Context"), 0},
	})
}

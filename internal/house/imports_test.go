// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floor is how high a package stands. Imports go from higher to lower ones.
type floor int

const (
	ground   floor = iota // internal/platform/*: knows nothing of ours above it
	design                // web/*: the design system
	access                // internal/access: who is asking
	gate                  // internal/access/gate: the routes
	room                  // internal/<module>
	wiring                // internal/app
	program               // cmd/*
	scaffold              // bench, internal/e2e, internal/house: look at everything, nobody looks at them
	shelf                 // data/*: embedded files; client: for others' programs; anybody may use them, they import nothing
)

// floorOf gives the floor of a package named by its path from the root.
func floorOf(pkg string) floor {
	prefixes := []struct {
		prefix string
		floor  floor
	}{
		{"internal/platform", ground}, {"web", design}, {"data", shelf},
		{"client", shelf},
		{"internal/access/gate", gate}, {"internal/access", access},
		{"internal/app", wiring}, {"cmd", program},
		{"internal/e2e", scaffold}, {"internal/house", scaffold}, {"bench", scaffold},
	}
	for _, p := range prefixes {
		if pkg == p.prefix || strings.HasPrefix(pkg, p.prefix+"/") {
			return p.floor
		}
	}
	return room
}

// roomOf gives the module a room's package belongs to: its first folder under internal.
func roomOf(pkg string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pkg, "internal/"), "/")
	return name
}

// pureRooms may use nothing but each other and the standard library's pure parts.
func pureRooms() []string {
	return []string{"internal/vulnerability/match", "internal/vulnerability/cpe",
		"internal/vulnerability/version", "internal/vulnerability/cve", "internal/vulnerability/vex",
		"internal/advisory/parse", "internal/publication/csaf"}
}

// pureGround is what the pure rooms may use of ours: words, no doing.
func pureGround() []string { return []string{"internal/platform/fault", "internal/platform/tlp"} }

// importsDown is the rule of the arrows, for one file.
func importsDown(s source) []string {
	var broken []string
	for _, spec := range s.ast.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if why := forbidden(s, target); why != "" {
			broken = append(broken, fmt.Sprintf("%s: imports %s: %s", s.at(spec), target, why))
		}
	}
	return broken
}

// forbidden says why a file must not import target; "" when it may.
func forbidden(s source, target string) string {
	if slices.Contains(pureRooms(), s.dir()) && !s.isTest() {
		if why := impure(target); why != "" {
			return why
		}
	}
	own, ours := strings.CutPrefix(target, module)
	if !ours {
		return ""
	}
	if strings.HasSuffix(own, "test") && !s.isTest() && !strings.HasSuffix(s.dir(), "test") && floorOf(s.dir()) != scaffold {
		return "a package for tests is for tests"
	}
	return arrow(s.dir(), own)
}

// arrow says why package from must not import package to, both of ours.
func arrow(from, to string) string {
	a, b := floorOf(from), floorOf(to)
	switch {
	case from == to, a == scaffold && b != program || b == shelf && a != shelf: // its own tests, too
		return ""
	case a == design && b != design && !strings.HasPrefix(to, "internal/platform/i18n"):
		return "the design system knows words (platform/i18n) and nothing else"
	case a == room && b == room && roomOf(from) != roomOf(to):
		return "rooms do not know each other: declare a small interface here, internal/app hands the neighbour over"
	case a == shelf, b > a:
		return "arrows only point down"
	}
	return ""
}

// impure says why the pure rooms must not import target.
func impure(target string) string {
	own, ours := strings.CutPrefix(target, module)
	switch {
	case target == "database/sql" || target == "os" || target == "net" || strings.HasPrefix(target, "net/http"):
		return "this room is pure: no SQL, no HTTP, no files"
	case ours && !slices.Contains(pureRooms(), own) && !slices.Contains(pureGround(), own):
		return "this room is pure: it imports only " + strings.Join(append(pureRooms(), pureGround()...), ", ")
	}
	return ""
}

func TestImportsOnlyPointDown(t *testing.T) {
	enforce(t, sources(t, source.isGo), importsDown,
		"each floor can then be understood, tested and replaced with only what is under it (house.md, Floors)")
}

func TestImportsRuleCatches(t *testing.T) {
	file := func(imports ...string) string {
		return "package x\nimport (\n\"" + strings.Join(imports, "\"\n\"") + "\"\n)"
	}
	mustCatch(t, importsDown, []offender{
		{"a room imports its neighbour", "internal/inventory/a.go", file("martinella/internal/identity"), 1},
		{"a room imports its inner room", "internal/vulnerability/a.go", file("martinella/internal/vulnerability/match"), 0},
		{"a room imports another's inner room", "internal/inventory/a.go", file("martinella/internal/vulnerability/cpe"), 1},
		{"a room imports the ground and the gate", "internal/inventory/a.go", file("martinella/internal/platform/db", "martinella/internal/access/gate"), 0},
		{"a room imports the wiring", "internal/inventory/a.go", file("martinella/internal/app"), 1},
		{"the ground imports access", "internal/platform/web/a.go", file("martinella/internal/access"), 1},
		{"access imports the gate", "internal/access/a.go", file("martinella/internal/access/gate"), 1},
		{"the design system imports the database", "web/ui/a.go", file("martinella/internal/platform/db"), 1},
		{"the design system imports the words", "web/ui/a.go", file("martinella/internal/platform/i18n", "martinella/web"), 0},
		{"the matcher reads files", "internal/vulnerability/match/a.go", file("os", "fmt"), 1},
		{"the matcher's test reads files", "internal/vulnerability/match/a_test.go", file("os", "fmt"), 0},
		{"the matcher uses the database", "internal/vulnerability/match/a.go", file("martinella/internal/platform/db"), 1},
		{"the matcher uses CPE names", "internal/vulnerability/match/a.go", file("martinella/internal/vulnerability/cpe"), 0},
		{"the reader of alerts fetches them", "internal/advisory/parse/a.go", file("martinella/internal/platform/fetch"), 1},
		{"the reader of alerts says what is wrong", "internal/advisory/parse/a.go", file("martinella/internal/platform/fault"), 0},
		{"the program uses a test helper", "internal/inventory/a.go", file("martinella/internal/platform/db/dbtest"), 1},
		{"a test uses a test helper", "internal/inventory/a_test.go", file("martinella/internal/platform/db/dbtest"), 0},
		{"anybody reads the data", "internal/inventory/a.go", file("martinella/data"), 0},
		{"data imports something", "data/a.go", file("martinella/internal/platform/db"), 1},
		{"the client's test imports it", "client/a_test.go", file("martinella/client"), 0},
		{"the client imports something", "client/a.go", file("martinella/internal/platform/fault"), 1},
		{"nobody imports the browser tests", "internal/app/a.go", file("martinella/internal/e2e/browser"), 1},
		{"the program imports the wiring", "cmd/martinella/main.go", file("martinella/internal/app"), 0},
	})
}

// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"martinella/internal/platform/db"
)

// migrationsFit says what is wrong with a module's migrations: gaps and names
// (which the migrator itself refuses), and engines that would end up different.
func migrationsFit(module string, files fs.FS) []string {
	m := db.Migration{Module: module, FS: files}
	sqlite, errSQLite := m.Steps(db.SQLite)
	postgres, errPostgres := m.Steps(db.Postgres)
	var broken []string
	for _, err := range []error{errSQLite, errPostgres} {
		if err != nil && !slices.Contains(broken, err.Error()) {
			broken = append(broken, err.Error())
		}
	}
	for i := range min(len(sqlite), len(postgres)) {
		if a, b := sqlite[i], postgres[i]; a.Number != b.Number || a.Name != b.Name {
			broken = append(broken, fmt.Sprintf("migrations of %s: %04d_%s on SQLite stands against %04d_%s on PostgreSQL", module, a.Number, a.Name, b.Number, b.Name))
		}
	}
	if len(sqlite) != len(postgres) {
		broken = append(broken, fmt.Sprintf("migrations of %s: %d steps on SQLite, %d on PostgreSQL", module, len(sqlite), len(postgres)))
	}
	return broken
}

// migrationFolders gives the packages that have migrations on disk.
func migrationFolders(t *testing.T) []string {
	t.Helper()
	var dirs []string
	for _, s := range sources(t, func(s source) bool { return path.Base(path.Dir(s.path)) == "migrations" }) {
		dirs = append(dirs, path.Dir(path.Dir(s.path)))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

func TestMigrationsFitBothEngines(t *testing.T) {
	var broken []string
	for _, dir := range migrationFolders(t) {
		broken = append(broken, migrationsFit(path.Base(dir), os.DirFS(filepath.Join(root, dir)))...)
	}
	report(t, broken, "an installation that skipped a step, or that has another schema than its sister, cannot be helped from afar")
}

func TestMigrationRuleCatches(t *testing.T) {
	for name, c := range map[string]struct {
		files  string
		broken bool
	}{
		"complete":               {"0001_a.sql 0002_b.sqlite.sql 0002_b.postgres.sql", false},
		"half a pair":            {"0001_a.sql 0002_b.sqlite.sql", true},
		"half a pair in between": {"0001_a.postgres.sql 0002_b.sql", true},
		"different names":        {"0001_a.sqlite.sql 0001_b.postgres.sql", true},
		"gap":                    {"0001_a.sql 0003_b.sql", true},
		"twice":                  {"0001_a.sql 0001_a.sqlite.sql", true},
		"strange name":           {"0001_a.sql notes.txt", true},
	} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			for _, f := range strings.Fields(c.files) {
				files["migrations/"+f] = &fstest.MapFile{}
			}
			if got := migrationsFit("x", files); (len(got) > 0) != c.broken {
				t.Errorf("got %q", got)
			}
		})
	}
}

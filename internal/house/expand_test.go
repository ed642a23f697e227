// SPDX-License-Identifier: EUPL-1.2

package house

import (
	"regexp"
	"strings"
	"testing"
)

// While nodes are replaced one by one, the program of yesterday works on the
// schema of today: a migration may only add what yesterday's statements do not
// trip over. What is not used any more is taken away by a later version, in a
// migration that says so: "-- contract: unused since <version>".

var (
	first    = regexp.MustCompile(`/0001_[^/]*$`) // a room's beginning: yesterday's program has no statements for it
	comment  = regexp.MustCompile(`--[^\n]*`)
	contract = regexp.MustCompile(`(?m)^-- contract: unused since \S+`)
	made     = regexp.MustCompile(`(?i)^CREATE TABLE (\w+)`)
	column   = regexp.MustCompile(`(?is)^ALTER TABLE \w+ ADD COLUMN (.+)$`)
	unique   = regexp.MustCompile(`(?i)^CREATE UNIQUE INDEX \w+ ON (\w+)`)
	harmless = regexp.MustCompile(`(?i)^(CREATE TABLE|CREATE INDEX|DROP INDEX|INSERT INTO|UPDATE|CREATE VIRTUAL TABLE|CREATE EXTENSION)\b`)
)

// trips lists the statements of a migration that yesterday's program could not live with.
func trips(text string) (out []string) {
	if contract.MatchString(text) {
		return nil
	}
	fresh := map[string]bool{}
	for _, statement := range strings.Split(comment.ReplaceAllString(text, ""), ";") {
		s := strings.TrimSpace(statement)
		if s == "" || strings.EqualFold(s, "END") {
			continue
		}
		if m := made.FindStringSubmatch(s); m != nil {
			fresh[m[1]] = true
		}
		if !survives(s, fresh) {
			out = append(out, s)
		}
	}
	return out
}

func survives(s string, fresh map[string]bool) bool {
	if m := column.FindStringSubmatch(s); m != nil {
		what := strings.ToUpper(m[1])
		return !strings.Contains(what, "NOT NULL") || strings.Contains(what, "DEFAULT")
	}
	if m := unique.FindStringSubmatch(s); m != nil {
		return fresh[m[1]]
	}
	return harmless.MatchString(s)
}

func TestMigrationsOnlyAdd(t *testing.T) {
	var broken []string
	for _, s := range sources(t, func(s source) bool {
		return strings.Contains(s.path, "/migrations/") && strings.HasSuffix(s.path, ".sql") && !first.MatchString(s.path)
	}) {
		for _, statement := range trips(s.text) {
			broken = append(broken, s.path+": "+statement)
		}
	}
	report(t, broken, "yesterday's program still runs beside today's while nodes are replaced: add first, take away a version later (-- contract: unused since …)")
}

func TestTheRuleOfAddingCatches(t *testing.T) {
	for text, bad := range map[string]int{
		"CREATE TABLE a (id INT); CREATE UNIQUE INDEX a_id ON a (id);":          0,
		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL DEFAULT '';":                  0,
		"ALTER TABLE a ADD COLUMN b BIGINT;":                                    0,
		"-- a note; with a semicolon\nUPDATE a SET b = 1;":                      0,
		"-- contract: unused since 1.4\nALTER TABLE a DROP COLUMN b;":           0,
		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL;":                             1,
		"ALTER TABLE a DROP COLUMN b;":                                          1,
		"ALTER TABLE a RENAME TO b; DROP TABLE c;":                              2,
		"CREATE UNIQUE INDEX a_b ON a (b);":                                     1,
		"ALTER TABLE a ALTER COLUMN b TYPE BIGINT; ALTER TABLE a RENAME b TO c": 2,
	} {
		if got := trips(text); len(got) != bad {
			t.Errorf("%q: %d, not %d: %q", text, len(got), bad, got)
		}
	}
}

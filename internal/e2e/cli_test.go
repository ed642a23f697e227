// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// TestWrongCommandLines tries what people mistype: the answer says what is
// wrong in words, with the exit code of a mistake and not of a failure.
func TestWrongCommandLines(t *testing.T) {
	i := install(t)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"unknown command", []string{"sreve"}, 2, `no command "sreve"`},
		{"unknown option", []string{"serve", "--lisen", "127.0.0.1:1"}, 2, "flag provided but not defined"},
		{"left-over argument", []string{"migrate", "now"}, 2, `"now" is not expected`},
		{"a stack is needed", []string{"match"}, 2, "--stack FILE is needed"},
		{"unknown format", []string{"match", "--stack", "-", "--format", "xml"}, 2, "--format is tsv or json"},
		{"a date people write", []string{"digest", "run", "--date", "22/11/2026"}, 2, "not a day like 2026-11-22"},
		{"unknown organisation", []string{"digest", "run", "--organisation", "c_zzzz"}, 1, "c_zzzz"},
		{"unknown feed", []string{"feed", "import", "nvda", "x.json"}, 1, `no feed "nvda"`},
		{"feed without source", []string{"feed", "import", "nvd"}, 2, "which feed, from where?"},
		{"no such file", []string{"feed", "import", "nvd", "nowhere.json"}, 1, "nowhere.json"},
		{"unknown role", []string{"user", "add", "--email", "a@b.example", "--person", "A", "--role", "king"}, 1, `"king" is no role`},
		{"no address", []string{"user", "add", "--email", "not-an-address", "--person", "A"}, 1, "address"},
		{"a zone that is none", []string{"migrate", "--zone", "Europe/Atlantis"}, 2, "Atlantis"},
		{"a transport that is none", []string{"migrate", "--mail-transport", "pigeon"}, 2, "pigeon"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := i.try(nil, c.args...)
			if r.code != c.code || !strings.Contains(r.stderr, c.want) {
				t.Errorf("want exit %d and %q, got %v", c.code, c.want, r)
			}
			if strings.Contains(r.stderr, "goroutine") || strings.Contains(r.stderr, ".go:") {
				t.Errorf("the program shows its inside: %v", r)
			}
		})
	}
}

// TestADatabaseThatIsNone is somebody who points at the wrong file: it is told,
// and not touched.
func TestADatabaseThatIsNone(t *testing.T) {
	i := install(t)
	file := filepath.Join(t.TempDir(), "letter.txt")
	text := []byte(strings.Repeat("this is a letter and no database\n", 200))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	r := i.try(nil, "migrate", "--database", file)
	if r.code != 1 || !strings.Contains(r.stderr, "not a database") {
		t.Errorf("got %v", r)
	}
	after, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(after, text) {
		t.Errorf("the letter was changed (%v)", err)
	}
}

// TestMatchWithGarbage: lines that cannot be read are told by number, the
// others are matched; a line of 10 MB does not fill the memory.
func TestMatchWithGarbage(t *testing.T) {
	i := install(t)
	i.run("feed", "import", "nvd", "testdata/nvd-first.json")
	const good = "cpe:2.3:a:openssl:openssl:3.0.7:*:*:*:*:*:*:*"
	lines := []string{"# a comment", "cpe:2.3:a:openssl", "\x00\xff\xfe", "cpe:/a:openssl:openssl:3.0.7", "cpe:2.3:z:a:b:*:*:*:*:*:*:*:*", good}
	in := io.MultiReader(strings.NewReader(strings.Join(lines, "\n")+"\n"), strings.NewReader(strings.Repeat("A", 10<<20)), strings.NewReader("\n"+good+"\n"))
	r := i.try(in, "match", "--stack", "-")
	if r.code != 1 {
		t.Errorf("exit %d although lines could not be read", r.code)
	}
	if n := strings.Count(r.stdout, good+"\tCVE-2022-3996\n"); n != 2 {
		t.Errorf("the good line was matched %d times, want 2:\n%s", n, r.stdout)
	}
	for _, want := range []string{"line 2 left", "line 3 left", "line 5 left", "line 7 left"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("%q is not told: %.1000s", want, r.stderr)
		}
	}
	if len(r.stderr) > 10_000 {
		t.Errorf("what is wrong takes %d bytes to say", len(r.stderr))
	}
	if r.memory > 150<<20 {
		t.Errorf("it took %d MB", r.memory>>20)
	}
}

// TestAFeedCutInHalf: what came before the break is kept and said, and the
// whole file later brings the rest.
func TestAFeedCutInHalf(t *testing.T) {
	i := install(t)
	whole, err := os.ReadFile("testdata/nvd-first.json")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(whole); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"cut.json": whole[:len(whole)*2/3], "cut.json.gz": packed.Bytes()[:packed.Len()/2], "empty.json": nil, "page.html.json": []byte("<html>busy</html>")} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r := i.try(nil, "feed", "import", "nvd", file)
		t.Logf("%s: %v", name, r)
		if strings.HasPrefix(name, "cut") && !strings.Contains(r.stdout+r.stderr, "ends too early") {
			t.Errorf("%s: nobody is told that it breaks off: %v", name, r)
		}
		if !strings.HasPrefix(name, "cut") && r.code == 0 {
			t.Errorf("%s counts as imported: %v", name, r)
		}
	}
	if said := i.run("feed", "import", "nvd", "testdata/nvd-first.json"); !strings.Contains(said, "0 skipped") {
		t.Errorf("the whole file: %s", said)
	}
	if n := i.count("SELECT count(*) FROM vulnerability"); n != 3 {
		t.Errorf("%d vulnerabilities after the whole file, want 3", n)
	}
}

// maxMemory is the most memory a process had, in bytes.
func maxMemory(usage any) int64 {
	if u, ok := usage.(*syscall.Rusage); ok {
		return u.Maxrss << 10
	}
	return 0
}

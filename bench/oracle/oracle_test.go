// SPDX-License-Identifier: EUPL-1.2

// Package oracle holds internal/vulnerability/cpe against nvdtools' wfn, an
// independent reading of NISTIR 7695 and 7696. It is a module of its own so
// that nvdtools is no dependency of Martinella.
package oracle

import (
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/facebookincubator/nvdtools/wfn"

	"martinella/internal/vulnerability/cpe"
)

// values that both read; the wildcards stand where NISTIR 7695 allows them.
var sources = []string{"*", "-", "foo", "bar", "foobar", "foo*", "*bar", "*oba*", `1\.2`, `a\:b`, `a\*`, "x_y"}
var targets = []string{"*", "-", "foo", "bar", "foobar", `1\.2`, `a\:b`, `a\*`, "x_y", "xbar", "obar"}

var relations = map[wfn.Relation]cpe.Relation{wfn.Disjoint: cpe.Disjoint, wfn.Subset: cpe.Subset, wfn.Equal: cpe.Equal, wfn.Superset: cpe.Superset}

func TestAttributesRelateAsInWFN(t *testing.T) {
	for _, s := range sources {
		for _, u := range targets {
			a, b := name(t, s), name(t, u)
			theirs, err := wfn.CompareAttr(a.theirs.Product, b.theirs.Product)
			if err != nil {
				t.Fatalf("%s %s: %v", s, u, err)
			}
			if got := cpe.Relate(a.ours[cpe.Product], b.ours[cpe.Product]); got != relations[theirs] {
				t.Errorf("%s to %s: %v, wfn says %v", s, u, got, theirs)
			}
		}
	}
}

type both struct {
	ours   cpe.Name
	theirs *wfn.Attributes
}

func name(t *testing.T, product string) both {
	t.Helper()
	return parse(t, "cpe:2.3:a:v:"+product+":1:*:*:*:*:*:*:*")
}

func parse(t *testing.T, s string) both {
	t.Helper()
	ours, err := cpe.Parse(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	theirs, err := wfn.Parse(s)
	if err != nil {
		t.Fatalf("wfn: %s: %v", s, err)
	}
	return both{ours, theirs}
}

func TestRandomNamesRelateAsInWFN(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[rnd.IntN(len(from))] }
	for range 20_000 {
		s := parse(t, "cpe:2.3:a:"+pick(sources)+":"+pick(sources)+":"+pick(sources)+":*:*:*:*:"+pick(sources)+":*:*")
		u := parse(t, "cpe:2.3:a:"+pick(targets)+":"+pick(targets)+":"+pick(targets)+":*:*:*:*:"+pick(targets)+":*:*")
		if ours, theirs := cpe.Compare(s.ours, u.ours).Relation() != cpe.Disjoint, wfn.Match(s.theirs, u.theirs); ours != theirs {
			t.Fatalf("%v with %v: %v, wfn says %v", s.ours, u.ours, ours, theirs)
		}
	}
}

var criterion = regexp.MustCompile(`"criteria":"((?:[^"\\]|\\.)*)"`)

// Every CPE name of the real corpus is read alike and written back alike.
func TestCorpusNamesReadAsInWFN(t *testing.T) {
	dir := os.Getenv("MARTINELLA_DATA")
	if dir == "" {
		dir = "/work/shared/data/cve"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "nvd-2.0", "base", "*.json.gz"))
	if len(files) == 0 {
		t.Skip("no corpus in " + dir + "; set MARTINELLA_DATA")
	}
	seen, refused := map[string]bool{}, 0
	for _, f := range files {
		for _, m := range criterion.FindAllStringSubmatch(read(t, f), -1) {
			s := strings.ReplaceAll(strings.ReplaceAll(m[1], `\"`, `"`), `\\`, `\`)
			if seen[s] || strings.Contains(s, `\u`) {
				continue
			}
			seen[s] = true
			if !readAlike(t, s) {
				refused++
			}
		}
	}
	t.Logf("%d names, %d of them refused by one of the two", len(seen), refused)
	if refused*1000 > len(seen) {
		t.Errorf("%d of %d names are refused by one of the two", refused, len(seen))
	}
}

func readAlike(t *testing.T, s string) bool {
	ours, err := cpe.Parse(s)
	theirs, theirErr := wfn.Parse(s)
	if err != nil || theirErr != nil {
		t.Logf("%s: %v; wfn: %v", s, err, theirErr)
		return false
	}
	// wfn keeps capitals and leaves blanks and non-ASCII letters as they are.
	want := strings.ToLower(theirs.BindToFmtString())
	if again, err := cpe.Parse(want); err != nil || again != ours {
		t.Errorf("%s: read as %v, wfn %s", s, ours, want)
	}
	return true
}

func read(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

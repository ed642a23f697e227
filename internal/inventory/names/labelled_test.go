// SPDX-License-Identifier: EUPL-1.2

package names_test

import (
	"cmp"
	"hash/fnv"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"martinella/internal/inventory/names"
)

// labelled is a real name and the products it means.
type labelled struct {
	source, name, version, publisher string
	meant                            []string // none: no product
}

// heldOut says whether a name belongs to the half nothing was tuned on.
func (l labelled) heldOut() bool {
	h := fnv.New32a()
	h.Write([]byte(l.name))
	return h.Sum32()%2 == 1
}

func labelledNames(t testing.TB) []labelled { return readLabelled(t, "labelled.tsv") }

func readLabelled(t testing.TB, file string) (out []labelled) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line[0] == '#' {
			continue
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		l := labelled{source: c[0], name: c[1], version: c[2], publisher: c[3]}
		if c[4] != "-" {
			l.meant = strings.Split(c[4], "|")
		}
		out = append(out, l)
	}
	return out
}

// shipped is the index of the dictionary that comes with the program.
var shipped = sync.OnceValues(func() (*names.Index, error) {
	list, err := names.WithShipped(nil)
	if err != nil {
		return nil, err
	}
	return names.Build(list)
})

func shippedIndex(t testing.TB) *names.Index {
	t.Helper()
	x, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// score counts answers: given is how many names got a product, right how many
// of those the right one, product how many have one.
type score struct{ names, product, given, right int }

func (s *score) add(l labelled, a names.Answer) (right bool) {
	s.names++
	if len(l.meant) > 0 {
		s.product++
	}
	best, ok := a.Best()
	if ok {
		s.given++
	}
	if right = ok && slices.Contains(l.meant, best.Vendor+":"+best.Product.Product); right {
		s.right++
	}
	return right || !ok && len(l.meant) == 0
}

func (s score) precision() float64 { return float64(s.right) / float64(max(s.given, 1)) }
func (s score) recall() float64    { return float64(s.right) / float64(max(s.product, 1)) }

// TestResolvesRealNames states how good the resolver is and does not let it get worse.
func TestResolvesRealNames(t *testing.T) {
	x := shippedIndex(t)
	table := map[string]*score{}
	for file, set := range map[string]string{"labelled.tsv": "", "fresh.tsv": "third set"} {
		for _, l := range readLabelled(t, file) {
			a := x.Resolve(names.Query{Label: l.name, Publisher: l.publisher, Version: l.version}, 3)
			half := cmp.Or(set, map[bool]string{false: "development", true: "held out"}[l.heldOut()])
			right := false
			for _, key := range []string{"all", "all, " + l.source, "all, " + class(a), half, half + ", " + l.source} {
				if table[key] == nil {
					table[key] = &score{}
				}
				right = table[key].add(l, a)
			}
			if !right && !l.heldOut() {
				t.Logf("%s %q %q %q: %v, want %v", l.source, l.name, l.version, l.publisher, brief(a.Candidates), l.meant)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		s := table[key]
		t.Logf("%-24s names %3d, with a product %3d, given %3d, right %3d: precision %.3f, recall %.3f", key, s.names, s.product, s.given, s.right, s.precision(), s.recall())
	}
	for _, set := range []string{"development", "held out", "third set"} {
		if s := table[set]; s.precision() < 0.95 || s.recall() < 0.85 {
			t.Errorf("%s: precision %.3f, recall %.3f: 0.95 and 0.85 are the floor", set, s.precision(), s.recall())
		}
	}
}

// class is the class of confidence an answer is in.
func class(a names.Answer) string {
	best, ok := a.Best()
	switch {
	case !ok:
		return "unknown"
	case a.Certain:
		return "resolved"
	case best.Confidence >= 80:
		return "guessed, 80-99"
	}
	return "guessed, 50-79"
}

func BenchmarkResolve(b *testing.B) {
	x, ls := shippedIndex(b), labelledNames(b)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		l := ls[i%len(ls)]
		x.Resolve(names.Query{Label: l.name, Publisher: l.publisher, Version: l.version}, 1)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package names_test

import (
	"hash/fnv"
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

func labelledNames(t testing.TB) (out []labelled) {
	t.Helper()
	text, err := os.ReadFile("testdata/labelled.tsv")
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
	count := func(key string, l labelled, a names.Answer) bool {
		if table[key] == nil {
			table[key] = &score{}
		}
		return table[key].add(l, a)
	}
	for _, l := range labelledNames(t) {
		a := x.Resolve(names.Query{Label: l.name, Publisher: l.publisher, Version: l.version}, 3)
		half := map[bool]string{false: "development", true: "held out"}[l.heldOut()]
		count("all", l, a)
		count("all, "+l.source, l, a)
		count(class(a), l, a)
		if !count(half, l, a) && (!l.heldOut() || os.Getenv("NAMES_SHOW") == "all") {
			t.Logf("%s %q %q %q: %v, want %v", l.source, l.name, l.version, l.publisher, brief(a.Candidates), l.meant)
		}
		count(half+", "+l.source, l, a)
	}
	for _, key := range slices.Sorted(mapKeys(table)) {
		s := table[key]
		t.Logf("%-24s names %3d, with a product %3d, given %3d, right %3d: precision %.3f, recall %.3f", key, s.names, s.product, s.given, s.right, s.precision(), s.recall())
	}
	for _, half := range []string{"development", "held out"} {
		if s := table[half]; s.precision() < 0.95 || s.recall() < 0.85 {
			t.Errorf("%s: precision %.3f, recall %.3f: 0.95 and 0.85 are the floor", half, s.precision(), s.recall())
		}
	}
}

// class is the class of confidence an answer is in.
func class(a names.Answer) string {
	best, ok := a.Best()
	switch {
	case !ok:
		return "class unknown"
	case a.Certain:
		return "class resolved"
	case best.Confidence >= 80:
		return "class guessed, 80-99"
	}
	return "class guessed, 50-79"
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	x, ls := shippedIndex(b), labelledNames(b)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		l := ls[i%len(ls)]
		x.Resolve(names.Query{Label: l.name, Publisher: l.publisher, Version: l.version}, 1)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package names_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"martinella/internal/inventory/names"
)

// anyReal draws a real name.
func anyReal(t *rapid.T, all []labelled) names.Query {
	l := rapid.SampledFrom(all).Draw(t, "name")
	return names.Query{Label: l.name, Publisher: l.publisher, Version: l.version}
}

// meant is what an answer comes to: which product, or none.
func meant(a names.Answer) string {
	best, ok := a.Best()
	if !ok {
		return "none"
	}
	return best.Vendor + ":" + best.Product.Product
}

// The same question has the same answer, whatever was asked before and by whom at the same time.
func TestAnswersAreTheSameEachTime(t *testing.T) {
	x, all := shippedIndex(t), labelledNames(t)
	rapid.Check(t, func(t *rapid.T) {
		q := anyReal(t, all)
		first := x.Resolve(q, 5)
		x.Resolve(anyReal(t, all), 5)
		if diff := cmp.Diff(first, x.Resolve(q, 5)); diff != "" {
			t.Fatalf("%q: %s", q.Label, diff)
		}
	})
}

// Case, blanks and the architecture do not change which product is meant.
func TestCaseBlanksAndArchitectureMeanNothing(t *testing.T) {
	x, all := shippedIndex(t), labelledNames(t)
	all = slices.DeleteFunc(all, func(l labelled) bool { return l.source != "desk" })
	rapid.Check(t, func(t *rapid.T) {
		q := anyReal(t, all)
		want, changed := meant(x.Resolve(q, 1)), q
		switch rapid.IntRange(0, 3).Draw(t, "change") {
		case 0:
			changed.Label = strings.ToUpper(q.Label)
		case 1:
			changed.Label = strings.ToLower(q.Label)
		case 2:
			changed.Label = " " + strings.ReplaceAll(q.Label, " ", "  ") + "\t"
		case 3:
			if strings.Contains(q.Label, "(") {
				t.Skip("it says one already")
			}
			changed.Label += rapid.SampledFrom([]string{" (64-bit)", " (x64)", " (32-bit)"}).Draw(t, "architecture")
		}
		if got := meant(x.Resolve(changed, 1)); got != want {
			t.Fatalf("%q is %s, %q is %s", q.Label, want, changed.Label, got)
		}
	})
}

// A version more in the name does not change which product is meant.
func TestAVersionDoesNotChangeTheProduct(t *testing.T) {
	x, all := shippedIndex(t), labelledNames(t)
	all = slices.DeleteFunc(all, func(l labelled) bool {
		return l.source != "desk" || names.Version(l.name) != "" || strings.ContainsAny(l.name, "0123456789(") ||
			strings.Contains(l.name, "Acrobat") // from version 15 on it is another product
	})
	rapid.Check(t, func(t *rapid.T) {
		q := anyReal(t, all)
		q.Version = ""
		want := meant(x.Resolve(q, 1))
		v := rapid.StringMatching(`[1-9]\d?\.\d{1,3}(\.\d{1,4})?`).Draw(t, "version")
		changed := q
		changed.Label += rapid.SampledFrom([]string{" ", " v", " version "}).Draw(t, "before") + v
		a := x.Resolve(changed, 1)
		if got := meant(a); got != want {
			t.Fatalf("%q is %s, %q is %s", q.Label, want, changed.Label, got)
		}
		if best, ok := a.Best(); ok && best.Version != v {
			t.Fatalf("%q: version %q", changed.Label, best.Version)
		}
	})
}

// Vendor and product as the dictionary writes them are that product or one of
// the same words, for all but a handful in a thousand.
func TestADictionaryNameIsItself(t *testing.T) {
	x := shippedIndex(t)
	asked, other, absent := 0, 0, 0
	for i := 0; i < x.Len(); i += 31 {
		p := x.All()[i]
		text := names.Text(p.Vendor) + " " + names.Text(p.Product)
		if strings.ContainsAny(text, "0123456789") || len(names.Words(text)) > 12 {
			continue // a number may be a version; of very long names the end is not looked at
		}
		asked++
		a := x.Resolve(names.Query{Label: text}, 8)
		best, _ := a.Best()
		if a.Certain && !sameWords(best.Product, p) {
			other++
			t.Logf("%q is certainly %s?", text, best.Ref())
		}
		if !slices.ContainsFunc(a.Candidates, func(c names.Candidate) bool { return sameWords(c.Product, p) }) {
			absent++
			t.Logf("%q is not among %v", text, brief(a.Candidates))
		}
	}
	t.Logf("%d asked, %d certainly another, %d not offered", asked, other, absent)
	if 1000*other > 5*asked || 1000*absent > 15*asked {
		t.Error("a name of the dictionary is taken for another, or not offered, too often")
	}
}

// sameWords says whether two products are called by the same words, each
// counted once, or by the same letters run together.
func sameWords(a, b names.Product) bool {
	read := func(p names.Product) []string { return names.Words(names.Text(p.Vendor) + " " + names.Text(p.Product)) }
	once := func(ws []string) string { return strings.Join(slices.Compact(slices.Sorted(slices.Values(ws))), " ") }
	return once(read(a)) == once(read(b)) || strings.Join(read(a), "") == strings.Join(read(b), "")
}

// Whoever writes a name to do harm does none, and waits no longer than others.
func TestHostileNamesAreHarmlessAndQuick(t *testing.T) {
	x := shippedIndex(t)
	hostile := []string{
		"<script>alert(1)</script>", "\u202emozilla firefox\u202c", strings.Repeat("a", 10_000), strings.Repeat("microsoft ", 2_000), strings.Repeat("1.", 5_000),
		"a\x00b\x00c", "\x00", strings.Repeat("\u0301", 5_000), "pkg:" + strings.Repeat("a/", 5_000), "pkg:deb/debian/" + strings.Repeat("lib-", 3_000), strings.Repeat("-", 10_000), "lib" + strings.Repeat("9", 9_000),
		"windows 10 " + strings.Repeat("pro ", 3_000), "java 8 update " + strings.Repeat("9", 5_000), strings.Repeat("(", 10_000), "' OR 1=1 --", "../../etc/passwd", "\xff\xfe\xfd", "%00%0a", strings.Repeat("é", 5_000),
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := threadTime(t)
	for _, s := range hostile {
		for _, q := range []names.Query{{Label: s}, {Label: s, Publisher: s, Version: s}, {Label: "openssl", Publisher: s, Version: s}} {
			a := x.Resolve(q, 5)
			for _, c := range a.Candidates {
				if !utf8.ValidString(c.Version) || len(c.Version) > names.MaxText || strings.ContainsAny(c.Version, "\x00\n\t") {
					t.Errorf("%.40q: version %.60q", s, c.Version)
				}
			}
		}
	}
	if took := threadTime(t) - start; took > 2*time.Second {
		t.Errorf("%d hostile names took %s", 3*len(hostile), took)
	}
	for text, want := range map[string]string{"\u202eMozilla Firefox\u202c": "mozilla:firefox", "Mozilla\u200b Firefox": "mozilla:firefox"} {
		if got := meant(x.Resolve(names.Query{Label: text}, 1)); got != want {
			t.Errorf("%q is %s", text, got)
		}
	}
}

// FuzzResolve looks for names that break the resolver or make it say what cannot be.
func FuzzResolve(f *testing.F) {
	for _, l := range labelledNames(f) {
		f.Add(l.name, l.version, l.publisher)
	}
	x := shippedIndex(f)
	f.Fuzz(func(t *testing.T, label, version, publisher string) {
		a := x.Resolve(names.Query{Label: label, Version: version, Publisher: publisher}, 4)
		if a.Certain && !a.Taken || a.Taken && len(a.Candidates) == 0 || len(a.Candidates) > 4 {
			t.Errorf("%+v", a)
		}
		for i, c := range a.Candidates {
			if c.Confidence < 0 || c.Confidence > 100 || c.Product.Product == "" || c.Reason == "" {
				t.Errorf("candidate %d: %+v", i, c)
			}
		}
		if best, ok := a.Best(); ok && best.Confidence < names.GuessFrom {
			t.Errorf("taken with confidence %d", best.Confidence)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package names_test

import (
	"bufio"
	"compress/gzip"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"martinella/internal/inventory/names"
)

// corpus is the index of the real product names of the CVE corpus.
var corpus = sync.OnceValues(func() (*names.Index, error) {
	f, err := os.Open("testdata/products.tsv.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	var list []names.Product
	for s := bufio.NewScanner(z); s.Scan(); {
		c := strings.Split(s.Text(), "\t")
		n, err := strconv.Atoi(c[3])
		if err != nil {
			return nil, err
		}
		list = append(list, names.Product{Part: c[0], Vendor: c[1], Product: c[2], Count: n})
	}
	return names.Build(list)
})

func index(t testing.TB) *names.Index {
	t.Helper()
	x, err := corpus()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestSearchFindsWhatPeopleType(t *testing.T) {
	x := index(t)
	for query, want := range map[string]string{
		"forti":               "fortinet:fortios",
		"fortios":             "fortinet:fortios",
		"acrobat rea":         "adobe:acrobat_reader",
		"acrobat reader d":    "adobe:acrobat_reader_dc",
		"firefox":             "mozilla:firefox",
		"mozila firefox":      "mozilla:firefox",
		"firefxo":             "mozilla:firefox",
		"gogle chrome":        "google:chrome",
		"7zip":                "7-zip:7-zip",
		"7-zip":               "7-zip:7-zip",
		"notepad++":           `notepad-plus-plus:notepad\+\+`,
		"libre office":        "libreoffice:libreoffice",
		"Wíreshark":           "wireshark:wireshark",
		"windows server 2019": "microsoft:windows_server_2019",
		"linux ker":           "linux:linux_kernel",
		"exsi":                "vmware:esxi",
	} {
		hits := x.Search(query, 8)
		if len(hits) == 0 || hits[0].Vendor+":"+hits[0].Product.Product != want {
			t.Errorf("%q: got %v, want %s first", query, refs(hits), want)
		}
	}
}

func TestSearchOfNonsenseIsEmpty(t *testing.T) {
	x := index(t)
	for _, q := range []string{"", "  ", "zzqqxxyy", "\u202e\u200f", "<script>alert(1)</script>qqqqzz", "!!!"} {
		if hits := x.Search(q, 8); len(hits) > 0 && q != "<script>alert(1)</script>qqqqzz" {
			t.Errorf("%q: got %v", q, refs(hits))
		}
	}
}

func TestVendorsBySomeLetters(t *testing.T) {
	got := index(t).Vendors("micros", 3)
	if len(got) == 0 || got[0].Name != "microsoft" || got[0].Products < 10 {
		t.Errorf("got %+v", got)
	}
}

func refs(hits []names.Hit) (out []string) {
	for _, h := range hits {
		out = append(out, h.Vendor+":"+h.Product.Product)
	}
	return out
}

type label struct{ text, publisher, version, meant, origin string }

func labels(t testing.TB) (out []label) {
	t.Helper()
	text, err := os.ReadFile("testdata/labels.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if c := strings.Split(line, "\t"); !strings.HasPrefix(line, "#") {
			out = append(out, label{c[0], c[1], c[2], c[3], c[4]})
		}
	}
	return out
}

// TestSuggestionsOnRealLabels states how good the suggestions are, and does not let them get worse.
func TestSuggestionsOnRealLabels(t *testing.T) {
	x := index(t)
	var named, first, listed, absent, quiet, certainWrong, guessed, guessedRight int
	for _, l := range labels(t) {
		got := x.Suggest(names.Query{Label: l.text, Publisher: l.publisher, Version: l.version}, 5)
		meant := strings.Split(l.meant, "|")
		at := slices.IndexFunc(got, func(c names.Candidate) bool {
			return slices.Contains(meant, c.Vendor+":"+c.Product.Product)
		})
		if len(got) > 0 && got[0].Confidence >= names.GuessFrom {
			guessed++
			if at == 0 {
				guessedRight++
			}
		}
		if len(got) > 0 && got[0].Reason == names.Exact && at != 0 {
			certainWrong++
			t.Errorf("certain and wrong: %q is %s, not %s", l.text, got[0].Ref(), l.meant)
		}
		if l.meant == "-" {
			absent++
			if len(got) == 0 || got[0].Confidence < names.GuessFrom {
				quiet++
			} else {
				t.Logf("guessed for nothing: %q %q -> %s %d %s", l.text, l.publisher, got[0].Ref(), got[0].Confidence, got[0].Reason)
			}
			continue
		}
		named++
		if at == 0 && got[0].Confidence >= names.GuessFrom {
			first++
		} else {
			t.Logf("not first: %q %q -> %v, want %s", l.text, l.publisher, brief(got), l.meant)
		}
		if at >= 0 {
			listed++
		}
	}
	t.Logf("%d labels with a product: %d first, %d among five; %d without: %d left alone; guesses right %d of %d; certain and wrong %d",
		named, first, listed, absent, quiet, guessedRight, guessed, certainWrong)
	if 100*first < 90*named || 100*listed < 95*named || 100*quiet < 85*absent {
		t.Error("suggestions got worse: 90 % first, 95 % among five, 85 % of the strangers left alone are expected")
	}
}

func brief(cs []names.Candidate) (out []string) {
	for _, c := range cs {
		out = append(out, c.Ref()+" "+strconv.Itoa(c.Confidence)+" "+string(c.Reason))
	}
	return out
}

func TestVersionsComeOutOfTheText(t *testing.T) {
	x := index(t)
	for _, c := range []struct{ text, publisher, version, want, update string }{
		{"Adobe Acrobat Reader DC 23.006 (64-bit)", "", "", "23.006", ""},
		{"PuTTY release 0.78 (64-bit)", "", "", "0.78", ""},
		{"FortiOS v7.2.5", "", "", "7.2.5", ""},
		{"OpenSSL 1.1.1w", "", "", "1.1.1w", ""},
		{"Windows Server 2019", "Microsoft", "", "", ""},
		{"Microsoft SQL Server 2019", "", "", "2019", ""},
		{"openssl", "Fedora Project", "1.0.2k-1.fc25", "1.0.2k", ""},
		{"Java 8 Update 381 (64-bit)", "Oracle", "8.0.3810.9", "1.8.0", "update381"},
		{"GLPI versione 10", "", "", "10", ""},
		{"pkg:pypi/django@3.2.1", "", "", "3.2.1", ""},
	} {
		got := x.Suggest(names.Query{Label: c.text, Publisher: c.publisher, Version: c.version}, 1)
		if len(got) == 0 || got[0].Version != c.want || got[0].Update != c.update {
			t.Errorf("%q: got %+v, want version %q", c.text, got, c.want)
		}
	}
}

func TestKeysJoinWhatIsTheSameProduct(t *testing.T) {
	for _, c := range []struct{ a, b string }{
		{"Mozilla Firefox (x64 it)", "MOZILLA  Firefox 115.0.2"},
		{"Adobe Acrobat Reader DC 23.006 (64-bit)", "adobe acrobat reader dc - Italiano"},
		{"FortiOS 7.2.5", "fortios v7.4.1"},
		{"pkg:npm/%40angular/core@1.0.0", "pkg:npm/@angular/core@2.0"},
		{"\u202eFirefox", "firefox"},
	} {
		if names.Key(c.a, "") != names.Key(c.b, "") || names.Key(c.a, "") == "" {
			t.Errorf("%q has key %q, %q has %q", c.a, names.Key(c.a, ""), c.b, names.Key(c.b, ""))
		}
	}
	if names.Key("Windows Server 2019", "") == names.Key("Windows Server 2022", "") {
		t.Error("two products, one key")
	}
	if names.Key("Firefox", "Mozilla Corporation") != names.Key("Mozilla Firefox", "") {
		t.Error("the publisher's name is part of the name")
	}
	if names.Key("tar", "Fedora Project") != "tar" {
		t.Error("who packs a product does not make it")
	}
}

func TestUpstream(t *testing.T) {
	for in, want := range map[string]string{"2.2.8-1.fc31": "2.2.8", "1:1.2.3-4+deb12u1": "1.2.3", "8.2p1-4ubuntu0.9": "8.2p1", "7.0.16-1.fc25.remi": "7.0.16", "23.006.20360": "23.006.20360", "1.0-rc1": "1.0-rc1", "": ""} {
		if got := names.Upstream(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// Typing ahead among all names that come with the program, in CPU time: how
// busy the machine is with something else must not matter.
func TestSearchIsQuick(t *testing.T) {
	x := shippedIndex(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	queries := []string{"f", "m", "mi", "micro", "windows s", "server", "adobe acrobat reader", "mozila firefxo", "linux kernel", "a b c d", "zimbr"}
	var took []time.Duration
	for range 40 {
		for _, q := range queries {
			start := threadTime(t)
			x.Search(q, 10)
			took = append(took, threadTime(t)-start)
		}
	}
	slices.Sort(took)
	p95 := took[len(took)*95/100]
	t.Logf("%d products, p50 %s, p95 %s", x.Len(), took[len(took)/2], p95)
	if p95 > 50*time.Millisecond {
		t.Errorf("p95 %s, the goal is 50 ms", p95)
	}
}

// threadTime is the CPU time this thread has used.
func threadTime(t *testing.T) time.Duration {
	t.Helper()
	const thisThread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if err := syscall.Getrusage(thisThread, &u); err != nil {
		t.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkSearch(b *testing.B) {
	x := index(b)
	queries := []string{"f", "mi", "windows s", "adobe acrobat", "mozila firefxo"}
	for i := 0; b.Loop(); i++ {
		x.Search(queries[i%len(queries)], 10)
	}
}

func BenchmarkSuggest(b *testing.B) {
	x, ls := index(b), labels(b)
	for i := 0; b.Loop(); i++ {
		l := ls[i%len(ls)]
		x.Suggest(names.Query{Label: l.text, Publisher: l.publisher, Version: l.version}, 5)
	}
}

func BenchmarkBuild(b *testing.B) {
	x := index(b)
	list := x.All()
	for b.Loop() {
		if _, err := names.Build(list); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzSuggest(f *testing.F) {
	for _, s := range []string{"Java 8 Update 381", "pkg:npm/a@1", "v", "1.2.3", "++", "é\u202e", "Microsoft Windows 10 Pro", "a\x00b", "cpe:2.3:a:b:c"} {
		f.Add(s, s)
	}
	x, err := corpus()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, publisher string) {
		names.Key(text, publisher)
		x.Search(text, 5)
		for _, c := range x.Suggest(names.Query{Label: text, Publisher: publisher}, 5) {
			if c.Confidence < 20 || c.Confidence > 100 {
				t.Errorf("confidence %d", c.Confidence)
			}
		}
	})
}

func FuzzParsePURL(f *testing.F) {
	f.Add("pkg:maven/org.apache/log4j@2.0?type=jar#x")
	f.Fuzz(func(t *testing.T, s string) {
		if p, ok := names.ParsePURL(s); ok && p.Name == "" {
			t.Error("a package without a name")
		}
	})
}

// An inventory says "Google" beside "Google Chrome": the vendor said twice is no word left over.
func TestThePublisherMayBeInTheNameToo(t *testing.T) {
	x := index(t)
	for _, publisher := range []string{"", "Google", "Google LLC"} {
		got := x.Suggest(names.Query{Label: "Google Chrome", Publisher: publisher, Version: "151.0.7922.137"}, 1)
		if len(got) == 0 || got[0].Ref() != "a:google:chrome" || got[0].Reason != names.Exact {
			t.Errorf("publisher %q: %v", publisher, brief(got))
		}
	}
}

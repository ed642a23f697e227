// SPDX-License-Identifier: EUPL-1.2

package publication_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// python is Debian's, which has Debian's packages.
const python = "/usr/bin/python3"

// feedparser reads standard input as Python's Universal Feed Parser does.
const feedparser = `import feedparser, json, sys
f = feedparser.parse(sys.stdin.buffer.read())
print(json.dumps({"bad": bool(f.bozo), "kind": f.version, "title": f.feed.title, "entries": [{"id": e.id, "title": e.title, "link": e.link, "published": e.published} for e in f.entries]}))`

// TestAnotherReaderTakesOurFeed reads the feed of public alerts with somebody else's program.
func TestAnotherReaderTakesOurFeed(t *testing.T) {
	if err := exec.CommandContext(t.Context(), python, "-c", "import feedparser").Run(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("Debian's python3-feedparser is not installed: scripts/setup.sh")
		}
		t.Skip("Debian's python3-feedparser is not installed")
	}
	each(t, func(w *world) {
		w.happens(w.alert(1))
		c := exec.CommandContext(t.Context(), python, "-c", feedparser)
		c.Stdin = strings.NewReader(w.fetch("/avvisi.atom"))
		out, err := c.Output()
		w.must(err)
		var f struct {
			Bad         bool
			Kind, Title string
			Entries     []struct{ ID, Title, Link, Published string }
		}
		w.must(json.Unmarshal(out, &f))
		if f.Bad || f.Kind != "atom10" || len(f.Entries) != 1 || f.Entries[0].Title != "FortiOS da aggiornare" || f.Entries[0].Link != "https://csirt.example/avvisi/csirt-prova-2026-0001" || f.Entries[0].Published == "" {
			w.Errorf("%s", out)
		}
	})
}

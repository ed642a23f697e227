// SPDX-License-Identifier: EUPL-1.2

package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"martinella/internal/channel"
	"martinella/internal/platform/events"
	"martinella/internal/platform/tlp"
)

// Each event of the table in docs/architecture.md can be told, with words, and the
// address it names is a route of this program.
func TestEveryEventCanBeToldByWebhook(t *testing.T) {
	h := newHouse(t)
	routes := map[string]bool{}
	for _, r := range h.app.Gate.Routes() {
		routes[parameter.ReplaceAllString(r.Pattern, "*")] = true
	}
	told := map[string]bool{}
	for _, k := range hookKinds() {
		told[k.Name] = true
		written, err := json.Marshal(struct {
			channel.Written
			Advisory int64 `json:"advisory"`
		}{channel.Written{Thread: 5, TLP: string(tlp.Green)}, 5})
		if err != nil {
			t.Fatal(err)
		}
		_, path, ok := k.Refer(events.Notice{Kind: k.Name, Payload: written})
		pattern := "GET " + strings.ReplaceAll(strings.ReplaceAll(path, "{org}", "*"), "/5", "/*")
		if !ok || !routes[pattern] {
			t.Errorf("%s is read at %s, which is no route", k.Name, path)
		}
		if l := h.app.bundle.Localizer("nb", nil); !l.Has("hook.kind." + k.Name) {
			t.Errorf("%s has no words", k.Name)
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile("(?m)^\\| `([a-z]+\\.[a-z_]+)` \\| [a-z]+ \\|").FindAllStringSubmatch(string(text), -1)
	if len(table) < 5 {
		t.Fatalf("the table has %d events", len(table))
	}
	for _, row := range table {
		if !told[row[1]] {
			t.Errorf("%s is in the table of events, not in hookKinds", row[1])
		}
	}
}

func TestWhatIsAboveGreenIsNotToldByWebhook(t *testing.T) {
	for _, c := range []struct {
		label tlp.Label
		named bool
		tell  bool
	}{{tlp.Clear, false, true}, {tlp.Green, false, true}, {tlp.Green, true, false}, {tlp.Amber, false, false}, {tlp.AmberStrict, false, false}, {tlp.Red, true, false}, {"", false, false}} {
		payload, err := json.Marshal(channel.Written{Thread: 5, TLP: string(c.label), Named: c.named})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, tell := referMessage(events.Notice{Payload: payload}); tell != c.tell {
			t.Errorf("%s, named %v: told %v", c.label, c.named, tell)
		}
	}
	if _, _, tell := referMessage(events.Notice{Payload: json.RawMessage(`[]`)}); tell {
		t.Error("what cannot be read is told")
	}
}

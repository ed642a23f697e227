// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheDemonstrationStays: a second start keeps what was done in the first,
// and the demonstration's data and real data never mix.
func TestTheDemonstrationStays(t *testing.T) {
	i := install(t)
	p := i.serve("--demo")
	c := enter(t, i.base, technician)
	if a := c.post(stack, url.Values{"label": {"Programma della prova"}, "version": {"7"}}); !strings.Contains(a.text, "Programma della prova") {
		t.Fatalf("adding a product: %s", a)
	}
	items := i.count("SELECT count(*) FROM item")
	p.stop()
	said := i.serve("--demo").waitFor("Mails stay here")
	if !strings.Contains(said, demoPassword) {
		t.Errorf("the second start does not print the sign-ins:\n%s", said)
	}
	if again := i.count("SELECT count(*) FROM item"); again != items {
		t.Errorf("%d items after the second start, %d before", again, items)
	}
	if a := c.get(stack); !strings.Contains(a.text, "Programma della prova") {
		t.Errorf("who was signed in is not any more, or what he added is gone: %.300s", a)
	}
	if r := i.try(nil, "serve"); r.code != 1 || !strings.Contains(r.stderr, "demonstration") {
		t.Errorf("an ordinary start on the demonstration's data: %v", r)
	}
	real := install(t)
	real.run("user", "add", "--email", "ada@csirt.example", "--person", "Ada")
	if r := real.try(nil, "serve", "--demo"); r.code != 1 || !strings.Contains(r.stderr, "empty folder") {
		t.Errorf("the demonstration on real data: %v", r)
	}
}

// TestKilledWhileMakingTheDemonstration: the first start is interrupted, the
// second one is as if it had never been.
func TestKilledWhileMakingTheDemonstration(t *testing.T) {
	i := install(t)
	p := i.start("serve", "--demo")
	until(t, "the demonstration is being made", func() bool {
		building, err := filepath.Glob(filepath.Join(i.data, "*.building"))
		return err == nil && len(building) > 0
	})
	p.kill()
	if _, err := os.Stat(filepath.Join(i.data, "martinella.db")); err == nil {
		t.Log("it was ready already")
	}
	i.serve("--demo").stop()
	if n := i.count("SELECT count(*) FROM organisation"); n != 10 {
		t.Errorf("%d organisations", n)
	}
}

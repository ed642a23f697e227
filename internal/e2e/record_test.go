// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xi2/xz"

	api "martinella/client"
	"martinella/internal/e2e/browser"
)

const (
	itemsNow = "SELECT count(*) FROM item WHERE organisation_id = (SELECT id FROM organisation WHERE code = 'c_x001')"
	forAll   = "FROM name_alias WHERE organisation_id = 0"
	newcomer = "nadia.ferri@comune.roccasalina.example" // of a body that has declared nothing
)

// TestAMemberKeepsItsRecord walks as a new user does: in with a card, GLPI's file
// and then its update, ten names made clear by the CSIRT for everybody, another
// body that has them, and a program that reads what people see.
func TestAMemberKeepsItsRecord(t *testing.T) {
	i, b := install(t), browser.Start(t)
	i.run("demo", "card")
	file := filepath.Join(i.data, "demo-card", "card.pem")
	card, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		t.Fatal(err)
	}
	i.serve("--demo")
	member := i.reader(&card)
	if a := member.get("/signin/card"); a.status != http.StatusOK || !strings.HasPrefix(a.path, "/o/c_x001") {
		t.Fatalf("with the card: %.600s", a)
	}
	before := i.count(itemsNow)
	i.takeIn(member, stack, "glpi", "computer_3.json", example(t, "computer_3.json.xz"))
	if got := i.count(itemsNow) - before; got != 3004 {
		t.Errorf("GLPI's file made %d items, not 3004", got)
	}
	i.takeIn(member, stack, "glpi", "computer_3.json", example(t, "computer_3_updated.json.xz"))
	if got := i.count(itemsNow) - before; got != 3004+159-11 { // new and gone, as the files alone say
		t.Errorf("after the update there are %d items more than before", got)
	}
	i.clearNames(b, 10)
	i.servesAnother()
	i.readByProgram(b, i.count(itemsNow))
}

// example is one of GLPI's own files.
func example(t *testing.T, name string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "inventory", "intake", "testdata", "glpi", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	r, err := xz.NewReader(f, 0)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// takeIn imports a file through the pages, to its end.
func (i *installation) takeIn(c *client, to, kind, name string, content io.Reader) {
	i.t.Helper()
	state := func(want string) func() bool {
		return func() bool {
			return i.count("SELECT count(*) FROM item_import WHERE state = '"+want+"' AND id = (SELECT max(id) FROM item_import)") == 1
		}
	}
	a := c.upload(to+"/import", kind, name, content)
	until(i.t, name+" is read", state("ready"))
	c.post(a.path+"/apply", url.Values{"remove_gone": {"yes"}})
	until(i.t, name+" is written", state("done"))
}

// clearNames presses the first candidate of the first name on the work list, n times.
func (i *installation) clearNames(b *browser.Browser, n int) {
	i.t.Helper()
	p := b.Visit(i.t, "it")
	signIn(i.t, p, i.base, "admin@csirt.example")
	before := i.count("SELECT count(*) " + forAll)
	p.Open(i.base + "/ops/names")
	for range n {
		p.Follow(browser.CSS("main table button[name=product]"))
	}
	if got := i.count("SELECT count(*) "+forAll) - before; got != n {
		i.t.Fatalf("%d names were made clear, not %d", got, n)
	}
}

// servesAnother declares those names for a body that had nothing.
func (i *installation) servesAnother() {
	i.t.Helper()
	names := i.list("SELECT label " + forAll + " ORDER BY id DESC LIMIT 10")
	code := i.list("SELECT code FROM organisation WHERE name LIKE '%Rocca Salina%'")[0]
	i.takeIn(enter(i.t, i.base, newcomer), "/o/"+code+"/stack", "csv", "dotazione.csv", strings.NewReader("Prodotto\n"+strings.Join(names, "\n")+"\n"))
	clear := i.list("SELECT label FROM item WHERE state = 'resolved' AND organisation_id = (SELECT id FROM organisation WHERE code = '" + code + "')")
	for _, name := range names {
		if !slices.Contains(clear, name) {
			i.t.Errorf("%q is not clear for another body; those are: %q", name, clear)
		}
	}
}

// readByProgram makes a token in the browser and reads the stack with the generated client.
func (i *installation) readByProgram(b *browser.Browser, want int) {
	i.t.Helper()
	p := b.Visit(i.t, "it")
	signIn(i.t, p, i.base, "elena.martelli@comune.castelvento.example")
	p.Open(i.base + "/account/tokens/new")
	p.Fill(browser.CSS("#f-name"), "GLPI")
	p.Click(browser.CSS("input[value='stack.read']"))
	p.Follow(browser.CSS("main form button[type=submit]"))
	c, err := api.New(i.base, api.Options{Token: strings.TrimSpace(p.Text(browser.CSS("main pre code")))})
	if err != nil {
		i.t.Fatal(err)
	}
	got := 0
	for _, err := range c.ListStackItemsAll(i.t.Context(), "c_x001", &api.ListStackItemsParams{Limit: new(int64(100))}) {
		if err != nil {
			i.t.Fatal(err)
		}
		got++
	}
	if got != want {
		i.t.Errorf("the program reads %d products, people %d", got, want)
	}
}

// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"martinella/internal/platform/db"
)

const (
	stack      = "/o/c_x001/stack"
	technician = "giulia.sarti@comune.castelvento.example"
)

// TestUploads hands in what people hand in: what can be read is read, what
// cannot is refused in words, with what to do, and nothing is written.
func TestUploads(t *testing.T) {
	i := demonstration(t)
	c := enter(t, i.base, technician)
	before := i.count("SELECT count(*) FROM item")
	zipped := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := io.WriteString(w, text)
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, u := range []struct {
		name, kind, file, content string
		status                    int
		want                      []string
	}{
		{"Latin-1 with semicolons", "csv", "dotazione.csv", "Prodotto;Versione\nGestione attivit\xe0;7.6.4\n", 200, []string{"Gestione attività", "7.6.4", "Latin-1"}},
		{"gz", "csv", "dotazione.csv.gz", zipped("Prodotto;Versione\nLibreOffice;7.6.4\n"), 0, []string{"compresso", "decomprimetelo"}},
		{"a document in gz", "cyclonedx", "bom.json.gz", zipped(`{"bomFormat":"CycloneDX"}`), 0, []string{"compresso", "decomprimetelo"}},
		{"a torn spreadsheet", "csv", "dotazione.xlsx", "PK\x03\x04\x14\x00", 0, []string{"Il file non si può importare", "Non è stato scritto nulla"}},
		{"no product column", "csv", "a.csv", "pippo;pluto\n1;2\n", 0, []string{"prima riga", "pippo"}},
		{"broken JSON", "cyclonedx", "bom.json", `{"bomFormat":"CycloneDX","components":[{"name":`, 0, []string{"rovinato o troncato"}},
		{"nothing", "csv", "empty.csv", "", 0, []string{"vuoto"}},
		{"one line of 10 MB", "csv", "line.csv", "prodotto\n" + strings.Repeat("x", 10<<20), 0, []string{"riga è troppo lunga", "Non è stato scritto nulla"}},
		{"too large", "csv", "huge.csv", strings.Repeat("prodotto\n", 30<<20/9), http.StatusRequestEntityTooLarge, []string{"troppo grande"}},
	} {
		t.Run(u.name, func(t *testing.T) {
			a := c.upload(stack+"/import", u.kind, u.file, strings.NewReader(u.content))
			if strings.Contains(a.path, "/import/") {
				until(t, "the file is read", func() bool {
					a = c.get(a.path)
					return !strings.Contains(a.text, "In lettura") && !strings.Contains(a.text, "In attesa di lettura")
				})
			}
			if u.status != 0 && a.status != u.status || a.status >= 500 {
				t.Errorf("status %d, want %d", a.status, u.status)
			}
			for _, want := range u.want {
				if !strings.Contains(a.text, want) {
					t.Errorf("the page does not say %q: %.1500s", want, a)
				}
			}
		})
	}
	if after := i.count("SELECT count(*) FROM item"); after != before {
		t.Errorf("%d items, before %d, although nothing was confirmed", after, before)
	}
}

// TestKilledWhileImportingAStack: kill -9 while a list is being written. The
// next start takes the work up again; every line is there once.
func TestKilledWhileImportingAStack(t *testing.T) {
	const lines = 4000
	i := install(t)
	p := i.serve("--demo")
	c := enter(t, i.base, technician)
	before := i.count("SELECT count(*) FROM item")
	var list strings.Builder
	list.WriteString("prodotto;versione\n")
	for n := range lines {
		fmt.Fprintf(&list, "Programma interno numero %d;1.%d\n", n, n)
	}
	a := c.upload(stack+"/import", "csv", "lungo.csv", strings.NewReader(list.String()))
	path := a.path
	until(t, "the list is read", func() bool { return i.count("SELECT count(*) FROM item_import WHERE state = 'ready'") == 1 })
	done := make(chan struct{})
	go func() { // the answer may come, or the program may die first: both are well
		defer close(done)
		if res, err := c.http.PostForm(i.base+path+"/apply", url.Values{}); err == nil {
			res.Body.Close()
		}
	}()
	until(t, "the writing has begun", func() bool {
		return i.count("SELECT count(*) FROM item_import WHERE state IN ('applying', 'done')") == 1
	})
	p.kill()
	<-done
	t.Logf("killed with %d of %d lines written", i.count("SELECT count(*) FROM item")-before, lines)
	i.aMinuteLater()
	i.serve("--demo")
	until(t, "the work goes on by itself", func() bool { return i.count("SELECT count(*) FROM item_import WHERE state = 'done'") == 1 })
	if got := i.count("SELECT count(*) FROM item"); got != before+lines {
		t.Errorf("%d items, want %d", got, before+lines)
	}
	twice := i.list("SELECT label || ' ' || version FROM item WHERE organisation_id = 1 AND label LIKE 'Programma interno%' GROUP BY label, version HAVING count(*) > 1")
	if len(twice) > 0 {
		i.t.Errorf("there twice: %q", twice)
	}
}

// aMinuteLater lets the dead program's leases run out: after a minute without a
// sign of life another worker takes its jobs over.
func (i *installation) aMinuteLater() {
	i.t.Helper()
	i.look(func(d *db.DB) error {
		_, err := d.Exec(i.t.Context(), "UPDATE job SET lease_until = lease_until - 60000 WHERE state = 'leased'")
		return err
	})
}

// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"martinella/internal/inventory"
	"martinella/internal/inventory/intake"
	"martinella/internal/platform/db"
	"martinella/internal/platform/db/dbtest"
	"martinella/internal/platform/fault"
)

func upload(t testing.TB, w *world, org int64, kind inventory.Source, name, text string) inventory.Import {
	t.Helper()
	return must[inventory.Import](t)(w.Upload(context.Background(), member(org), kind, name, "", strings.NewReader(text)))
}

func apply(t testing.TB, w *world, org int64, i inventory.Import) inventory.Import {
	t.Helper()
	i = must[inventory.Import](t)(w.Apply(context.Background(), member(org), i.ID, true))
	w.drain(t)
	return must[inventory.Import](t)(w.Import(context.Background(), member(org), i.ID))
}

func TestCSVIsShownThenWritten(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		add(t, w, 1, inventory.Entry{Asset: "fw", Label: "FortiOS", Version: "7.2.5", Exposure: inventory.Internet, Notes: "sede"})
		i := upload(t, w, 1, inventory.FromCSV, `C:\liste\stack.csv`, "sistema;prodotto;versione\nfw;FortiOS;7.2.8\npc;Mozilla Firefox;115\npc;Mozilla Firefox;102\n")
		if i.State != inventory.Ready || i.Fresh != 2 || i.Changed != 1 || i.Same != 0 || i.Filename != "stack.csv" {
			t.Fatalf("%+v", i)
		}
		if n := len(items(t, w, 1)); n != 1 {
			t.Fatalf("%d items before anybody said go", n)
		}
		rows := must[[]inventory.PreviewRow](t)(w.Preview(ctx, i, -1, 10))
		if len(rows) != 3 || rows[0].Action != "change" || rows[0].Before.Version != "7.2.5" || rows[0].After.Version != "7.2.8" {
			t.Errorf("preview %+v", rows)
		}
		if i = apply(t, w, 1, i); i.State != inventory.Done {
			t.Fatalf("%+v", i)
		}
		got := items(t, w, 1)
		if len(got) != 3 || got[0].Version != "7.2.8" || got[0].Exposure != inventory.Internet || got[0].Notes != "sede" ||
			got[0].CPE != "cpe:2.3:o:fortinet:fortios:7.2.8:*:*:*:*:*:*:*" {
			t.Errorf("what the list does not speak of was lost: %+v", got)
		}
		again := upload(t, w, 1, inventory.FromCSV, "stack.csv", "sistema;prodotto;versione\npc;Mozilla Firefox;102\npc;Mozilla Firefox;115\nfw;FortiOS;7.2.8\n")
		if again.Same != 3 || again.Fresh+again.Changed != 0 {
			t.Errorf("the same list again: %+v", again)
		}
		if n := len(must[[]inventory.Version](t)(w.History(ctx, member(1), got[0].ID, 10))); n != 2 {
			t.Errorf("%d versions", n)
		}
	})
}

func TestOneBadLineRefusesTheFile(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := upload(t, w, 1, inventory.FromCSV, "a.csv", "nome;quantità;cpe\nFirefox;2;\nChrome;molti;\nX;1;cpe:2.3:a:broken\n")
		if i.State != inventory.Refused || i.Problems != 2 || i.Fault != nil {
			t.Fatalf("%+v", i)
		}
		bad := must[[]intake.Problem](t)(w.BadLines(ctx, i))
		if len(bad) != 2 || bad[0].Line != 3 || bad[0].Field != intake.Quantity || bad[1].Line != 4 || bad[1].Code != "inventory.cpe" {
			t.Errorf("%+v", bad)
		}
		if _, err := w.Apply(ctx, member(1), i.ID, false); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a refused list was taken: %v", err)
		}
		if len(items(t, w, 1)) != 0 {
			t.Error("something was written")
		}
		whole := upload(t, w, 1, inventory.FromCSV, "b.csv", "\x1f\x8b\x08")
		if whole.State != inventory.Refused || whole.Fault == nil || whole.Fault.Code != "inventory.import.compressed" {
			t.Errorf("%+v", whole)
		}
	})
}

func TestImportsAreOfOneOrganisation(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := upload(t, w, 1, inventory.FromPaste, "", "Firefox 115\n")
		for what, err := range map[string]error{
			"read":  func() error { _, err := w.Import(ctx, member(2), i.ID); return err }(),
			"apply": func() error { _, err := w.Apply(ctx, member(2), i.ID, false); return err }(),
			"drop":  w.Discard(ctx, member(2), i.ID),
		} {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := w.Import(ctx, leader(1), i.ID); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a reader sees it: %v", err)
		}
	})
}

func sbom(version string, components ...string) string {
	return fmt.Sprintf(`{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"name":"protocollo","version":%q}},"components":[%s]}`,
		version, strings.Join(components, ","))
}

func library(name, version string) string {
	return fmt.Sprintf(`{"type":"library","name":%[1]q,"version":%[2]q,"purl":"pkg:npm/%[1]s@%[2]s"}`, name, version)
}

func TestTheSameDocumentAgainUpdates(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		first := apply(t, w, 1, upload(t, w, 1, inventory.FromSBOM, "bom.json", sbom("1",
			library("aaa-nobody", "1.0"), library("bbb-nobody", "1.0"), library("bbb-nobody", "1.0"),
			`{"name":"openssl","version":"1.1.1w","cpe":"cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*"}`, `{"name":"bad","cpe":"not a cpe"}`)))
		if first.Fresh != 4 || first.Asset != "protocollo" {
			t.Fatalf("%+v", first)
		}
		other := add(t, w, 1, inventory.Entry{Asset: "protocollo", Label: "MariaDB 10.6"})
		w.clock.Advance(24 * time.Hour)
		second := upload(t, w, 1, inventory.FromSBOM, "bom.json", sbom("2", library("aaa-nobody", "1.1"), library("ccc-nobody", "3.0"),
			`{"name":"openssl","version":"1.1.1w","cpe":"cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*"}`))
		if second.Fresh != 1 || second.Changed != 1 || second.Same != 1 || second.Gone != 2 {
			t.Fatalf("%+v", second)
		}
		apply(t, w, 1, second)
		var got []string
		for _, i := range items(t, w, 1) {
			got = append(got, i.Title())
		}
		if text := strings.Join(got, ", "); text != "aaa-nobody 1.1, openssl 1.1.1w, MariaDB 10.6, ccc-nobody 3.0" {
			t.Error(text)
		}
		if _, err := w.Item(ctx, member(1), other.ID); err != nil {
			t.Errorf("what a person declared on the same system was removed: %v", err)
		}
		changes, complete, err := w.Changes(ctx, member(1), morning.Add(time.Hour), w.clock.Now())
		if err != nil || !complete || len(changes) != 4 {
			t.Errorf("%d differences, %v", len(changes), err)
		}
	})
}

// manyComponents writes a document with n components as it is read.
func manyComponents(n int64) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, `{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"name":"grande"}},"components":[`)
		for i := int64(0); i < n && err == nil; i++ {
			comma := ","
			if i == 0 {
				comma = ""
			}
			_, err = fmt.Fprintf(w, `%s{"type":"library","bom-ref":"r%d","name":"component-%d","version":"1.%d.0","purl":"pkg:npm/component-%d@1.%d.0","licenses":[{"license":{"id":"MIT"}}]}`, comma, i, i, i%7, i, i%7)
		}
		if err == nil {
			_, err = io.WriteString(w, `]}`)
		}
		w.CloseWithError(err)
	}()
	return r
}

// peak watches the heap until it is stopped and gives the largest use seen.
func peak() (stop func() uint64) {
	done, result := make(chan struct{}), make(chan uint64)
	go func() {
		var top uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			top = max(top, m.HeapAlloc)
			select {
			case <-done:
				result <- top
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(done); return <-result }
}

// TestADocumentOf200000Components is read, written and compared again in bounded memory.
func TestADocumentOf200000Components(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	each(t, func(t *testing.T, w *world) {
		n := int64(200_000)
		if w.db.Dialect() == db.Postgres {
			n = 50_000 // the same code; the whole number takes a minute there
		}
		if _, err := w.Candidates(context.Background(), inventory.Item{}, 1); err != nil { // builds the index
			t.Fatal(err)
		}
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		stop, start := peak(), time.Now()
		i := must[inventory.Import](t)(w.Upload(context.Background(), member(1), inventory.FromSBOM, "bom.json", "", manyComponents(n)))
		if i.State != inventory.Uploaded {
			t.Fatalf("%d MB were read at once: %s", i.Size>>20, i.State)
		}
		w.drain(t)
		read := time.Since(start)
		if i = must[inventory.Import](t)(w.Import(context.Background(), member(1), i.ID)); i.State != inventory.Ready || i.Fresh != n {
			t.Fatalf("%+v", i)
		}
		apply(t, w, 1, i)
		top := stop()
		t.Logf("%d components, %d MB: read in %s, written in %s, heap grew by %d MB at most", n, i.Size>>20, read.Round(time.Millisecond),
			(time.Since(start) - read).Round(time.Millisecond), (top-before.HeapAlloc)>>20)
		if top-before.HeapAlloc > 100<<20 {
			t.Errorf("the heap grew by %d MB", (top-before.HeapAlloc)>>20)
		}
		if c := must[inventory.Counts](t)(w.Counts(context.Background(), member(1))); int64(c.Total) != n {
			t.Errorf("%+v", c)
		}
		start = time.Now()
		again := must[inventory.Import](t)(w.Upload(context.Background(), member(1), inventory.FromSBOM, "bom.json", "", manyComponents(n)))
		w.drain(t)
		if again = must[inventory.Import](t)(w.Import(context.Background(), member(1), again.ID)); again.Same != n || again.Fresh+again.Changed+again.Gone != 0 {
			t.Errorf("the same document again: %+v", again)
		}
		t.Logf("the same again: read and compared in %s", time.Since(start).Round(time.Millisecond))
	})
}

// TestKilledHalfWay ends the work at every statement: nothing is half done, and
// the job, done again, does it all.
func TestKilledHalfWay(t *testing.T) {
	dbtest.Each(t, migrations(), func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, func(deps *inventory.Deps) { deps.Limits.Inline = 1 })
		var text strings.Builder
		text.WriteString("nome;versione\n")
		for n := range 2500 {
			fmt.Fprintf(&text, "prodotto inventato %d;1.%d\n", n, n)
		}
		i := upload(t, w, 1, inventory.FromCSV, "a.csv", text.String())
		for kill := 1; ; kill++ {
			if killedAfter(t, w, kill*150) {
				break
			}
			w.clock.Advance(time.Hour) // the lease runs out
		}
		if i = must[inventory.Import](t)(w.Import(context.Background(), member(1), i.ID)); i.State != inventory.Ready || i.Fresh != 2500 {
			t.Fatalf("%+v", i)
		}
		must[inventory.Import](t)(w.Apply(context.Background(), member(1), i.ID, false))
		for kill := 1; ; kill++ {
			done := killedAfter(t, w, kill*150)
			if n := must[inventory.Counts](t)(w.Counts(context.Background(), member(1))).Total; n != 0 && n != 2500 {
				t.Fatalf("killed after %d statements: %d items", kill*150, n)
			}
			if done {
				break
			}
			w.clock.Advance(time.Hour)
		}
		w.drain(t)
		if n := len(items(t, w, 1)); n != 2500 {
			t.Errorf("%d items", n)
		}
	})
}

// killedAfter works until so many statements were made, then stops as a killed
// program does. True when the work was over before.
func killedAfter(t *testing.T, w *world, statements int) bool {
	t.Helper()
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	n := 0
	w.db.OnQuery(func(string) {
		if n++; n == statements {
			kill()
		}
	})
	defer w.db.OnQuery(nil)
	_, err := w.queue.Drain(ctx)
	if err != nil && !errors.Is(err, context.Canceled) && ctx.Err() == nil {
		t.Fatal(err)
	}
	return ctx.Err() == nil
}

func TestLimitsOfWhatIsTakenIn(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, migrations(), func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, func(deps *inventory.Deps) { deps.Limits = inventory.Limits{Items: 3, List: 300 << 10, Inline: 1 << 20} })
		_, err := w.Upload(ctx, member(1), inventory.FromCSV, "a.csv", "", strings.NewReader(strings.Repeat("x\n", 300<<10)))
		if f := fault.Of(err); f.Kind != fault.TooLarge || f.Code != "inventory.import.large" {
			t.Errorf("too large: %v", err)
		}
		if i := upload(t, w, 1, inventory.FromPaste, "", "a1\nb2\nc3\nd4\n"); i.State != inventory.Refused || i.Fault.Code != "inventory.import.many" {
			t.Errorf("too many lines: %+v", i)
		}
		add(t, w, 1, inventory.Entry{Label: "uno"})
		i := upload(t, w, 1, inventory.FromPaste, "", "a1\nb2\nc3\n")
		if _, err := w.Apply(ctx, member(1), i.ID, false); fault.Of(err).Code != "inventory.too_many" {
			t.Errorf("too many items: %v", err)
		}
		if len(items(t, w, 1)) != 1 {
			t.Error("a part was written")
		}
		if n := len(must[[]inventory.Import](t)(w.LastImports(ctx, member(1), 20))); n > 5 {
			t.Errorf("%d imports lie about", n)
		}
	})
}

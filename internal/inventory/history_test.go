// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"martinella/internal/inventory"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/db"
	"martinella/internal/platform/events"
)

// model is what the stack should be, kept by the simplest means.
type model map[int64]inventory.Content

// photo reads all of a photo, in pages, in some order.
func photo(t *rapid.T, w *world, at time.Time, f inventory.Filter) model {
	out := model{}
	f.At, f.Limit = at, 3
	for {
		p, err := w.List(context.Background(), member(1), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range p.Items {
			if _, twice := out[i.ID]; twice {
				t.Fatalf("item %d is listed twice", i.ID)
			}
			out[i.ID] = i.Content
		}
		if p.Next == "" {
			if p.Total != len(out) {
				t.Fatalf("%d of %d were listed", len(out), p.Total)
			}
			return out
		}
		f.After = p.Next
	}
}

// TestPhotosAreWhatWas does operations at random, moving the clock also
// backwards, and compares the photo of every moment with what was then.
func TestPhotosAreWhatWas(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(r *rapid.T) { onePhotoAlbum(r, w) })
	})
}

func onePhotoAlbum(r *rapid.T, w *world) {
	ctx := context.Background()
	for id := range stack(r, w) {
		_, err := w.Remove(ctx, member(1), id)
		got(r, id, err)
	}
	w.clock.Advance(24 * time.Hour)
	type shot struct {
		at    time.Time
		model model
	}
	var album []shot
	now := model{}
	for range rapid.IntRange(1, 8).Draw(r, "operations") {
		w.clock.Advance(time.Duration(rapid.Int64Range(1, 48).Draw(r, "hours")) * time.Hour)
		operate(r, w, now)
		album = append(album, shot{w.clock.Now(), maps.Clone(now)})
	}
	sorts := []string{"label", "product", "version", "asset", "owner", "state", "exposure", "criticality"}
	for n, s := range album {
		f := inventory.Filter{Sort: rapid.SampledFrom(sorts).Draw(r, "sort"), Descending: rapid.Bool().Draw(r, "descending")}
		if d := cmp.Diff(s.model, photo(r, w, s.at, f)); d != "" {
			r.Fatalf("photo after operation %d: %s", n, d)
		}
	}
	if d := cmp.Diff(now, photo(r, w, time.Time{}, inventory.Filter{})); d != "" {
		r.Fatalf("now: %s", d)
	}
	a, b := rapid.SampledFrom(album).Draw(r, "from"), rapid.SampledFrom(album).Draw(r, "to")
	if b.at.Before(a.at) {
		a, b = b, a
	}
	checkDifferences(r, w, a.model, b.model, a.at, b.at)
}

// operate does one thing to the stack and to the model.
func operate(r *rapid.T, w *world, now model) {
	ctx := context.Background()
	ids := slices.Sorted(maps.Keys(now))
	labels := []string{"Firefox", "FortiOS", "Halley", "nginx", "OpenSSL", "cosa interna"}
	what := rapid.SampledFrom([]string{"add", "add", "add", "edit", "remove", "classify", "import"}).Draw(r, "what")
	switch {
	case what == "import":
		text := "nome;versione;sistema\n"
		for _, l := range rapid.SliceOfNDistinct(rapid.SampledFrom(labels), 1, 4, rapid.ID).Draw(r, "lines") {
			text += l + ";" + rapid.SampledFrom([]string{"1", "2"}).Draw(r, "version") + ";srv\n"
		}
		i, err := w.Upload(ctx, member(1), inventory.FromCSV, "x.csv", "", strings.NewReader(text))
		_, err2 := w.Apply(ctx, member(1), got(r, i, err).ID, false)
		got(r, i, err2)
	case what == "add" || len(ids) == 0:
		e := inventory.Entry{Label: rapid.SampledFrom(labels).Draw(r, "label"), Version: fmt.Sprint(rapid.IntRange(1, 3).Draw(r, "version"))}
		if _, err := w.Add(ctx, member(1), e); err != nil {
			return // it is there already
		}
	case what == "edit":
		id := rapid.SampledFrom(ids).Draw(r, "id")
		e := inventory.Entry{Label: now[id].Label, Asset: now[id].Asset, Version: fmt.Sprint(rapid.IntRange(1, 9).Draw(r, "version")), Notes: "n"}
		if _, err := w.Edit(ctx, member(1), id, e, 0); err != nil {
			return
		}
	case what == "remove":
		n, err := w.Remove(ctx, member(1), rapid.SampledFrom(ids).Draw(r, "id"))
		got(r, n, err)
	case what == "classify":
		n, err := w.Classify(ctx, member(1), ids, rapid.SampledFrom(inventory.Exposures()).Draw(r, "exposure"), "")
		got(r, n, err)
	}
	clear(now)
	maps.Copy(now, stack(r, w))
}

// stack is what the matcher is given.
func stack(r *rapid.T, w *world) model {
	list, err := w.Items(context.Background(), member(1))
	out := model{}
	for _, i := range got(r, list, err) {
		out[i.ID] = i.Content
	}
	return out
}

func checkDifferences(r *rapid.T, w *world, a, b model, from, to time.Time) {
	list, complete, err := w.Changes(context.Background(), member(1), from, to)
	if err != nil || !complete {
		r.Fatalf("%v %v", complete, err)
	}
	reached := maps.Clone(a)
	for _, d := range list {
		if d.Before != nil && d.Before.Content != a[d.Item] {
			r.Fatalf("item %d was not so before: %+v", d.Item, d.Before)
		}
		delete(reached, d.Item)
		if d.After != nil {
			reached[d.Item] = d.After.Content
		}
	}
	if d := cmp.Diff(b, reached); d != "" {
		r.Fatalf("the differences do not lead from one photo to the other: %s", d)
	}
}

// got fails the run when something failed.
func got[T any](r *rapid.T, v T, err error) T {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
	return v
}

func TestAClockThatJumpsBack(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "Firefox", Version: "1"})
		w.clock.Advance(-48 * time.Hour)
		must[inventory.Item](t)(w.Edit(ctx, member(1), i.ID, inventory.Entry{Label: "Firefox", Version: "2"}, 0))
		must[int64](t)(w.Remove(ctx, member(1), i.ID))
		h := must[[]inventory.Version](t)(w.History(ctx, member(1), i.ID, 9))
		if len(h) != 2 {
			t.Fatalf("%+v", h)
		}
		for _, v := range h {
			if v.To.Before(v.From) {
				t.Errorf("ended before it began: %+v", v)
			}
		}
		p := must[inventory.Page](t)(w.List(ctx, member(1), inventory.Filter{At: morning.Add(time.Hour)}))
		if p.Total != 0 {
			t.Errorf("a removed item is in the photo: %+v", p)
		}
	})
}

func TestEndOfDayIsTheOrganisationsOwn(t *testing.T) {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC) // the clocks go back: 25 hours
	got := inventory.EndOfDay(day, rome)
	if want := time.Date(2026, 10, 25, 22, 59, 59, 999e6, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got.UTC(), want)
	}
}

func TestNamesAreConfirmedOnceForAll(t *testing.T) {
	ctx := context.Background()
	const ref = "a:zimbra:collaboration"
	each(t, func(t *testing.T, w *world) {
		mine := add(t, w, 1, inventory.Entry{Label: "La posta del Comune 8.8.15"})
		add(t, w, 1, inventory.Entry{Label: "la posta del comune", Version: "9.0", Asset: "due"})
		add(t, w, 2, inventory.Entry{Label: "La Posta del Comune 8.8.12"})
		staff := analyst().Territory()
		if n := must[int](t)(w.NamesWaiting(ctx, staff)); n != 1 {
			t.Fatalf("%d names wait", n)
		}
		if err := w.Confirm(ctx, member(1), mine.ID, ref); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		for _, i := range items(t, w, 1) {
			if i.State != inventory.Resolved || i.Vendor != "zimbra" || !strings.HasPrefix(i.CPE, "cpe:2.3:a:zimbra:collaboration:"+i.Version+":") {
				t.Errorf("own: %+v", i)
			}
		}
		other := items(t, w, 2)[0]
		if other.State != inventory.Guessed || other.Vendor != "zimbra" || other.Reason != "peers" {
			t.Errorf("what one said is a guess for the other: %+v", other)
		}
		page, err := w.Names(ctx, staff, inventory.NameQuery{Limit: 10})
		list := page.Names
		if err != nil || page.Total != 1 || list[0].Proposals != 1 || list[0].Organisations != 1 {
			t.Fatalf("%+v %v", list, err)
		}
		if p := must[[]inventory.Proposal](t)(w.Proposals(ctx, staff, list[0].Key)); len(p) != 1 || p[0].Vendor != "zimbra" {
			t.Errorf("%+v", p)
		}
		if err := w.ConfirmName(ctx, staff, list[0].Key, ref); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if other = items(t, w, 2)[0]; other.State != inventory.Resolved || other.Reason != "everyone" || other.Version != "8.8.12" {
			t.Errorf("confirmed for all: %+v", other)
		}
		if later := add(t, w, 3, inventory.Entry{Label: "la posta del comune 10.1"}); later.State != inventory.Resolved {
			t.Errorf("declared later: %+v", later)
		}
	})
}

func TestNoProductAnybodyKnows(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "Gestionale fatto in casa 2.1"})
		if err := w.Confirm(ctx, member(1), i.ID, ""); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		got := must[inventory.Item](t)(w.Item(ctx, member(1), i.ID))
		if !got.Settled || got.State != inventory.Unknown || must[int](t)(w.NamesWaiting(ctx, analyst().Territory())) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestANewCorpusResolvesUnknownNames(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "Halley Protocollo 5.2"})
		w.dict.add(names.Product{Part: "a", Vendor: "halley", Product: "protocollo", Count: 1})
		err := w.db.Tx(ctx, func(tx *db.Tx) error {
			return w.bus.Publish(ctx, tx, events.Event{Kind: "vulnerability.corpus_changed"})
		})
		if err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		got := must[inventory.Item](t)(w.Item(ctx, member(1), i.ID))
		if got.State != inventory.Resolved || got.CPE != "cpe:2.3:a:halley:protocollo:5.2:*:*:*:*:*:*:*" {
			t.Errorf("%+v", got)
		}
	})
}

func TestAffectedNamesAreConfirmed(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		staff := analyst().Territory()
		for range 2 {
			if err := w.ConfirmAffected(ctx, staff, "Fortinet, Inc.", "Forti OS", "o:fortinet:fortios"); err != nil {
				t.Fatal(err)
			}
		}
		a := must[inventory.Aliases](t)(w.Aliases(ctx, staff))
		got := a.Resolve("FORTINET inc", "forti  os")
		if d := cmp.Diff([]inventory.Target{{Part: "o", Vendor: "fortinet", Product: "fortios"}}, got); d != "" {
			t.Error(d)
		}
		list := must[[]inventory.Confirmed](t)(w.ConfirmedAffected(ctx, staff, math.MaxInt64, 10))
		if len(list) != 1 || w.ForgetAffected(ctx, staff, list[0].ID) != nil {
			t.Fatalf("%+v", list)
		}
		if a = must[inventory.Aliases](t)(w.Aliases(ctx, staff)); a.Len() != 0 {
			t.Error("a confirmation taken back still holds")
		}
	})
}

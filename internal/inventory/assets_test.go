// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"

	"martinella/internal/inventory"
	"martinella/internal/inventory/intake"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/fault"
)

// glpiFile is one of GLPI's own examples.
func glpiFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("intake/testdata/glpi/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".xz") {
		return b
	}
	r, err := xz.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return must[[]byte](t)(io.ReadAll(r))
}

// bring hands a file over and applies it.
func bring(t testing.TB, w *world, org int64, name string, b []byte) inventory.Import {
	t.Helper()
	i := must[inventory.Import](t)(w.Upload(context.Background(), member(org), inventory.Auto, name, "", bytes.NewReader(b)))
	w.drain(t)
	i = must[inventory.Import](t)(w.Import(context.Background(), member(org), i.ID))
	if i.State != inventory.Ready {
		t.Fatalf("%s is %s: %v", name, i.State, i.Fault)
	}
	return i
}

func assets(t testing.TB, w *world, org int64) []inventory.Asset {
	t.Helper()
	return must[inventory.AssetPage](t)(w.Assets(context.Background(), member(org), inventory.AssetFilter{AnyKind: true, Limit: 1000})).Assets
}

// difference is what two inventories differ in, worked out from the files alone:
// per name, versions of both sides cancel out; of what is left, as many as both
// sides have are upgrades, the rest is added or gone.
type difference struct{ Fresh, Changed, Same, Gone int64 }

func programs(t testing.TB, b []byte) map[string]map[string]bool {
	t.Helper()
	var doc struct {
		Content struct {
			Softwares       []struct{ Name, Version, Publisher string }
			OperatingSystem struct{ Name, Version string }
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]bool{}
	put := func(name, version, publisher string) {
		k := names.Key(name, publisher)
		if out[k] == nil {
			out[k] = map[string]bool{}
		}
		out[k][version] = true
	}
	put(doc.Content.OperatingSystem.Name, doc.Content.OperatingSystem.Version, "")
	for _, s := range doc.Content.Softwares {
		put(s.Name, s.Version, s.Publisher)
	}
	return out
}

func compare(before, after map[string]map[string]bool) (d difference) {
	keys := map[string]bool{}
	for k := range before {
		keys[k] = true
	}
	for k := range after {
		keys[k] = true
	}
	for k := range keys {
		var old, fresh, same int64
		for v := range before[k] {
			if after[k][v] {
				same++
			} else {
				old++
			}
		}
		fresh = int64(len(after[k])) - same
		up := min(old, fresh)
		d.Same, d.Changed, d.Gone, d.Fresh = d.Same+same, d.Changed+up, d.Gone+old-up, d.Fresh+fresh-up
	}
	return d
}

// TestTheSameMachineAgainIsAPhotoWithADifference imports a machine's inventory and
// its later one, and holds what is shown against what the files differ in.
func TestTheSameMachineAgainIsAPhotoWithADifference(t *testing.T) {
	ctx := context.Background()
	before, after := glpiFile(t, "computer_3.json.xz"), glpiFile(t, "computer_3_updated.json.xz")
	want := compare(programs(t, before), programs(t, after))
	if want.Changed == 0 || want.Gone == 0 || want.Fresh == 0 {
		t.Fatalf("the files do not differ enough to try anything: %+v", want)
	}
	each(t, func(t *testing.T, w *world) {
		add(t, w, 1, inventory.Entry{Asset: "lf014", Label: "Registro degli accessi", Version: "1"})
		first := bring(t, w, 1, "computer_3.json", before)
		apply(t, w, 1, first)
		own := compare(nil, programs(t, before))
		if first.Kind != inventory.FromGLPI || first.Fresh != own.Fresh || first.Hosts != 1 {
			t.Fatalf("first: %+v, want %+v", first, own)
		}
		w.clock.Advance(24 * time.Hour)
		second := bring(t, w, 1, "computer_3_updated.json", after)
		if d := cmp.Diff(want, difference{second.Fresh, second.Changed, second.Same, second.Gone}); d != "" || second.HostsNew != 0 {
			t.Errorf("the difference shown is not the files': %s, %d new hosts", d, second.HostsNew)
		}
		apply(t, w, 1, second)
		var total int64
		for _, versions := range programs(t, after) {
			total += int64(len(versions))
		}
		if n := int64(len(items(t, w, 1))); n != total+1 {
			t.Errorf("%d items, want %d and the one declared by hand", n, total)
		}
		again := bring(t, w, 1, "computer_3_updated.json", after)
		if again.Fresh+again.Changed+again.Gone != 0 || again.Same != total {
			t.Errorf("the same file again: %+v", again)
		}
		list := assets(t, w, 1)
		if len(list) != 1 || list[0].Name != "lf014" || list[0].Serial != "8C554721F" || list[0].Kind != intake.Workstation || !strings.Contains(list[0].OS, "Fedora") || int64(list[0].Items) != total+1 {
			t.Errorf("the machine: %+v", list)
		}
		changes, _, err := w.Changes(ctx, member(1), morning.Add(time.Hour), w.clock.Now())
		if err != nil || int64(len(changes)) > want.Fresh+want.Changed+want.Gone {
			t.Errorf("%d differences in the photo, %v", len(changes), err)
		}
	})
}

// TestAPartialInventoryTakesNothingAway: an agent that tells only of some
// sections says nothing about the rest.
func TestAPartialInventoryTakesNothingAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		apply(t, w, 1, bring(t, w, 1, "computer_1.json", glpiFile(t, "computer_1.json")))
		n := len(items(t, w, 1))
		var part map[string]any
		if err := json.Unmarshal(glpiFile(t, "computer_1_partial_softs.json"), &part); err != nil {
			t.Fatal(err)
		}
		content := part["content"].(map[string]any)
		content["softwares"] = content["softwares"].([]any)[:1]
		b, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		i := bring(t, w, 1, "partial.json", b)
		if i.Gone != 0 || i.HostsNew != 0 {
			t.Errorf("%+v", i)
		}
		apply(t, w, 1, i)
		if len(items(t, w, 1)) != n {
			t.Errorf("%d items, %d before", len(items(t, w, 1)), n)
		}
	})
}

func glpi(device, host, serial string, software ...string) string {
	var list []string
	for _, s := range software {
		name, version, _ := strings.Cut(s, " ")
		list = append(list, `{"name":"`+name+`","version":"`+version+`"}`)
	}
	return `{"deviceid":"` + device + `","itemtype":"Computer","content":{"versionclient":"x","hardware":{"name":"` + host + `"},"bios":{"ssn":"` + serial +
		`"},"softwares":[` + strings.Join(list, ",") + `]}}`
}

func assetNames(list []inventory.Asset) (out []string) {
	for _, a := range list {
		out = append(out, a.Name)
	}
	slices.Sort(out)
	return out
}

// TestMachinesAreToldApart: two of one name by serial number, one that was
// renamed or set up anew by what it is known by.
func TestMachinesAreToldApart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		two := "[" + glpi("pc-1", "PC", "SERIAL-A", "alfa 1") + "," + glpi("pc-2", "PC", "SERIAL-B", "alfa 1") + "]"
		apply(t, w, 1, bring(t, w, 1, "two.json", []byte(two)))
		if d := cmp.Diff([]string{"PC", "PC (SERIAL-B)"}, assetNames(assets(t, w, 1))); d != "" || len(items(t, w, 1)) != 2 {
			t.Fatal(d, len(items(t, w, 1)))
		}
		// The second under another host name; the first with a new agent.
		next := glpi("pc-2", "CONTABILITA", "SERIAL-B", "alfa 2") + "\n" + glpi("pc-1-new", "PC", "SERIAL-A", "alfa 1")
		i := bring(t, w, 1, "next.json", []byte(next))
		if i.HostsNew != 0 || i.Changed != 2 && i.Changed != 1 || i.Fresh != 0 || i.Gone != 0 {
			t.Errorf("%+v", i)
		}
		apply(t, w, 1, i)
		if d := cmp.Diff([]string{"PC", "PC (SERIAL-B)"}, assetNames(assets(t, w, 1))); d != "" {
			t.Error(d)
		}
		if other := assets(t, w, 2); len(other) != 0 {
			t.Errorf("another organisation sees %d", len(other))
		}
	})
}

func TestItemsFollowTheirAsset(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		a := must[inventory.Asset](t)(w.AddAsset(ctx, member(1), inventory.AssetFacts{Name: "Firewall", Exposure: inventory.Internet, Criticality: inventory.High}))
		follows := add(t, w, 1, inventory.Entry{Asset: "firewall", Label: "FortiOS", Version: "7.2.5"})
		own := add(t, w, 1, inventory.Entry{Asset: "Firewall", Label: "OpenSSH", Version: "9.3", Exposure: inventory.Internal})
		if follows.Exposure != inventory.Internet || follows.Criticality != inventory.High || own.Exposure != inventory.Internal || own.Criticality != inventory.High {
			t.Fatalf("%+v %+v", follows.Content, own.Content)
		}
		add(t, w, 1, inventory.Entry{Asset: "Sito", Label: "nginx", Exposure: inventory.Internet, Criticality: inventory.Critical})
		for _, made := range assets(t, w, 1) {
			if made.Name == "Sito" && (made.Exposure != inventory.Internet || made.Criticality != inventory.Critical) {
				t.Errorf("an asset made of an item: %+v", made.AssetFacts)
			}
		}
		f := a.AssetFacts
		f.Exposure, f.Name = inventory.Isolated, "Firewall della sede"
		a = must[inventory.Asset](t)(w.EditAsset(ctx, member(1), a.ID, f, a.UpdatedAt))
		follows, own = must[inventory.Item](t)(w.Item(ctx, member(1), follows.ID)), must[inventory.Item](t)(w.Item(ctx, member(1), own.ID))
		if follows.Exposure != inventory.Isolated || own.Exposure != inventory.Internal || own.Asset != "Firewall della sede" || follows.Asset != own.Asset {
			t.Errorf("after the change: %+v %+v", follows.Content, own.Content)
		}
		if h := must[[]inventory.Version](t)(w.History(ctx, member(1), follows.ID, 9)); len(h) != 2 {
			t.Errorf("%d versions of an item that changed once", len(h))
		}
		if _, err := w.EditAsset(ctx, member(1), a.ID, f, a.CreatedAt.Add(-time.Hour)); fault.Of(err).Code != "inventory.changed_meanwhile" {
			t.Errorf("an old form was taken: %v", err)
		}
		must[inventory.Asset](t)(w.AddAsset(ctx, member(1), inventory.AssetFacts{Name: "Altro"}))
		f.Name = "ALTRO"
		if _, err := w.EditAsset(ctx, member(1), a.ID, f, time.Time{}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("two of one name: %v", err)
		}
		if n := must[int64](t)(w.ClassifyAssets(ctx, member(1), []int64{a.ID}, inventory.Internet, "")); n != 1 {
			t.Error(n)
		}
		if i := must[inventory.Item](t)(w.Item(ctx, member(1), follows.ID)); i.Exposure != inventory.Internet {
			t.Errorf("in bulk: %+v", i.Content)
		}
	})
}

func TestMergeAndRetire(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		apply(t, w, 1, bring(t, w, 1, "a.json", []byte(glpi("srv-1", "srv", "SERIAL-1", "alfa 1", "beta 1"))))
		add(t, w, 1, inventory.Entry{Asset: "Server protocollo", Label: "alfa", Version: "1"})
		add(t, w, 1, inventory.Entry{Asset: "Server protocollo", Label: "gamma", Version: "3"})
		by := map[string]inventory.Asset{}
		for _, a := range assets(t, w, 1) {
			by[a.Name] = a
		}
		keep, drop := by["Server protocollo"], by["srv"]
		if err := w.MergeAssets(ctx, member(2), keep.ID, drop.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another organisation merged: %v", err)
		}
		if err := w.MergeAssets(ctx, member(1), keep.ID, drop.ID); err != nil {
			t.Fatal(err)
		}
		list := assets(t, w, 1)
		if len(list) != 1 || list[0].Items != 3 || list[0].Serial != "SERIAL-1" {
			t.Fatalf("merged: %+v", list)
		}
		again := bring(t, w, 1, "a.json", []byte(glpi("srv-1", "srv", "SERIAL-1", "alfa 1", "beta 2")))
		if again.HostsNew != 0 || again.Same != 1 && again.Changed != 2 || again.Fresh != 0 {
			t.Errorf("the merged machine's next inventory: %+v", again)
		}
		if err := w.RetireAsset(ctx, member(1), keep.ID); err != nil {
			t.Fatal(err)
		}
		if len(items(t, w, 1)) != 0 || len(assets(t, w, 1)) != 0 {
			t.Errorf("out of service, and still there: %d", len(items(t, w, 1)))
		}
		back := bring(t, w, 1, "a.json", []byte(glpi("srv-1", "srv", "SERIAL-1", "alfa 1")))
		apply(t, w, 1, back)
		if list := assets(t, w, 1); len(list) != 1 || list[0].Name != "Server protocollo" || list[0].Items != 1 {
			t.Errorf("seen again: %+v", list)
		}
		h := must[[]inventory.AssetChange](t)(w.AssetHistory(ctx, member(1), keep.ID, math.MaxInt64, 20))
		var kinds []string
		for _, c := range h {
			kinds = append(kinds, c.Change)
		}
		if !slices.Contains(kinds, "merged") || !slices.Contains(kinds, "retired") || kinds[0] != "returned" && kinds[1] != "returned" {
			t.Errorf("history: %v", kinds)
		}
	})
}

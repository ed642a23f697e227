// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/inventory"
	"martinella/internal/platform/audit"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
)

func TestAddIdentifiesWhatPeopleType(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			entry inventory.Entry
			state inventory.State
			cpe   string
		}{
			{inventory.Entry{Label: "Mozilla Firefox 115.0.2 (x64 it)"}, inventory.Resolved, "cpe:2.3:a:mozilla:firefox:115.0.2:*:*:*:*:*:*:*"},
			{inventory.Entry{Label: "FortiOS", Version: "7.2.5"}, inventory.Guessed, "cpe:2.3:o:fortinet:fortios:7.2.5:*:*:*:*:*:*:*"},
			{inventory.Entry{Label: "qualcosa", Product: "o:fortinet:fortios", Version: "7.2.5", Asset: "fw"}, inventory.Resolved, "cpe:2.3:o:fortinet:fortios:7.2.5:*:*:*:*:*:*:*"},
			{inventory.Entry{Label: "cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*"}, inventory.Resolved, "cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*"},
			{inventory.Entry{Label: "Java 8 Update 381 (64-bit)", Publisher: "Oracle"}, inventory.Guessed, "cpe:2.3:a:oracle:jre:1.8.0:update381:*:*:*:*:*:*"},
			{inventory.Entry{PURL: "pkg:npm/a-package-nobody-knows@1.2.3"}, inventory.Resolved, ""},
			{inventory.Entry{Label: "Halley Protocollo 5.2"}, inventory.Unknown, ""},
			{inventory.Entry{Label: "expat", Publisher: "Fedora Project", Version: "2.2.8-1.fc31"}, inventory.Guessed, "cpe:2.3:a:libexpat_project:libexpat:2.2.8:*:*:*:*:*:*:*"},
		} {
			got := add(t, w, 1, c.entry)
			if got.State != c.state || got.CPE != c.cpe {
				t.Errorf("%+v: %s %q (%s), want %s %q", c.entry, got.State, got.CPE, got.Reason, c.state, c.cpe)
			}
		}
		counts := must[inventory.Counts](t)(w.Counts(context.Background(), member(1)))
		if counts.Total != 8 || counts.Resolved != 4 || counts.Guessed != 3 || counts.Unknown != 1 || counts.Waiting() != 4 {
			t.Errorf("counts %+v", counts)
		}
	})
}

func TestBadEntriesSayWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			entry inventory.Entry
			field string
			code  string
		}{
			{inventory.Entry{}, "label", "inventory.label_missing"},
			{inventory.Entry{Label: strings.Repeat("x", 10_000)}, "label", "inventory.field_long"},
			{inventory.Entry{Label: "x", Quantity: -1}, "quantity", "inventory.quantity"},
			{inventory.Entry{Label: "x", Exposure: "mars"}, "exposure", "inventory.exposure"},
			{inventory.Entry{Label: "x", Criticality: "?"}, "criticality", "inventory.criticality"},
			{inventory.Entry{CPE: "cpe:2.3:a:only"}, "cpe", "inventory.cpe"},
			{inventory.Entry{CPE: "cpe:2.3:a:*:*:1:*:*:*:*:*:*:*"}, "cpe", "inventory.cpe_vague"},
			{inventory.Entry{PURL: "http://x"}, "purl", "inventory.purl"},
			{inventory.Entry{Label: "x", Product: "a:nobody:nothing"}, "label", "inventory.product_unknown"},
		} {
			_, err := w.Add(context.Background(), member(1), c.entry)
			f := fault.Of(err)
			if f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != c.field || f.Fields[0].Code != c.code {
				t.Errorf("%+v: %v", c.entry, err)
			}
		}
		add(t, w, 1, inventory.Entry{Label: "Firefox 115"})
		if _, err := w.Add(context.Background(), member(1), inventory.Entry{Label: "firefox  115"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same twice: %v", err)
		}
		if n := len(items(t, w, 1)); n != 1 {
			t.Errorf("%d items", n)
		}
	})
}

func TestHostileNamesAreKeptHarmless(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "<script>alert(1)</script>\u202egnp.exe\x00", Asset: "'; DROP TABLE item; --"})
		if i.Label != "<script>alert(1)</script>gnp.exe" || i.Asset != "'; DROP TABLE item; --" {
			t.Errorf("label %q asset %q", i.Label, i.Asset)
		}
		p := must[inventory.Page](t)(w.List(context.Background(), member(1), inventory.Filter{Text: "%' OR 1=1 --", Asset: "_%"}))
		if p.Total != 0 {
			t.Errorf("%d found", p.Total)
		}
	})
}

func TestEditKeepsWhatWasConfirmed(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "Il firewall", Product: "o:fortinet:fortios", Version: "7.2.5"})
		w.clock.Advance(time.Hour)
		e := inventory.Entry{Label: "Il firewall", Version: "7.4.1", CPE: i.CPE, Exposure: inventory.Internet, Quantity: 2}
		got := must[inventory.Item](t)(w.Edit(ctx, member(1), i.ID, e, i.Revision))
		if got.CPE != "cpe:2.3:o:fortinet:fortios:7.4.1:*:*:*:*:*:*:*" || got.State != inventory.Resolved || got.Exposure != inventory.Internet {
			t.Errorf("%+v", got)
		}
		if _, err := w.Edit(ctx, member(1), i.ID, e, i.Revision); fault.KindOf(err) != fault.Conflict {
			t.Errorf("somebody else's change was overwritten: %v", err)
		}
		again := must[inventory.Item](t)(w.Edit(ctx, member(1), i.ID, inventory.Entry{Label: "Il firewall", Version: "7.4.2", CPE: got.CPE}, got.Revision))
		if _, err := w.Edit(ctx, member(1), i.ID, e, got.Revision); fault.KindOf(err) != fault.Conflict || !again.UpdatedAt.Equal(got.UpdatedAt) {
			t.Errorf("a change in the same millisecond was overwritten: %v", err)
		}
		given := add(t, w, 1, inventory.Entry{CPE: "cpe:2.3:a:apache:tomcat:9.0.71:*:*:*:lts:*:*:*"})
		got = must[inventory.Item](t)(w.Edit(ctx, member(1), given.ID, inventory.Entry{Label: given.Label, CPE: given.CPE, Version: "9.0.80"}, 0))
		if got.CPE != "cpe:2.3:a:apache:tomcat:9.0.80:*:*:*:lts:*:*:*" {
			t.Errorf("a given name lost its edition: %s", got.CPE)
		}
		history := must[[]inventory.Version](t)(w.History(ctx, member(1), i.ID, 10))
		if len(history) != 3 || history[2].Version != "7.2.5" || !history[2].To.Equal(history[1].From) || history[0].Who != "person:101" {
			t.Errorf("history %+v", history)
		}
	})
}

func TestChangesAreToldAndLogged(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		var told []int64
		w.bus.Subscribe(inventory.EventChanged, "test", func(_ context.Context, n events.Notice) error {
			told = append(told, n.Organisation)
			return nil
		})
		a := add(t, w, 1, inventory.Entry{Label: "Firefox"})
		b := add(t, w, 1, inventory.Entry{Label: "Chrome"})
		add(t, w, 2, inventory.Entry{Label: "Chrome"})
		must[int64](t)(w.Classify(ctx, member(1), []int64{a.ID, b.ID}, inventory.Internet, ""))
		must[int64](t)(w.Remove(ctx, member(1), a.ID))
		w.drain(t)
		if len(told) != 2 {
			t.Errorf("told %v: one event for each organisation was expected", told)
		}
		entries := must[[]audit.Entry](t)(w.audit.List(ctx, audit.Query{Action: "inventory.", Limit: 20}))
		if len(entries) != 5 {
			t.Errorf("%d audit entries", len(entries))
		}
		if got := items(t, w, 1); len(got) != 1 || got[0].Exposure != inventory.Internet {
			t.Errorf("items %+v", got)
		}
	})
}

func TestOrganisationsSeeOnlyTheirOwn(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		mine, theirs := add(t, w, 1, inventory.Entry{Label: "Firefox"}), add(t, w, 2, inventory.Entry{Label: "Chrome"})
		refused := map[string]error{}
		_, refused["item"] = w.Item(ctx, member(1), theirs.ID)
		_, refused["edit"] = w.Edit(ctx, member(1), theirs.ID, inventory.Entry{Label: "x"}, 0)
		refused["confirm"] = w.Confirm(ctx, member(1), theirs.ID, "o:fortinet:fortios")
		for what, err := range refused {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", what, err)
			}
		}
		if n, err := w.Remove(ctx, member(1), theirs.ID); err != nil || n != 0 {
			t.Errorf("removed %d of another's, %v", n, err)
		}
		if n, err := w.Classify(ctx, member(1), []int64{theirs.ID}, inventory.Internet, ""); err != nil || n != 0 {
			t.Errorf("changed %d of another's, %v", n, err)
		}
		if h := must[[]inventory.Version](t)(w.History(ctx, member(1), theirs.ID, 10)); len(h) != 0 {
			t.Errorf("history of another's: %+v", h)
		}
		if got := items(t, w, 1); len(got) != 1 || got[0].ID != mine.ID {
			t.Errorf("items %+v", got)
		}
		if len(items(t, w, 2)) != 1 {
			t.Error("the other organisation lost its item")
		}
		if _, err := w.Add(ctx, leader(1), inventory.Entry{Label: "x"}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a reader wrote: %v", err)
		}
		if err := w.EachOrganisation(ctx, member(1), nil); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a member read everybody's: %v", err)
		}
		if _, err := w.Names(ctx, member(1), inventory.NameQuery{Limit: 10}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a member read the work list: %v", err)
		}
		seen := map[int64]int{}
		err := w.EachOrganisation(ctx, access.System("test"), func(org int64, items []inventory.Item) error {
			seen[org] = len(items)
			return nil
		})
		if err != nil || seen[1] != 1 || seen[2] != 1 {
			t.Errorf("territory %v %v", seen, err)
		}
	})
}

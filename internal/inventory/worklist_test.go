// SPDX-License-Identifier: EUPL-1.2

package inventory_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/inventory"
	"martinella/internal/inventory/names"
	"martinella/internal/platform/events"
	"martinella/internal/platform/fault"
)

// tenNames are names no list knows, and what they mean.
func tenNames() (labels, refs []string) {
	for i, ref := range []string{
		"a:zimbra:collaboration", "a:moodle:moodle", "o:fortinet:fortios", "a:mozilla:firefox", "a:apache:tomcat",
		"a:php:php", "a:postgresql:postgresql", "a:wordpress:wordpress", "a:grafana:grafana", "a:haxx:curl",
	} {
		labels, refs = append(labels, fmt.Sprintf("Zzqprogetto Xyloquattordici%c", 'a'+i)), append(refs, ref)
	}
	return labels, refs
}

// The "done when": ten names resolved at one body serve another, and those that come later.
func TestTenConfirmedNamesServeAnotherBody(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		labels, refs := tenNames()
		for _, l := range labels {
			add(t, w, 1, inventory.Entry{Label: l + " 1.0"})
			add(t, w, 2, inventory.Entry{Label: l, Version: "2.0"})
		}
		staff := analyst().Territory()
		page := must[inventory.NamePage](t)(w.Names(ctx, staff, inventory.NameQuery{Limit: 20}))
		if page.Total != 10 || len(page.Names) != 10 || page.Names[0].Organisations != 2 {
			t.Fatalf("%+v", page)
		}
		w.drain(t)
		told := map[int64]bool{}
		w.bus.Subscribe(inventory.EventChanged, "test", func(_ context.Context, n events.Notice) error {
			told[n.Organisation] = true
			return nil
		})
		var choices []inventory.NameChoice
		for i, l := range labels {
			choices = append(choices, inventory.NameChoice{Key: names.Key(l, ""), Ref: refs[i]})
		}
		if err := w.ConfirmNames(ctx, staff, choices); err != nil {
			t.Fatal(err)
		}
		if n := must[int](t)(w.NamesWaiting(ctx, staff)); n != 0 {
			t.Errorf("%d names wait while the answers are applied", n)
		}
		w.drain(t)
		for org := int64(1); org <= 2; org++ {
			for _, i := range items(t, w, org) {
				if i.State != inventory.Resolved || i.Reason != "everyone" || i.Version == "" {
					t.Errorf("organisation %d: %+v", org, i)
				}
			}
		}
		for i, l := range labels {
			later := add(t, w, 3, inventory.Entry{Label: strings.ToUpper(l) + " (64-bit)"})
			if later.State != inventory.Resolved || later.Part+":"+later.Vendor+":"+later.Product != refs[i] {
				t.Errorf("declared later: %+v", later)
			}
		}
		if !told[1] || !told[2] {
			t.Errorf("the matcher was not told of both: %v", told)
		}
	})
}

func TestTheWorkListGoesOnPageByPage(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		labels, _ := tenNames()
		for i, l := range labels { // the first is had by most
			for org := int64(1); org <= int64(10-i); org++ {
				add(t, w, org, inventory.Entry{Label: l})
			}
		}
		add(t, w, 20, inventory.Entry{Label: "Security Update for Windows (KB5031356)"})
		var got []string
		q := inventory.NameQuery{Limit: 3}
		for pages := 0; ; pages++ {
			p := must[inventory.NamePage](t)(w.Names(ctx, analyst().Territory(), q))
			if p.Total != 10 || pages > 4 {
				t.Fatalf("%+v", p)
			}
			for _, n := range p.Names {
				got = append(got, n.Label)
			}
			if q.After = p.Next; q.After == "" {
				break
			}
		}
		if strings.Join(got, "|") != strings.Join(labels, "|") {
			t.Errorf("got %v", got)
		}
		if p := must[inventory.NamePage](t)(w.Names(ctx, analyst().Territory(), inventory.NameQuery{Limit: 20, Accessories: true})); p.Total != 11 {
			t.Errorf("with updates and drivers: %d", p.Total)
		}
		if _, err := w.Names(ctx, analyst().Territory(), inventory.NameQuery{Limit: 3, After: "nonsense"}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnAnswerCanBeTakenBack(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "Zzqprogetto Xyloquattordici"})
		staff := analyst().Territory()
		if err := w.ConfirmName(ctx, staff, i.NameKey, "a:moodle:moodle"); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		list, _, err := w.ConfirmedNames(ctx, staff, "", 10)
		if err != nil || len(list) != 1 || list[0].Key != i.NameKey || list[0].Vendor != "moodle" || list[0].By != "person:9" {
			t.Fatalf("%+v %v", list, err)
		}
		for range 2 { // again changes nothing
			if err := w.ForgetName(ctx, staff, i.NameKey); err != nil {
				t.Fatal(err)
			}
		}
		w.drain(t)
		if got := items(t, w, 1)[0]; got.State != inventory.Unknown || got.Vendor != "" || got.CPE != "" {
			t.Errorf("%+v", got)
		}
		if n := must[int](t)(w.NamesWaiting(ctx, staff)); n != 1 {
			t.Errorf("%d names wait", n)
		}
		for name, err := range map[string]error{
			"forget": w.ForgetName(ctx, member(1), i.NameKey), "confirm": w.ConfirmNames(ctx, member(1), []inventory.NameChoice{{Key: i.NameKey}}),
			"holders": second(w.Holders(ctx, member(1), i.NameKey, 5)),
		} {
			if fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s by a member: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// One wrong answer among many changes nothing at all.
func TestManyAnswersAreAllOrNone(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "Zzqprogetto Xyloquattordici"})
		staff := analyst().Territory()
		good := inventory.NameChoice{Key: i.NameKey, Ref: "a:moodle:moodle"}
		for name, choices := range map[string][]inventory.NameChoice{
			"none": nil, "too many": make([]inventory.NameChoice, 501), "unknown product": {good, {Key: i.NameKey, Ref: "a:no:such"}}, "unknown name": {good, {Key: "nothing of the kind"}},
		} {
			if err := w.ConfirmNames(ctx, staff, choices); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		if list, _, err := w.ConfirmedNames(ctx, staff, "", 10); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestOperatorsSeeWhoHasAName(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		add(t, w, 1, inventory.Entry{Label: "Zzqprogetto Xyloquattordici"})
		add(t, w, 1, inventory.Entry{Label: "Zzqprogetto Xyloquattordici", Asset: "due"})
		i := add(t, w, 2, inventory.Entry{Label: "Zzqprogetto Xyloquattordici"})
		got := must[[]inventory.Holder](t)(w.Holders(ctx, analyst().Territory(), i.NameKey, 5))
		if len(got) != 2 || got[0].Organisation != 1 || got[0].Items != 2 {
			t.Errorf("%+v", got)
		}
	})
}

// The pages: bulk answers with what was shown, one name after the other, and the way back.
func TestWorkListPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		labels, _ := tenNames()
		for _, l := range labels[:4] {
			add(t, w, 1, inventory.Entry{Label: l})
		}
		key := func(i int) string { return names.Key(labels[i], "") }
		post := func(path string, v url.Values) int { return w.browse(t, "analyst", "POST", path, v).Code }
		if code := post("/ops/names/bulk", url.Values{"do": {"first"}, "id": {"- " + key(0)}}); code != 303 {
			t.Errorf("no candidate: %d", code)
		}
		if n := must[int](t)(w.NamesWaiting(t.Context(), access.System("test"))); n != 4 {
			t.Errorf("an answer without a candidate was taken: %d wait", n)
		}
		if code := post("/ops/names/bulk", url.Values{"do": {"product"}, "product": {"a:moodle:moodle"}, "id": {"- " + key(0), "a:x:y " + key(1)}}); code != 303 {
			t.Errorf("all one product: %d", code)
		}
		if code := post("/ops/names/bulk", url.Values{"do": {"none"}, "id": {"- " + key(2)}}); code != 303 {
			t.Errorf("no known product: %d", code)
		}
		body := w.browse(t, "analyst", "GET", "/ops/names?quick=yes&name="+url.QueryEscape(key(3)), nil).Body.String()
		past := between(body, `name="past" value="`, `"`)
		rec := w.browse(t, "analyst", "POST", "/ops/names", url.Values{"name": {key(3)}, "product": {"a:php:php"}, "past": {past}})
		if next := rec.Header().Get("Location"); rec.Code != 303 || w.browse(t, "analyst", "GET", next, nil).Code != 200 {
			t.Errorf("the last of them: %d, then %s", rec.Code, next)
		}
		w.drain(t)
		body = w.browse(t, "analyst", "GET", "/ops/names/confirmed", nil).Body.String()
		for _, l := range labels[:4] {
			if !strings.Contains(body, l) {
				t.Errorf("%q is not among the answers given", l)
			}
		}
		if code := post("/ops/names/confirmed/forget", url.Values{"name": {key(0)}}); code != 303 {
			t.Errorf("taking back: %d", code)
		}
		w.drain(t)
		if n := must[int](t)(w.NamesWaiting(t.Context(), access.System("test"))); n != 1 {
			t.Errorf("%d names wait", n)
		}
	})
}

// What comes along with a product is unknown on purpose, and nobody is asked about it.
func TestNobodyIsAskedAboutAccessories(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		i := add(t, w, 1, inventory.Entry{Label: "Microsoft Visual C++ 2010 x86 Redistributable - 10.0.40219", Publisher: "Microsoft Corporation"})
		if i.State != inventory.Unknown || i.Reason != "accessory" || i.Settled {
			t.Errorf("%+v", i)
		}
		if c := must[inventory.Counts](t)(w.Counts(ctx, member(1))); c.Unknown != 1 || c.Waiting() != 0 {
			t.Errorf("%+v", c)
		}
		if p := must[inventory.Page](t)(w.List(ctx, member(1), inventory.Filter{Waiting: true})); p.Total != 0 {
			t.Errorf("%d items wait", p.Total)
		}
		if n := must[int](t)(w.NamesWaiting(ctx, analyst().Territory())); n != 0 {
			t.Errorf("%d names wait", n)
		}
	})
}

// What an organisation said of a name it may take back itself; what the CSIRT said for all stays.
func TestAnOrganisationTakesItsAnswerBack(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, w *world) {
		said := add(t, w, 1, inventory.Entry{Label: "Zzqprogetto Xyloquattordici"})
		add(t, w, 1, inventory.Entry{Label: "Zzqprogetto Xyloquattordici", Asset: "altro"})
		if err := w.Confirm(ctx, member(1), said.ID, "a:moodle:moodle"); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		states := func() (out []string) {
			for _, i := range items(t, w, 1) {
				out = append(out, string(i.State)+" "+i.Product+" "+i.Reason)
			}
			slices.Sort(out)
			return out
		}
		if diff := cmp.Diff([]string{"resolved moodle chosen", "resolved moodle name"}, states()); diff != "" {
			t.Fatal(diff)
		}
		if err := w.Forget(ctx, member(2), said.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another organisation's: %v", err)
		}
		for range 2 { // again changes nothing
			if err := w.Forget(ctx, member(1), said.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.drain(t)
		if diff := cmp.Diff([]string{"unknown  ", "unknown  "}, states()); diff != "" {
			t.Error(diff)
		}
		if err := w.Confirm(ctx, member(1), said.ID, ""); err != nil {
			t.Fatal(err)
		}
		if err := w.ConfirmName(ctx, analyst().Territory(), said.NameKey, "a:moodle:moodle"); err != nil {
			t.Fatal(err)
		}
		if err := w.Forget(ctx, member(1), said.ID); err != nil {
			t.Fatal(err)
		}
		w.drain(t)
		if diff := cmp.Diff([]string{"resolved moodle everyone", "resolved moodle everyone"}, states()); diff != "" {
			t.Error(diff)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/platform/fault"
)

func TestTagsAreGivenAndTakenAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b := w.approved(t, body(1), Basic), w.approved(t, body(2), Full)
		if err := w.SetTags(t.Context(), operator(1), a.ID, a.Version, []string{" Zona  NORD", "ospedali", "zona nord"}); err != nil {
			t.Fatal(err)
		}
		if err := w.SetTags(t.Context(), operator(1), a.ID, a.Version, nil); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an old version: %v", err)
		}
		if n, err := w.TagMany(t.Context(), operator(1), "Ospedali", []string{strings.ToUpper(a.Code), b.Code, b.Code}); err != nil || n != 1 {
			t.Errorf("%d, %v", n, err)
		}
		if n, err := w.TagMany(t.Context(), operator(1), "nuova", []string{b.Code, "c_none"}); n != 0 || !strings.Contains(fmt.Sprint(fault.Of(err).Fields), "c_none") {
			t.Errorf("a code of nobody: %d, %v", n, err)
		}
		all, err := w.Tags(t.Context(), operator(1))
		if diff := cmp.Diff([]Tagged{{"ospedali", 2}, {"zona nord", 1}}, all); diff != "" || err != nil {
			t.Error(diff, err)
		}
		each, err := w.EachTag(t.Context(), operator(1))
		if diff := cmp.Diff(map[int64][]string{a.ID: {"ospedali", "zona nord"}, b.ID: {"ospedali"}}, each); diff != "" || err != nil {
			t.Error(diff, err)
		}
		page, err := w.List(t.Context(), operator(1), Filter{Tag: "Zona nord", Limit: 10})
		if err != nil || page.Total != 1 || page.Rows[0].ID != a.ID {
			t.Errorf("%+v, %v", page, err)
		}
		if n, err := w.DropTag(t.Context(), operator(1), "ospedali"); n != 2 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if _, err := w.DropTag(t.Context(), operator(1), "ospedali"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("again: %v", err)
		}
	})
}

func TestWrongTagsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, body(1), Basic)
		var many []string
		for i := range MaxTagsOfOne + 1 {
			many = append(many, fmt.Sprintf("t%d", i))
		}
		for name, tags := range map[string][]string{"too many": many, "too long": {strings.Repeat("à", MaxTagLetters+1)}, "a colon": {"a:b"}, "quotes": {`a"b`}, "a bracket": {"(a"}, "markup": {"<b>"}, "no text": {"a\xffb"}, "direction": {"a\u202eb"}} {
			err := w.SetTags(t.Context(), operator(1), o.ID, o.Version, tags)
			if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) != 1 {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.SetTags(t.Context(), operator(1), o.ID, o.Version, many[:MaxTagsOfOne]); err != nil {
			t.Error(err)
		}
		if _, err := w.TagMany(t.Context(), operator(1), "one more", []string{o.Code}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("one more: %v", err)
		}
		if _, err := w.Tags(t.Context(), member(t, o.ID, access.OrgAdmin)); fault.KindOf(err) != fault.Forbidden && fault.KindOf(err) != fault.NotFound {
			t.Errorf("a member: %v", err)
		}
	})
}

func TestLineagesNameWhomABodyBelongsTo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a, b, c, _ := w.approved(t, body(1), Basic), w.approved(t, body(2), Basic), w.approved(t, body(3), Basic), w.approved(t, body(4), Basic)
		for _, link := range [][2]Organisation{{b, a}, {c, b}} {
			if err := w.belongs(t, link[0], link[1]); err != nil {
				t.Fatal(err)
			}
		}
		got, err := w.Lineages(t.Context(), operator(1))
		if diff := cmp.Diff(map[int64][]string{b.ID: {b.Code, a.Code}, c.ID: {c.Code, b.Code, a.Code}}, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
	})
}

func TestTagPages(t *testing.T) {
	s := newSite(t, nil)
	o := s.approved(t, firenze(), Basic)
	form := url.Values{"tags": {"Zona nord, ospedali"}, "version": {strconv.FormatInt(o.Version, 10)}}
	if status, _ := s.post(t, "auditor", "/ops/members/c_d612/tags", form); status != 403 {
		t.Errorf("an auditor: %d", status)
	}
	if status, _ := s.post(t, "operator", "/ops/members/c_d612/tags", form); status != 303 {
		t.Errorf("setting: %d", status)
	}
	_, page := s.get(t, "operator", "/ops/members/c_d612")
	mustContain(t, "the dossier", page, "/ops/members?tag=zona+nord")
	_, page = s.get(t, "operator", "/ops/members?tag=zona+nord")
	mustContain(t, "the list", page, "Comune di Firenze", "ospedali, zona nord")
	_, page = s.get(t, "operator", "/ops/members?format=csv")
	mustContain(t, "the list as a file", page, "Etichette", `"ospedali, zona nord"`)
	_, page = s.get(t, "operator", "/ops/tags")
	mustContain(t, "the tags", page, "etichetta:&#34;zona nord&#34;", "/ops/tags/zona%20nord/remove")
	if status, page := s.post(t, "operator", "/ops/tags", url.Values{"tag": {"x"}, "codes": {"c_d612\nc_none"}}); status != 422 || !strings.Contains(page, "c_none") {
		t.Errorf("an unknown code: %d", status)
	}
	if status, _ := s.post(t, "operator", "/ops/tags/zona%20nord/remove", url.Values{}); status != 303 {
		t.Errorf("removing: %d", status)
	}
	_, page = s.get(t, "operator", "/ops/tags")
	if strings.Contains(page, "/ops/tags/zona%20nord") {
		t.Error("it is still there")
	}
}

// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/advisory"
	"martinella/internal/platform/tlp"
)

// A name stands for what it means when the alert is sent; what was sent does not change with it.
func TestASavedAudience(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		v, err := w.SaveAudience(w.Context(), s, who, advisory.Saved{Name: " Enti  della Costa ", Audience: `code:c_x102 or uses:"fortios < 7.2.8"`, Note: "Prova"})
		w.must(err)
		if v.Name != "enti della costa" || v.Version != 1 {
			t.Errorf("%+v", v)
		}
		e := entry()
		e.Audience = `lista:"Enti della costa" and not code:osp_1`
		r, err := w.Preview(w.Context(), s, e)
		w.must(err)
		var codes []string
		for _, x := range r.Members {
			codes = append(codes, x.Code)
		}
		if diff := cmp.Diff([]string{"c_x101", "c_x102"}, codes); diff != "" {
			t.Error(diff)
		}
		a := w.create(e)
		v.Audience = "code:c_x102"
		v, err = w.SaveAudience(w.Context(), s, who, v)
		w.must(err)
		sent, err := w.Send(w.Context(), s, who, a.ID, a.Version)
		w.must(err)
		if sent.Organisations != 1 {
			t.Errorf("sent to %d", sent.Organisations)
		}
		e.Reference = ""
		other := w.create(e)
		w.must(w.ForgetAudience(w.Context(), s, v.ID, v.Version))
		_, err = w.Send(w.Context(), s, who, other.ID, other.Version)
		w.wantFault("to a list that is gone", err, "advisory.entry")
		_, err = w.Edit(w.Context(), s, who, other.ID, other.Version, e)
		w.wantFault("written to a list that is gone", err, "advisory.entry")
	})
}

func TestWhatCannotBeSaved(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		v, err := w.SaveAudience(w.Context(), s, who, advisory.Saved{Name: "costa", Audience: "province:FI"})
		w.must(err)
		for what, x := range map[string]struct {
			advisory.Saved
			code string
		}{
			"no name":       {advisory.Saved{Audience: "everyone"}, "advisory.saved"},
			"no audience":   {advisory.Saved{Name: "a"}, "advisory.saved"},
			"a broken one":  {advisory.Saved{Name: "a", Audience: "(everyone"}, "advisory.saved"},
			"another list":  {advisory.Saved{Name: "a", Audience: "list:costa"}, "advisory.saved"},
			"a taken name":  {advisory.Saved{Name: "COSTA", Audience: "everyone"}, "advisory.saved"},
			"an old one":    {advisory.Saved{ID: v.ID, Version: 7, Name: "costa", Audience: "everyone"}, "advisory.changed_meanwhile"},
			"one not there": {advisory.Saved{ID: 999, Version: 1, Name: "x", Audience: "everyone"}, "advisory.saved.unknown"},
		} {
			_, err := w.SaveAudience(w.Context(), s, who, x.Saved)
			w.wantFault(what, err, x.code)
		}
		e := entry()
		e.TLP, e.Audience = tlp.Red, "list:costa"
		_, err = w.Create(w.Context(), s, who, e)
		w.wantFault("TLP:RED to a list", err, "advisory.entry")
		own, member := w.member(paoloID, castelvento)
		if _, err := w.SaveAudience(w.Context(), own, member, v); err == nil {
			t.Error("a member saves audiences")
		}
		if _, err := w.AudiencesSaved(w.Context(), own); err == nil {
			t.Error("a member reads audiences")
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/advisory"
	"martinella/internal/platform/tlp"
)

// A template of an alert keeps what is true every time, and nothing of that one.
func TestATemplate(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		e := entry()
		e.TLP, e.PAP, e.Source, e.Links = tlp.Green, "PAP:AMBER", "ACN", []string{"https://example.org/a"}
		e.Indicators = []advisory.Indicator{{Value: "198.51.100.7"}}
		made := advisory.TemplateOf(w.create(e).Entry)
		made.Name, made.Note = "  Prodotto  esposto ", "Quando è in uso."
		v, err := w.SaveTemplate(w.Context(), s, who, made)
		w.must(err)
		if v.Name != "Prodotto esposto" || v.Version != 1 || v.Changed.Name != who.Name || v.Reference != "" || v.Source != "" || len(v.CVEs) != 0 || len(v.Indicators) != 0 {
			t.Errorf("%+v", v)
		}
		if v.TLP != tlp.Green || v.PAP != "PAP:AMBER" || v.Audience != "everyone" || v.AckWithin != e.AckWithin || v.Texts["it"] != e.Texts["it"] || v.Links[0] != e.Links[0] {
			t.Errorf("%+v", v)
		}
		_, err = w.SaveTemplate(w.Context(), s, who, made)
		w.wantField("a second of the name", err, "name")
		made.Name = strings.Repeat("x", 61)
		_, err = w.SaveTemplate(w.Context(), s, who, made)
		w.wantField("a long name", err, "name")
		red := v
		red.TLP = tlp.Red
		_, err = w.SaveTemplate(w.Context(), s, who, red)
		w.wantField("an audience its label forbids", err, "audience")
		gone := v
		gone.Audience = "list:nessuna"
		_, err = w.SaveTemplate(w.Context(), s, who, gone)
		w.wantField("a list there is not", err, "audience")

		v.Severity = advisory.Low
		changed, err := w.SaveTemplate(w.Context(), s, who, v)
		w.must(err)
		_, err = w.SaveTemplate(w.Context(), s, who, v)
		w.wantFault("an old version", err, "advisory.changed_meanwhile")
		w.wantFault("an old version", w.DeleteTemplate(w.Context(), s, v.ID, v.Version), "advisory.changed_meanwhile")
		all, err := w.Templates(w.Context(), s)
		w.must(err)
		if diff := cmp.Diff([]advisory.Template{changed}, all); diff != "" {
			t.Error(diff)
		}
		w.must(w.DeleteTemplate(w.Context(), s, v.ID, changed.Version))
		_, err = w.Template(w.Context(), s, v.ID)
		w.wantFault("what was deleted", err, "advisory.template.unknown")
		member, him := w.member(paoloID, castelvento)
		_, err = w.Templates(w.Context(), member)
		w.wantFault("a member reads", err, "access.territory")
		_, err = w.SaveTemplate(w.Context(), member, him, made)
		w.wantFault("a member writes", err, "access.territory")
	})
}

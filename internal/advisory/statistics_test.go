// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
)

func TestFiguresSayHowQuicklyAlertsAreAnswered(t *testing.T) {
	each(t, func(w *world) {
		e := entry()
		e.Source = "ACN"
		draft := w.create(e)
		w.clock.Advance(30 * time.Minute)
		s, who := w.staff(teresaID)
		a, err := w.Send(w.Context(), s, who, draft.ID, draft.Version)
		w.must(err)
		w.clock.Advance(time.Hour)
		own, paolo := w.member(paoloID, castelvento)
		_, err = w.Acknowledge(w.Context(), own, paolo, a.ID)
		w.must(err)
		w.clock.Advance(4 * time.Hour) // it was asked for within four hours of the sending
		other, rita := w.member(ritaID, roccasalina)
		_, err = w.Answer(w.Context(), other, rita, a.ID, advisory.Fixed, "")
		w.must(err)
		before, err := w.Figures(w.Context(), s)
		w.must(err)
		if !before.At.IsZero() || len(before.Groups) != 0 {
			t.Errorf("before they are counted: %+v", before)
		}
		w.must(w.CountFigures(w.Context(), access.System("test")))
		w.must(w.CountFigures(w.Context(), access.System("test")))
		f, err := w.Figures(w.Context(), s)
		w.must(err)
		g := f.Of(advisory.ByAll)[0]
		want := advisory.Group{By: advisory.ByAll, Advisories: 1, Deliveries: 3, Sending: advisory.Spread{N: 1, Median: 30 * time.Minute, P90: 30 * time.Minute},
			Opening: advisory.Spread{N: 2, Median: time.Hour, P90: 5 * time.Hour}, Acknowledging: advisory.Spread{N: 2, Median: time.Hour, P90: 5 * time.Hour},
			Acting: advisory.Spread{N: 1, Median: 5 * time.Hour, P90: 5 * time.Hour}, Asked: 3, InTime: 1}
		if g != want {
			t.Errorf("got  %+v\nwant %+v", g, want)
		}
		sectors := f.Of(advisory.BySector)
		if len(sectors) != 2 || sectors[0].Value != "health" || sectors[1].Deliveries != 2 || sectors[1].InTime != 1 {
			t.Errorf("%+v", sectors)
		}
		if sources := f.Of(advisory.BySource); len(sources) != 1 || sources[0].Value != "ACN" || sources[0].Deliveries != 3 {
			t.Errorf("%+v", sources)
		}
		if _, err := w.Figures(w.Context(), own); err == nil {
			t.Error("a member reads the CSIRT's figures")
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"slices"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/platform/tlp"
)

// sendAll sends one of each label to Castelvento's province and leaves a draft behind.
func (w *world) sendAll() map[tlp.Label]int64 {
	w.Helper()
	out := map[tlp.Label]int64{}
	for _, l := range tlp.Labels() {
		e := entry()
		e.TLP, e.Reference, e.Audience = l, "", "code:c_x101"
		e.Indicators = []advisory.Indicator{{Type: "ip", Value: "198.51.100.7"}}
		out[l] = w.send(e).ID
		w.clock.Advance(time.Minute)
	}
	e := entry()
	e.Reference, e.TLP = "", tlp.Clear
	w.create(e)
	return out
}

func outside(org int64) access.Scope {
	s, _ := access.System("exchange").For(org)
	return s
}

func TestWhatLeavesByProgramsDoors(t *testing.T) {
	each(t, func(w *world) {
		ids := w.sendAll()
		for _, c := range []struct {
			name string
			s    access.Scope
			f    advisory.OutFilter
			want []tlp.Label
		}{
			{"its own", outside(castelvento), advisory.OutFilter{Own: tlp.Amber}, []tlp.Label{tlp.Amber, tlp.Green, tlp.Clear}},
			{"its own, all", outside(castelvento), advisory.OutFilter{Own: tlp.Red}, []tlp.Label{tlp.AmberStrict, tlp.Amber, tlp.Green, tlp.Clear}},
			{"another's", outside(roccasalina), advisory.OutFilter{Own: tlp.Amber}, nil},
			{"another's and the community's", outside(roccasalina), advisory.OutFilter{Own: tlp.Amber, Shared: tlp.Green}, []tlp.Label{tlp.Green, tlp.Clear}},
			{"everybody's", access.System("exchange"), advisory.OutFilter{Shared: tlp.Clear}, []tlp.Label{tlp.Clear}},
			{"the CSIRT's", access.System("exchange"), advisory.OutFilter{Shared: tlp.Red}, []tlp.Label{tlp.AmberStrict, tlp.Amber, tlp.Green, tlp.Clear}},
		} {
			all, err := w.OutSince(w.Context(), c.s, c.f, advisory.OutPlace{}, 100)
			w.must(err)
			var got []tlp.Label
			for _, a := range all {
				got = append(got, a.TLP)
				if a.ID != ids[a.TLP] || len(a.Indicators) != 1 {
					t.Errorf("%s: %+v", c.name, a)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
			if n, _, _, err := w.OutStamp(w.Context(), c.s, c.f); err != nil || int(n) != len(c.want) {
				t.Errorf("%s: the stamp counts %d, %v", c.name, n, err)
			}
			newest, err := w.OutNewest(w.Context(), c.s, c.f, 100)
			w.must(err)
			if len(newest) != len(got) || len(got) > 0 && newest[0].TLP != got[len(got)-1] {
				t.Errorf("%s: the newest are %v", c.name, newest)
			}
		}
		_, err := w.OutOne(w.Context(), outside(castelvento), advisory.OutFilter{Own: tlp.Amber}, ids[tlp.Red])
		w.wantFault("what is TLP:RED", err, "advisory.unknown")
		_, err = w.OutOne(w.Context(), outside(roccasalina), advisory.OutFilter{Own: tlp.Amber}, ids[tlp.Amber])
		w.wantFault("another's", err, "advisory.unknown")
		_, err = w.OutSince(w.Context(), outside(castelvento), advisory.OutFilter{Shared: tlp.Amber}, advisory.OutPlace{}, 1)
		w.wantFault("a member, what was sent to others", err, "access.territory")
		_, err = w.OutNewest(w.Context(), access.Visitor(), advisory.OutFilter{Shared: tlp.Clear}, 1)
		w.wantFault("a visitor", err, "access.permission")
	})
}

func TestWhatLeavesIsReadInTheOrderOfChange(t *testing.T) {
	each(t, func(w *world) {
		w.sendAll()
		f, s := advisory.OutFilter{Own: tlp.Amber, Withdrawn: true}, outside(castelvento)
		read := func() (ids []int64) {
			at := advisory.OutPlace{}
			for {
				page, err := w.OutSince(w.Context(), s, f, at, 1)
				w.must(err)
				if len(page) == 0 {
					return ids
				}
				at = advisory.OutPlace{At: page[0].ChangedOutside(), ID: page[0].ID}
				ids = append(ids, page[0].ID)
			}
		}
		before := read()
		count, versions, _, err := w.OutStamp(w.Context(), s, f)
		w.must(err)
		staff, who := w.staff(teresaID)
		first, err := w.Get(w.Context(), staff, before[0])
		w.must(err)
		_, err = w.Withdraw(w.Context(), staff, who, first.ID, first.Version, "Era sbagliato.")
		w.must(err)
		if after := read(); !slices.Equal(after, append(slices.Clone(before[1:]), before[0])) {
			t.Errorf("%v, then %v", before, after)
		}
		if n, v, last, err := w.OutStamp(w.Context(), s, f); err != nil || n != count || v == versions || !last.Equal(w.clock.Now()) {
			t.Errorf("the stamp: %d %d %s, %v", n, v, last, err)
		}
		f.Withdrawn = false
		if after := read(); !slices.Equal(after, before[1:]) {
			t.Errorf("without it: %v", after)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package advisory_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/advisory"
	"martinella/internal/advisory/parse"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
	"martinella/internal/platform/tlp"
)

func (w *world) draft(change func(*advisory.Entry)) advisory.Advisory {
	s, who := w.staff(teresaID)
	e := entry()
	e.Reference = ""
	change(&e)
	a, err := w.Create(w.Context(), s, who, e)
	w.must(err)
	return a
}

// What two drafts know of one thing becomes one; what comes again of either goes there.
func TestADuplicateIsMerged(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		own := w.draft(func(e *advisory.Entry) {
			e.Severity, e.TLP, e.CVEs, e.Links = advisory.Medium, tlp.Amber, []string{"CVE-2026-0002"}, []string{"https://example.org/psirt/1", "https://example.org/"}
			e.Indicators = []advisory.Indicator{{Type: parse.TypeIP, Value: "198.51.100.7"}, {Type: parse.TypeIP, Value: "198.51.100.8"}}
		})
		acn, _, err := w.Receive(w.Context(), s, who, "acn.txt", []byte(pasted))
		w.must(err)
		list, err := w.Alike(w.Context(), s, acn.ID)
		if err != nil || len(list) != 1 || list[0].ID != own.ID || list[0].CVEs != 1 || list[0].Links != 0 || list[0].Titles != 0 {
			w.Fatalf("%+v, %v", list, err)
		}
		got, err := w.Merge(w.Context(), s, who, acn.ID, acn.Version, own.ID)
		w.must(err)
		if got.ID != own.ID || got.Reference != "AL07/261125/CSIRT-ITA" || got.Severity != advisory.Critical || got.TLP != tlp.Amber || got.Audience != own.Audience {
			w.Errorf("%+v", got)
		}
		if diff := cmp.Diff([]string{"CVE-2026-0002", "CVE-2026-0001"}, got.CVEs); diff != "" || len(got.Indicators) != 3 {
			w.Error(diff, got.Indicators)
		}
		if body := got.In("it").Body; !strings.HasPrefix(body, own.In("it").Body) || !strings.Contains(body, "Un difetto inventato nella VPN.") {
			w.Error(body)
		}
		if kept, err := w.Originals(w.Context(), s, own.ID); err != nil || len(kept) != 1 || kept[0].Name != "acn.txt" {
			w.Errorf("%+v, %v", kept, err)
		}
		if _, err := w.Get(w.Context(), s, acn.ID); fault.KindOf(err) != fault.NotFound {
			w.Error("it is still there", err)
		}
		again, known, err := w.Receive(w.Context(), s, who, "di nuovo.txt", []byte(pasted+"\n"))
		if err != nil || !known || again.ID != own.ID {
			w.Errorf("%v %+v %v", known, again.ID, err)
		}
	})
}

// A duplicate of what was sent becomes its next revision; its reference leads there.
func TestADuplicateOfASentAlert(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		sent := w.send(entry())
		var twin advisory.Advisory
		w.must(w.ReceiveFrom(w.Context(), s, who, advisory.Incoming{Name: "acn.txt", Data: []byte(pasted)}, func(_ context.Context, _ *db.Tx, id int64, _ bool) error { twin.ID = id; return nil }))
		twin, err := w.Get(w.Context(), s, twin.ID)
		w.must(err)
		draft, err := w.Merge(w.Context(), s, who, twin.ID, twin.Version, sent.ID)
		w.must(err)
		if draft.Revises != sent.ID || draft.Reference != sent.Reference || !strings.Contains(draft.In("it").Body, "Un difetto inventato nella VPN.") {
			w.Errorf("%+v", draft)
		}
		now, err := w.Get(w.Context(), s, sent.ID)
		if err != nil || now.Revision != 1 || now.In("it").Body != sent.In("it").Body {
			w.Errorf("what was sent changed: %+v, %v", now, err)
		}
		merged, err := w.Merged(w.Context(), s, sent.ID)
		if err != nil || len(merged) != 1 || merged[0].Reference != "AL07/261125/CSIRT-ITA" {
			w.Errorf("%+v, %v", merged, err)
		}
		// By its reference, and where it has none any more by what its source knew it as.
		for _, in := range []advisory.Incoming{
			{Name: "1", Data: []byte(pasted + "\nAncora.\n")},
			{Name: "2", Data: []byte(strings.ReplaceAll(pasted, "AL07/261125/CSIRT-ITA", "")), Before: twin.ID},
		} {
			w.must(w.ReceiveFrom(w.Context(), s, who, in, func(_ context.Context, _ *db.Tx, id int64, known bool) error {
				if id != sent.ID || !known {
					w.Errorf("%s went to %d, %v", in.Name, id, known)
				}
				return nil
			}))
		}
		e := entry()
		e.Reference = "AL07/261125/CSIRT-ITA"
		if _, err := w.Create(w.Context(), s, who, e); fault.KindOf(err) != fault.Conflict {
			w.Error("the reference of a merged one is free", err)
		}
	})
}

// Its files go with it, into a draft and into the revision of what was sent; the same file stands there once.
func TestADuplicatesFilesGoWithIt(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		merge := func(into int64) advisory.Advisory {
			twin := w.draft(func(*advisory.Entry) {})
			for name, text := range map[string]string{"regole.txt": "uno", "altre.txt": "due"} {
				_, err := w.attach(twin.ID, name, text, false)
				w.must(err)
			}
			twin, err := w.Get(w.Context(), s, twin.ID)
			w.must(err)
			got, err := w.Merge(w.Context(), s, who, twin.ID, twin.Version, into)
			w.must(err)
			return got
		}
		draft := w.draft(func(*advisory.Entry) {})
		_, err := w.attach(draft.ID, "regole.txt", "uno", false)
		w.must(err)
		if got := w.names(merge(draft.ID).ID); got != "regole.txt altre.txt" {
			w.Error("a draft has", got)
		}
		if got := w.names(merge(draft.ID).ID); got != "regole.txt altre.txt" {
			w.Error("merged again it has", got)
		}
		sent := w.send(entry())
		revision := merge(sent.ID)
		if revision.Revises != sent.ID || len(strings.Fields(w.names(revision.ID))) != 2 || w.names(sent.ID) != "" {
			w.Errorf("a revision has %s, what was sent %s", w.names(revision.ID), w.names(sent.ID))
		}
		full := w.draft(func(*advisory.Entry) {})
		for i := range 9 {
			_, err := w.attach(full.ID, "f", strings.Repeat("x", i+1), false)
			w.must(err)
		}
		full, err = w.Get(w.Context(), s, full.ID)
		w.must(err)
		if _, err := w.Merge(w.Context(), s, who, full.ID, full.Version, draft.ID); fault.KindOf(err) != fault.Invalid {
			w.Error("eleven files", err)
		}
		if got := len(strings.Fields(w.names(full.ID))); got != 9 {
			w.Error("a refused merge took files away:", got)
		}
	})
}

func TestWhatCannotBeMerged(t *testing.T) {
	each(t, func(w *world) {
		s, who := w.staff(teresaID)
		a, b := w.draft(func(*advisory.Entry) {}), w.draft(func(*advisory.Entry) {})
		sent := w.send(entry())
		for name, c := range map[string]struct {
			id, version, into int64
			kind              fault.Kind
		}{
			"into itself": {a.ID, a.Version, a.ID, fault.Invalid}, "an old version": {a.ID, a.Version + 1, b.ID, fault.Conflict},
			"what was sent": {sent.ID, sent.Version, a.ID, fault.Conflict}, "into nothing": {a.ID, a.Version, 999, fault.NotFound},
		} {
			if _, err := w.Merge(w.Context(), s, who, c.id, c.version, c.into); fault.KindOf(err) != c.kind {
				w.Errorf("%s: %v", name, err)
			}
		}
		revision, err := w.Revise(w.Context(), s, who, sent.ID)
		w.must(err)
		if _, err := w.Merge(w.Context(), s, who, revision.ID, revision.Version, a.ID); fault.KindOf(err) != fault.Invalid {
			w.Error("a revision", err)
		}
		sent, err = w.Get(w.Context(), s, sent.ID)
		w.must(err)
		_, err = w.Withdraw(w.Context(), s, who, sent.ID, sent.Version, "prova")
		w.must(err)
		if _, err := w.Merge(w.Context(), s, who, a.ID, a.Version, sent.ID); fault.KindOf(err) != fault.Conflict {
			w.Error("into a withdrawn one", err)
		}
		auditor, nobody := w.staff(teresaID, access.Auditor)
		if _, err := w.Merge(w.Context(), auditor, nobody, a.ID, a.Version, b.ID); fault.KindOf(err) != fault.Forbidden {
			w.Error("an auditor", err)
		}
		if got, err := w.Get(w.Context(), s, a.ID); err != nil || got.Version != a.Version {
			w.Errorf("a refused merge left something: %+v, %v", got, err)
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package intake_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/intake"
	"martinella/internal/platform/fault"
)

// bomb answers with 100 MB of nothing in 100 KB, packed before anybody waits for it.
func bomb() http.HandlerFunc {
	var packed bytes.Buffer
	z, nothing := gzip.NewWriter(&packed), make([]byte, 1<<20)
	for range 100 {
		_, _ = z.Write(nothing)
	}
	_ = z.Close()
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}
}

func TestWhatIsRefused(t *testing.T) {
	each(t, func(w *world) {
		for name, c := range map[string]struct {
			field  string
			change func(f *intake.Form)
		}{
			"no name":       {"name", func(f *intake.Form) { f.Name = " " }},
			"unknown kind":  {"kind", func(f *intake.Form) { f.Kind = "ftp" }},
			"no owner":      {"owner", func(f *intake.Form) { f.Owner = "turno" }},
			"two owners":    {"owner", func(f *intake.Form) { f.Owner = "a@b.example, c@d.example" }},
			"too often":     {"every", func(f *intake.Form) { f.Every = time.Minute }},
			"too rarely":    {"every", func(f *intake.Form) { f.Every = 1e6 * time.Hour }},
			"no label":      {"tlp", func(f *intake.Form) { f.TLP = "TLP:BLUE" }},
			"a long past":   {"back", func(f *intake.Form) { f.Settings.Back = 1e6 }},
			"a file":        {"address", func(f *intake.Form) { f.Address = "file:///etc/passwd" }},
			"a password":    {"address", func(f *intake.Form) { f.Address = "https://a:b@example.org/" }},
			"inside":        {"address", func(f *intake.Form) { f.Address = "https://10.1.2.3/" }},
			"the metadata":  {"address", func(f *intake.Form) { f.Address = "http://169.254.169.254/" }},
			"a long secret": {"secret", func(f *intake.Form) { f.Secret = strings.Repeat("x", 5000) }},
		} {
			f := w.form()
			c.change(&f)
			_, err := w.Create(w.Context(), csirt(access.Manager), f)
			w.field(c.field, name, err)
		}
		w.add(w.form())
		_, err := w.Create(w.Context(), csirt(access.Manager), w.form())
		w.field("name", "taken", err)
	})
}

func TestWhoMayWhat(t *testing.T) {
	each(t, func(w *world) {
		x := w.add(w.form())
		member, _ := access.Principal{Person: 7, Memberships: map[int64][]access.Role{1: {access.OrgAdmin}}}.In(1)
		for name, c := range map[string]struct {
			scope           access.Scope
			read, edit, run bool
		}{
			"manager": {csirt(access.Manager), true, true, true}, "analyst": {csirt(access.Analyst), true, false, true},
			"auditor": {csirt(access.Auditor), true, false, false}, "member": {member, false, false, false}, "visitor": {access.Visitor(), false, false, false},
		} {
			_, _, list := w.List(w.Context(), c.scope, intake.Filter{})
			_, _, items := w.Items(w.Context(), c.scope, x.ID, "", 0)
			_, one := w.Source(w.Context(), c.scope, x.ID)
			_, edit := w.Edit(w.Context(), c.scope, x.ID, w.read(x).Version, w.form())
			run := w.RunNow(w.Context(), c.scope, x.ID)
			for i, got := range []struct {
				err  error
				want bool
			}{{list, c.read}, {items, c.read}, {one, c.read}, {edit, c.edit}, {run, c.run}} {
				if (got.err == nil) != got.want {
					w.Errorf("%s, %d: %v", name, i, got.err)
				}
			}
		}
		if err := w.Delete(w.Context(), csirt(access.Analyst), x.ID); fault.KindOf(err) != fault.Forbidden {
			w.Error(err)
		}
	})
}

func TestASecretGoesNowhereElse(t *testing.T) {
	each(t, func(w *world) {
		f := w.form()
		f.Secret = "segreto"
		x := w.add(f)
		if !w.read(x).HasSecret || w.read(x).Secret != "" {
			w.Error("the secret is not kept, or shown")
		}
		f.Secret = ""
		f.Address = w.server.URL + "/other"
		x, err := w.Edit(w.Context(), csirt(access.Manager), x.ID, 1, f)
		w.must(err)
		f.Address = "https://example.org/feed"
		_, err = w.Edit(w.Context(), csirt(access.Manager), x.ID, x.Version, f)
		w.field("secret", "another server", err)
		f.Forget = true
		x, err = w.Edit(w.Context(), csirt(access.Manager), x.ID, x.Version, f)
		w.must(err)
		if w.read(x).HasSecret {
			w.Error("the secret was not forgotten")
		}
		_, err = w.Edit(w.Context(), csirt(access.Manager), x.ID, 1, f)
		if fault.Of(err).Code != "intake.changed_meanwhile" {
			w.Error(err)
		}
	})
}

func TestASourceThatIsOffIsNotAsked(t *testing.T) {
	each(t, func(w *world) {
		w.publishes(feedOf([3]string{"a", "Uno", "testo"}))
		f := w.form()
		f.Active = false
		x := w.add(f)
		w.tick(48 * time.Hour)
		if len(w.asked) != 0 || !w.read(x).NextAt.IsZero() {
			w.Errorf("%d requests", len(w.asked))
		}
		f.Active = true
		_, err := w.Edit(w.Context(), csirt(access.Manager), x.ID, 1, f)
		w.must(err)
		w.tick(time.Minute)
		if len(w.got) != 1 {
			w.Errorf("%d alerts", len(w.got))
		}
	})
}

func TestPagesOfLists(t *testing.T) {
	each(t, func(w *world) {
		var items [][3]string
		for i := range 7 {
			items = append(items, [3]string{fmt.Sprint("n", i), fmt.Sprint("Avviso ", i), "testo"})
		}
		w.publishes(feedOf(items...))
		x := w.add(w.form())
		w.run(x)
		seen, after := map[int64]bool{}, ""
		for range 4 {
			all, next, err := w.Items(w.Context(), csirt(access.Auditor), x.ID, after, 2)
			w.must(err)
			for _, i := range all {
				seen[i.ID] = true
			}
			after = next
		}
		if len(seen) != 7 || after != "" {
			w.Errorf("%d items, then %q", len(seen), after)
		}
		f := w.form()
		f.Name = "Altra"
		w.add(f)
		first, next, err := w.List(w.Context(), csirt(access.Auditor), intake.Filter{Limit: 1})
		w.must(err)
		second, end, err := w.List(w.Context(), csirt(access.Auditor), intake.Filter{Limit: 1, After: next})
		if err != nil || len(first) != 1 || first[0].Name != "Altra" || len(second) != 1 || second[0].ID != x.ID || end != "" {
			w.Errorf("%v, %v, %q, %v", first, second, end, err)
		}
	})
}

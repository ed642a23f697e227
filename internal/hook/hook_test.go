// SPDX-License-Identifier: EUPL-1.2

package hook_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/hook"
	"martinella/internal/platform/db"
	"martinella/internal/platform/fault"
)

func TestWhatIsRefused(t *testing.T) {
	each(t, func(w *world) {
		admin := as(access.OrgAdmin, castelvento)
		for name, c := range map[string]struct {
			field  string
			change func(f *hook.Form)
		}{
			"no name":        {"name", func(f *hook.Form) { f.Name = " " }},
			"plain http":     {"url", func(f *hook.Form) { f.URL = "http://example.org/" }},
			"another scheme": {"url", func(f *hook.Form) { f.URL = "file:///etc/passwd" }},
			"a password":     {"url", func(f *hook.Form) { f.URL = "https://a:b@example.org/" }},
			"a fragment":     {"url", func(f *hook.Form) { f.URL = "https://example.org/#a" }},
			"no host":        {"url", func(f *hook.Form) { f.URL = "https:///a" }},
			"no address":     {"contact", func(f *hook.Form) { f.Contact = "ict" }},
			"two addresses":  {"contact", func(f *hook.Form) { f.Contact = "a@b.example, c@d.example" }},
			"a display name": {"contact", func(f *hook.Form) { f.Contact = "A <a@b.example>" }},
			"no kind":        {"kinds", func(f *hook.Form) { f.Kinds = nil }},
			"unknown kind":   {"kinds", func(f *hook.Form) { f.Kinds = []string{"no.such"} }},
			"the CSIRT's":    {"kinds", func(f *hook.Form) { f.Kinds = []string{corpusChanged} }},
		} {
			f := w.form(stackChanged)
			c.change(&f)
			_, _, err := w.Create(w.Context(), admin, f)
			if got := fault.Of(err); got.Code != "hook.invalid" || len(got.Fields) != 1 || got.Fields[0].Name != c.field {
				w.Errorf("%s: %v", name, err)
			}
		}
		_, _, err := w.Create(w.Context(), as(access.OrgSecurity, castelvento), w.form(stackChanged))
		w.wants("access.permission", err)
		_, _, err = w.Create(w.Context(), csirt(access.Operator), w.form(stackChanged))
		w.wants("access.permission", err)
	})
}

func TestNobodySeesAnothersWebhook(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.happen(stackChanged, castelvento)
		w.work(0)
		delivery := w.log(h)[0].ID
		for name, s := range map[string]access.Scope{"another organisation": as(access.OrgAdmin, roccasalina), "the CSIRT's own": csirt(access.Manager)} {
			_, err := w.Hook(w.Context(), s, h.ID)
			_, _, read := w.Delivery(w.Context(), s, h.ID, delivery)
			_, edit := w.Edit(w.Context(), s, h.ID, 1, w.form(stackChanged))
			_, _, rotate := w.Rotate(w.Context(), s, h.ID, true)
			_, test := w.Test(w.Context(), s, h.ID)
			for i, err := range []error{err, read, edit, rotate, test, w.Pause(w.Context(), s, h.ID), w.Resume(w.Context(), s, h.ID), w.Delete(w.Context(), s, h.ID), w.Again(w.Context(), s, h.ID, delivery)} {
				if fault.KindOf(err) != fault.NotFound {
					w.Errorf("%s, %d: %v", name, i, err)
				}
			}
		}
		other, _, err := w.Create(w.Context(), as(access.OrgAdmin, roccasalina), w.form(stackChanged))
		w.must(err)
		w.wants("hook.no_delivery", w.Again(w.Context(), as(access.OrgAdmin, roccasalina), other.ID, delivery))
		if p, err := w.List(w.Context(), as(access.OrgAdmin, roccasalina), hook.Filter{}); err != nil || len(p.Hooks) != 1 || p.Hooks[0].ID != other.ID {
			w.Errorf("%+v, %v", p, err)
		}
		_, err = w.List(w.Context(), as(access.OrgAdmin, roccasalina), hook.Filter{All: true})
		w.wants("access.territory", err)
		if p, err := w.List(w.Context(), csirt(access.Auditor), hook.Filter{All: true}); err != nil || len(p.Hooks) != 2 {
			w.Errorf("%+v, %v", p, err)
		}
	})
}

// What only members hear is told to their own addresses, to each what is its own.
func TestEachHearsOnlyWhatIsItsOwn(t *testing.T) {
	each(t, func(w *world) {
		_, _, err := w.Create(w.Context(), csirt(access.Manager), w.form(touched))
		w.wants("hook.invalid", err)
		paused, _ := w.register(touched)
		w.must(w.Pause(w.Context(), as(access.OrgAdmin, castelvento), paused.ID))
		listening := func() (orgs []int64) {
			w.must(w.db.Tx(w.Context(), func(tx *db.Tx) (err error) {
				orgs, err = w.Listening(w.Context(), tx, access.System("test"), touched)
				return err
			}))
			return orgs
		}
		if orgs := listening(); len(orgs) != 0 {
			w.Errorf("a paused one listens: %v", orgs)
		}
		first, _ := w.register(touched)
		w.register(touched)
		second, _, err := w.Create(w.Context(), as(access.OrgAdmin, roccasalina), w.form(touched))
		w.must(err)
		if orgs := listening(); !slices.Equal(orgs, []int64{castelvento, roccasalina}) {
			w.Errorf("%v listen", orgs)
		}
		w.happen(touched, castelvento)
		w.work(0)
		log := w.log(first)
		if len(log) != 1 || len(w.got) != 2 || !strings.HasSuffix(w.got[0].body, `/organisations/c_x101/vulnerabilities"},"details":{"of":1}}}`) {
			w.Fatalf("%+v, %+v", log, w.got)
		}
		if all, _, err := w.Log(w.Context(), as(access.OrgAdmin, roccasalina), second, "", 0); err != nil || len(all) != 0 {
			w.Errorf("another's: %v, %v", all, err)
		}
	})
}

func TestBothSecretsSignForADay(t *testing.T) {
	each(t, func(w *world) {
		h, first := w.register(stackChanged)
		s := as(access.OrgAdmin, castelvento)
		signature := func() (call, string) {
			w.happen(stackChanged, castelvento)
			w.work(0)
			all := w.calls()
			c := all[len(all)-1]
			return c, c.header.Get("webhook-signature")
		}
		_, second, err := w.Rotate(w.Context(), s, h.ID, false)
		w.must(err)
		if c, got := signature(); got != signed(second, c)+" "+signed(first, c) {
			w.Errorf("both: %s", got)
		}
		w.clock.Advance(24 * time.Hour)
		if c, got := signature(); got != signed(second, c) {
			w.Errorf("after a day: %s", got)
		}
		_, third, err := w.Rotate(w.Context(), s, h.ID, true)
		w.must(err)
		if c, got := signature(); got != signed(third, c) {
			w.Errorf("at once: %s", got)
		}
	})
}

func TestSecretsAreSealed(t *testing.T) {
	each(t, func(w *world) {
		h, text := w.register(stackChanged)
		var kept []byte
		w.must(w.db.QueryRow(w.Context(), "SELECT secret FROM hook WHERE id = $1", h.ID).Scan(&kept))
		if len(kept) < len(text) || string(kept) == text {
			w.Errorf("%q", kept)
		}
		// Copied to another hook it opens nothing there: that one's messages stay unsigned and unsent.
		other, _ := w.register(stackChanged)
		_, err := w.db.Exec(w.Context(), "UPDATE hook SET secret = $1 WHERE id = $2", kept, other.ID)
		w.must(err)
		_, err = w.Test(w.Context(), as(access.OrgAdmin, castelvento), other.ID)
		w.must(err)
		w.work(0)
		if n := len(w.calls()); n != 0 {
			w.Errorf("%d calls with another's secret", n)
		}
	})
}

func TestPausedIsSilentAndATestGetsThrough(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		s := as(access.OrgAdmin, castelvento)
		w.happen(stackChanged, castelvento) // waits while it is paused
		w.must(w.Pause(w.Context(), s, h.ID))
		w.happen(stackChanged, castelvento) // not even written
		w.work(time.Hour)
		if d := w.log(h); len(d) != 1 || d[0].State != hook.Dropped || len(w.calls()) != 0 {
			w.Errorf("%+v", d)
		}
		_, err := w.Test(w.Context(), s, h.ID)
		w.must(err)
		w.work(0)
		if d := w.log(h)[0]; d.State != hook.Delivered || d.Event != 0 || d.Kind != "webhook.test" || len(w.calls()) != 1 {
			w.Errorf("%+v", d)
		}
		w.must(w.Resume(w.Context(), s, h.ID))
		w.happen(stackChanged, castelvento)
		w.work(0)
		if n := len(w.calls()); n != 2 {
			w.Errorf("%d calls after it was resumed", n)
		}
	})
}

func TestNobodyWritesOverAnothersChange(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		s, f := as(access.OrgAdmin, castelvento), w.form(stateChanged)
		f.Name = "Other"
		changed, err := w.Edit(w.Context(), s, h.ID, h.Version, f)
		w.must(err)
		_, err = w.Edit(w.Context(), s, h.ID, h.Version, f)
		w.wants("hook.changed_meanwhile", err)
		if now := w.read(h); now.Name != "Other" || fmt.Sprint(now.Kinds) != "["+stateChanged+"]" || now.Version != changed.Version {
			w.Errorf("%+v", now)
		}
		w.happen(stackChanged, castelvento)
		w.happen(stateChanged, castelvento)
		w.work(0)
		if n := len(w.calls()); n != 1 {
			w.Errorf("%d calls", n)
		}
		w.must(w.Delete(w.Context(), s, h.ID))
		_, err = w.Hook(w.Context(), s, h.ID)
		w.wants("hook.none", err)
	})
}

func TestTheLogIsForgottenAfterNinetyDays(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		w.happen(stackChanged, castelvento)
		w.work(0)
		w.clock.Advance(60 * 24 * time.Hour)
		w.happen(stackChanged, castelvento)
		w.work(0)
		w.clock.Advance(31 * 24 * time.Hour)
		w.must(w.Purge(w.Context(), access.System("test")))
		var attempts int
		w.must(w.db.QueryRow(w.Context(), "SELECT count(*) FROM hook_attempt").Scan(&attempts))
		if d := w.log(h); len(d) != 1 || d[0].ID != 2 || attempts != 1 {
			w.Errorf("%+v, %d attempts", d, attempts)
		}
	})
}

func TestListsAreBoundedAndCheap(t *testing.T) {
	each(t, func(w *world) {
		s := as(access.OrgAdmin, castelvento)
		h, _ := w.register(stackChanged)
		queries := func(do func()) int64 {
			var n atomic.Int64
			w.db.OnQuery(func(string) { n.Add(1) })
			defer w.db.OnQuery(nil)
			do()
			return n.Load()
		}
		list := func() {
			_, err := w.List(w.Context(), s, hook.Filter{})
			w.must(err)
		}
		one := queries(list)
		for range 19 {
			w.register(stackChanged, stateChanged)
		}
		if many := queries(list); many != one || many > 2 {
			w.Errorf("%d statements for one webhook, %d for twenty", one, many)
		}
		_, _, err := w.Create(w.Context(), s, w.form(stackChanged))
		w.wants("hook.many", err)
		for range 60 {
			_, err := w.Test(w.Context(), s, h.ID)
			w.must(err)
		}
		seen, after := 0, ""
		for range 3 {
			page, next, err := w.Log(w.Context(), s, h, after, 25)
			w.must(err)
			seen, after = seen+len(page), next
		}
		if seen != 60 || after != "" {
			w.Errorf("%d deliveries, then %q", seen, after)
		}
		// An event nobody wants costs one statement more, whoever else has webhooks.
		if n := queries(func() { w.happen(stateChanged, roccasalina) }); n > 2 {
			w.Errorf("%d statements for an event that nobody wants", n)
		}
	})
}

func TestEveryActIsInTheAuditLog(t *testing.T) {
	each(t, func(w *world) {
		h, _ := w.register(stackChanged)
		s := as(access.OrgAdmin, castelvento)
		_, _, err := w.Rotate(w.Context(), s, h.ID, false)
		_, test := w.Test(w.Context(), s, h.ID)
		w.must(errors.Join(err, test, w.Pause(w.Context(), s, h.ID), w.Resume(w.Context(), s, h.ID), w.Again(w.Context(), s, h.ID, 1), w.Delete(w.Context(), s, h.ID)))
		for _, action := range []string{"hook.made", "hook.rotated", "hook.tested", "hook.paused", "hook.resumed", "hook.sent_again", "hook.deleted"} {
			var n int
			w.must(w.db.QueryRow(w.Context(), "SELECT count(*) FROM audit_entry WHERE action = $1 AND object = $2", action, fmt.Sprintf("hook:%d", h.ID)).Scan(&n))
			if n != 1 {
				w.Errorf("%s: %d entries", action, n)
			}
		}
	})
}

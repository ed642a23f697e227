// SPDX-License-Identifier: EUPL-1.2

package exchange_test

import (
	"strings"
	"testing"
	"time"

	"martinella/internal/access"
	"martinella/internal/exchange"
	"martinella/internal/platform/tlp"
)

func TestKeysAreTheirOrganisationsAlone(t *testing.T) {
	each(t, func(w *world) {
		k, _ := w.keyOf(castelvento, exchange.Feed, "")
		_, err := w.Key(w.Context(), as(access.OrgAdmin, roccasalina), k.ID)
		w.wants("exchange.none", err)
		_, err = w.Key(w.Context(), csirt(access.Administrator), k.ID)
		w.wants("exchange.none", err)
		_, _, err = w.Create(w.Context(), as(access.OrgSecurity, castelvento), exchange.Form{Name: "x", Door: exchange.Feed})
		w.wants("access.permission", err)
		_, _, err = w.Keys(w.Context(), as(access.OrgLeader, castelvento), exchange.Filter{})
		w.wants("access.permission", err)
		w.wants("exchange.none", w.Revoke(w.Context(), as(access.OrgAdmin, roccasalina), k.ID))
		keys, _, err := w.Keys(w.Context(), as(access.OrgSecurity, castelvento), exchange.Filter{})
		w.must(err)
		if len(keys) != 1 || keys[0].ID != k.ID {
			t.Errorf("%v", keys)
		}
	})
}

func TestWhatIsWrongWithAKeyIsSaid(t *testing.T) {
	each(t, func(w *world) {
		for want, f := range map[string]exchange.Form{
			"exchange.name":       {Door: exchange.Feed},
			"exchange.door":       {Name: "x", Door: "window"},
			"exchange.allow":      {Name: "x", Door: exchange.Feed, Allow: "192.0.2.0/24 office"},
			"exchange.allow_many": {Name: "x", Door: exchange.Feed, Allow: many("192.0.2.%d", 51)},
		} {
			_, _, err := w.Create(w.Context(), as(access.OrgAdmin, castelvento), f)
			w.wantsField(want, err)
		}
		_, _, err := w.Create(w.Context(), csirt(access.Manager), exchange.Form{Name: "x", Door: exchange.Feed, Upto: tlp.Amber})
		w.wantsField("exchange.upto", err)
		for range 20 {
			w.keyOf(castelvento, exchange.Feed, "")
		}
		_, _, err = w.Create(w.Context(), as(access.OrgAdmin, castelvento), exchange.Form{Name: "x", Door: exchange.Feed})
		w.wants("exchange.many", err)
	})
}

func TestAKeyOpensItsDoorOnly(t *testing.T) {
	each(t, func(w *world) {
		_, feed := w.keyOf(castelvento, exchange.Feed, "198.51.100.0/24")
		_, list := w.keyOf(castelvento, exchange.Blocklist, "")
		_, elsewhere := w.keyOf(castelvento, exchange.Feed, "192.0.2.0/24, 2001:db8::/32")
		_, suspended := w.keyOf(nuova, exchange.Feed, "")
		for secret, want := range map[string]int{feed: 200, list: 404, elsewhere: 403, suspended: 403, "mx_AAAAAAAAAAAAAAAAAAAAAAAAAA": 404, "mx_": 404, "x": 404} {
			if got := w.get("/feeds/" + secret + ".atom"); got.Code != want {
				t.Errorf("%s: %d, want %d: %s", secret, got.Code, want, got.Body)
			}
		}
		if got := w.get("/feeds/" + feed); got.Code != 404 {
			t.Errorf("without .atom: %d", got.Code)
		}
	})
}

func TestASecretIsExchangedAndRevoked(t *testing.T) {
	each(t, func(w *world) {
		admin := as(access.OrgAdmin, castelvento)
		k, first := w.keyOf(castelvento, exchange.Feed, "")
		opens := func(want int, secret string) {
			t.Helper()
			if got := w.get("/feeds/" + secret + ".atom").Code; got != want {
				t.Errorf("%d, want %d", got, want)
			}
		}
		opens(200, first)
		_, second, err := w.Rotate(w.Context(), admin, k.ID, false)
		w.must(err)
		opens(200, first)
		opens(200, second)
		w.clock.Advance(24 * time.Hour)
		opens(404, first)
		_, third, err := w.Rotate(w.Context(), admin, k.ID, true)
		w.must(err)
		opens(404, second)
		opens(200, third)
		w.must(w.Revoke(w.Context(), admin, k.ID))
		opens(404, third)
	})
}

func TestTheLastUseOfAKeyIsShown(t *testing.T) {
	each(t, func(w *world) {
		k, secret := w.keyOf(castelvento, exchange.Feed, "")
		w.get("/feeds/" + secret + ".atom")
		first := w.clock.Now()
		w.clock.Advance(time.Minute)
		w.get("/feeds/" + secret + ".atom")
		now, err := w.Key(w.Context(), as(access.OrgAdmin, castelvento), k.ID)
		w.must(err)
		if !now.UsedAt.Equal(first) || now.UsedFrom != "198.51.100.7" {
			t.Errorf("%v from %s", now.UsedAt, now.UsedFrom)
		}
		w.clock.Advance(10 * time.Minute)
		w.get("/feeds/" + secret + ".atom")
		if now, err = w.Key(w.Context(), as(access.OrgAdmin, castelvento), k.ID); err != nil || !now.UsedAt.Equal(w.clock.Now()) {
			t.Errorf("%v, %v", now.UsedAt, err)
		}
	})
}

func TestAnEditedKeyIsNotOverwritten(t *testing.T) {
	each(t, func(w *world) {
		admin := as(access.OrgAdmin, castelvento)
		k, secret := w.keyOf(castelvento, exchange.Feed, "")
		_, err := w.Edit(w.Context(), admin, k.ID, k.Version, exchange.Form{Name: "Altro", Allow: "192.0.2.1"})
		w.must(err)
		_, err = w.Edit(w.Context(), admin, k.ID, k.Version, exchange.Form{Name: "Ancora"})
		w.wants("exchange.changed_meanwhile", err)
		if got := w.get("/feeds/" + secret + ".atom").Code; got != 403 {
			t.Errorf("from another address: %d", got)
		}
	})
}

func TestWhoAsksOrGuessesTooOftenWaits(t *testing.T) {
	each(t, func(w *world) {
		_, secret := w.keyOf(castelvento, exchange.Feed, "")
		last := 0
		for range 130 {
			last = w.get("/feeds/" + secret + ".atom").Code
		}
		if last != 429 {
			t.Errorf("asking: %d", last)
		}
		for range 40 {
			last = w.get("/feeds/nothing.atom").Code
		}
		if last != 429 {
			t.Errorf("guessing: %d", last)
		}
		for range 130 {
			last = w.get("/misp/manifest.json").Code
		}
		if last != 429 {
			t.Errorf("without a key: %d", last)
		}
		w.clock.Advance(time.Minute)
		if got := w.get("/feeds/" + secret + ".atom"); got.Code != 200 || strings.Contains(got.Header().Get("Cache-Control"), "no-store") {
			t.Errorf("later: %d %v", got.Code, got.Header())
		}
	})
}

// SPDX-License-Identifier: EUPL-1.2

package constituency_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"martinella/internal/access"
	. "martinella/internal/constituency"
	"martinella/internal/constituency/keys"
	"martinella/internal/platform/fault"
)

// pgpKey is a new key that ends after a while, as text: public or private.
func pgpKey(t testing.TB, address string, from time.Time, life time.Duration) (public, private string) {
	t.Helper()
	c := &packet.Config{Time: func() time.Time { return from }, KeyLifetimeSecs: uint32(life / time.Second), Algorithm: packet.PubKeyAlgoEdDSA}
	e, err := openpgp.NewEntity("Ada Rossi", "", address, c)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, write func(*bytes.Buffer) error) string {
		var raw, out bytes.Buffer
		if err := write(&raw); err != nil {
			t.Fatal(err)
		}
		w, err := armor.Encode(&out, kind, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write(raw.Bytes())
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	return text(openpgp.PublicKeyType, func(b *bytes.Buffer) error { return e.Serialize(b) }),
		text(openpgp.PrivateKeyType, func(b *bytes.Buffer) error { return e.SerializePrivateWithoutSigning(b, nil) })
}

const day = 24 * time.Hour

func TestKeysOfAContact(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Full)
		own := member(t, o.ID, access.OrgAdmin)
		ada := save(t, w, own, 0, 0, ContactForm{Name: "Ada", Roles: []string{"security_contact"}, Email: "ada@ente.it", Phone: "055 1"})
		answer := func(at time.Time) KeyAnswer {
			t.Helper()
			a, err := w.KeyFor(t.Context(), own, ada.ID, at)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		now := w.clock.Now()
		if a := answer(now); a.State != keys.None {
			t.Errorf("without keys: %s", a.State)
		}
		public, private := pgpKey(t, "ada@ente.it", now.Add(-day), 100*day)
		if _, err := w.AddKey(t.Context(), own, ada.ID, []byte(private), true, "Ada"); fault.Of(err).Code != "constituency.key_private" {
			t.Errorf("a private key: %v", err)
		}
		k, err := w.AddKey(t.Context(), own, ada.ID, []byte(public), false, "Ada")
		if err != nil || k.Confirmed {
			t.Fatalf("%+v, %v", k, err)
		}
		for at, want := range map[time.Duration]keys.State{0: keys.Usable, 50 * day: keys.Expiring, 99 * day: keys.Expired} {
			if a := answer(now.Add(at)); a.State != want || a.Key.ID != k.ID || len(a.Key.Data) == 0 {
				t.Errorf("after %s: %s, want %s", at, a.State, want)
			}
		}
		foreign, _ := pgpKey(t, "ada@altrove.it", now.Add(-day), 0)
		if _, err := w.AddKey(t.Context(), own, ada.ID, []byte(foreign), false, "Ada"); len(fault.Of(err).Fields) != 1 {
			t.Errorf("another's address without a word: %v", err)
		}
		second, err := w.AddKey(t.Context(), own, ada.ID, []byte(foreign), true, "Ada")
		if err != nil || !second.Confirmed {
			t.Fatalf("another's address, confirmed: %+v, %v", second, err)
		}
		if a := answer(now.Add(99 * day)); a.State != keys.Usable || a.Key.ID != second.ID {
			t.Errorf("the one that lasts: %+v", a)
		}
		if _, err := w.CheckKey(t.Context(), own, k.ID, "mail", "Ada"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("compared by mail: %v", err)
		}
		if _, err := w.CheckKey(t.Context(), own, k.ID, ByPhone, "Olga"); err != nil {
			t.Fatal(err)
		}
		again, err := w.AddKey(t.Context(), own, ada.ID, []byte(public), false, "Ada")
		if err != nil || again.ID != k.ID || again.CheckedBy != "Olga" {
			t.Errorf("the same key again: %+v, %v", again, err)
		}
		other := member(t, w.approved(t, body(1), Basic).ID, access.OrgAdmin)
		if _, err := w.RemoveKey(t.Context(), other, k.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another body removes a key: %v", err)
		}
		byAddress, err := w.KeysByAddress(t.Context(), access.System("test"), []int64{o.ID, 999}, now)
		if a := byAddress["ada@ente.it"]; err != nil || len(byAddress) != 1 || a.State != answer(now).State || a.Key.ID != answer(now).Key.ID {
			t.Errorf("by address: %+v, %v", byAddress, err)
		}
		if _, err := w.KeysByAddress(t.Context(), own, []int64{o.ID}, now); err == nil {
			t.Error("a member reads others' keys")
		}
		if a, err := w.KeyFor(t.Context(), other, ada.ID, now); err != nil || a.State != keys.None {
			t.Errorf("another body sees a key: %+v, %v", a, err)
		}
		if _, err := w.RemoveKey(t.Context(), own, k.ID); err != nil {
			t.Fatal(err)
		}
	})
}

// A contact and the substitute are told 60, 30 and 7 days before and at the end, once each, whatever the job runs.
func TestKeyWarningsAreSentOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		o := w.approved(t, firenze(), Full)
		own := member(t, o.ID, access.OrgAdmin)
		sub := save(t, w, own, 0, 0, ContactForm{Name: "Bruno", Roles: []string{"technical"}, Email: "bruno@ente.it", Language: "en"})
		ada := save(t, w, own, 0, 0, ContactForm{Name: "Ada", Roles: []string{"security_contact"}, Email: "ada@ente.it", Phone: "055 1", Substitute: sub.ID})
		start := w.clock.Now()
		public, _ := pgpKey(t, "ada@ente.it", start.Add(-day), 101*day)
		if _, err := w.AddKey(t.Context(), own, ada.ID, []byte(public), false, "Ada"); err != nil {
			t.Fatal(err)
		}
		run := func(after time.Duration) (to []string) {
			t.Helper()
			w.clock.Set(start.Add(after))
			w.post.mails = nil
			if err := w.WarnKeys(t.Context(), access.System("keys")); err != nil {
				t.Fatal(err)
			}
			for _, m := range w.post.mails {
				to = append(to, m.To+" "+m.Language)
			}
			return to
		}
		waiting := func() int {
			n, err := w.WaitingKeys(t.Context(), operator(1))
			if err != nil {
				t.Fatal(err)
			}
			rows, _, err := w.EndingKeys(t.Context(), operator(1), "", 10)
			if err != nil || len(rows) != n {
				t.Errorf("%d keys wait, the list has %d, %v", n, len(rows), err)
			}
			return n
		}
		for _, c := range []struct {
			after time.Duration
			mails int
		}{{39 * day, 0}, {41 * day, 2}, {41 * day, 0}, {60 * day, 0}, {71 * day, 2}, {94 * day, 2}, {95 * day, 0}, {100 * day, 2}, {101 * day, 0}, {200 * day, 0}} {
			if got := run(c.after); len(got) != c.mails || c.mails > 0 && (got[0] != "ada@ente.it it" || got[1] != "bruno@ente.it en") {
				t.Errorf("after %d days: %v, want %d mails", c.after/day, got, c.mails)
			}
			if want := c.after >= 41*day; (waiting() == 1) != want {
				t.Errorf("after %d days it waits for the CSIRT: %v", c.after/day, !want)
			}
		}
		fresh, _ := pgpKey(t, "ada@ente.it", w.clock.Now().Add(-day), 0)
		if _, err := w.AddKey(t.Context(), own, ada.ID, []byte(fresh), false, "Ada"); err != nil {
			t.Fatal(err)
		}
		if waiting() != 0 {
			t.Error("a key with a successor still waits")
		}
	})
}

func TestPrivateKeyIsNotSentBack(t *testing.T) {
	s, o, ada, _ := chartSite(t)
	list := "/o/c_d612/contacts/" + id(ada) + "/keys"
	path := list + "/new"
	public, private := pgpKey(t, "a@ente.it", s.clock.Now().Add(-day), 0)
	status, page := s.post(t, "ada", path, url.Values{"text": {private}})
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "compromessa") {
		t.Errorf("%d: not told that the key is compromised", status)
	}
	if strings.Contains(page, strings.Split(private, "\n")[3]) {
		t.Error("the private key is in the page")
	}
	var n int
	if err := s.db.QueryRow(t.Context(), "SELECT count(*) FROM contact_key").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d keys are kept, %v", n, err)
	}
	foreign, _ := pgpKey(t, "altra@ente.it", s.clock.Now().Add(-day), 0)
	if status, page := s.post(t, "ada", path, url.Values{"text": {foreign}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "BEGIN PGP PUBLIC KEY") {
		t.Errorf("%d: the key to confirm is not offered again", status)
	}
	if status, to := s.post(t, "ada", path, url.Values{"text": {public}}); status != http.StatusSeeOther || to != list {
		t.Fatalf("a public key: %d %s", status, to)
	}
	all, err := s.Keys(t.Context(), member(t, o.ID, access.OrgAdmin))
	if err != nil || len(all[ada.ID]) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	k := all[ada.ID][0]
	own := "/o/c_d612/keys/" + strconv.FormatInt(k.ID, 10)
	if status, text := s.get(t, "lettore", own); status != http.StatusOK || !strings.HasPrefix(text, "-----BEGIN PGP PUBLIC") {
		t.Errorf("downloading: %d %.40s", status, text)
	}
	for _, c := range []struct {
		who, path string
		form      url.Values
		want      int
	}{{"lettore", path, url.Values{"text": {public}}, http.StatusForbidden}, {"ada", path, nil, http.StatusUnprocessableEntity},
		{"ada", path, url.Values{"text": {"<script>alert(1)</script>"}}, http.StatusUnprocessableEntity},
		{"lettore", own + "/check", url.Values{"how": {"phone"}}, http.StatusForbidden}, {"ada", own + "/check", url.Values{"how": {"phone"}}, http.StatusSeeOther},
		{"ada", own + "/remove", nil, http.StatusSeeOther}, {"ada", own + "/remove", nil, http.StatusNotFound}} {
		if status, page := s.post(t, c.who, c.path, c.form); status != c.want || strings.Contains(page, "<script>alert") {
			t.Errorf("%s %s %v: %d", c.who, c.path, c.form, status)
		}
	}
	if status, page := s.get(t, "lettore", list); status != http.StatusOK || strings.Contains(page, "/keys/new") {
		t.Errorf("who may only read: %d", status)
	}
	s.sessions["ada"].Recent = false
	for _, path := range []string{path, own + "/check", own + "/remove"} {
		if status, _ := s.post(t, "ada", path, nil); status != http.StatusForbidden {
			t.Errorf("%s without a recent second factor: %d", path, status)
		}
	}
	if status, _ := s.get(t, "operator", "/ops/keys"); status != http.StatusOK {
		t.Errorf("the operators' list: %d", status)
	}
}

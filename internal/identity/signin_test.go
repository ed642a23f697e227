// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/identity/password"
	"martinella/internal/platform/fault"
)

const anna = "anna@comune.example.it"

func TestFailuresCloseTheDoorForLongerAndLonger(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		h.member(7, anna, access.OrgSecurity)
		*h.sent = nil
		try := func(given string) error {
			_, err := h.SignIn(h.ctx, anna, given, from("192.0.2.9"))
			return err
		}
		for range 5 {
			h.expect("a wrong password", try("no"), "identity.signin_wrong")
		}
		h.expect("the right one at once", try(good), "identity.too_many")
		for i, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
			h.clock.Advance(wait - time.Second)
			h.expect("a second too early", try(good), "identity.too_many")
			h.clock.Advance(time.Second)
			h.expect("a wrong one in time", try("no"), "identity.signin_wrong")
			if h.drain(); len(*h.sent) > 0 != (i == 2) {
				t.Errorf("after failure %d these mails: %v", i+6, kinds(*h.sent))
			}
		}
		if m := h.last("locked"); m.To != anna || m.Language != "it" || h.logged("person.locked") != 1 {
			t.Errorf("notice to %s in %s, %d in the log", m.To, m.Language, h.logged("person.locked"))
		}
		h.clock.Advance(4 * time.Minute)
		h.expect("the right one in time", try(good), "")
		h.expect("a slip after that", try("no"), "identity.signin_wrong")
		h.expect("and right again", try(good), "")
	})
}

func TestTheLongestWaitIsAnHour(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		for range 30 {
			_, err := h.SignIn(h.ctx, anna, "no", from(""))
			h.expect("a wrong password", err, "identity.signin_wrong")
			h.clock.Advance(time.Hour)
		}
		_, err := h.SignIn(h.ctx, anna, good, from(""))
		h.expect("after an hour", err, "")
	})
}

// Counted before they are judged, a hundred at once are no more than five.
func TestAttemptsInParallelAreCounted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		var mu sync.Mutex
		judged := 0
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				_, err := h.SignIn(h.ctx, anna, "no", from("192.0.2.9"))
				mu.Lock()
				defer mu.Unlock()
				if codeOf(err) == "identity.signin_wrong" {
					judged++
				} else if fault.KindOf(err) != fault.RateLimited {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if judged != 5 {
			t.Errorf("%d passwords were judged", judged)
		}
	})
}

func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		h.member(7, anna, access.OrgSecurity)
		h.invite(7, "invited@comune.example.it", "Ivo Neri", access.OrgLeader)
		_, admin := h.staff("admin@csirt.example.it", access.Administrator)
		suspended := h.member(7, "suspended@comune.example.it", access.OrgLeader)
		h.must(h.Suspend(h.ctx, access.System("test"), suspended))
		_ = admin
		reference := h.statements(func() { _, _ = h.SignIn(h.ctx, anna, "no", from("")) })
		for _, email := range []string{"unknown@comune.example.it", "invited@comune.example.it", "suspended@comune.example.it", "admin@csirt.example.it", "not an address", ""} {
			var err error
			got := h.statements(func() { _, err = h.SignIn(h.ctx, email, "no", from("")) })
			h.expect(email, err, "identity.signin_wrong")
			if diff := cmp.Diff(reference, got); diff != "" {
				t.Errorf("the database is asked other things for %q: %s", email, diff)
			}
		}
		// Closed doors look the same as well, and so does asking for a new password.
		for _, email := range []string{anna, "unknown@comune.example.it"} {
			for range 5 {
				_, _ = h.SignIn(h.ctx, email, "no", from(""))
			}
			_, err := h.SignIn(h.ctx, email, good, from(""))
			h.expect(email, err, "identity.too_many")
		}
		known := h.statements(func() { h.must(h.ForgotPassword(h.ctx, anna, from(""))) })
		unknown := h.statements(func() { h.must(h.ForgotPassword(h.ctx, "unknown@comune.example.it", from(""))) })
		if diff := cmp.Diff(known, unknown); diff != "" {
			t.Error(diff)
		}
		*h.sent = nil
		h.drain()
		if diff := cmp.Diff([]string{"identity.reset_refused to " + anna}, kinds(*h.sent)); diff != "" {
			t.Error(diff)
		}
	})
}

// statements gives what the database is asked while f runs.
func (h *house) statements(f func()) (out []string) {
	h.db.OnQuery(func(q string) { out = append(out, q) })
	defer h.db.OnQuery(nil)
	f()
	return out
}

func TestTooManyFromOneAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		refused := 0
		for range 80 {
			if _, err := h.SignIn(h.ctx, "someone@example.it", "no", from("192.0.2.9")); fault.KindOf(err) == fault.RateLimited {
				refused++
			}
			h.clock.Advance(time.Millisecond)
		}
		if _, err := h.SignIn(h.ctx, "another@example.it", "no", from("192.0.2.9")); fault.KindOf(err) != fault.RateLimited || refused < 20 {
			t.Errorf("%d refused; then %v", refused, err)
		}
		_, err := h.SignIn(h.ctx, "another@example.it", "no", from("192.0.2.10"))
		h.expect("from elsewhere", err, "identity.signin_wrong")
	})
}

// Somebody who fails from afar must not shut out the person's own browser.
func TestAKnownBrowserHasItsOwnCount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		c := from("192.0.2.1")
		in, err := h.SignIn(h.ctx, anna, good, c)
		h.must(err)
		c.Device = in.Device
		for range 5 {
			_, err := h.SignIn(h.ctx, anna, "no", from("203.0.113.5"))
			h.expect("an attacker", err, "identity.signin_wrong")
		}
		_, err = h.SignIn(h.ctx, anna, good, from("203.0.113.5"))
		h.expect("an unknown browser", err, "identity.too_many")
		in, err = h.SignIn(h.ctx, anna, good, c)
		h.expect("the person's own browser", err, "")
		if in.Device != "" {
			t.Error("a known browser got a new device token")
		}
		// The attacker's own device is no key to another's count.
		h.member(7, "mallory@comune.example.it", access.OrgLeader)
		mallory := h.signIn("mallory@comune.example.it")
		_, err = h.SignIn(h.ctx, anna, "no", withDevice("203.0.113.5", mallory.Device))
		h.expect("an attacker with a device of his own", err, "identity.too_many")
	})
}

func TestANewBrowserIsTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity) // accepting the invitation was the first browser
		*h.sent = nil
		in := h.signIn(anna)
		if m := h.last("new_device"); m.To != anna {
			t.Errorf("told to %s", m.To)
		}
		*h.sent = nil
		_, err := h.SignIn(h.ctx, anna, good, withDevice("192.0.2.1", in.Device))
		h.must(err)
		if len(*h.sent) > 0 {
			t.Errorf("a known browser is told: %v", kinds(*h.sent))
		}
	})
}

func TestHashesAreMadeAgainWithNewParameters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		read := func() (phc string) {
			h.must(h.db.QueryRow(h.ctx, "SELECT phc FROM credential").Scan(&phc))
			return phc
		}
		before := read()
		dearer := *h
		dearer.Module = newHouse(t, h.db, configWith(password.Params{Memory: 128, Time: 1, Threads: 1})).Module
		_, err := dearer.SignIn(h.ctx, anna, "no", from(""))
		h.expect("a wrong password", err, "identity.signin_wrong")
		if read() != before {
			t.Error("a wrong password changed the hash")
		}
		dearer.signIn(anna)
		after := read()
		dearer.signIn(anna)
		if after == before || read() != after {
			t.Errorf("before %q, after %q, then %q", before, after, read())
		}
	})
}

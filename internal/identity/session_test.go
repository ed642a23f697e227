// SPDX-License-Identifier: EUPL-1.2

package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"martinella/internal/access"
	"martinella/internal/identity"
	"martinella/internal/identity/password"
)

func withDevice(address, device string) identity.Client {
	c := from(address)
	c.Device = device
	return c
}

func configWith(p password.Params) identity.Config { return identity.Config{Hash: p} }

func TestSessionsEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		idle := h.signIn(anna).Token
		h.clock.Advance(59 * time.Minute)
		h.session(idle)
		h.clock.Advance(61 * time.Minute)
		h.noSession(idle, "without use for an hour")
		used := h.signIn(anna).Token
		for range 15 {
			h.clock.Advance(45 * time.Minute)
			h.session(used)
		}
		h.clock.Advance(45 * time.Minute)
		h.noSession(used, "after twelve hours of use")
		future := h.signIn(anna).Token
		h.clock.Advance(-48 * time.Hour)
		h.noSession(future, "from a clock that was two days ahead")
	})
}

func TestRevokedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.member(7, anna, access.OrgSecurity)
		one, two, three := h.signIn(anna).Token, h.signIn(anna).Token, h.signIn(anna).Token
		me := h.session(one).Principal.Own()
		mallory := access.Principal{Person: h.member(7, "mallory@comune.example.it", access.OrgLeader)}.Own()
		h.expect("somebody else's session", h.EndSession(h.ctx, mallory, h.session(two).ID), "identity.session_gone")
		h.must(h.EndSession(h.ctx, me, h.session(two).ID))
		h.noSession(two, "ended")
		h.session(three)
		h.must(h.EndOtherSessions(h.ctx, me, h.session(one).ID))
		h.noSession(three, "ended with the others")
		h.must(h.SignOut(h.ctx, one))
		h.noSession(one, "signed out")
		h.must(h.SignOut(h.ctx, one))
		last := h.signIn(anna).Token
		h.must(h.Suspend(h.ctx, access.System("test"), id))
		h.noSession(last, "suspended")
		h.must(h.Resume(h.ctx, access.System("test"), id))
		last = h.signIn(anna).Token
		_, err := h.db.Exec(h.ctx, "UPDATE person SET suspended_at = 1") // a session that began while it happened
		h.must(err)
		h.noSession(last, "suspended meanwhile")
		for _, nonsense := range []string{"", "x", strings.Repeat("A", 26), strings.Repeat("A", 1<<16)} {
			h.noSession(nonsense, "no token")
		}
	})
}

func TestOnlyHashesAreKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		in := h.signIn(anna)
		h.invite(7, "new@comune.example.it", "Nuovo", access.OrgLeader)
		link := h.tokenIn("invitation")
		for table, token := range map[string]string{"session": in.Token, "device": in.Device, "single_use_token": link} {
			rows, err := h.db.Query(h.ctx, "SELECT token_hash FROM "+table)
			h.must(err)
			for rows.Next() {
				var kept string
				h.must(rows.Scan(&kept))
				if len(kept) != 64 || strings.Contains(kept, token) {
					t.Errorf("%s keeps %q", table, kept)
				}
			}
			h.must(rows.Err())
			h.must(rows.Close())
		}
	})
}

func TestRolesHoldFromTheNextRequest(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		id := h.member(7, anna, access.OrgTechnician)
		h.invite(8, anna, "another name", access.OrgAdmin)
		h.last("added")
		token := h.signIn(anna).Token
		s := h.session(token)
		want := map[int64][]access.Role{7: {access.OrgTechnician}, 8: {access.OrgAdmin}}
		if diff := cmp.Diff(want, s.Principal.Memberships); diff != "" || s.Person.Name != "Anna Bianchi" {
			t.Errorf("name %q, memberships %s", s.Person.Name, diff)
		}
		in7, err := access.System("test").For(7)
		h.must(err)
		h.must(h.SetMemberRole(h.ctx, in7, id, access.OrgSecurity))
		if got := h.session(token).Principal.Memberships[7]; !cmp.Equal(got, []access.Role{access.OrgSecurity}) {
			t.Errorf("roles %v", got)
		}
		h.must(h.RemoveMember(h.ctx, in7, id))
		if _, still := h.session(token).Principal.In(7); still {
			t.Error("removed, but still in")
		}
		_, err = h.AddStaff(h.ctx, access.System("test"), identity.StaffInvitation{Email: anna, Name: "x", Roles: []access.Role{access.Analyst}})
		h.must(err)
		if got := h.session(token); got.Pending != identity.EnrolWanted || !got.Principal.IsStaff() {
			t.Errorf("who became staff may go on without a second factor: %+v", got)
		}
	})
}

func TestHowOldUseIsKnownCostsLittle(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.member(7, anna, access.OrgSecurity)
		token := h.signIn(anna).Token
		if got := h.statements(func() { h.session(token) }); len(got) != 1 {
			t.Errorf("%d statements for a request: %v", len(got), got)
		}
		h.clock.Advance(2 * time.Minute)
		if got := h.statements(func() { h.session(token) }); len(got) != 2 {
			t.Errorf("%d statements for a request after two minutes", len(got))
		}
		if seen := h.session(token).SeenAt; !seen.Equal(h.clock.Now()) {
			t.Errorf("last seen %v", seen)
		}
	})
}

func TestWhatHasEndedIsCleanedUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.gate("https://csirt.example.it")
		h.member(7, anna, access.OrgSecurity)
		h.invite(7, "new@comune.example.it", "Nuovo", access.OrgLeader)
		h.clock.Advance(400 * 24 * time.Hour)
		keep := h.signIn(anna).Token
		_, err := h.SignIn(h.ctx, "x@example.it", "no", from(""))
		h.expect("a failure of today", err, "identity.signin_wrong")
		h.must(h.CleanUp(h.ctx))
		h.session(keep)
		for table, want := range map[string]int{"session": 1, "single_use_token": 0, "device": 1, "sign_in_guard": 1} {
			var n int
			h.must(h.db.QueryRow(h.ctx, "SELECT count(*) FROM "+table).Scan(&n))
			if n != want {
				t.Errorf("%s: %d rows, want %d", table, n, want)
			}
		}
	})
}
